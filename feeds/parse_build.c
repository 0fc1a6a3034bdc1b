/*
 * From texts as published to a document. All bounds of feeds/item.h are kept
 * here, for every format: what is too long is cut on a character's border, what
 * is too many is left out, and of several elements with one meaning the best
 * one counts, among equals the first that says anything.
 *
 * Everything that stays is in the document's arena; the text buffer is only
 * where things are made.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "feeds/date.h"
#include "feeds/parse_private.h"
#include "feeds/url.h"
#include "lib/clock.h"
#include "text/html.h"
#include "text/plain.h"

#define PARSE_LANG_MAX 35 /* RFC 5646 section 4.4.1 */
#define PARSE_TTL_MAX_S (366 * 86400)
#define PARSE_NO_RANK 255

void
parse_build_init(struct parse_build *build, const char *base_url)
{
	struct arena *arena = arena_new();

	memset(build, 0, sizeof(*build));
	build->doc = arena_alloc(arena, sizeof(*build->doc));
	build->doc->arena = arena;
	build->doc->cut_s = TIME_NONE;
	build->base = base_url && *base_url ? base_url : NULL;
	build->max = PARSE_ITEMS_MAX;
	memset(build->doc_ranks, PARSE_NO_RANK, sizeof(build->doc_ranks));
	buf_init(&build->text, 0);
	buf_init(&build->undoubled, 0);
	buf_init(&build->listing, 0);
}

void
parse_build_clear(struct parse_build *build)
{
	feed_doc_free(&build->doc);
	free(build->items);
	build->items = NULL;
	buf_clear(&build->text);
	buf_clear(&build->undoubled);
	buf_clear(&build->listing);
}

bool
parse_build_begin_item(struct parse_build *build)
{
	struct item *item = &build->item;

	if (build->count == build->max) {
		build->doc->dropped++;
		return false;
	}
	memset(item, 0, sizeof(*item));
	item->title = item->summary = item->content = "";
	item->published_s = item->updated_s = TIME_NONE;
	memset(build->item_ranks, PARSE_NO_RANK, sizeof(build->item_ranks));
	build->is_item = true;
	build->outlet = NULL;
	build->listing.len = 0;
	return true;
}

/* A guid counts in full, but only so much of it is kept. */
static void
parse_build_identify(struct parse_build *build, struct item *item)
{
	size_t len = item->guid ? strlen(item->guid) : 0;

	item_identify(item);
	if (len <= ITEM_GUID_MAX)
		return;
	len = plain_border(item->guid, ITEM_GUID_MAX);
	/* it is clean: of two characters one at most is a blank */
	if (item->guid[len - 1] == ' ')
		len--;
	item->guid = arena_strndup(build->doc->arena, item->guid, len);
}

void
parse_build_end_item(struct parse_build *build)
{
	struct item *item = &build->item;

	build->is_item = false;
	parse_outlet_settle(build);
	parse_names_settle(build);
	parse_build_identify(build, item);
	build->items =
	    xgrow(build->items, build->count + 1, &build->cap, sizeof(*item));
	build->items[build->count++] = *item;
}

/* What an entry leaves to its feed to say (RFC 4287 section 4.2.1). */
static void
parse_build_inherit(struct parse_build *build)
{
	size_t i;

	for (i = 0; i < build->count; i++) {
		struct item *item = &build->items[i];

		if (!item->lang)
			item->lang = build->doc->lang;
		if (item->author_count == 0) {
			item->authors = build->doc_authors;
			item->author_count = build->doc_author_count;
		}
	}
}

struct feed_doc *
parse_build_finish(struct parse_build *build)
{
	struct feed_doc *doc = build->doc;

	if (doc->ttl_s == 0 && build->period_s > 0)
		doc->ttl_s = build->period_s /
			     (build->frequency > 0 ? build->frequency : 1);
	parse_build_inherit(build);
	parse_sitemap_trim(build);
	doc->items =
	    arena_calloc(doc->arena, build->count, sizeof(*doc->items));
	if (build->count)
		memcpy(doc->items, build->items,
		    build->count * sizeof(*doc->items));
	doc->item_count = build->count;
	build->doc = NULL;
	return doc;
}

bool
parse_build_wants(
    const struct parse_build *build, enum parse_field field, unsigned rank)
{
	if (field >= FIELD_RANKED)
		return true;
	return rank <
	       (build->is_item ? build->item_ranks : build->doc_ranks)[field];
}

static void
parse_build_took(
    struct parse_build *build, enum parse_field field, unsigned rank)
{
	(build->is_item ? build->item_ranks : build->doc_ranks)[field] =
	    (unsigned char)rank;
}

/* Plain text in the reused buffer, at most max bytes, a paragraph a line. */
static void
parse_build_paragraphs(struct parse_build *build, enum parse_form form,
    const char *text, size_t len, size_t max)
{
	buf_reset(&build->text);
	buf_reset(&build->undoubled);
	if (plain_undouble(text, len, &build->undoubled)) {
		text = build->undoubled.data;
		len = build->undoubled.len;
	}
	/* the buffer has no bound of its own, so these cannot fail */
	if (form == FORM_HTML)
		(void)html_to_text(text, len, max, &build->text);
	else if (form == FORM_XHTML)
		(void)html_markup_to_text(text, len, max, &build->text);
	else if (form == FORM_GUESS)
		(void)html_title_to_text(text, len, max, &build->text);
	else
		(void)text_clean_paragraphs(text, len, max, &build->text);
}

/* The same as one line: all but summaries and contents. */
void
parse_build_plain(struct parse_build *build, enum parse_form form,
    const char *text, size_t len, size_t max)
{
	parse_build_paragraphs(build, form, text, len, max);
	plain_flatten(&build->text, 0);
}

/* What is in the buffer, in the arena; NULL when nothing is left. */
static const char *
parse_build_keep(struct parse_build *build)
{
	if (build->text.len == 0)
		return NULL;
	return arena_strndup(
	    build->doc->arena, build->text.data, build->text.len);
}

static const char *
parse_build_text(struct parse_build *build, enum parse_form form,
    const char *text, size_t len, size_t max)
{
	parse_build_plain(build, form, text, len, max);
	return parse_build_keep(build);
}

/* A sitemap has no title; all of its entries are of one publication. */
static void
parse_build_publication(struct parse_build *build, enum parse_form form,
    const char *text, size_t len)
{
	if (!build->doc->title)
		build->doc->title =
		    parse_build_text(build, form, text, len, ITEM_TITLE_MAX);
}

static void
parse_build_outlet(struct parse_build *build, unsigned rank,
    enum parse_form form, const char *text, size_t len)
{
	const char *name =
	    parse_build_text(build, form, text, len, ITEM_NAME_MAX);

	if (!name || !build->is_item)
		return;
	build->outlet = name;
	parse_build_took(build, FIELD_OUTLET, rank);
}

static int64_t
parse_build_number(const char *text)
{
	long long value = strtoll(text, NULL, 10);

	return value > 0 && value < PARSE_TTL_MAX_S ? value : 0;
}

/* What the feed says of how often to come back. */
static void
parse_build_period(
    struct parse_build *build, enum parse_field field, const char *text)
{
	static const struct {
		const char *name;
		int64_t s;
	} periods[] = {{"hourly", 3600}, {"daily", 86400}, {"weekly", 604800},
	    {"monthly", 30 * 86400}, {"yearly", 365 * 86400}};
	size_t i;

	text += strspn(text, " \t\r\n");
	if (field == FIELD_TTL) {
		build->doc->ttl_s = parse_build_number(text) * 60;
		if (build->doc->ttl_s > PARSE_TTL_MAX_S)
			build->doc->ttl_s = PARSE_TTL_MAX_S;
	} else if (field == FIELD_FREQUENCY)
		build->frequency = parse_build_number(text);
	else {
		for (i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
			if (strncasecmp(text, periods[i].name,
				strlen(periods[i].name)) == 0)
				build->period_s = periods[i].s;
		}
	}
}

static void
parse_build_date(struct parse_build *build, enum parse_field field,
    unsigned rank, const char *text, size_t len)
{
	int64_t seconds;

	if (!build->is_item || (parse_date_usual(text, len, &seconds) == -1 &&
				   date_parse(text, &seconds) == -1))
		return;
	if (field == FIELD_PUBLISHED)
		build->item.published_s = seconds;
	else
		build->item.updated_s = seconds;
	parse_build_took(build, field, rank);
}

static void
parse_build_title(struct parse_build *build, unsigned rank,
    enum parse_form form, const char *text, size_t len)
{
	const char *title =
	    parse_build_text(build, form, text, len, ITEM_TITLE_MAX);

	if (!title)
		return;
	if (build->is_item)
		build->item.title = title;
	else
		build->doc->title = title;
	parse_build_took(build, FIELD_TITLE, rank);
}

static void
parse_build_prose(struct parse_build *build, enum parse_field field,
    unsigned rank, enum parse_form form, const char *text, size_t len)
{
	const char *prose;

	if (!build->is_item)
		return;
	parse_build_paragraphs(build, form, text, len, ITEM_TEXT_MAX);
	prose = parse_build_keep(build);
	if (!prose)
		return;
	if (field == FIELD_SUMMARY && form == FORM_HTML)
		parse_outlet_note(build, text, len);
	if (field == FIELD_SUMMARY)
		build->item.summary = prose;
	else
		build->item.content = prose;
	parse_build_took(build, field, rank);
}

static void
parse_build_guid(
    struct parse_build *build, unsigned rank, const char *text, size_t len)
{
	const char *guid =
	    parse_build_text(build, FORM_TEXT, text, len, PARSE_RAW_MAX);

	if (!guid || !build->is_item)
		return;
	build->item.guid = guid;
	parse_build_took(build, FIELD_GUID, rank);
}

void
parse_build_field(struct parse_build *build, enum parse_field field,
    unsigned rank, enum parse_form form, const char *text, size_t len)
{
	if (len == 0 || !parse_build_wants(build, field, rank))
		return;
	switch (field) {
	case FIELD_TITLE:
		parse_build_title(build, rank, form, text, len);
		break;
	case FIELD_SUMMARY:
	case FIELD_CONTENT:
		parse_build_prose(build, field, rank, form, text, len);
		break;
	case FIELD_LINK:
		parse_build_link(build, rank, build->base, text, len);
		break;
	case FIELD_GUID:
		parse_build_guid(build, rank, text, len);
		break;
	case FIELD_PUBLISHED:
	case FIELD_UPDATED:
		parse_build_date(build, field, rank, text, len);
		break;
	case FIELD_LANG:
		parse_build_lang(build, rank, text, len);
		break;
	case FIELD_TTL:
	case FIELD_PERIOD:
	case FIELD_FREQUENCY:
		parse_build_period(build, field, text);
		break;
	case FIELD_AUTHOR:
	case FIELD_NAME:
	case FIELD_EMAIL:
		parse_names_author(build, form, text, len);
		break;
	case FIELD_CATEGORY:
		parse_names_category(build, form, text, len);
		break;
	case FIELD_KEYWORDS:
		parse_names_keywords(build, text, len);
		break;
	case FIELD_PUBLICATION:
		parse_build_publication(build, form, text, len);
		break;
	case FIELD_OUTLET:
		parse_build_outlet(build, rank, form, text, len);
		break;
	case FIELD_SKIP_HOUR:
	case FIELD_SKIP_DAY:
		parse_pause_add(&build->doc->skip, field, text);
		break;
	case FIELD_NONE:
		break;
	}
}

void
parse_build_link(struct parse_build *build, unsigned rank, const char *base,
    const char *text, size_t len)
{
	const char *url;

	/* the feed's own page is better than nothing to refer to */
	url = parse_link(build, base ? base : build->doc->link, text, len);
	if (!url)
		return;
	if (build->is_item)
		build->item.url = url;
	else
		build->doc->link = url;
	parse_build_took(build, FIELD_LINK, rank);
}

void
parse_build_lang(
    struct parse_build *build, unsigned rank, const char *text, size_t len)
{
	const char *lang;
	size_t i;

	if (!parse_build_wants(build, FIELD_LANG, rank))
		return;
	parse_build_plain(build, FORM_TEXT, text, len, PARSE_LANG_MAX);
	for (i = 0; i < build->text.len; i++) {
		char c = build->text.data[i];

		if (c == '_')
			build->text.data[i] = '-';
		else if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			 !(c >= '0' && c <= '9') && c != '-')
			return;
	}
	if (i < 2)
		return;
	lang = arena_strndup(build->doc->arena, build->text.data, i);
	if (build->is_item)
		build->item.lang = lang;
	else
		build->doc->lang = lang;
	parse_build_took(build, FIELD_LANG, rank);
}
