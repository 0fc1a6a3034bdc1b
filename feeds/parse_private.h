#ifndef WIREWATCH_FEEDS_PARSE_PRIVATE_H
#define WIREWATCH_FEEDS_PARSE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feeds/parse.h"
#include "lib/alloc.h"
#include "lib/buf.h"

/* What the parts of the parser share; nobody else includes this. */

#define PARSE_CHARSET_MAX 40 /* bytes of an encoding's name */
#define PARSE_RAW_MAX (256 * 1024) /* bytes of one element's text looked at */
#define PARSE_NAMESPACES_MAX 256 /* declarations in force at a time */
/* Different names in a document: libxml2 looks for them in ever longer lists.
 */
#define PARSE_NAMES_MAX 10000
#define PARSE_SITEMAP_MAX 50000 /* URLs that a sitemap may hold */
#define PARSE_JSON_VALUES_MAX 400000 /* they cost some 80 bytes each */

/* --- what is said of the encoding (parse_charset.c) --- */

#define PARSE_CANDIDATES_MAX 6

/* Names for iconv, the best first. */
struct parse_voices {
	char names[2][PARSE_CHARSET_MAX];
	const char *said[PARSE_CANDIDATES_MAX];
	size_t count;
};

/* The header before the declaration, but for a default that fits anything. */
void parse_charset_hear(struct parse_voices *voices,
    const struct parse_input *input, const char *text, size_t len);
/* Adds what the declared language suggests; text is in any encoding. */
void parse_charset_guess(
    struct parse_voices *voices, const char *text, size_t len);
/* Whether nobody speaks of anything but UTF-8. */
bool parse_charset_all_utf8(const struct parse_voices *voices);
bool parse_charset_is_utf8(const char *charset);
bool parse_charset_is_western(const char *charset);
/* Encodings in which 7-bit text is more than ASCII. */
bool parse_charset_is_shifting(const char *charset);

/*
 * Makes iconv load every encoding that may be asked of it, and keep it, for a
 * process that can open no files later.
 */
void parse_charset_load(void);

/* --- the bytes (parse_encoding.c) --- */

struct parse_source {
	const char *text; /* in the input or in buf */
	size_t len;
	struct buf buf;
	char encoding[PARSE_CHARSET_MAX];
	bool is_checked; /* text is known to be UTF-8 without NUL */
	bool is_repaired; /* some bytes made no sense in that encoding */
};

/*
 * Makes UTF-8 of the input: without a byte order mark, and not yet checked
 * when nothing but UTF-8 was spoken of. The input must outlive the source.
 */
void parse_source_open(
    struct parse_source *source, const struct parse_input *input);
/* Makes sure that the text is valid UTF-8 without NUL, whatever it was. */
void parse_source_check(
    struct parse_source *source, const struct parse_input *input);
void parse_source_close(struct parse_source *source);

/* --- the vocabulary (parse_tags.c) --- */

/* Where an element stands, which decides what its children mean. */
enum parse_place {
	PLACE_DOCUMENT,
	PLACE_ROOT, /* in rss or rdf:RDF */
	PLACE_CHANNEL, /* in channel or feed */
	PLACE_ITEM,
	PLACE_GROUP, /* in media:group and media:content */
	PLACE_PAUSE, /* in skipHours or skipDays */
	PLACE_PERSON, /* in an author: text, or name and email */
	PLACE_SITEMAP, /* in urlset or sitemapindex */
	PLACE_NEWS, /* in news:news */
	PLACE_PUBLICATION, /* in news:publication */
	PLACE_FIELD, /* its text is wanted */
	PLACE_MARKUP, /* within a field */
	PLACE_SKIP,
};

enum parse_field {
	FIELD_TITLE,
	FIELD_SUMMARY,
	FIELD_CONTENT,
	FIELD_LINK,
	FIELD_GUID,
	FIELD_PUBLISHED,
	FIELD_UPDATED,
	FIELD_LANG,
	FIELD_TTL,
	FIELD_PERIOD,
	FIELD_FREQUENCY,
	FIELD_OUTLET, /* who published what an aggregator lists */
	FIELD_RANKED, /* of those before the best one counts */
	FIELD_AUTHOR = FIELD_RANKED,
	FIELD_NAME, /* of a person */
	FIELD_EMAIL,
	FIELD_CATEGORY,
	FIELD_KEYWORDS, /* categories between commas */
	FIELD_PUBLICATION, /* an entry's, and so its feed's */
	FIELD_SKIP_HOUR,
	FIELD_SKIP_DAY,
	FIELD_NONE,
};

/* An element under a parent: what it is, and how good a source (1 is best). */
struct parse_tag {
	const char *name;
	unsigned char namespace;
	unsigned char parent; /* enum parse_place */
	unsigned char place; /* of its own children */
	unsigned char field;
	unsigned char rank;
};

/*
 * The row for an element, NULL for one that means nothing to us. uri and
 * prefix may be NULL; a prefix without a declaration counts by custom.
 */
const struct parse_tag *parse_tag_find(enum parse_place parent,
    const char *name, const char *prefix, const char *uri);
/* The format that begins with this element; UNKNOWN if none does. */
enum feed_format parse_tag_root(const char *name, const char *uri);

/* --- when a feed wishes not to be asked (parse_pause.c) --- */

void parse_pause_add(
    struct feed_skip *skip, enum parse_field field, const char *text);

/* --- what is found becomes a document (parse_build.c) --- */

enum parse_form {
	FORM_TEXT, /* is meant as it stands */
	FORM_GUESS, /* may be markup or not */
	FORM_HTML,
	FORM_XHTML, /* elements and their text: decoded once, surely */
};

struct parse_build {
	struct feed_doc *doc;
	const char *base; /* what links of the document refer to */
	struct item *items;
	size_t count;
	size_t max; /* a sitemap is cut when all of it is known */
	size_t cap;
	bool is_index; /* of sitemaps: its entries are no items */
	bool is_item; /* fields go to the item, not to the feed */
	struct item item;
	unsigned char item_ranks[FIELD_RANKED];
	unsigned char doc_ranks[FIELD_RANKED];
	const char *authors[ITEM_LIST_MAX];
	const char *categories[ITEM_LIST_MAX];
	const char *outlet; /* of the item; NULL if not said */
	struct buf listing; /* a summary that is a list of links */
	const char *const *doc_authors;
	size_t doc_author_count;
	int64_t period_s; /* of sy:updatePeriod */
	int64_t frequency;
	struct buf text; /* reused, like the next */
	struct buf undoubled;
};

void parse_build_init(struct parse_build *build, const char *base_url);
/* Without a document the builder frees what it has. */
void parse_build_clear(struct parse_build *build);
/* False when the document is full: the item is counted and not wanted. */
bool parse_build_begin_item(struct parse_build *build);
void parse_build_end_item(struct parse_build *build);
/* Hands the document over. */
struct feed_doc *parse_build_finish(struct parse_build *build);

/* Whether something of that rank would be taken. */
bool parse_build_wants(
    const struct parse_build *build, enum parse_field field, unsigned rank);
/* Takes a field's text, NUL-terminated, as it was published. */
void parse_build_field(struct parse_build *build, enum parse_field field,
    unsigned rank, enum parse_form form, const char *text, size_t len);
/* Text as one line, at most max bytes, in the builder's buffer. */
void parse_build_plain(struct parse_build *build, enum parse_form form,
    const char *text, size_t len, size_t max);
/* Replaces a link that is there: ask parse_build_wants() first. */
void parse_build_link(struct parse_build *build, unsigned rank,
    const char *base, const char *text, size_t len);
/* A language for the item or the feed, unless a better one is known. */
void parse_build_lang(
    struct parse_build *build, unsigned rank, const char *text, size_t len);
/*
 * A copy in the arena of a link's absolute form; NULL if it is no http(s) URL
 * (parse_link.c).
 */
const char *parse_link(
    struct parse_build *build, const char *base, const char *text, size_t len);

/* Authors and categories, as published (parse_names.c). */
void parse_names_author(struct parse_build *build, enum parse_form form,
    const char *text, size_t len);
void parse_names_category(struct parse_build *build, enum parse_form form,
    const char *text, size_t len);
/* "missiles, North Korea" */
void parse_names_keywords(
    struct parse_build *build, const char *text, size_t len);
/* Gives the item that ends what was collected. */
void parse_names_settle(struct parse_build *build);

/* Entries of aggregators (parse_outlet.c). */
/* A summary, as HTML, that may be a list of headlines. */
void parse_outlet_note(struct parse_build *build, const char *html, size_t len);
/* Makes of title, author and summary what the outlet wrote. */
void parse_outlet_settle(struct parse_build *build);

/* Sitemaps (parse_sitemap.c). */
/* Of more entries than a document may have, keeps the newest. */
void parse_sitemap_trim(struct parse_build *build);
/* Says of an index which of its sitemaps are the newest. */
void parse_sitemap_explain(const struct parse_build *build, struct err *err);

/* Whether the bytes are compressed (parse_gzip.c). */
bool parse_gzip_is(const char *body, size_t len);
/*
 * Appends what was compressed, as much of it as there is; complaint says what
 * is wrong with the rest, "" if nothing. -1 when the buffer's bound is met.
 */
int parse_gzip_open(
    const char *body, size_t len, struct buf *out, struct err *complaint);

/*
 * Reads a date of the two usual forms (parse_date.c). 0, or -1: date_parse()
 * must be asked.
 */
int parse_date_usual(const char *text, size_t len, int64_t *seconds_r);

/* --- what libxml2 sees (parse_push.c) --- */

/* Targets of the instructions put in: with an 'a', a 'b' and so on behind. */
#define PARSE_MARK "ww-"
#define PARSE_MARKS 16

/* Text that was kept back. */
struct parse_cut {
	const char *text; /* in the document */
	size_t len;
	bool is_escaped; /* with references of parse_reference() */
};

struct parse_push {
	struct _xmlParserCtxt *ctxt;
	char *chunk; /* what is pushed next */
	size_t len;
	const char *from; /* the document up to here is done with */
	struct parse_cut *cuts;
	size_t count;
	size_t cap;
	size_t met; /* texts that were called for, or passed over */
	size_t missed; /* that were passed over */
	bool is_whole; /* nothing is cut */
};

void parse_push_init(struct parse_push *push, struct _xmlParserCtxt *ctxt);
void parse_push_clear(struct parse_push *push);
/* Pushes all of it. -1 when it was left at a tag that is too long. */
int parse_push_document(
    struct parse_push *push, const char *text, size_t len, struct err *err);
/* The text for the instruction that libxml2 came to; NULL if there is none. */
const struct parse_cut *parse_push_met(
    struct parse_push *push, const char *target);
/* Whether libxml2 came to all marks: else texts are missing. */
bool parse_push_is_sure(const struct parse_push *push);
/*
 * Behind <!DOCTYPE ... [ ... ]>, from somewhere behind its "<!"; NULL if it
 * does not end.
 */
const char *parse_push_doctype(const char *p, const char *end);
/* Line breaks that libxml2 did not see so far. */
size_t parse_push_lines(const struct parse_push *push);
/*
 * The reference behind an '&': a legal number or one of XML's five names.
 * Returns its length with the ';', or 0.
 */
size_t parse_reference(const char *p, const char *end, uint32_t *code_r);
/* Decodes text that holds only such; what it makes is not longer. */
size_t parse_reference_decode(const char *text, size_t len, char *out);

/* --- formats --- */

/* What a pass over a document came to. */
struct parse_pass {
	enum parse_outcome outcome;
	bool is_wellformed;
	struct err complaint; /* "" when there is none */
};

/* Strict, or with what parse_repair() made. Fills build unless it fails. */
void parse_xml(struct parse_build *build, const char *text, size_t len,
    bool is_repaired, struct parse_pass *pass);
/*
 * Appends a document in the shape libxml2 wants: balanced, bounded, only legal
 * characters, only known entities. -1 when its root was never closed, or when
 * it grew so much that it had to be cut.
 */
int parse_repair(const char *text, size_t len, struct buf *out);
void parse_json(struct parse_build *build, const char *text, size_t len,
    struct parse_pass *pass);
/* The entries of a page, by the input's expressions (parse_page.c). */
void parse_page(struct parse_build *build, const struct conf_html *html,
    const char *text, size_t len, struct parse_pass *pass);
/*
 * The page as a tree, to be freed with xmlFreeDoc(); NULL if there is nothing
 * in it. Of one that is out of bounds, what stands before (parse_dom.c).
 */
struct _xmlDoc *parse_dom(
    const char *text, size_t len, struct err *complaint);
struct _xmlNode;
/* Appends a node's text, or some text, as markup (parse_markup.c). */
void parse_markup_node(struct buf *out, struct _xmlNode *node);
void parse_markup_text(struct buf *out, const char *text);
void parse_markup_raw(struct buf *out, const char *markup);
/*
 * Reads a date out of what stands around it, at the cost of some tries
 * (parse_page_date.c). 0 or -1.
 */
int parse_page_date(
    const char *text, int zone_min, unsigned *tries, int64_t *seconds_r);
/* Whether an HTML page begins here. */
bool parse_html_is_page(const char *text, size_t len);
/* Whether a piece of a page begins here, as error messages are. */
bool parse_html_is_fragment(const char *text, size_t len);
/* Says that it is a page, and which feeds it names. */
void parse_html_explain(
    const char *text, size_t len, const char *base_url, struct err *err);

#endif
