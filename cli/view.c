/* Colours, cells and ages of what the daemon answers. */
#include <string.h>
#include <sys/ioctl.h>

#include "cli/cli.h"
#include "cli/view.h"
#include "feeds/date.h"
#include "feeds/feed.h"
#include "lib/json.h"

/* In the order of enum view_colour. */
static const char *const view_colours[] = {"\033[32m", "\033[1;31m", "\033[1m"};

static int
view_columns(FILE *out)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == -1)
		return 0;
	return size.ws_col;
}

void
view_init(struct view *view, const json_t *status)
{
	const char *now = json_get_string(status, "now");

	view->out = stdout;
	view->has_colour = cli_wants_colour(stdout);
	view->columns = view_columns(stdout);
	if (!now || date_parse(now, &view->now_s) == -1)
		view->now_s = clock_wall_ms() / 1000;
}

void
view_paint(const struct view *view, enum view_colour colour)
{
	if (view->has_colour)
		fputs(view_colours[colour], view->out);
}

void
view_unpaint(const struct view *view)
{
	if (view->has_colour)
		fputs("\033[0m", view->out);
}

void
view_cell(const struct view *view, enum view_colour colour, const char *text,
    int width)
{
	view_paint(view, colour);
	cli_cell(view->out, text, width, false);
	view_unpaint(view);
}

int64_t
view_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

const char *
view_string(const json_t *object, const char *key)
{
	const char *text = json_get_string(object, key);

	return text ? text : "?";
}

const char *
view_age(const struct view *view, const json_t *object, const char *key,
    char out[CLOCK_RFC3339_SIZE])
{
	const char *text = json_get_string(object, key);
	int64_t s;

	if (!text || date_parse(text, &s) == -1)
		return strcpy(out, "?");
	return clock_human(view->now_s > s ? (view->now_s - s) * 1000 : 0, out);
}

enum view_colour
view_feed_colour(const char *state)
{
	enum feed_status status;

	return feed_status_parse(state, &status) == 0 &&
		       feed_status_is_healthy(status)
		   ? VIEW_GOOD
		   : VIEW_BAD;
}
