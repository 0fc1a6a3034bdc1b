/*
 * Events as JSON, wirewatch.event/1. What a feed supplies may be long: the
 * body is built under the first of a few sets of limits, and under the next
 * when it does not fit, so that every event stays below EVENT_BODY_MAX. An id
 * depends on nothing but what the event is about.
 */
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alerts/event.h"
#include "feeds/url.h"
#include "lib/alloc.h"
#include "lib/clock.h"
#include "lib/json.h"

#define EVENT_SCHEMA "wirewatch.event/1"
#define EVENT_SNIPPET_CHARS 160
#define EVENT_SNIPPET_LEAD 60 /* characters before the first match */
#define EVENT_OWN_MAX 1500 /* bytes of a text in an event of our own */

struct event_limits {
	size_t title; /* bytes; of items */
	size_t label; /* bytes; titles of topics and feeds, tags, roles */
	size_t summary; /* bytes */
	size_t list; /* authors, categories, tags */
	size_t spans;
	size_t guid; /* bytes */
	size_t url; /* longer ones are left out */
	size_t span_text; /* bytes; of the text, and of the term */
};

static const struct event_limits event_limits[] = {
    {ITEM_TITLE_MAX, 1024, 4000, 32, MATCH_SPANS_MAX, ITEM_GUID_MAX,
	ITEM_URL_MAX, 200},
    {ITEM_TITLE_MAX, 256, 1000, 8, 16, 1024, 2048, 100},
    {400, 100, 0, 0, 4, 256, 1024, 60},
};

#define EVENT_LIMITS (sizeof(event_limits) / sizeof(event_limits[0]))

/* In the order of enum event_type. */
static const char *const event_type_names[] = {
    "alert.opened",
    "alert.updated",
    "alert.corrected",
    "feed.state",
    "polling.state",
    "sink.state",
    "sink.dead_letter",
    "config.reloaded",
    "config.rejected",
    "test",
};

const char *
event_type_name(enum event_type type)
{
	return event_type_names[type];
}

void
event_clear(struct event *event)
{
	free(event->body);
	memset(event, 0, sizeof(*event));
}

/* Hashes parts with their lengths, so that no two lists of parts are alike. */
struct event_hash {
	EVP_MD_CTX *ctx;
};

static void
event_hash_open(struct event_hash *hash)
{
	hash->ctx = EVP_MD_CTX_new();
	/* only memory exhaustion makes SHA-256 fail */
	if (!hash->ctx || EVP_DigestInit_ex(hash->ctx, EVP_sha256(), NULL) != 1)
		abort();
}

static void
event_hash_bytes(struct event_hash *hash, const void *data, size_t len)
{
	unsigned char length[8];
	size_t i;

	/* the same bytes on every machine */
	for (i = 0; i < sizeof(length); i++)
		length[i] = (unsigned char)((uint64_t)len >> (8 * i));
	if (EVP_DigestUpdate(hash->ctx, length, sizeof(length)) != 1 ||
	    EVP_DigestUpdate(hash->ctx, data, len) != 1)
		abort();
}

static void
event_hash_string(struct event_hash *hash, const char *text)
{
	event_hash_bytes(hash, text, strlen(text));
}

static void
event_hash_int(struct event_hash *hash, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	event_hash_string(hash, text);
}

/* 32 hexadecimal digits of the hash. */
static void
event_hash_close(struct event_hash *hash, char out[33])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	int i;

	if (EVP_DigestFinal_ex(hash->ctx, digest, NULL) != 1)
		abort();
	EVP_MD_CTX_free(hash->ctx);
	for (i = 0; i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static void
event_set_id(struct event *event, struct event_hash *hash)
{
	memcpy(event->id, "evt_", 4);
	event_hash_close(hash, event->id + 4);
}

/* The part of the text that fits, ending on a character border. */
static size_t
event_fit(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

struct event_builder {
	const struct event_limits *limits;
	json_t *truncated;
};

static void
event_note_cut(struct event_builder *builder, const char *field)
{
	json_array_append_new(builder->truncated, json_string(field));
}

/* Sets a string of at most max bytes; notes the field when it was cut. */
static void
event_set_cut(struct event_builder *builder, json_t *object, const char *key,
    const char *text, size_t max)
{
	json_t *value;
	size_t len;

	if (!text) {
		json_set(object, key, json_null());
		return;
	}
	len = event_fit(text, max);
	if (text[len])
		event_note_cut(builder, key);
	value = json_stringn(text, len);
	json_set(object, key, value ? value : json_null());
}

/* A list of texts, each cut and as many as may be; none that is not UTF-8. */
static void
event_set_list(struct event_builder *builder, json_t *object, const char *key,
    const char *const *items, size_t count)
{
	const struct event_limits *limits = builder->limits;
	json_t *list = json_array(), *text;
	bool is_cut = count > limits->list;
	size_t i, len;

	for (i = 0; i < count && i < limits->list; i++) {
		len = event_fit(items[i], limits->label);
		is_cut |= items[i][len] != '\0';
		text = json_stringn(items[i], len);
		if (text)
			json_array_append_new(list, text);
	}
	if (is_cut)
		event_note_cut(builder, key);
	json_set(object, key, list);
}

static json_t *
event_topic(struct event_builder *builder, const struct conf_topic *topic)
{
	json_t *object = json_object();

	json_set_string(object, "name", topic->name);
	event_set_cut(
	    builder, object, "title", topic->title, builder->limits->label);
	event_set_list(
	    builder, object, "tags", topic->tags.items, topic->tags.count);
	return object;
}

static json_t *
event_item(struct event_builder *builder, const struct event_alert *alert)
{
	const struct item *item = alert->item;
	const struct event_limits *limits = builder->limits;
	const char *url = item->url;
	json_t *object = json_object();

	if (url && strlen(url) > limits->url) {
		event_note_cut(builder, "url");
		url = NULL;
	}
	event_set_cut(builder, object, "guid", item->guid, limits->guid);
	json_set_string(object, "url", url);
	event_set_cut(builder, object, "title", item->title, limits->title);
	if (alert->title_previous)
		event_set_cut(builder, object, "title_previous",
		    alert->title_previous, limits->title);
	event_set_cut(
	    builder, object, "summary", item->summary, limits->summary);
	event_set_list(
	    builder, object, "authors", item->authors, item->author_count);
	event_set_list(builder, object, "categories", item->categories,
	    item->category_count);
	event_set_cut(builder, object, "lang",
	    item->lang ? item->lang : alert->feed->lang, limits->label);
	json_set_time_s(object, "published", item->published_s);
	json_set_time_s(object, "updated", item->updated_s);
	json_set_time_ms(object, "first_seen", alert->first_seen_ms);
	json_set_string(object, "date_quality",
	    date_quality_name(
		item_date_quality(item, alert->first_seen_ms / 1000)));
	return object;
}

static json_t *
event_source(struct event_builder *builder, const struct event_alert *alert)
{
	const struct conf_feed *feed = alert->feed;
	size_t label = builder->limits->label;
	json_t *object = json_object();

	json_set_string(object, "feed", feed->name);
	event_set_cut(builder, object, "title",
	    feed->title ? feed->title : alert->feed_title, label);
	event_set_cut(builder, object, "role", feed->role, label);
	event_set_cut(builder, object, "country", feed->country, label);
	event_set_cut(builder, object, "lang", feed->lang, label);
	return object;
}

static const char *
event_field(const struct item *item, enum match_field field)
{
	switch (field) {
	case MATCH_SUMMARY:
		return item->summary;
	case MATCH_CONTENT:
		return item->content;
	default:
		return item->title;
	}
}

/* Code points in the first `len` bytes. */
static size_t
event_count_chars(const char *text, size_t len)
{
	size_t i, count = 0;

	for (i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* A string of at most max bytes; a span's are short, cuts are not told. */
static void
event_set_short(
    json_t *object, const char *key, const char *text, size_t len, size_t max)
{
	char *cut = text ? xstrndup(text, len) : NULL;

	if (cut)
		cut[event_fit(cut, max)] = '\0';
	json_set_string(object, key, cut);
	free(cut);
}

static json_t *
event_span(const struct event_builder *builder, const struct item *item,
    const struct match_span *span)
{
	const char *text = event_field(item, span->field);
	size_t max = builder->limits->span_text;
	json_t *object = json_object();

	json_set_string(object, "field", match_field_name(span->field));
	json_set_int(
	    object, "start", (int64_t)event_count_chars(text, span->start));
	json_set_int(
	    object, "end", (int64_t)event_count_chars(text, span->end));
	event_set_short(
	    object, "text", text + span->start, span->end - span->start, max);
	event_set_short(object, "term", span->term,
	    span->term ? strlen(span->term) : 0, max);
	json_set_string(object, "set", span->set);
	return object;
}

/* Moves by whole characters: back over `count` of them, or to the start. */
static size_t
event_back(const char *text, size_t at, size_t count)
{
	while (at > 0 && count > 0) {
		at--;
		if (((unsigned char)text[at] & 0xc0) != 0x80)
			count--;
	}
	return at;
}

static size_t
event_forward(const char *text, size_t at, size_t count)
{
	while (text[at] && count > 0) {
		at++;
		while (((unsigned char)text[at] & 0xc0) == 0x80)
			at++;
		count--;
	}
	return at;
}

/* The surroundings of the first match, for lists and chat messages. */
static json_t *
event_snippet(const struct item *item, const struct match *match)
{
	const struct match_span *span;
	const char *text;
	size_t start, end;
	json_t *value;
	char *cut, *at;

	if (!match->span_count)
		return json_null();
	span = &match->spans[0];
	text = event_field(item, span->field);
	start = event_back(text, span->start, EVENT_SNIPPET_LEAD);
	end = event_forward(text, start, EVENT_SNIPPET_CHARS);
	cut = xasprintf("%s%.*s%s", start ? "\u2026" : "", (int)(end - start),
	    text + start, text[end] ? "\u2026" : "");
	/* a line; what the text has of them ends paragraphs */
	for (at = cut; (at = strchr(at, '\n')); at++)
		*at = ' ';
	value = json_string(cut);
	free(cut);
	return value ? value : json_null();
}

static json_t *
event_match(struct event_builder *builder, const struct event_alert *alert)
{
	const struct match *match = alert->match;
	json_t *object = json_object(), *spans = json_array();
	size_t i;

	for (i = 0; i < match->span_count && i < builder->limits->spans; i++)
		json_array_append_new(
		    spans, event_span(builder, alert->item, &match->spans[i]));
	if (match->span_count > builder->limits->spans)
		event_note_cut(builder, "spans");
	json_set(object, "raised", json_boolean(match->is_raised));
	json_set(object, "spans", spans);
	json_set(object, "snippet", event_snippet(alert->item, match));
	return object;
}

static const char *
event_why(enum event_type type)
{
	switch (type) {
	case EVENT_ALERT_UPDATED:
		return "title-changed";
	case EVENT_ALERT_CORRECTED:
		return "corrected";
	default:
		return "first-match";
	}
}

/* The members that every event begins with. */
static json_t *
event_open(const struct event *event, const char *node)
{
	json_t *object = json_object();

	json_set_string(object, "schema", EVENT_SCHEMA);
	json_set_string(object, "id", event->id);
	json_set_string(object, "type", event_type_name(event->type));
	json_set_time_ms(object, "timestamp", event->time_ms);
	json_set_string(object, "node", node);
	json_set_string(object, "severity", severity_name(event->severity));
	json_set_int(object, "severity_num", event->severity);
	return object;
}

/* An update that is worse than what was told. */
static bool
event_is_raised_since(
    const struct event *event, const struct event_alert *alert)
{
	return alert->severity_told &&
	       (int)event->severity > alert->severity_told;
}

static char *
event_alert_body(const struct event *event, const struct event_alert *alert,
    const struct event_limits *limits)
{
	struct event_builder builder = {limits, json_array()};
	json_t *object = event_open(event, alert->node);
	json_t *data = json_object(), *why = json_array();
	char *body;

	if (alert->title_previous || !event_is_raised_since(event, alert))
		json_array_append_new(why, json_string(event_why(event->type)));
	if (event_is_raised_since(event, alert))
		json_array_append_new(why, json_string("raised"));
	json_set(data, "topic", event_topic(&builder, alert->match->topic));
	json_set(data, "item", event_item(&builder, alert));
	json_set(data, "source", event_source(&builder, alert));
	json_set(data, "match", event_match(&builder, alert));
	json_set(data, "why_now", why);
	json_set(object, "data", data);
	if (json_array_size(builder.truncated))
		json_set(object, "truncated", builder.truncated);
	else
		json_decref(builder.truncated);
	body = json_line(object);
	json_decref(object);
	return body;
}

static void
event_alert_id(struct event *event, const struct event_alert *alert)
{
	struct event_hash hash;

	event_hash_open(&hash);
	event_hash_string(&hash, "alert");
	event_hash_string(&hash, alert->match->topic->name);
	event_hash_string(&hash, alert->feed->name);
	event_hash_bytes(&hash, alert->item->id, ITEM_ID_SIZE);
	event_hash_int(&hash, alert->revision);
	event_set_id(event, &hash);
	/* updates of an item follow its opening, whatever the topic */
	event_hash_open(&hash);
	event_hash_string(&hash, alert->feed->name);
	event_hash_bytes(&hash, alert->item->id, ITEM_ID_SIZE);
	event_hash_close(&hash, event->order_key);
}

void
event_from_alert(struct event *event, const struct event_alert *alert)
{
	size_t i;

	memset(event, 0, sizeof(*event));
	event->type = alert->type;
	event->severity = alert->match->severity;
	/* whoever was told the worse hears the better, too */
	event->reach = (int)event->severity;
	if (alert->severity_told > event->reach)
		event->reach = alert->severity_told;
	event->time_ms = alert->now_ms;
	event->topic = alert->match->topic->name;
	event_alert_id(event, alert);
	for (i = 0; i < EVENT_LIMITS; i++) {
		free(event->body);
		event->body = event_alert_body(event, alert, &event_limits[i]);
		if (strlen(event->body) < EVENT_BODY_MAX)
			break;
	}
}

/* Remote text, or an error's, of bounded length. */
static void
event_set_own(json_t *object, const char *key, const char *text)
{
	event_set_short(
	    object, key, text, text ? strlen(text) : 0, EVENT_OWN_MAX);
}

/* An event of the daemon's own: `what` names the object under "data". */
static void
event_from_own(struct event *event, enum event_type type,
    enum severity severity, const char *subject, const char *what,
    json_t *object, const char *node, int64_t now_ms)
{
	struct event_hash hash;
	json_t *body, *data = json_object();
	char *told = json_line(object);

	memset(event, 0, sizeof(*event));
	event->type = type;
	event->severity = severity;
	event->time_ms = now_ms;
	event_hash_open(&hash);
	event_hash_string(&hash, event_type_name(type));
	event_hash_string(&hash, node);
	event_hash_string(&hash, subject);
	event_hash_int(&hash, now_ms);
	/* two changes within a millisecond are two events */
	event_hash_string(&hash, told);
	event_set_id(event, &hash);
	free(told);
	event_hash_open(&hash);
	event_hash_string(&hash, what);
	event_hash_string(&hash, subject);
	event_hash_close(&hash, event->order_key);
	body = event_open(event, node);
	json_set(data, what, object);
	json_set(body, "data", data);
	event->body = json_line(body);
	json_decref(body);
}

void
event_from_feed_state(struct event *event, const struct feed *feed,
    enum feed_status from, const char *node, int64_t now_ms)
{
	const struct feed_state *state = &feed->state;
	json_t *object = json_object();
	char *url = url_redacted(feed_url(feed));

	json_set_string(object, "name", feed->conf->name);
	event_set_own(object, "url", url);
	json_set_string(object, "status", feed_status_name(state->status));
	json_set_string(object, "from", feed_status_name(from));
	event_set_own(object, "reason", state->reason);
	json_set_time_ms(object, "since", state->status_since_ms);
	free(url);
	event_from_own(event, EVENT_FEED_STATE,
	    feed_status_is_healthy(state->status) ? SEVERITY_INFO
						  : SEVERITY_MEDIUM,
	    feed->conf->name, "feed", object, node, now_ms);
}

void
event_from_sink_state(struct event *event, const char *sink,
    const char *outcome, const char *reason, const char *node, int64_t now_ms)
{
	json_t *object = json_object();

	json_set_string(object, "name", sink);
	json_set_string(object, "state", outcome);
	event_set_own(object, "reason", reason);
	event_from_own(event, EVENT_SINK_STATE,
	    strcmp(outcome, "ok") == 0 ? SEVERITY_INFO : SEVERITY_HIGH, sink,
	    "sink", object, node, now_ms);
}

void
event_from_dead_letter(struct event *event, const char *sink,
    const char *event_id, const char *reason, int attempts, const char *node,
    int64_t now_ms)
{
	json_t *object = json_object();
	char *subject = xasprintf("%s %s", sink, event_id);

	json_set_string(object, "name", sink);
	json_set_string(object, "event", event_id);
	event_set_own(object, "reason", reason);
	json_set_int(object, "attempts", attempts);
	event_from_own(event, EVENT_SINK_DEAD_LETTER, SEVERITY_HIGH, subject,
	    "sink", object, node, now_ms);
	free(subject);
}

void
event_from_polling(struct event *event, bool is_offline, const char *reason,
    const char *node, int64_t now_ms)
{
	json_t *object = json_object();

	json_set_string(object, "state", is_offline ? "offline" : "ok");
	event_set_own(object, "reason", reason);
	event_from_own(event, EVENT_POLLING_STATE,
	    is_offline ? SEVERITY_HIGH : SEVERITY_INFO, "polling", "polling",
	    object, node, now_ms);
}

void
event_from_config(struct event *event, enum event_type type, const char *path,
    const char *summary, const char *node, int64_t now_ms)
{
	json_t *object = json_object();

	event_set_own(object, "path", path);
	event_set_own(object, "summary", summary);
	event_from_own(event, type,
	    type == EVENT_CONFIG_REJECTED ? SEVERITY_HIGH : SEVERITY_INFO, path,
	    "config", object, node, now_ms);
}
