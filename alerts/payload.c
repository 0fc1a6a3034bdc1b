/* A stored event as a log line and as text for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alerts/payload.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/json.h"
#include "lib/log.h"

#define PAYLOAD_TEXT_MAX 4096	/* bytes of one shown value */
#define PAYLOAD_MARKS_MAX 64

#define COLOUR_RESET "\033[0m"
#define COLOUR_DIM "\033[2m"
#define COLOUR_BOLD "\033[1m"
#define COLOUR_MARK "\033[1;33m"

char *
payload_log_line(const char *body, int64_t seq)
{
	struct err err;
	json_t *event = json_read(body, strlen(body), &err), *line, *value;
	const char *key;
	char *text;

	if (!event)
		return NULL;
	if (!json_get_string(event, "id")) {
		json_decref(event);
		return NULL;
	}
	line = json_object();
	json_object_foreach(event, key, value)
	{
		if (strcmp(key, "seq") == 0)
			continue;
		json_set(line, key, json_incref(value));
		if (strcmp(key, "id") == 0)
			json_set_int(line, "seq", seq);
	}
	text = json_line(line);
	json_decref(line);
	json_decref(event);
	return text;
}

int
payload_identify(const char *line, size_t len, char id_r[40], int64_t *seq_r)
{
	struct err err;
	json_t *event = json_read(line, len, &err);
	const char *id = event ? json_get_string(event, "id") : NULL;
	int rc = -1;

	if (id && strlen(id) < 40) {
		memcpy(id_r, id, strlen(id) + 1);
		*seq_r = json_integer_value(json_object_get(event, "seq"));
		rc = 0;
	}
	json_decref(event);
	return rc;
}

struct payload_mark {
	size_t start;	/* bytes */
	size_t end;
};

struct payload_view {
	struct buf out;
	bool with_colour;
	const json_t *data;
};

static void
payload_colour(struct payload_view *view, const char *colour)
{
	if (view->with_colour)
		buf_addstr(&view->out, colour);
}

/* Appends text that came from outside. */
static void
payload_safe(struct payload_view *view, const char *text)
{
	char safe[PAYLOAD_TEXT_MAX];

	buf_addstr(&view->out, log_safe(safe, sizeof(safe), text));
}

static void
payload_dim(struct payload_view *view, const char *text)
{
	payload_colour(view, COLOUR_DIM);
	payload_safe(view, text);
	payload_colour(view, COLOUR_RESET);
}

/* Byte offset of a code point. */
static size_t
payload_offset(const char *text, size_t chars)
{
	size_t at = 0;

	while (text[at] && chars > 0) {
		at++;
		while (((unsigned char)text[at] & 0xc0) == 0x80)
			at++;
		chars--;
	}
	return at;
}

static int
payload_compare_marks(const void *a, const void *b)
{
	const struct payload_mark *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* The matched places of a field, in order. */
static size_t
payload_marks(const struct payload_view *view, const char *field,
    const char *text, struct payload_mark *marks)
{
	const json_t *spans = json_object_get(
	    json_object_get(view->data, "match"), "spans");
	size_t i, count = 0;
	json_t *span;

	json_array_foreach(spans, i, span)
	{
		const char *name = json_get_string(span, "field");
		json_int_t start, end;

		if (!name || strcmp(name, field) || count == PAYLOAD_MARKS_MAX)
			continue;
		start = json_integer_value(json_object_get(span, "start"));
		end = json_integer_value(json_object_get(span, "end"));
		if (start < 0 || end <= start)
			continue;
		marks[count].start = payload_offset(text, (size_t)start);
		marks[count++].end = payload_offset(text, (size_t)end);
	}
	qsort(marks, count, sizeof(*marks), payload_compare_marks);
	return count;
}

static void
payload_piece(struct payload_view *view, const char *text, size_t len)
{
	char *piece = xstrndup(text, len);

	payload_safe(view, piece);
	free(piece);
}

/* The text with its matched words marked; overlapping marks become one. */
static void
payload_marked(struct payload_view *view, const char *field, const char *text)
{
	struct payload_mark marks[PAYLOAD_MARKS_MAX];
	size_t i, at = 0, count = payload_marks(view, field, text, marks);

	for (i = 0; i < count; i++) {
		size_t start = marks[i].start, end = marks[i].end;

		while (i + 1 < count && marks[i + 1].start <= end) {
			i++;
			if (marks[i].end > end)
				end = marks[i].end;
		}
		payload_piece(view, text + at, start - at);
		payload_colour(view, COLOUR_MARK);
		buf_addstr(&view->out, view->with_colour ? "" : "\u00ab");
		payload_piece(view, text + start, end - start);
		buf_addstr(&view->out, view->with_colour ? "" : "\u00bb");
		payload_colour(view, COLOUR_RESET);
		at = end;
	}
	payload_safe(view, text + at);
}

/* "2026-11-23T22:41:07.312Z" to "2026-11-23 22:41:07Z" */
static void
payload_time(struct payload_view *view, const char *timestamp)
{
	char text[32];

	if (!timestamp || strlen(timestamp) < 20) {
		payload_dim(view, "no time");
		return;
	}
	snprintf(text, sizeof(text), "%.10s %.8sZ", timestamp, timestamp + 11);
	payload_dim(view, text);
}

static const char *
payload_severity_colour(const char *severity)
{
	static const struct {
		const char *name;
		const char *colour;
	} colours[] = {
	    {"flash", "\033[1;97;41m"},
	    {"high", "\033[1;31m"},
	    {"medium", "\033[1;35m"},
	    {"low", "\033[36m"},
	};
	size_t i;

	for (i = 0; i < sizeof(colours) / sizeof(colours[0]); i++) {
		if (strcmp(colours[i].name, severity) == 0)
			return colours[i].colour;
	}
	return COLOUR_DIM;
}

static void
payload_head(struct payload_view *view, const json_t *event)
{
	const char *severity = json_get_string(event, "severity");
	const char *type = json_get_string(event, "type");
	char word[12];
	size_t i;

	payload_time(view, json_get_string(event, "timestamp"));
	snprintf(word, sizeof(word), "%s", severity ? severity : "info");
	buf_addstr(&view->out, " ");
	payload_colour(view, payload_severity_colour(word));
	for (i = 0; word[i]; i++) {
		if (word[i] >= 'a' && word[i] <= 'z')
			word[i] = (char)(word[i] - 'a' + 'A');
	}
	payload_safe(view, word);
	payload_colour(view, COLOUR_RESET);
	buf_addstr(&view->out, "  ");
	if (type && strcmp(type, "alert.opened") != 0) {
		payload_dim(view, type);
		buf_addstr(&view->out, "  ");
	}
}

/* "Yonhap (wire, KR)" */
static void
payload_source(struct payload_view *view, const json_t *source)
{
	const char *title = json_get_string(source, "title");
	const char *role = json_get_string(source, "role");
	const char *country = json_get_string(source, "country");

	if (!title)
		title = json_get_string(source, "feed");
	payload_safe(view, title ? title : "?");
	if (!role && !country)
		return;
	buf_addstr(&view->out, " (");
	payload_safe(view, role ? role : country);
	if (role && country) {
		buf_addstr(&view->out, ", ");
		payload_safe(view, country);
	}
	buf_addstr(&view->out, ")");
}

static bool
payload_has_marks(const struct payload_view *view, const char *field)
{
	struct payload_mark marks[PAYLOAD_MARKS_MAX];

	return payload_marks(view, field, "", marks) > 0;
}

/* A line of its own for what only some alerts have. */
static void
payload_note(struct payload_view *view, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	buf_addstr(&view->out, "  ");
	buf_addstr(&view->out, label);
	payload_dim(view, text);
	buf_addstr(&view->out, "\n");
}

static void
payload_alert(struct payload_view *view)
{
	const json_t *topic = json_object_get(view->data, "topic");
	const json_t *item = json_object_get(view->data, "item");
	const json_t *match = json_object_get(view->data, "match");
	const char *topic_title = json_get_string(topic, "title");
	const char *title = json_get_string(item, "title");
	const char *snippet = json_get_string(match, "snippet");

	payload_colour(view, COLOUR_BOLD);
	payload_safe(view, topic_title ? topic_title : "?");
	payload_colour(view, COLOUR_RESET);
	buf_addstr(&view->out, " \u00b7 ");
	payload_source(view, json_object_get(view->data, "source"));
	buf_addstr(&view->out, "\n  ");
	payload_marked(view, "title", title && *title ? title : "(no title)");
	buf_addstr(&view->out, "\n");
	payload_note(view, "was: ", json_get_string(item, "title_previous"));
	if (!payload_has_marks(view, "title"))
		payload_note(view, "", snippet);
	payload_note(view, "", json_get_string(item, "url"));
}

/* An operator's event: its object's members as one line. */
static void
payload_own(struct payload_view *view)
{
	const char *kind, *key;
	json_t *object, *value;

	json_object_foreach((json_t *)view->data, kind, object)
	{
		payload_safe(view, kind);
		json_object_foreach(object, key, value)
		{
			if (!json_is_string(value) || !strcmp(key, "since"))
				continue;
			buf_addstr(&view->out, " ");
			payload_dim(view, key);
			buf_addstr(&view->out, " ");
			payload_safe(view, json_string_value(value));
		}
	}
	buf_addstr(&view->out, "\n");
}

char *
payload_text(const char *body, bool with_colour, struct err *err)
{
	json_t *event = json_read(body, strlen(body), err);
	struct payload_view view = {.with_colour = with_colour};

	if (!event)
		return NULL;
	view.data = json_object_get(event, "data");
	if (!json_get_string(event, "id") || !json_is_object(view.data)) {
		json_decref(event);
		err_set(err, "it is not an event: \"id\" or \"data\" is missing");
		return NULL;
	}
	buf_init(&view.out, 0);
	payload_head(&view, event);
	if (json_object_get(view.data, "topic"))
		payload_alert(&view);
	else
		payload_own(&view);
	buf_addstr(&view.out, "  ");
	payload_dim(&view, json_get_string(event, "id"));
	buf_addstr(&view.out, "\n");
	json_decref(event);
	return buf_steal(&view.out);
}
