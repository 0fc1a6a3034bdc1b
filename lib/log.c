/*
 * The operator's messages. Every line is made safe here, once, so that text
 * from a feed can be passed in as it came.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utf8proc.h>

#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/log.h"

#define LOG_LINE_MAX 2048

/* sd-daemon(3) priorities, in the order of enum log_level. */
static const char *const log_prefixes[] = {"<3>", "<4>", "<6>", "<7>"};
static const char *const log_names[] = {"error", "warn", "info", "debug"};

/*
 * Whether stderr is the journal's stream, "device:inode" in the environment
 * (systemd.exec(5)). Children inherit the variable, but perhaps not the stream.
 */
static bool
log_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	if (!stream || fstat(fileno(stderr), &st) == -1 ||
	    sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) != 2)
		return false;
	return device == st.st_dev && inode == st.st_ino;
}

void
log_init(struct log *log, enum log_level level)
{
	log->out = stderr;
	log->level = level;
	log->with_priority = log_is_journal();
	log->with_time = !log->with_priority;
}

int
log_level_parse(const char *name, enum log_level *level_r)
{
	size_t i;

	for (i = 0; i < sizeof(log_names) / sizeof(log_names[0]); i++) {
		if (strcmp(name, log_names[i]) == 0) {
			*level_r = (enum log_level)i;
			return 0;
		}
	}
	return -1;
}

static bool
log_is_unsafe(utf8proc_int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

char *
log_safe(char *out, size_t size, const char *text)
{
	const utf8proc_uint8_t *in = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t c;
	utf8proc_ssize_t n;
	size_t used = 0, cut = 0;

	assert(size >= LOG_SAFE_MIN);
	while (*in) {
		n = utf8proc_iterate(in, -1, &c);
		/* the last border that leaves room for "..." and the NUL */
		if (used + 4 <= size)
			cut = used;
		if (used + (n > 0 ? (size_t)n : 1) + 1 > size) {
			memcpy(out + cut, "...", 4);
			return out;
		}
		if (n <= 0 || log_is_unsafe(c)) {
			out[used++] = c == '\t' || c == '\n' ? ' ' : '?';
			in += n > 0 ? n : 1;
			continue;
		}
		memcpy(out + used, in, (size_t)n);
		used += (size_t)n;
		in += n;
	}
	out[used] = '\0';
	return out;
}

static void __attribute__((format(printf, 3, 0)))
log_write(
    struct log *log, enum log_level level, const char *fmt, va_list ap)
{
	char safe[LOG_LINE_MAX], now[CLOCK_RFC3339_SIZE], *raw;

	if (level > log->level)
		return;
	raw = xvasprintf(fmt, ap);
	log_safe(safe, sizeof(safe), raw);
	free(raw);
	if (log->with_priority)
		fprintf(log->out, "%s%s\n", log_prefixes[level], safe);
	else if (log->with_time)
		fprintf(log->out, "%s %-5s %s\n",
		    clock_rfc3339_ms(clock_wall_ms(), now), log_names[level],
		    safe);
	else
		fprintf(log->out, "%s: %s\n", log_names[level], safe);
	fflush(log->out);
}

#define LOG_FUNCTION(name, level)                                              \
	void name(struct log *log, const char *fmt, ...)                       \
	{                                                                      \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, fmt);                                             \
		log_write(log, level, fmt, ap);                                \
		va_end(ap);                                                    \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
