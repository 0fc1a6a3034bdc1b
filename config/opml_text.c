/*
 * The bytes of an OPML document as UTF-8, and single texts of it as they may go
 * into a configuration. The encoding is settled here, before libxml2 sees the
 * document: what it then reads is what the bounds were checked on.
 */
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "config/opml_private.h"
#include "lib/alloc.h"
#include "text/html.h"
#include "text/plain.h"

#define OPML_DECLARATION_MAX 256 /* bytes searched for an encoding */
#define OPML_CHARSET_MAX 40
#define OPML_CHUNK 16384
#define OPML_NAME_LETTERS                                                      \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/* The encoding that the XML declaration names; "" if none. */
static void
opml_declared(const char *text, size_t len, char charset[OPML_CHARSET_MAX])
{
	char head[OPML_DECLARATION_MAX + 1];
	const char *p;
	size_t n;

	*charset = '\0';
	if (len > OPML_DECLARATION_MAX)
		len = OPML_DECLARATION_MAX;
	memcpy(head, text, len);
	head[len] = '\0';
	if (strncmp(head, "<?xml", 5) != 0)
		return;
	head[strcspn(head, ">")] = '\0';
	p = strstr(head, "encoding");
	if (!p)
		return;
	p += strlen("encoding");
	p += strspn(p, " \t\r\n=\"'");
	n = strspn(p, OPML_NAME_LETTERS);
	if (n >= OPML_CHARSET_MAX)
		return;
	memcpy(charset, p, n);
	charset[n] = '\0';
}

/* How the bytes begin says more than any declaration can. */
static const char *
opml_marked(const char *bytes, size_t len, size_t *skip_r)
{
	static const struct {
		const char *bytes;
		size_t len, skip;
		const char *charset;
	} marks[] = {
	    {"\xef\xbb\xbf", 3, 3, "UTF-8"},
	    {"\xff\xfe", 2, 2, "UTF-16LE"},
	    {"\xfe\xff", 2, 2, "UTF-16BE"},
	    {"<\0?\0", 4, 0, "UTF-16LE"},
	    {"\0<\0?", 4, 0, "UTF-16BE"},
	    {"<\0o\0", 4, 0, "UTF-16LE"},
	    {"\0<\0o", 4, 0, "UTF-16BE"},
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (len >= marks[i].len &&
		    memcmp(bytes, marks[i].bytes, marks[i].len) == 0) {
			*skip_r = marks[i].skip;
			return marks[i].charset;
		}
	}
	*skip_r = 0;
	return NULL;
}

static int
opml_count_lines(const char *text, size_t len)
{
	const char *end = text + len;
	int lines = 1;

	for (; (text = memchr(text, '\n', (size_t)(end - text))); text++)
		lines++;
	return lines;
}

static int
opml_convert(iconv_t cd, const char *charset, const char *bytes, size_t len,
    struct buf *buf, int *line_r, struct err *err)
{
	char chunk[OPML_CHUNK];
	char *in = (char *)bytes; /* iconv() does not write to it */

	while (len > 0) {
		char *to = chunk;
		size_t room = sizeof(chunk);
		size_t rc = iconv(cd, &in, &len, &to, &room);
		bool is_wrong = rc == (size_t)-1 && errno != E2BIG;

		if (buf_add(buf, chunk, (size_t)(to - chunk)) == -1)
			return err_set(err, "larger than %d bytes as UTF-8",
			    OPML_BYTES_MAX);
		if (is_wrong) {
			*line_r = opml_count_lines(buf_str(buf), buf->len);
			return err_set(err,
			    "bytes that make no sense in its encoding, %s",
			    charset);
		}
	}
	return 0;
}

/* What has no bytes of its own for markup cannot have declared that in ASCII.
 */
static bool
opml_is_utf8(const char *charset)
{
	return !*charset || strcasecmp(charset, "UTF-8") == 0 ||
	       strcasecmp(charset, "UTF8") == 0 ||
	       strncasecmp(charset, "UTF-16", 6) == 0 ||
	       strncasecmp(charset, "UTF-32", 6) == 0 ||
	       strncasecmp(charset, "ISO-10646", 9) == 0 ||
	       strncasecmp(charset, "UCS", 3) == 0;
}

int
opml_decode(const char *bytes, size_t len, struct buf *buf, const char **text_r,
    size_t *len_r, int *line_r, struct err *err)
{
	char declared[OPML_CHARSET_MAX];
	size_t skip;
	const char *charset = opml_marked(bytes, len, &skip);
	iconv_t cd;
	int rc;

	bytes += skip;
	len -= skip;
	if (!charset) {
		opml_declared(bytes, len, declared);
		charset = opml_is_utf8(declared) ? "UTF-8" : declared;
	}
	*text_r = bytes;
	*len_r = len;
	if (strcmp(charset, "UTF-8") == 0)
		return 0; /* libxml2 checks it */
	cd = iconv_open("UTF-8", charset);
	if (cd == (iconv_t)-1) {
		*line_r = 1;
		return err_set(err, "unknown encoding \"%s\"", charset);
	}
	rc = opml_convert(cd, charset, bytes, len, buf, line_r, err);
	iconv_close(cd);
	*text_r = buf_str(buf);
	*len_r = buf->len;
	return rc;
}

/* Line ends of Unicode, and marks that turn text around, in UTF-8. */
static bool
opml_is_mark(const unsigned char *p, size_t left)
{
	if (left < 3 || p[0] != 0xe2)
		return false;
	return (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
	       (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

bool
opml_is_line(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t i;

	for (i = 0; i < len; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f ||
		    (p[i] == 0xc2 && i + 1 < len && p[i + 1] < 0xa0) ||
		    opml_is_mark(p + i, len - i))
			return false;
	}
	return true;
}

const char *
opml_line(struct arena *arena, const char *text, size_t len)
{
	const char *line = NULL;
	struct buf clean;

	len = plain_border_within(text, len, OPML_TEXT_MAX);
	if (len == 0)
		return NULL;
	if (opml_is_line(text, len))
		return arena_strndup(arena, text, len);
	buf_init(&clean, 0);
	if (text_clean(text, len, OPML_TEXT_MAX, &clean) == 0 && clean.len > 0)
		line = arena_strdup(arena, clean.data);
	buf_clear(&clean);
	return line;
}
