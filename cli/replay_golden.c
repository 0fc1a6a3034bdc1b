/*
 * The golden examples in a replay: each is tried with the topics of both sides.
 * An example that both sides have is looked at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/replay.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/json.h"
#include "lib/map.h"
#include "topics/golden.h"

struct replay_golden_run {
	struct replay *replay;
	bool is_new; /* the examples are the new side's */
	struct map *known; /* examples that were looked at */
	bool *was_match; /* with the old topics, in the order of the run */
	size_t was_cap;
	size_t count;
};

static void
replay_golden_note(const struct golden_verdict *verdict, void *arg)
{
	struct replay_golden_run *run = arg;

	run->was_match = xgrow(run->was_match, run->count + 1, &run->was_cap,
	    sizeof(*run->was_match));
	run->was_match[run->count++] = verdict->did_match;
}

/* Whether the example stands on the other side, too, and was looked at. */
static bool
replay_golden_is_known(
    struct replay_golden_run *run, const struct golden_verdict *verdict)
{
	struct buf key;
	bool is_known;

	buf_init(&key, 0);
	/* no name holds a newline; the buffer knows no bound */
	(void)buf_printf(
	    &key, "%s\n%s", verdict->topic->name, verdict->golden->text.text);
	is_known = map_put_bytes(run->known, key.data, key.len, run) != NULL;
	buf_clear(&key);
	return is_known;
}

static void
replay_golden_print_json(
    const struct golden_verdict *verdict, bool has_old, bool was_match)
{
	json_t *object = json_object();

	json_set_string(object, "topic", verdict->topic->name);
	json_set_string(object, "change", "golden");
	json_set_string(object, "golden", verdict->golden->text.text);
	json_set(
	    object, "old", has_old ? json_boolean(was_match) : json_null());
	json_set_bool(object, "new", verdict->did_match);
	json_set_bool(object, "must_match", verdict->golden->must_match);
	json_print_line(stdout, object);
	json_decref(object);
}

static void
replay_golden_print(
    const struct golden_verdict *verdict, bool has_old, bool was_match)
{
	fputs("golden example of ", stdout);
	cli_text(stdout, verdict->topic->name);
	fputs(": ", stdout);
	cli_text(stdout, verdict->golden->text.text);
	fputs("\n  ", stdout);
	if (!has_old)
		fputs("the old topics have no such topic; ", stdout);
	else
		printf("%s before; ",
		    was_match ? "it matched" : "it did not match");
	printf("the new topic %s, %s\n",
	    verdict->did_match ? "matches" : "does not match",
	    verdict->is_right		  ? "as it must"
	    : verdict->golden->must_match ? "and must"
					  : "and must not");
}

/* Called with the new topics, in the order in which the old ones were run. */
static void
replay_golden_compare(const struct golden_verdict *verdict, void *arg)
{
	struct replay_golden_run *run = arg;
	struct replay *replay = run->replay;
	const char *name = verdict->topic->name;
	bool was_match = run->was_match[run->count++];
	bool has_old = conf_find_topic(replay->old_side.conf, name) != NULL;
	bool has_new = conf_find_topic(replay->new_side.conf, name) != NULL;
	bool is_changed = has_old && has_new && was_match != verdict->did_match;

	if (replay_golden_is_known(run, verdict) ||
	    (!is_changed && (verdict->is_right || !run->is_new)))
		return;
	replay->goldens++;
	if (replay->options.is_json)
		replay_golden_print_json(verdict, has_old, was_match);
	else
		replay_golden_print(verdict, has_old, was_match);
}

static void
replay_golden_side(
    struct replay_golden_run *run, const struct replay_side *side, bool is_new)
{
	const struct replay *replay = run->replay;

	run->is_new = is_new;
	run->count = 0;
	(void)golden_run(replay->old_side.topics, side->conf,
	    replay->old_side.conf, replay_golden_note, run);
	run->count = 0;
	(void)golden_run(replay->new_side.topics, side->conf,
	    replay->old_side.conf, replay_golden_compare, run);
}

void
replay_goldens(struct replay *replay)
{
	struct replay_golden_run run = {
	    .replay = replay,
	    .known = map_new(),
	};

	replay_golden_side(&run, &replay->new_side, true);
	replay_golden_side(&run, &replay->old_side, false);
	if (replay->goldens && !replay->options.is_json)
		putchar('\n');
	map_free(&run.known, NULL);
	free(run.was_match);
}
