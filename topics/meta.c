/* Values of source:, domain:, author: and so on against what queries ask. */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "topics/meta.h"

#define META_VALUE_MAX 4096 /* bytes of one value that are looked at */

void
meta_init(struct meta *meta)
{
	memset(meta, 0, sizeof(*meta));
	folded_init(&meta->folded);
	buf_init(&meta->text, 0);
}

void
meta_clear(struct meta *meta)
{
	folded_clear(&meta->folded);
	buf_clear(&meta->text);
	free(meta->values);
	memset(meta, 0, sizeof(*meta));
}

void
meta_set(struct meta *meta, const struct item *item,
    const struct match_source *source)
{
	meta->item = item;
	meta->source = source;
	meta->count = 0;
	buf_reset(&meta->text);
	memset(meta->lists, 0, sizeof(meta->lists));
}

static void
meta_add(struct meta *meta, const char *value, size_t len)
{
	struct meta_value *added;

	if (len > META_VALUE_MAX) {
		len = META_VALUE_MAX;
		while (len > 0 && (value[len] & 0xc0) == 0x80)
			len--;
	}
	fold_text(value, len, &meta->folded);
	meta->values = xgrow(
	    meta->values, meta->count + 1, &meta->cap, sizeof(*meta->values));
	added = &meta->values[meta->count++];
	added->start = meta->text.len;
	added->len = meta->folded.len;
	(void)buf_add(&meta->text, meta->folded.text, meta->folded.len);
}

static void
meta_add_string(struct meta *meta, const char *value)
{
	if (value && *value)
		meta_add(meta, value, strlen(value));
}

/* The host of an absolute URL. */
static void
meta_add_domain(struct meta *meta, const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL, *at;
	size_t len;

	if (!host)
		return;
	host += 3;
	len = strcspn(host, "/?#");
	at = memrchr(host, '@', len);
	if (at) {
		len -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	if (*host != '[')
		len = strcspn(host, ":/?#");
	if (len && host[len - 1] == '.')
		len--;
	if (len)
		meta_add(meta, host, len);
}

static void
meta_add_strings(struct meta *meta, const char *const *values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		meta_add_string(meta, values[i]);
}

static void
meta_read(struct meta *meta, enum query_field field)
{
	static const struct match_source unknown;
	const struct match_source *source =
	    meta->source ? meta->source : &unknown;
	const struct item *item = meta->item;

	switch (field) {
	case QUERY_SOURCE:
		meta_add_string(meta, source->title);
		break;
	case QUERY_FEED:
		meta_add_string(meta, source->feed);
		break;
	case QUERY_DOMAIN:
		meta_add_domain(meta, item->url);
		break;
	case QUERY_URL:
		meta_add_string(meta, item->url);
		break;
	case QUERY_AUTHOR:
		meta_add_strings(meta, item->authors, item->author_count);
		break;
	case QUERY_CATEGORY:
		meta_add_strings(meta, item->categories, item->category_count);
		break;
	case QUERY_LANG:
		meta_add_string(meta, meta->lang->code);
		break;
	case QUERY_COUNTRY:
		meta_add_string(meta, source->country);
		break;
	case QUERY_ROLE:
		meta_add_string(meta, source->role);
		break;
	default:
		break;
	}
}

/* `*` any run, `?` one character; the whole value must fit. */
static bool
meta_glob(const char *pattern, const char *text, size_t len)
{
	const char *p = pattern, *star = NULL;
	size_t t = 0, retry = 0, step;

	while (t < len) {
		token_decode(text + t, &step);
		if (*p == '*') {
			star = p++;
			retry = t;
		} else if (*p == '?') {
			p++;
			t += step;
		} else if (*p && *p == text[t]) {
			p++;
			t++;
		} else if (star) {
			token_decode(text + retry, &step);
			p = star + 1;
			t = retry += step;
		} else
			return false;
	}
	while (*p == '*')
		p++;
	return !*p;
}

static bool
meta_fits(const struct query_node *node, const char *value, size_t len)
{
	size_t want = strlen(node->text);

	if (node->has_wildcards)
		return meta_glob(node->text, value, len);
	if (node->field == QUERY_DOMAIN && len > want + 1 &&
	    value[len - want - 1] == '.')
		return memcmp(value + len - want, node->text, want) == 0;
	return len == want && memcmp(value, node->text, len) == 0;
}

bool
meta_match(struct meta *meta, const struct query_node *node)
{
	struct meta_list *list = &meta->lists[node->field];
	size_t i;

	if (node->field == QUERY_LANG && !node->has_wildcards)
		return lang_is(meta->lang, node->text);
	if (!list->is_read) {
		list->is_read = true;
		list->first = meta->count;
		meta_read(meta, node->field);
		list->count = meta->count - list->first;
	}
	for (i = list->first; i < list->first + list->count; i++) {
		const struct meta_value *value = &meta->values[i];

		if (meta_fits(
			node, buf_str(&meta->text) + value->start, value->len))
			return true;
	}
	return false;
}
