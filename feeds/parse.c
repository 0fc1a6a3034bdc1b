/*
 * What came over the wire, and what it is. The bytes become UTF-8
 * (parse_encoding.c), their beginning tells the format, and a document that
 * libxml2 refuses is mended and read once more (parse_repair.c): whatever a
 * publisher broke, the entries that are there come out.
 *
 * Nothing here keeps state; parse_init() tells libxml2, whose settings are the
 * process's, to load nothing on its own.
 */
#include <libxml/parser.h>
#include <string.h>

#include "feeds/parse.h"
#include "feeds/parse_private.h"
#include "lib/log.h"
#include "text/plain.h"

#define PARSE_JUNK_MAX (64 * 1024) /* bytes before a document's beginning */
#define PARSE_EXCERPT_MAX 60

struct parse_job {
	const struct parse_input *input;
	struct parse_source source;
	struct parse_build build;
	struct parse_pass pass;
	const char *complaint; /* other than the pass's; NULL if none */
};

static xmlParserInputPtr
parse_load_nothing(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

void
parse_init(void)
{
	xmlInitParser();
	xmlSetExternalEntityLoader(parse_load_nothing);
}

void
parse_cleanup(void)
{
	xmlCleanupParser();
}

void
parse_warm_up(void)
{
	static const char *const documents[] = {
	    ("<rss><channel><title>t</title><item><title>&eacute;</title>"
	     "<pubDate>Thu, 1 Jan 2026 00:00:00 GMT</pubDate>"
	     "<description>&lt;p&gt;d</description></item></channel></rss>"),
	    ("{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":"
	     "[{\"id\":\"1\",\"content_html\":\"<p>t\"}]}"),
	    "<html><body><p>t</body></html>",
	};
	struct feed_doc *doc;
	struct err why;
	size_t i;

	parse_charset_load();
	for (i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		const struct parse_input input = {
		    .body = documents[i],
		    .len = strlen(documents[i]),
		};

		(void)parse_feed(&input, &doc, &why);
		feed_doc_free(&doc);
	}
}

void
feed_doc_free(struct feed_doc **doc)
{
	struct arena *arena;

	if (!*doc)
		return;
	/* the document itself is in it */
	arena = (*doc)->arena;
	arena_free(&arena);
	*doc = NULL;
}

/* Without white space, and marks of UTF-8 that stand behind it, before it. */
static void
parse_trim(const char **text, size_t *len)
{
	for (;;) {
		size_t n = 0;

		if (*len > 0 && strchr(" \t\r\n\f\v", **text) && **text)
			n = 1;
		else if (*len >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0)
			n = 3;
		if (n == 0)
			return;
		*text += n;
		*len -= n;
	}
}

/* What text that is neither XML nor JSON is, for people. */
static void
parse_explain_text(const char *text, size_t len, struct err *err)
{
	char excerpt[PARSE_EXCERPT_MAX], safe[2 * PARSE_EXCERPT_MAX];
	size_t n = plain_border_within(text, len, sizeof(excerpt) - 1);

	if (parse_gzip_is(text, len))
		err_set(err, "compressed data (gzip), not a feed");
	else if (len >= 4 && memcmp(text, "%PDF", 4) == 0)
		err_set(err, "a PDF document, not a feed");
	else if (memchr(text, '\0', n))
		err_set(err, "binary data, not a feed");
	else {
		memcpy(excerpt, text, n);
		excerpt[n] = '\0';
		err_set(err, "neither XML nor JSON; it begins \"%s\"",
		    log_safe(safe, sizeof(safe), excerpt));
	}
}

/*
 * Where the document begins behind what a broken script printed before it;
 * NULL when none does.
 */
static const char *
parse_find_beginning(const char *text, size_t len)
{
	static const char *const heads[] = {
	    "<?xml", "<rss", "<feed", "<rdf:RDF", "<urlset", "<sitemapindex"};
	const char *first = NULL, *found;
	size_t i, n;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		n = strlen(heads[i]);
		if (len >= n && memcmp(text, heads[i], n) == 0)
			return text;
	}
	if (len > PARSE_JUNK_MAX)
		len = PARSE_JUNK_MAX;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		found = memmem(text, len, heads[i], strlen(heads[i]));
		if (found && (!first || found < first))
			first = found;
	}
	return first;
}

static void
parse_complain(struct parse_job *job, const char *complaint)
{
	if (!job->complaint)
		job->complaint = complaint;
}

/* Reads the text as libxml2 takes it; false when it has to be mended. */
static bool
parse_strictly(struct parse_job *job, const char *text, size_t len)
{
	parse_xml(&job->build, text, len, false, &job->pass);
	/* what is no feed need not be well-formed to be recognised */
	return job->pass.is_wellformed || job->pass.outcome == PARSE_HTML ||
	       job->pass.outcome == PARSE_NOT_FEED;
}

/* The first complaint stays: that of the original. */
static void
parse_mended(struct parse_job *job)
{
	const char *base = job->input->base_url, *text;
	struct err complaint = job->pass.complaint;
	struct buf mended;
	size_t len;
	int rc;

	parse_build_clear(&job->build);
	parse_build_init(&job->build, base);
	parse_source_check(&job->source, job->input);
	text = job->source.text;
	len = job->source.len;
	parse_trim(&text, &len);
	buf_init(&mended, 0);
	rc = parse_repair(text, len, &mended);
	parse_xml(&job->build, buf_str(&mended), mended.len, true, &job->pass);
	buf_clear(&mended);
	if (job->pass.outcome == PARSE_OK && rc == -1 && job->build.count == 0)
		job->pass.outcome = PARSE_BROKEN;
	if (job->pass.outcome == PARSE_OK || job->pass.outcome == PARSE_BROKEN)
		job->pass.complaint = complaint;
	job->pass.is_wellformed = false;
}

static void
parse_document(struct parse_job *job, const char *text, size_t len)
{
	job->source.text = text;
	job->source.len = len;
	if (!parse_strictly(job, text, len))
		parse_mended(job);
}

/* A page, unless somebody wrapped a feed with entries in one. */
static void
parse_wrapped(struct parse_job *job, const char *text, size_t len)
{
	static const char *const heads[] = {
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\"", "<rss version=\""};
	const char *feed = NULL;
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]) && !feed; i++)
		feed = memmem(text, len < PARSE_JUNK_MAX ? len : PARSE_JUNK_MAX,
		    heads[i], strlen(heads[i]));
	if (feed) {
		parse_document(job, feed, len - (size_t)(feed - text));
		if (job->pass.outcome == PARSE_OK && job->build.count > 0) {
			parse_complain(job, "the feed stands in a page");
			return;
		}
	}
	job->source.text = text;
	job->source.len = len;
	job->pass.outcome = PARSE_HTML;
}

static void
parse_markup(struct parse_job *job, const char *text, size_t len)
{
	const char *beginning;

	if (parse_html_is_page(text, len)) {
		parse_wrapped(job, text, len);
		return;
	}
	if (*text != '<' || parse_html_is_fragment(text, len)) {
		beginning = parse_find_beginning(text, len);
		if (!beginning) {
			job->pass.outcome = PARSE_HTML;
			return;
		}
		parse_complain(job, "something stands before the document");
		len -= (size_t)(beginning - text);
		text = beginning;
	}
	parse_document(job, text, len);
}

/* What the bytes are, by the first that is no white space. */
static void
parse_dispatch(struct parse_job *job)
{
	const char *text = job->source.text;
	size_t len = job->source.len;

	parse_trim(&text, &len);
	if (len == 0)
		job->pass.outcome = PARSE_EMPTY;
	else if (job->input->html) {
		parse_source_check(&job->source, job->input);
		parse_page(&job->build, job->input->html, job->source.text,
		    job->source.len, &job->pass);
	} else if (*text == '{' || *text == '[') {
		parse_source_check(&job->source, job->input);
		text = job->source.text;
		len = job->source.len;
		parse_trim(&text, &len);
		parse_json(&job->build, text, len, &job->pass);
	} else if (*text == '<' || parse_find_beginning(text, len)) {
		if (text > job->source.text && len >= 5 &&
		    memcmp(text, "<?xml", 5) == 0)
			parse_complain(job,
			    "white space stands before the XML declaration");
		parse_markup(job, text, len);
	} else {
		job->pass.outcome = PARSE_NOT_FEED;
		parse_explain_text(text, len, &job->pass.complaint);
	}
}

/* What reading a document came to may still be no feed. */
static void
parse_judge(struct parse_job *job)
{
	if (job->pass.outcome != PARSE_OK || !job->build.is_index)
		return;
	job->pass.outcome = PARSE_NOT_FEED;
	parse_sitemap_explain(&job->build, &job->pass.complaint);
}

static struct feed_doc *
parse_finish(struct parse_job *job)
{
	struct feed_doc *doc = parse_build_finish(&job->build);
	const char *complaint = job->pass.complaint.text;

	if (job->source.is_repaired)
		parse_complain(job, "some bytes make no sense in its encoding");
	if (!*complaint && job->complaint)
		complaint = job->complaint;
	doc->is_recovered = !job->pass.is_wellformed || *complaint;
	if (*complaint)
		doc->complaint = arena_strdup(doc->arena, complaint);
	doc->encoding = arena_strdup(doc->arena, job->source.encoding);
	return doc;
}

static void
parse_explain(struct parse_job *job, struct err *err)
{
	switch (job->pass.outcome) {
	case PARSE_OK:
		break;
	case PARSE_EMPTY:
		err_set(err, "the document is empty");
		break;
	case PARSE_HTML:
		parse_source_check(&job->source, job->input);
		parse_html_explain(job->source.text, job->source.len,
		    job->input->base_url, err);
		break;
	case PARSE_BROKEN:
		err_set(err, "nothing can be read: %s",
		    job->pass.complaint.text[0] ? job->pass.complaint.text
						: "no element in it");
		break;
	case PARSE_NOT_FEED:
	case PARSE_TOO_LARGE:
		*err = job->pass.complaint;
		break;
	}
}

/* A document as it stands, or as it came out of compressed data. */
static enum parse_outcome
parse_plain(
    const struct parse_input *input, struct feed_doc **doc_r, struct err *err)
{
	struct parse_job job = {.input = input};
	enum parse_outcome outcome;

	parse_build_init(&job.build, input->base_url);
	parse_source_open(&job.source, input);
	parse_dispatch(&job);
	parse_judge(&job);
	outcome = job.pass.outcome;
	if (outcome == PARSE_OK)
		*doc_r = parse_finish(&job);
	else
		parse_explain(&job, err);
	parse_build_clear(&job.build);
	parse_source_close(&job.source);
	return outcome;
}

/* What is wrong inside comes of it: it is the better reason. */
static void
parse_blame_gzip(
    struct feed_doc *doc, const struct err *complaint, struct err *err)
{
	if (!doc) {
		*err = *complaint;
		return;
	}
	doc->is_recovered = true;
	doc->complaint = arena_strdup(doc->arena, complaint->text);
}

static enum parse_outcome
parse_compressed(
    const struct parse_input *input, struct feed_doc **doc_r, struct err *err)
{
	struct parse_input plain = *input;
	enum parse_outcome outcome = PARSE_TOO_LARGE;
	struct err complaint;
	struct buf body;

	buf_init(&body, PARSE_BODY_MAX);
	if (parse_gzip_open(input->body, input->len, &body, &complaint) == -1)
		err_set(err, "the document is larger than %d bytes",
		    PARSE_BODY_MAX);
	else {
		plain.body = buf_str(&body);
		plain.len = body.len;
		outcome = parse_plain(&plain, doc_r, err);
		if (complaint.text[0])
			parse_blame_gzip(*doc_r, &complaint, err);
		if (outcome == PARSE_EMPTY && complaint.text[0])
			outcome = PARSE_BROKEN;
	}
	buf_clear(&body);
	return outcome;
}

enum parse_outcome
parse_feed(
    const struct parse_input *input, struct feed_doc **doc_r, struct err *err)
{
	*doc_r = NULL;
	if (input->len > PARSE_BODY_MAX) {
		err_set(err, "the document is larger than %d bytes",
		    PARSE_BODY_MAX);
		return PARSE_TOO_LARGE;
	}
	if (parse_gzip_is(input->body, input->len))
		return parse_compressed(input, doc_r, err);
	return parse_plain(input, doc_r, err);
}
