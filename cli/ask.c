/*
 * Asks the daemon. One connection serves all questions; each answer is bounded
 * in time and size, so that a command never hangs on a daemon that does.
 */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/json.h"

#define ASK_HOST "http://localhost" /* only a name: the socket decides */

struct ask {
	CURL *curl;
	char *socket_path;
	struct buf body;
};

static size_t
ask_on_body(char *data, size_t size, size_t count, void *user)
{
	struct ask *ask = user;

	return buf_add(&ask->body, data, size * count) == 0 ? size * count : 0;
}

static int
ask_set_up(struct ask *ask)
{
	CURL *curl = ask->curl;

	return curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
		   ask->socket_path) == CURLE_OK &&
		       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") ==
			   CURLE_OK &&
		       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
		       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) ==
			   CURLE_OK &&
		       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
			   (long)ASK_TIMEOUT_MS) == CURLE_OK &&
		       curl_easy_setopt(curl, CURLOPT_WRITEDATA, ask) ==
			   CURLE_OK &&
		       curl_easy_setopt(
			   curl, CURLOPT_WRITEFUNCTION, ask_on_body) == CURLE_OK
		   ? 0
		   : -1;
}

struct ask *
ask_new(const char *socket_path, struct err *err)
{
	struct ask *ask = xcalloc(1, sizeof(*ask));

	buf_init(&ask->body, ASK_BODY_MAX);
	ask->socket_path = xstrdup(socket_path);
	ask->curl = curl_easy_init();
	if (!ask->curl || ask_set_up(ask) == -1) {
		err_set(err, "libcurl cannot use the socket %s", socket_path);
		ask_free(&ask);
	}
	return ask;
}

void
ask_free(struct ask **ask)
{
	if (!*ask)
		return;
	curl_easy_cleanup((*ask)->curl);
	buf_clear(&(*ask)->body);
	free((*ask)->socket_path);
	free(*ask);
	*ask = NULL;
}

static int
ask_explain(const struct ask *ask, CURLcode code, struct err *err)
{
	long os_error = 0;

	(void)curl_easy_getinfo(ask->curl, CURLINFO_OS_ERRNO, &os_error);
	if (code == CURLE_COULDNT_CONNECT)
		return err_set(err, "no daemon answers at %s: %s",
		    ask->socket_path,
		    os_error ? strerror((int)os_error)
			     : curl_easy_strerror(code));
	if (code == CURLE_WRITE_ERROR)
		return err_set(err,
		    "the daemon at %s: an answer of more than %d bytes",
		    ask->socket_path, ASK_BODY_MAX);
	return err_set(err, "the daemon at %s: %s", ask->socket_path,
	    curl_easy_strerror(code));
}

/* The answer as an object; the daemon's own words when it refuses. */
static json_t *
ask_read(struct ask *ask, struct err *err)
{
	json_t *object;
	struct err why;
	long status = 0;

	object = json_read(buf_str(&ask->body), ask->body.len, &why);
	if (curl_easy_getinfo(ask->curl, CURLINFO_RESPONSE_CODE, &status) ==
		CURLE_OK &&
	    status == 200 && json_is_object(object))
		return object;
	if (status != 200) {
		const char *said = json_get_string(object, "error");

		err_set(err, "the daemon at %s answers %ld%s%s",
		    ask->socket_path, status, said ? ": " : "",
		    said ? said : "");
	} else
		err_set(err, "the daemon at %s does not answer in JSON",
		    ask->socket_path);
	json_decref(object);
	return NULL;
}

json_t *
ask_get(struct ask *ask, const char *path, struct err *err)
{
	char *url = xasprintf(ASK_HOST "%s", path);
	CURLcode code;

	buf_reset(&ask->body);
	code = curl_easy_setopt(ask->curl, CURLOPT_URL, url);
	if (code == CURLE_OK)
		code = curl_easy_perform(ask->curl);
	free(url);
	if (code != CURLE_OK) {
		ask_explain(ask, code, err);
		return NULL;
	}
	return ask_read(ask, err);
}

char *
ask_escape(const struct ask *ask, const char *text)
{
	char *escaped = curl_easy_escape(ask->curl, text, 0);
	char *copy = xstrdup(escaped ? escaped : "");

	curl_free(escaped);
	return copy;
}
