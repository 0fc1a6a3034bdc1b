/*
 * Runs the examples of topics. An example passes through the same cleaning as
 * the text of a feed, and is matched as an item of the feed that it names: what
 * holds for it holds for such an item in the daemon.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "text/html.h"
#include "topics/golden.h"

#define GOLDEN_WORDS_MAX 8 /* that are told of a match */

struct golden_runner {
	const struct conf *conf;
	const struct conf *feeds;
	struct matcher *matcher;
	struct buf title;
	struct buf summary;
	golden_fn fn;
	void *arg;
	size_t wrong;
};

static void
golden_source(const struct golden_runner *runner,
    const struct conf_golden *golden, struct match_source *source_r)
{
	const struct conf_feed *feed = NULL;

	if (golden->feed)
		feed = conf_find_feed(runner->feeds, golden->feed);
	if (golden->feed && !feed)
		feed = conf_find_feed(runner->conf, golden->feed);
	match_source_of_feed(source_r, feed);
}

static const struct match_result *
golden_match(struct golden_runner *runner, const struct conf_golden *golden)
{
	struct match_source source;
	struct item item = {.content = ""};

	golden_source(runner, golden, &source);
	buf_reset(&runner->title);
	buf_reset(&runner->summary);
	/* what does not fit is cut off, as it is of an item */
	(void)text_clean(golden->title, strlen(golden->title), ITEM_TITLE_MAX,
	    &runner->title);
	(void)text_clean_paragraphs(golden->summary, strlen(golden->summary),
	    ITEM_TEXT_MAX, &runner->summary);
	item.title = buf_str(&runner->title);
	item.summary = buf_str(&runner->summary);
	return matcher_run(runner->matcher, &item, &source);
}

/* Topics keep their names, not their addresses, from one file to another. */
static const struct match *
golden_find(const struct match_result *result, const struct conf_topic *topic)
{
	size_t i;

	for (i = 0; i < result->count; i++) {
		if (strcmp(result->matches[i].topic->name, topic->name) == 0)
			return &result->matches[i];
	}
	return NULL;
}

static void
golden_judge(struct golden_runner *runner, const struct conf_topic *topic,
    const struct conf_golden *golden)
{
	struct golden_verdict verdict = {.topic = topic, .golden = golden};

	verdict.match = golden_find(golden_match(runner, golden), topic);
	verdict.did_match = verdict.match != NULL;
	verdict.is_right = verdict.did_match == golden->must_match;
	runner->wrong += !verdict.is_right;
	if (runner->fn)
		runner->fn(&verdict, runner->arg);
}

size_t
golden_run(const struct topicset *topics, const struct conf *conf,
    const struct conf *feeds, golden_fn fn, void *arg)
{
	struct golden_runner runner = {
	    .conf = conf, .feeds = feeds, .fn = fn, .arg = arg};
	size_t i, j;

	runner.matcher = matcher_new(topics);
	buf_init(&runner.title, ITEM_TITLE_MAX);
	buf_init(&runner.summary, ITEM_TEXT_MAX);
	for (i = 0; i < conf->topic_count; i++) {
		const struct conf_topic *topic = &conf->topics[i];

		for (j = 0; j < topic->golden_count; j++)
			golden_judge(&runner, topic, &topic->goldens[j]);
	}
	buf_clear(&runner.title);
	buf_clear(&runner.summary);
	matcher_free(&runner.matcher);
	return runner.wrong;
}

/* Whether a word was told: of one term there may be many spans. */
static bool
golden_is_told(const struct match *match, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++) {
		if (match->spans[j].term == match->spans[i].term)
			return true;
	}
	return false;
}

/* The terms of a match as the query writes them; owned by the caller. */
static char *
golden_words(const struct match *match)
{
	size_t i, told = 0;
	struct buf words;

	buf_init(&words, SIZE_MAX);
	for (i = 0; i < match->span_count; i++) {
		const struct match_span *span = &match->spans[i];

		if (golden_is_told(match, i))
			continue;
		if (told++ == GOLDEN_WORDS_MAX) {
			(void)buf_addstr(&words, ", ...");
			break;
		}
		(void)buf_printf(&words, "%s%s%s%s", told > 1 ? ", " : "",
		    span->set ? "@" : "", span->set ? span->set : "",
		    span->set ? " " : "");
		(void)buf_printf(&words, "\"%s\"", span->term);
	}
	return buf_steal(&words);
}

struct golden_report {
	struct diag *diag;
	size_t count;
};

static void
golden_report_match(struct diag *diag, const struct golden_verdict *verdict)
{
	char *words = golden_words(verdict->match);

	conf_text_diag(diag, DIAG_ERROR, &verdict->golden->text, 0,
	    strlen(verdict->golden->text.text), "E301",
	    "\"%s\" must not match this and does", verdict->topic->name);
	if (*words)
		diag_hint(diag, "what matched%s: %s",
		    verdict->match->is_raised ? " and raised it" : "", words);
	free(words);
}

static void
golden_report_miss(struct diag *diag, const struct golden_verdict *verdict)
{
	conf_text_diag(diag, DIAG_ERROR, &verdict->golden->text, 0,
	    strlen(verdict->golden->text.text), "E301",
	    "\"%s\" must match this and does not", verdict->topic->name);
	diag_hint(diag,
	    "wirewatch explain %s, with this title, shows what is missing",
	    verdict->topic->name);
}

static void
golden_report(const struct golden_verdict *verdict, void *arg)
{
	struct golden_report *report = arg;

	report->count++;
	if (verdict->is_right)
		return;
	if (verdict->did_match)
		golden_report_match(report->diag, verdict);
	else
		golden_report_miss(report->diag, verdict);
}

size_t
golden_check(
    const struct topicset *topics, const struct conf *conf, struct diag *diag)
{
	struct golden_report report = {.diag = diag};

	(void)golden_run(topics, conf, conf, golden_report, &report);
	return report.count;
}
