/*
 * Reads the end of an alert log after a stop of any kind. Whole lines of ours
 * are told by their ids; half a line is ours if it begins as ours do. Nothing
 * is changed here. In a text log a record is several lines and ends with an
 * empty one, which remote text cannot contain; only then its id counts.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alerts/event.h"
#include "alerts/log_private.h"
#include "alerts/payload.h"
#include "lib/alloc.h"

#define LOG_LINE_START "{\"schema\":\"wirewatch.event/"
#define LOG_HEAD_START "dddd-dd-dd dd:dd:ddZ " /* d: any digit */
#define LOG_ID_START "evt_"
#define LOG_ID_INDENT "  "
#define LOG_CHUNK (64 * 1024)

struct log_scan {
	struct log_recovery *found;
	enum log_format format;
	struct buf line; /* the one being read, without newline */
	bool is_long; /* it is longer than any of ours */
	int64_t offset; /* where it starts */
	/* text only */
	int64_t record; /* where the record starts; -1: none */
	char id[EVENT_ID_SIZE]; /* of the record's last line; "" */
};

void
log_recovery_clear(struct log_recovery *recovery)
{
	size_t i;

	for (i = 0; i < recovery->id_count; i++)
		free(recovery->ids[i]);
	free(recovery->ids);
	memset(recovery, 0, sizeof(*recovery));
}

static void
log_recover_add(struct log_recovery *found, const char *id)
{
	if (found->id_count == LOG_RECOVERED_MAX) {
		found->is_overrun = true;
		return;
	}
	found->ids = xgrow(found->ids, found->id_count + 1, &found->id_cap,
	    sizeof(*found->ids));
	found->ids[found->id_count++] = xstrdup(id);
}

static void
log_recover_json(struct log_scan *scan)
{
	char id[EVENT_ID_SIZE];
	int64_t seq;

	if (scan->is_long ||
	    payload_identify(scan->line.data, scan->line.len, id, &seq) == -1 ||
	    strncmp(id, LOG_ID_START, strlen(LOG_ID_START)) != 0)
		return;
	log_recover_add(scan->found, id);
	if (seq > scan->found->seq)
		scan->found->seq = seq;
}

/* Whether it begins like a record, as far as it goes. */
static bool
log_recover_is_head(const char *line, size_t len)
{
	static const char pattern[] = LOG_HEAD_START;
	size_t i;

	for (i = 0; i < len && pattern[i]; i++) {
		bool is_digit = line[i] >= '0' && line[i] <= '9';

		if (pattern[i] == 'd' ? !is_digit : line[i] != pattern[i])
			return false;
	}
	return true;
}

/* The id that a line of a record consists of, "" if it is none. */
static void
log_recover_read_id(const char *line, size_t len, char id_r[EVENT_ID_SIZE])
{
	size_t indent = strlen(LOG_ID_INDENT), i;

	id_r[0] = '\0';
	if (len <= indent + strlen(LOG_ID_START) ||
	    len - indent >= EVENT_ID_SIZE ||
	    strncmp(line + indent, LOG_ID_START, strlen(LOG_ID_START)) != 0)
		return;
	for (i = indent + strlen(LOG_ID_START); i < len; i++) {
		if (!strchr("0123456789abcdef", line[i]))
			return;
	}
	memcpy(id_r, line + indent, len - indent);
	id_r[len - indent] = '\0';
}

/* true when the line belongs to a record that goes on. */
static bool
log_recover_text(struct log_scan *scan)
{
	const char *line = buf_str(&scan->line);
	size_t len = scan->line.len, indent = strlen(LOG_ID_INDENT);

	if (scan->is_long) {
		scan->record = -1;
	} else if (len == 0) {
		if (scan->record != -1 && scan->id[0]) {
			log_recover_add(scan->found, scan->id);
			scan->found->seq++;
		}
		scan->record = -1;
	} else if (strncmp(line, LOG_ID_INDENT, indent) != 0) {
		scan->record =
		    log_recover_is_head(line, len) ? scan->offset : -1;
		scan->id[0] = '\0';
	} else if (scan->record != -1) {
		log_recover_read_id(line, len, scan->id);
	}
	return scan->record != -1;
}

static void
log_recover_line(struct log_scan *scan, int64_t next)
{
	bool goes_on = false;

	if (scan->format == LOG_FORMAT_JSON)
		log_recover_json(scan);
	else
		goes_on = log_recover_text(scan);
	if (!goes_on)
		scan->found->end = next;
	scan->offset = next;
	scan->is_long = false;
	buf_reset(&scan->line);
}

/* Bytes that a power cut has left: the length was kept, the text was not. */
static bool
log_recover_is_hole(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] != '\0')
			return false;
	}
	return true;
}

/* What follows the last newline: half a line of ours, or of somebody else. */
static void
log_recover_finish(struct log_scan *scan)
{
	struct log_recovery *found = scan->found;
	const char *line = buf_str(&scan->line);
	size_t len = scan->line.len, start = strlen(LOG_LINE_START);
	bool is_ours;

	if (log_recover_is_hole(line, len) && !scan->is_long) {
		found->is_torn = len > 0 || scan->record != -1;
		return;
	}
	if (scan->record != -1 && !scan->is_long) {
		found->is_torn = true;
		return;
	}
	if (!len && !scan->is_long)
		return;
	if (scan->format == LOG_FORMAT_JSON)
		is_ours = strncmp(line, LOG_LINE_START,
			      len < start ? len : start) == 0;
	else
		is_ours = log_recover_is_head(line, len);
	if (is_ours && !scan->is_long) {
		found->is_torn = true;
		return;
	}
	found->lacks_newline = true;
}

static void
log_recover_piece(struct log_scan *scan, const char *piece, size_t len)
{
	if (scan->is_long || buf_add(&scan->line, piece, len) == -1) {
		scan->is_long = true;
		buf_reset(&scan->line);
	}
}

static void
log_recover_chunk(
    struct log_scan *scan, const char *chunk, size_t len, int64_t offset)
{
	const char *end;
	size_t n;

	while (len > 0) {
		end = memchr(chunk, '\n', len);
		n = end ? (size_t)(end - chunk) : len;
		log_recover_piece(scan, chunk, n);
		if (!end)
			return;
		n++;
		chunk += n;
		len -= n;
		offset += (int64_t)n;
		log_recover_line(scan, offset);
	}
}

/* The next bytes: their number, 0 at the end, -1 with errno. */
static ssize_t
log_recover_read(int fd, char *chunk, int64_t offset)
{
	ssize_t n;

	do
		n = pread(fd, chunk, LOG_CHUNK, (off_t)offset);
	while (n == -1 && errno == EINTR);
	return n;
}

int
log_recover(
    int fd, int64_t from, enum log_format format, struct log_recovery *recovery)
{
	struct log_scan scan = {
	    .found = recovery,
	    .format = format,
	    .offset = from,
	    .record = -1,
	};
	char *chunk = xmalloc(LOG_CHUNK);
	int64_t offset = from;
	ssize_t n;

	recovery->end = from;
	buf_init(&scan.line, LOG_RECORD_MAX);
	while ((n = log_recover_read(fd, chunk, offset)) > 0) {
		log_recover_chunk(&scan, chunk, (size_t)n, offset);
		offset += n;
	}
	if (n == 0) {
		log_recover_finish(&scan);
		/* behind half a foreign line ours go on all the same */
		if (recovery->lacks_newline)
			recovery->end = offset;
	}
	buf_clear(&scan.line);
	free(chunk);
	return n == 0 ? 0 : -1;
}

/* Where the first whole line at or behind the offset starts. */
static int64_t
log_recover_align(int fd, int64_t from)
{
	char *chunk;
	const char *end;
	ssize_t n;

	if (from == 0)
		return 0;
	chunk = xmalloc(LOG_CHUNK);
	/* the byte before tells whether a line starts just here */
	n = log_recover_read(fd, chunk, from - 1);
	end = n > 0 ? memchr(chunk, '\n', (size_t)n) : NULL;
	if (n != -1)
		from = end ? from - 1 + (end - chunk) + 1 : from + n - 1;
	free(chunk);
	return n == -1 ? -1 : from;
}

int
log_recover_tail(
    int fd, int64_t size, enum log_format format, struct log_recovery *recovery)
{
	int64_t from = size > LOG_TAIL_MAX ? size - LOG_TAIL_MAX : 0;

	from = log_recover_align(fd, from);
	if (from == -1 || log_recover(fd, from, format, recovery) == -1)
		return -1;
	while (recovery->id_count > 0)
		free(recovery->ids[--recovery->id_count]);
	return 0;
}

/* Whether a directory's entry is the file of the position, under any name. */
static bool
log_recover_is_file(
    DIR *dir, const struct dirent *entry, const struct log_position *position)
{
	struct stat st;

	return entry->d_ino == position->inode &&
	       fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
		   0 &&
	       S_ISREG(st.st_mode) && st.st_size >= position->offset;
}

char *
log_recover_find_renamed(const char *path, const struct log_position *position)
{
	char *copy = xstrdup(path), *name = NULL;
	const char *folder = dirname(copy);
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && !name && (entry = readdir(dir))) {
		if (log_recover_is_file(dir, entry, position))
			name = xasprintf("%s/%s", folder, entry->d_name);
	}
	if (dir)
		closedir(dir);
	free(copy);
	return name;
}
