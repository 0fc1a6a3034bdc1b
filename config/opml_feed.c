/* From an outline to a feed as a configuration has it: what must be right is.
 */
#include <string.h>

#include "config/conf_private.h"
#include "config/opml.h"

int
opml_to_feed(
    struct opml *opml, size_t i, struct conf_feed *feed_r, struct err *err)
{
	const struct opml_feed *from = &opml->feeds[i];
	char code[CONF_LANG_SIZE];
	CURLU *parsed;
	int rc;

	if (from->fault)
		return err_set(err, "%s", from->fault);
	parsed = curl_url();
	rc = conf_judge_url(parsed, from->url, err);
	curl_url_cleanup(parsed);
	if (rc == -1)
		return -1;
	*feed_r = (struct conf_feed){
	    .name = from->name,
	    .url = from->url,
	    .title = from->title,
	    .tags = from->tags,
	};
	if (from->role && !(feed_r->role = conf_role(from->role)))
		return err_set(err, "bad role \"%s\"", from->role);
	if (from->country && !(feed_r->country = conf_country(from->country)))
		return err_set(err,
		    "bad country \"%s\"; expected a code of ISO 3166-1",
		    from->country);
	/* programs write all sorts of things for a language */
	if (from->lang && conf_lang(from->lang, code) == 0)
		feed_r->lang = arena_strdup(opml->arena, code);
	return 0;
}

bool
opml_is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= CONF_FEED_NAME_MAX && conf_is_line(name) &&
	       *name != ' ' && name[len - 1] != ' ';
}
