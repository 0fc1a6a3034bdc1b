/*
 * Bodies that are compressed files: sitemaps are served as sitemap.xml.gz, of
 * the type application/gzip, which is no transfer's encoding and so not for
 * libcurl to undo. What comes out is bounded; of a file that is cut off, or
 * broken in its middle, or has too many members, what stands before is read,
 * and the rest is told.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "feeds/parse_private.h"

#define PARSE_GZIP_CHUNK 65536
#define PARSE_GZIP_WINDOW (15 + 16) /* the largest, in a gzip file */
#define PARSE_GZIP_MEMBERS_MAX 1000 /* files may be put one behind another */

bool
parse_gzip_is(const char *body, size_t len)
{
	return len >= 3 && memcmp(body, "\x1f\x8b\x08", 3) == 0;
}

/* One step; Z_OK goes on, Z_BUF_ERROR stands for the buffer's bound, too. */
static int
parse_gzip_step(z_stream *stream, struct buf *out, bool *is_full_r)
{
	char chunk[PARSE_GZIP_CHUNK];
	int rc;

	stream->next_out = (Bytef *)chunk;
	stream->avail_out = sizeof(chunk);
	rc = inflate(stream, Z_NO_FLUSH);
	*is_full_r =
	    buf_add(out, chunk, sizeof(chunk) - stream->avail_out) == -1;
	return rc;
}

/* Whether another member follows: what else stands there is padding. */
static bool
parse_gzip_has_more(const z_stream *stream)
{
	return parse_gzip_is((const char *)stream->next_in, stream->avail_in);
}

static int
parse_gzip_inflate(z_stream *stream, struct buf *out, struct err *complaint)
{
	unsigned members = 1;
	bool is_full;
	int rc;

	for (;;) {
		rc = parse_gzip_step(stream, out, &is_full);
		if (is_full)
			return -1;
		if (rc == Z_STREAM_END && parse_gzip_has_more(stream)) {
			if (members++ == PARSE_GZIP_MEMBERS_MAX) {
				err_set(complaint, "more than %d gzip members",
				    PARSE_GZIP_MEMBERS_MAX);
				return 0;
			}
			if (inflateReset(stream) == Z_OK)
				continue;
		}
		if (rc != Z_OK)
			break;
	}
	if (rc == Z_MEM_ERROR)
		abort();
	if (rc == Z_BUF_ERROR)
		err_set(complaint, "the compressed data (gzip) is cut off");
	else if (rc != Z_STREAM_END)
		err_set(complaint, "the compressed data (gzip) is broken: %s",
		    stream->msg ? stream->msg : "it makes no sense");
	return 0;
}

int
parse_gzip_open(
    const char *body, size_t len, struct buf *out, struct err *complaint)
{
	z_stream stream;
	int rc;

	memset(&stream, 0, sizeof(stream));
	complaint->text[0] = '\0';
	/* fails for want of memory only */
	if (inflateInit2(&stream, PARSE_GZIP_WINDOW) != Z_OK)
		abort();
	stream.next_in = (z_const Bytef *)body;
	stream.avail_in = (uInt)len;
	rc = parse_gzip_inflate(&stream, out, complaint);
	(void)inflateEnd(&stream);
	return rc;
}
