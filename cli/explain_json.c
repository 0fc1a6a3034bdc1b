/* Explanations for programs; the format is described in wirewatch(1). */
#include <stdlib.h>

#include "cli/explain_print.h"

static json_t *
explain_json_place(const struct item *item, const struct explain_place *place)
{
	static const char *const counts[] = {
	    [EXPLAIN_COUNTS] = NULL,
	    [EXPLAIN_OUT_OF_SCOPE] = "scope",
	    [EXPLAIN_OTHER_LANGUAGE] = "lang",
	    [EXPLAIN_DISTANCE] = "distance",
	};
	json_t *object = json_object();
	char *quote = explain_quote(item, place);

	json_set_string(object, "field", match_field_name(place->field));
	json_set_int(object, "start", (int64_t)place->start);
	json_set_int(object, "end", (int64_t)place->end);
	json_set_string(object, "text", quote);
	json_set_string(object, "term", place->term);
	json_set_string(object, "set", place->set);
	json_set_string(object, "lang", place->lang);
	json_set_string(object, "excluded_by", counts[place->count]);
	free(quote);
	return object;
}

static json_t *
explain_json_node(const struct item *item, const struct explain_node *node)
{
	const struct query_node *query = node->query;
	json_t *object = json_object(), *places = json_array();
	json_t *children = json_array();
	size_t i;

	json_set_string(object, "op", explain_type_name(query->type));
	json_set_string(object, "query", node->text);
	json_set_int(object, "start", query->start);
	json_set_int(object, "end", (int64_t)query->start + query->len);
	json_set_bool(object, "is_true", node->is_true);
	json_set_bool(object, "is_reason", node->is_reason);
	json_set_string(object, "detail", node->detail);
	for (i = 0; i < node->place_count; i++)
		json_append(places, explain_json_place(item, &node->places[i]));
	json_set(object, "places", places);
	json_set_bool(object, "has_more_places", node->has_more_places);
	for (i = 0; i < node->child_count; i++)
		json_append(
		    children, explain_json_node(item, &node->children[i]));
	json_set(object, "children", children);
	return object;
}

static json_t *
explain_json_query(
    const struct explain_query *query, const struct item *item, bool with_tree)
{
	json_t *object = json_object(), *reasons = json_array(), *reason;
	size_t i;

	json_set_bool(object, "is_true", query->tree->is_true);
	for (i = 0; i < query->reason_count; i++) {
		reason = json_object();
		json_set_string(reason, "query", query->reasons[i].node->text);
		json_set_string(reason, "text", query->reasons[i].text);
		json_set_int(reason, "facts", (int64_t)query->reasons[i].facts);
		json_append(reasons, reason);
	}
	json_set(object, "reasons", reasons);
	json_set_int(object, "facts_left", (int64_t)query->facts_left);
	if (with_tree)
		json_set(object, "tree", explain_json_node(item, query->tree));
	return object;
}

json_t *
explain_json(const struct explanation *explanation, const struct item *item,
    json_t *id, bool with_trees)
{
	json_t *object = json_object();

	json_set(object, "id", id ? json_incref(id) : json_null());
	json_set_string(object, "topic", explanation->topic->name);
	json_set_bool(object, "is_match", explanation->is_match);
	json_set_bool(object, "is_raised", explanation->is_raised);
	json_set_string(
	    object, "severity", severity_name(explanation->severity));
	json_set(object, "query",
	    explain_json_query(&explanation->query, item, with_trees));
	if (explanation->raise.tree)
		json_set(object, "raise",
		    explain_json_query(&explanation->raise, item, with_trees));
	return object;
}
