/*
 * Any bytes as a topic's query and an item: three texts follow the query, each
 * behind a byte 0xff, which no text has, and are made UTF-8 as the parser of
 * feeds makes it. Folding is idempotent and can be traced back, and spans lie
 * on characters of the fields they name.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "text/plain.h"
#include "topics/explain.h"
#include "topics/terms.h"
#include "topics/topic.h"

const char fuzz_name[] = "match";

#define MATCH_END 0xff /* of the query and of each text */

static bool
is_border(const char *text, size_t len, size_t at)
{
	return at == len ||
	       (at < len && ((unsigned char)text[at] & 0xc0) != 0x80);
}

/* --- folding --- */

static void
check_origin(const char *text, size_t len, const struct folded *folded)
{
	size_t i, source, before = 0;

	for (i = 0; i <= folded->len; i++) {
		if (!is_border(folded->text, folded->len, i))
			continue;
		source = folded_source(folded, i);
		fuzz_check(source <= len);
		fuzz_check(source >= before);
		fuzz_check(is_border(text, len, source));
		before = source;
		source = folded_source_end(folded, i);
		fuzz_check(source <= len);
		fuzz_check(is_border(text, len, source));
		fuzz_check(source >= before || i == 0);
	}
	fuzz_check(folded_source(folded, folded->len) == len);
}

static void
check_fold(const char *text)
{
	size_t len = strlen(text);
	struct folded once, twice;

	folded_init(&once);
	folded_init(&twice);
	fold_text(text, len, &once);
	fuzz_check(once.len <= FOLD_GROWTH_MAX * len);
	fuzz_check(plain_is_utf8(once.text, once.len));
	check_origin(text, len, &once);
	fold_text(once.text, once.len, &twice);
	fuzz_check(once.len == twice.len);
	fuzz_check(
	    once.len == 0 || memcmp(once.text, twice.text, once.len) == 0);
	folded_clear(&once);
	folded_clear(&twice);
}

/* --- tokens --- */

static void
check_tokens(const char *const fields[MATCH_FIELDS])
{
	struct term_text text;
	size_t i, start, end;

	term_text_init(&text);
	term_text_set(&text, fields);
	for (i = 0; i < text.tokens.count; i++) {
		const struct token *token = &text.tokens.items[i];
		enum match_field field;
		size_t len;

		fuzz_check(token->start <= token->end);
		if (token->kind == TOKEN_BREAK)
			continue;
		tokens_bytes(&text.tokens, token, &len);
		fuzz_check(len > 0);
		field = term_text_field(&text, (uint32_t)i);
		fuzz_check(field < MATCH_FIELDS);
		term_text_source(&text, (uint32_t)i, (uint32_t)i, &start, &end);
		fuzz_check(start < end);
		fuzz_check(end <= strlen(fields[field]));
	}
	term_text_clear(&text);
}

/* --- matching --- */

static void
check_span(const struct match_span *span, const char *const fields[])
{
	const char *text = fields[span->field];
	size_t len = strlen(text);

	fuzz_check(span->start < span->end);
	fuzz_check(span->end <= len);
	fuzz_check(is_border(text, len, span->start));
	fuzz_check(is_border(text, len, span->end));
	fuzz_check(span->term && *span->term);
}

static void
check_spans(const struct match *match, const char *const fields[])
{
	size_t i;

	fuzz_check(match->span_count <= MATCH_SPANS_MAX);
	for (i = 0; i < match->span_count; i++) {
		const struct match_span *span = &match->spans[i];

		fuzz_check(span->field < MATCH_FIELDS);
		check_span(span, fields);
		if (i == 0)
			continue;
		fuzz_check(span[-1].field <= span->field);
		fuzz_check(span[-1].field < span->field ||
			   span[-1].start <= span->start);
	}
}

/* What a second run must find again; owned by the caller. */
static char *
result_text(const struct match_result *result)
{
	struct buf out;
	size_t i, k;

	buf_init(&out, 0);
	for (i = 0; i < result->count; i++) {
		const struct match *match = &result->matches[i];

		fuzz_check(buf_printf(&out, "%s\n", match->topic->name) == 0);
		for (k = 0; k < match->span_count; k++)
			fuzz_check(
			    buf_printf(&out, "%d %zu %zu %s\n",
				(int)match->spans[k].field,
				match->spans[k].start, match->spans[k].end,
				match->spans[k].term) == 0);
	}
	buf_addch(&out, '\n');
	return buf_steal(&out);
}

static const struct match *
find_match(const struct match_result *result, const struct conf_topic *topic)
{
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (result->matches[i].topic == topic)
			return &result->matches[i];
	}
	return NULL;
}

static void
check_node(const struct explain_node *node, const char *const fields[])
{
	size_t i;

	fuzz_check(node->place_count <= EXPLAIN_PLACES_MAX);
	for (i = 0; i < node->place_count; i++) {
		const struct explain_place *place = &node->places[i];
		const char *text = fields[place->field];
		size_t len = strlen(text);

		fuzz_check(place->start < place->end);
		fuzz_check(place->end <= len);
		fuzz_check(is_border(text, len, place->start));
		fuzz_check(is_border(text, len, place->end));
	}
	for (i = 0; i < node->child_count; i++)
		check_node(&node->children[i], fields);
}

static void
check_explained(
    const struct explain_query *query, bool is_true, const char *const fields[])
{
	fuzz_check(query->tree->is_true == is_true);
	fuzz_check((query->reason_count == 0) == is_true);
	fuzz_check(query->reason_count <= EXPLAIN_REASONS_MAX);
	check_node(query->tree, fields);
}

/* It agrees with the match, topic by topic. */
static void
check_explanations(struct matcher *matcher, const struct conf *conf,
    const struct match_result *result, const char *const fields[])
{
	struct arena *arena = arena_new();
	size_t i;

	for (i = 0; i < conf->topic_count; i++) {
		const struct explanation *why =
		    explain_topic(matcher, result, i, arena);
		const struct match *match =
		    find_match(result, &conf->topics[i]);

		fuzz_check(why->topic == &conf->topics[i]);
		fuzz_check(why->is_match == (match != NULL));
		check_explained(&why->query, match != NULL, fields);
		if (!match)
			continue;
		fuzz_check(why->is_raised == match->is_raised);
		fuzz_check(why->severity == match->severity);
		if (why->raise.tree)
			check_explained(&why->raise, match->is_raised, fields);
	}
	arena_free(&arena);
}

static void
check_item(const struct topicset *set, const struct conf *conf,
    const struct item *item)
{
	static const struct match_source source = {.feed = "kcna",
	    .title = "KCNA Watch",
	    .role = "state",
	    .country = "KP",
	    .lang = "ko"};
	const char *const fields[] = {
	    item->title, item->summary, item->content};
	const struct item other = {.title = "North Korea launches 북한 발사"};
	struct matcher *matcher = matcher_new(set);
	const struct match_result *result = matcher_run(matcher, item, &source);
	char *once, *twice;
	size_t i;

	fuzz_check(result->count <= topicset_count(set));
	for (i = 0; i < result->count; i++) {
		const struct match *match = &result->matches[i];

		check_spans(match, fields);
		fuzz_check(match->severity ==
			   (match->is_raised ? match->topic->raise_to
					     : match->topic->severity));
	}
	once = result_text(result);
	check_explanations(matcher, conf, result, fields);
	/* nothing is left of an item in between */
	matcher_run(matcher, &other, NULL);
	twice = result_text(matcher_run(matcher, item, &source));
	fuzz_check(strcmp(once, twice) == 0);
	free(once);
	free(twice);
	matcher_free(&matcher);
}

/* A topic is raised if it and the other condition are true. */
static void
check_raise(const struct topicset *set, const struct conf *conf,
    const struct item *item)
{
	struct matcher *matcher = matcher_new(set);
	const struct match_result *result = matcher_run(matcher, item, NULL);
	bool same = find_match(result, &conf->topics[1]) != NULL;
	const struct match *other = find_match(result, &conf->topics[2]);

	fuzz_check((find_match(result, &conf->topics[0]) != NULL) == same);
	if (other)
		fuzz_check(other->is_raised == same);
	matcher_free(&matcher);
}

/* Among topics that share its terms, or have none of them. */
static void
check_match(const char *query, const struct item *item)
{
	struct conf_topic topics[3] = {{.name = "fuzz"}, {.name = "same"},
	    {.name = "other",
		.severity = SEVERITY_LOW,
		.raise_to = SEVERITY_FLASH}};
	struct conf conf = {.topics = topics, .topic_count = 3};
	struct topicset *set;
	struct diag diag;

	fuzz_sets(&conf);
	fuzz_text(&topics[0].query, query);
	fuzz_text(&topics[1].query, query);
	fuzz_text(&topics[2].query,
	    "@launch OR title:(fir* NEAR/3 =Kim) OR ATLEAST2(a?) OR 導*彈");
	fuzz_text(&topics[2].raise, query);
	diag_init(&diag);
	set = topicset_new(&conf, &diag);
	if (!set) {
		/* the item meets the third */
		fuzz_text(&topics[0].query, "lang:ko");
		fuzz_text(&topics[1].query, "lang:ko");
		fuzz_text(&topics[2].raise, "lang:ko");
		set = topicset_new(&conf, &diag);
	}
	check_item(set, &conf, item);
	check_raise(set, &conf, item);
	topicset_free(&set);
	diag_clear(&diag);
}

/* The next text, made UTF-8 without NUL; owned by the caller. */
static char *
next_text(const uint8_t **data, const uint8_t *end)
{
	const uint8_t *stop = memchr(*data, MATCH_END, (size_t)(end - *data));
	struct buf out;
	char *text;

	if (!stop)
		stop = end;
	buf_init(&out, 0);
	plain_repair_utf8((const char *)*data, (size_t)(stop - *data), &out);
	*data = stop < end ? stop + 1 : end;
	text = xstrdup(buf_str(&out));
	buf_clear(&out);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	char *texts[1 + MATCH_FIELDS];
	struct item item = {0};
	size_t i;

	if (size == 0)
		return 0;
	for (i = 0; i < 1 + MATCH_FIELDS; i++)
		texts[i] = next_text(&data, end);
	item.title = texts[1];
	item.summary = texts[2];
	item.content = texts[3];
	for (i = 0; i < 1 + MATCH_FIELDS; i++)
		check_fold(texts[i]);
	check_tokens((const char *const *)texts + 1);
	check_match(texts[0], &item);
	for (i = 0; i < 1 + MATCH_FIELDS; i++)
		free(texts[i]);
	return 0;
}
