/*
 * The health of a feed. Whatever a poll brings, the status and its reason are
 * set at once; whether the operator hears of it is decided apart, in
 * health_tell.c.
 *
 * Two states are of time. STALE goes by the dates of the entries and is seen
 * on the first poll; SILENT by when we saw new ones (pace.h), which works
 * without dates and much earlier for a busy feed, but must be learnt. Neither
 * needs a new document: the next 304 is enough.
 *
 * A 304, or the same body again, stands for the last document that could be
 * read, because only that one leaves validators and a hash behind. It ends a
 * failure to reach the feed, it does not end what that document itself was
 * like: an empty feed stays empty, and one that goes on saying 304 grows stale.
 * After a body that could not be read no validators are sent, and a 304 that
 * comes all the same proves nothing; the bytes of the last good document do.
 *
 * A fault that did not keep the document from being read, as its being cut off,
 * is no state: it stands behind the reason for as long as that document counts
 * and no poll fails.
 *
 * failures counts polls without a readable document. An empty, stale or gapped
 * document is a readable one; backing off would only find its end later.
 */
#include <stdlib.h>
#include <string.h>

#include "feeds/health_private.h"
#include "feeds/pace.h"
#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/clock.h"

/* What an operator can use of the entries' dates. */
struct health_dates {
	size_t usable;
	int64_t newest_s;
	int64_t oldest_s;
	int64_t latest_s; /* with those in the future */
};

static void
health_read_dates(
    const struct feed_doc *doc, int64_t now_s, struct health_dates *dates_r)
{
	size_t i;

	dates_r->usable = 0;
	dates_r->newest_s = dates_r->oldest_s = dates_r->latest_s = TIME_NONE;
	for (i = 0; i < doc->item_count; i++) {
		int64_t date = item_date(&doc->items[i]);

		if (date == TIME_NONE || date < HEALTH_PAST_S)
			continue;
		if (date > dates_r->latest_s)
			dates_r->latest_s = date;
		if (date > now_s + HEALTH_FUTURE_S)
			continue;
		dates_r->usable++;
		if (date > dates_r->newest_s)
			dates_r->newest_s = date;
		if (dates_r->oldest_s == TIME_NONE || date < dates_r->oldest_s)
			dates_r->oldest_s = date;
	}
}

bool
health_had_entries(const struct feed_state *state)
{
	return state->item_count > 0 || state->newest_s != TIME_NONE ||
	       state->last_new_ms != TIME_NONE || state->status == FEED_EMPTY;
}

/* How old the newest entry may be, by the pace of those before it. */
static int64_t
health_stale_after_s(const struct feed_state *state)
{
	int64_t after;

	if (state->item_count < 2 || state->newest_s == state->oldest_s)
		return HEALTH_STALE_UNPACED_S;
	after = (state->newest_s - state->oldest_s) / (state->item_count - 1) *
		HEALTH_STALE_CADENCES;
	if (after < HEALTH_STALE_MIN_S)
		return HEALTH_STALE_MIN_S;
	return after > HEALTH_STALE_MAX_S ? HEALTH_STALE_MAX_S : after;
}

bool
health_is_unread(const struct feed_state *state)
{
	switch (state->status) {
	case FEED_HTML:
	case FEED_BROKEN:
		return true;
	case FEED_EMPTY:
		return state->failures > 0;
	default:
		return false;
	}
}

/* A feed that had a habit of bringing something new, and has lost it. */
static bool
health_is_silent(const struct feed_state *state, int64_t now_ms)
{
	int64_t after_s = pace_silent_after_s(&state->pace);

	return after_s > 0 && state->last_new_ms != TIME_NONE &&
	       (now_ms - state->last_new_ms) / 1000 > after_s;
}

/* What the last readable document says of the feed as time passes. */
static enum feed_status
health_of_document(const struct feed_state *state, int64_t now_ms)
{
	if (state->item_count == 0 && health_had_entries(state))
		return FEED_EMPTY;
	if (state->item_count > 0 && state->newest_s == TIME_NONE)
		return FEED_UNDATED;
	if (state->item_count > 0 &&
	    now_ms / 1000 - state->newest_s > health_stale_after_s(state))
		return FEED_STALE;
	return state->has_moved ? FEED_MOVED : FEED_OK;
}

/* Whether silence is all that is worth saying of a feed in that state. */
static bool
health_yields_to_silence(enum feed_status status)
{
	return status != FEED_EMPTY && status != FEED_GAP;
}

static void
health_forget_document(struct feed_state *state)
{
	free(state->etag);
	free(state->last_modified);
	state->etag = state->last_modified = NULL;
	state->body_hash = 0;
}

/*
 * The place it has moved to may die while the configured one comes back, and
 * the other way round: as long as polls fail, both have their turns.
 * A moved_count of 0 marks a target that has proved itself once.
 */
static void
health_try_other_url(struct feed_state *state)
{
	if (state->failures % HEALTH_MOVED_FAILURES != 0)
		return;
	if (!state->has_moved && (!state->moved_url || state->moved_count))
		return;
	state->has_moved = !state->has_moved;
	state->moved_count = 0;
	health_forget_document(state);
}

static struct health_change
health_fail(struct feed_state *state, enum feed_status to, const char *why,
    int64_t wait_ms, int64_t now_ms)
{
	bool is_known = state->failures > 0 && state->told == state->status;

	state->failures++;
	/* that it fails was told already: how it fails now need not wait */
	if (is_known && state->failures < HEALTH_UNREACHABLE_AFTER &&
	    to == FEED_UNREACHABLE)
		state->failures = HEALTH_UNREACHABLE_AFTER;
	health_try_other_url(state);
	return health_settle(state, to, xstrdup(why), wait_ms, now_ms);
}

static void
health_forget_move(struct feed_state *state)
{
	free(state->moved_url);
	state->moved_url = NULL;
	state->moved_count = 0;
}

/*
 * A permanent redirect counts when it held for several polls that brought a
 * feed: a mistake in a server's settings, or a parked domain's page, does not
 * take a subscription away. Once moved, further redirects are merely followed.
 */
static void
health_note_move(struct feed_state *state, const struct fetch_result *result)
{
	if (state->has_moved)
		return;
	if (!result->moved_url) {
		health_forget_move(state);
		return;
	}
	if (!state->moved_url ||
	    strcmp(state->moved_url, result->moved_url) != 0) {
		health_forget_move(state);
		state->moved_url = xstrdup(result->moved_url);
	}
	state->moved_count++;
	state->has_moved = state->moved_count >= FETCH_MOVED_POLLS;
}

static void
health_note_success(struct feed_state *state, const struct fetch_result *result)
{
	health_note_move(state, result);
	state->failures = 0;
	state->latency_ms = result->elapsed_ms;
	if (result->outcome != FETCH_NOT_MODIFIED)
		state->bytes = (int64_t)result->body_len;
}

/* Settles a poll that has read a document, or heard that it is the same. */
static struct health_change
health_settle_read(
    struct feed_state *state, enum feed_status to, char *reason, int64_t now_ms)
{
	struct health_change change =
	    health_settle(state, to, reason, 0, now_ms);

	if (to != FEED_EMPTY)
		state->last_ok_ms = now_ms;
	return change;
}

static char *
health_moved_reason(const struct feed_state *state)
{
	char *url = url_redacted(state->moved_url);
	char *reason = xasprintf("moved for good to %s", url);

	free(url);
	return reason;
}

static char *
health_silent_reason(const struct feed_state *state, const char *span)
{
	char mean[CLOCK_RFC3339_SIZE], longest[CLOCK_RFC3339_SIZE];

	clock_human(pace_mean_s(&state->pace) * 1000, mean);
	clock_human(state->pace.longest_s * 1000, longest);
	return xasprintf("no new entry for %s; before, one came every %s, and "
			 "after %s at the latest",
	    span, mean, longest);
}

/* Takes the time that matters for the state, a span in ms; 0 = not known. */
static char *
health_status_reason(
    const struct feed_state *state, enum feed_status status, int64_t span_ms)
{
	char span[CLOCK_RFC3339_SIZE];

	clock_human(span_ms, span);
	switch (status) {
	case FEED_EMPTY:
		return xstrdup("no entries, where there were some before");
	case FEED_UNDATED:
		return xstrdup("no entry has a date that can be used");
	case FEED_FUTURE:
		return span_ms ? xasprintf(
				     "an entry is dated %s in the future", span)
			       : xstrdup("an entry is dated in the future");
	case FEED_GAP:
		return span_ms
			   ? xasprintf(
				 "entries of up to %s were missed: the oldest "
				 "is newer than all that were seen before",
				 span)
			   : xstrdup("entries were missed before");
	case FEED_STALE:
		return xasprintf("no entry is younger than %s", span);
	case FEED_SILENT:
		return health_silent_reason(state, span);
	case FEED_MOVED:
		return health_moved_reason(state);
	default:
		return NULL;
	}
}

/* With what is wrong with the document itself; takes the reason over. */
static char *
health_add_fault(char *reason, const char *fault)
{
	char *both;

	if (!fault)
		return reason;
	both = xasprintf("%s%s%s%s", reason ? reason : "", reason ? "; " : "",
	    HEALTH_FAULT, fault);
	free(reason);
	return both;
}

/* The same, while the document is the one that the state was learnt from. */
static char *
health_reason(
    const struct feed_state *state, enum feed_status status, int64_t span_ms)
{
	char *reason = health_status_reason(state, status, span_ms);
	char *fault = health_fault(state), *both;

	both = health_add_fault(reason, fault);
	free(fault);
	return both;
}

/* The time that the reason names. */
static int64_t
health_span_ms(
    const struct feed_state *state, enum feed_status status, int64_t now_ms)
{
	if (status == FEED_STALE)
		return now_ms - state->newest_s * 1000;
	if (status == FEED_SILENT)
		return now_ms - state->last_new_ms;
	return 0;
}

/*
 * What was seen in the document itself, which is gone by now, holds until time
 * has made something worse of it, or a failure was told.
 */
static enum feed_status
health_kept(
    const struct feed_state *state, bool was_failing, enum feed_status to)
{
	enum feed_status kept = was_failing ? state->told : state->status;

	if (kept != FEED_GAP && kept != FEED_FUTURE)
		return to;
	return health_is_well(to) || to == FEED_UNDATED ? kept : to;
}

/* The same document as before: only what time does to it can change. */
static struct health_change
health_unchanged(
    struct feed_state *state, const struct fetch_result *result, int64_t now_ms)
{
	bool was_failing = state->failures > 0;
	enum feed_status to;
	char *reason;

	health_note_success(state, result);
	to = health_of_document(state, now_ms);
	if (health_yields_to_silence(to) && health_is_silent(state, now_ms))
		to = FEED_SILENT;
	to = health_kept(state, was_failing, to);
	if (to == state->status &&
	    (to == FEED_GAP || to == FEED_FUTURE || to == FEED_EMPTY)) {
		reason = state->reason;
		state->reason = NULL;
	} else
		reason =
		    health_reason(state, to, health_span_ms(state, to, now_ms));
	return health_settle_read(state, to, reason, now_ms);
}

struct health_change
health_after_fetch(
    struct feed_state *state, const struct fetch_result *result, int64_t now_ms)
{
	if (result->outcome == FETCH_NOT_MODIFIED && health_is_unread(state))
		return (struct health_change){
		    .from = state->status, .to = state->status};
	if (result->outcome != FETCH_FAILED)
		return health_unchanged(state, result, now_ms);
	return health_fail(state, result->status, result->reason.text,
	    result->retry_after_ms, now_ms);
}

/* For how long entries may have come and gone between two polls; 0 = never. */
static int64_t
health_gap_ms(const struct feed_state *state, const struct feed_doc *doc,
    const struct health_dates *dates)
{
	/* an entry without a date may be one that was there before */
	if (state->newest_s == TIME_NONE || dates->usable != doc->item_count ||
	    dates->oldest_s <= state->newest_s)
		return 0;
	return (dates->oldest_s - state->newest_s) * 1000;
}

/* Empty: the dates stay, for the next entries must join on to them. */
static enum feed_status
health_judge_empty(
    struct feed_state *state, const struct feed_doc *doc, int64_t now_ms)
{
	/* where a page has no entries, expressions find none */
	bool had_entries =
	    doc->format == FEED_FORMAT_PAGE || health_had_entries(state);

	state->item_count = 0;
	return had_entries ? FEED_EMPTY : health_of_document(state, now_ms);
}

/*
 * The state that a document brings, and the time that its reason names. That
 * an entry is dated ahead hides nothing: an old feed is full of such notices.
 */
static enum feed_status
health_judge(struct feed_state *state, const struct feed_doc *doc,
    bool has_lost, int64_t now_ms, int64_t *span_ms_r, int64_t *gap_ms_r)
{
	struct health_dates dates;
	enum feed_status to;

	*span_ms_r = *gap_ms_r = 0;
	if (doc->item_count == 0)
		return health_judge_empty(state, doc, now_ms);
	health_read_dates(doc, now_ms / 1000, &dates);
	*gap_ms_r = health_gap_ms(state, doc, &dates);
	state->newest_s = dates.newest_s;
	state->oldest_s = dates.oldest_s;
	state->item_count = (int)doc->item_count;
	if (has_lost)
		return FEED_GAP;
	to = health_of_document(state, now_ms);
	if (to != FEED_STALE && dates.latest_s != TIME_NONE &&
	    dates.latest_s > now_ms / 1000 + HEALTH_FUTURE_S) {
		*span_ms_r = dates.latest_s * 1000 - now_ms;
		return FEED_FUTURE;
	}
	*span_ms_r = health_span_ms(state, to, now_ms);
	return to;
}

static const char *
health_complaint(enum parse_outcome outcome, const struct err *why)
{
	if (why && why->text[0])
		return why->text;
	switch (outcome) {
	case PARSE_EMPTY:
		return "the document is empty";
	case PARSE_HTML:
		return "a page, not a feed";
	case PARSE_NOT_FEED:
		return "some other document, not a feed";
	case PARSE_TOO_LARGE:
		return "the document is too large";
	default:
		return "the document cannot be read";
	}
}

/* No bytes at all are an empty feed where there were entries before. */
static enum feed_status
health_of_outcome(const struct feed_state *state, enum parse_outcome outcome)
{
	if (outcome == PARSE_HTML)
		return FEED_HTML;
	if (outcome == PARSE_EMPTY && health_had_entries(state))
		return FEED_EMPTY;
	return FEED_BROKEN;
}

/*
 * Whether entries that may be new were left out: too many to be read, or older
 * than all that were kept but not than all that the document before had.
 */
static bool
health_has_lost(const struct feed_state *state, const struct feed_doc *doc)
{
	if (doc->dropped > 0)
		return true;
	return doc->cut_s >= HEALTH_PAST_S && state->newest_s != TIME_NONE &&
	       doc->cut_s >= state->newest_s;
}

static char *
health_lost_reason(const struct feed_doc *doc)
{
	if (doc->dropped == 0)
		return xasprintf("entries beyond the newest %zu were left out, "
				 "and some of them may be new",
		    doc->item_count);
	return xasprintf("%zu entries beyond the %s %zu were left out",
	    doc->dropped,
	    doc->format == FEED_FORMAT_SITEMAP ? "newest" : "first",
	    doc->item_count);
}

/* Whether a page says itself why no entry was found on it. */
static bool
health_is_missed(const struct feed_doc *doc)
{
	return doc->format == FEED_FORMAT_PAGE && doc->item_count == 0 &&
	       doc->complaint;
}

static char *
health_missed_reason(
    const struct fetch_result *result, const struct feed_doc *doc)
{
	if (!result->challenger)
		return xstrdup(doc->complaint);
	return xasprintf(
	    "%s demands a browser; %s", result->challenger, doc->complaint);
}

struct health_change
health_after_parse(struct feed_state *state, const struct fetch_result *result,
    enum parse_outcome outcome, const struct feed_doc *doc,
    const struct err *why, int64_t now_ms)
{
	struct health_change change;
	enum feed_status to;
	int64_t span_ms, gap_ms;
	char *reason;
	bool has_lost;

	if (outcome != PARSE_OK) {
		state->latency_ms = result->elapsed_ms;
		state->bytes = (int64_t)result->body_len;
		return health_fail(state, health_of_outcome(state, outcome),
		    health_complaint(outcome, why), 0, now_ms);
	}
	health_note_success(state, result);
	state->asked_s = doc->ttl_s;
	state->skip = doc->skip;
	has_lost = health_has_lost(state, doc);
	to = health_judge(state, doc, has_lost, now_ms, &span_ms, &gap_ms);
	if (has_lost)
		reason = health_lost_reason(doc);
	else if (health_is_missed(doc))
		reason = health_missed_reason(result, doc);
	else
		reason = health_status_reason(state, to, span_ms);
	if (!health_is_missed(doc))
		reason = health_add_fault(reason, doc->complaint);
	change = health_settle_read(state, to, reason, now_ms);
	change.gap_ms = to == FEED_GAP ? 0 : gap_ms;
	return change;
}

/*
 * While we did not look, be it that we or that the feed were down, nothing was
 * a pause of the feed.
 */
static void
health_note_new(struct feed_state *state, const struct health_change *change,
    int64_t now_ms)
{
	int64_t until_ms = now_ms;

	if (until_ms > change->before.watched_until_ms)
		until_ms = change->before.watched_until_ms;
	if (state->last_new_ms != TIME_NONE && until_ms != TIME_NONE)
		pace_note(&state->pace, (until_ms - state->last_new_ms) / 1000);
	state->last_new_ms = now_ms;
}

/* Decides once more, for another state; gap_ms stays for people. */
static void
health_resettle(struct feed_state *state, struct health_change *change,
    enum feed_status to, int64_t span_ms, int64_t now_ms)
{
	int64_t gap_ms = change->gap_ms;

	health_unsettle(state, change);
	*change = health_settle(
	    state, to, health_reason(state, to, span_ms), 0, now_ms);
	change->gap_ms = gap_ms;
}

void
health_after_lookup(struct feed_state *state, struct health_change *change,
    const struct health_found *found, int64_t now_ms)
{
	if (found->has_new)
		health_note_new(state, change, now_ms);
	if (change->gap_ms && !found->joins_on)
		health_resettle(
		    state, change, FEED_GAP, change->gap_ms, now_ms);
	else if (health_yields_to_silence(change->to) &&
		 health_is_silent(state, now_ms))
		health_resettle(state, change, FEED_SILENT,
		    now_ms - state->last_new_ms, now_ms);
}
