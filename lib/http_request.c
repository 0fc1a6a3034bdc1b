/*
 * The copy of a request that a transfer keeps: one block of memory with the
 * transfer, the list of its headers in curl's form, and all strings.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/http_private.h"

static size_t
http_request_count(const struct http_request *request)
{
	size_t count = 0;

	/* one more than allowed, so that http_request_check() notices */
	while (request->headers && count <= HTTP_REQUEST_HEADERS_MAX &&
	       request->headers[count])
		count++;
	return count;
}

static size_t
http_request_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static char *
http_request_copy_text(char **place, const char *text)
{
	size_t size = http_request_size(text);
	char *copy = *place;

	if (!text)
		return NULL;
	memcpy(copy, text, size);
	*place += size;
	return copy;
}

static struct curl_slist *
http_request_copy_headers(struct curl_slist *nodes, char **place,
    const struct http_request *request, size_t count)
{
	static char no_expect[] = "Expect:";
	size_t i;

	for (i = 0; i < count; i++) {
		nodes[i].data =
		    http_request_copy_text(place, request->headers[i]);
		nodes[i].next = &nodes[i + 1];
	}
	/* curl would wait a second for "100 Continue" otherwise */
	if (request->body) {
		nodes[count].data = no_expect;
		count++;
	}
	if (count == 0)
		return NULL;
	nodes[count - 1].next = NULL;
	return nodes;
}

/* One block: the transfer, the list of its headers, its strings. */
struct http_transfer *
http_request_copy(const struct http_request *request)
{
	size_t count = http_request_count(request), i;
	size_t size = http_request_size(request->url) +
		      http_request_size(request->method) +
		      http_request_size(request->user) +
		      http_request_size(request->password) +
		      http_request_size(request->proxy) +
		      http_request_size(request->ca_file);
	struct http_transfer *transfer;
	struct curl_slist *nodes;
	char *place;

	for (i = 0; i < count; i++)
		size += http_request_size(request->headers[i]);
	transfer =
	    xmalloc(sizeof(*transfer) + (count + 1) * sizeof(*nodes) + size);
	nodes = (struct curl_slist *)(transfer + 1);
	place = (char *)(nodes + count + 1);
	memset(transfer, 0, sizeof(*transfer));
	transfer->request = *request;
	transfer->request.url = http_request_copy_text(&place, request->url);
	transfer->request.method =
	    http_request_copy_text(&place, request->method);
	transfer->request.user = http_request_copy_text(&place, request->user);
	transfer->request.password =
	    http_request_copy_text(&place, request->password);
	transfer->request.proxy =
	    http_request_copy_text(&place, request->proxy);
	transfer->request.ca_file =
	    http_request_copy_text(&place, request->ca_file);
	transfer->request.headers = NULL;
	transfer->headers =
	    http_request_copy_headers(nodes, &place, request, count);
	return transfer;
}

/* A line break would let a header's author write further headers. */
int
http_request_check(const struct http_transfer *transfer, struct err *err)
{
	const struct curl_slist *node;
	size_t count = 0;

	for (node = transfer->headers; node; node = node->next) {
		if (strpbrk(node->data, "\r\n"))
			return err_set(
			    err, "a request header holds a line break");
		if (++count > HTTP_REQUEST_HEADERS_MAX)
			return err_set(err, "more than %d request headers",
			    HTTP_REQUEST_HEADERS_MAX);
	}
	return 0;
}
