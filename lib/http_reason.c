/* From curl's results to our errors, in words that an operator understands. */
#include <errno.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/http_private.h"

static const struct {
	CURLcode code;
	enum http_error error;
	const char *text; /* NULL = what curl itself says */
} http_reasons[] = {
    /* the scheme was checked before: this is HTTP/0.9 */
    {CURLE_UNSUPPORTED_PROTOCOL, HTTP_ERROR_PROTOCOL, "the answer is not HTTP"},
    {CURLE_URL_MALFORMAT, HTTP_ERROR_URL, "bad URL"},
    {CURLE_COULDNT_RESOLVE_PROXY, HTTP_ERROR_DNS,
	"the proxy's name has no address"},
    {CURLE_COULDNT_RESOLVE_HOST, HTTP_ERROR_DNS, "the name has no address"},
    {CURLE_WEIRD_SERVER_REPLY, HTTP_ERROR_PROTOCOL,
	"the answer is not valid HTTP"},
    {CURLE_HTTP2, HTTP_ERROR_PROTOCOL, "the HTTP/2 connection has failed"},
    {CURLE_HTTP2_STREAM, HTTP_ERROR_PROTOCOL,
	"the server has broken the HTTP/2 stream off"},
    {CURLE_PARTIAL_FILE, HTTP_ERROR_PROTOCOL,
	"the connection was closed before the body was complete"},
    {CURLE_GOT_NOTHING, HTTP_ERROR_PROTOCOL,
	"the server closed the connection without an answer"},
    {CURLE_SEND_ERROR, HTTP_ERROR_PROTOCOL,
	"the connection broke while the request was sent"},
    {CURLE_BAD_CONTENT_ENCODING, HTTP_ERROR_PROTOCOL,
	"the body's compression is broken or unknown"},
    {CURLE_FILESIZE_EXCEEDED, HTTP_ERROR_TOO_LARGE, "the body is too large"},
    /* curl answers a header line without end with this */
    {CURLE_OUT_OF_MEMORY, HTTP_ERROR_TOO_LARGE,
	"a response header is too long"},
    {CURLE_SSL_CACERT_BADFILE, HTTP_ERROR_TLS,
	"the file of certificate authorities cannot be used"},
    {CURLE_SSL_INVALIDCERTSTATUS, HTTP_ERROR_TLS,
	"the certificate's status is not valid"},
    {CURLE_USE_SSL_FAILED, HTTP_ERROR_TLS, "TLS cannot be had"},
};

static void
http_reason_connect(struct http_slot *slot)
{
	const struct http_target *target = &slot->hops[0].target;
	const char *why = "no connection";
	long os_errno = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_OS_ERRNO, &os_errno);
	if (!os_errno)
		os_errno = slot->socket_errno;
	if (os_errno == ECONNREFUSED)
		why = "connection refused";
	else if (os_errno == EHOSTUNREACH || os_errno == ENETUNREACH)
		why = "no route to the host";
	else if (os_errno == ETIMEDOUT)
		why = "no answer to the connection attempt";
	else if (os_errno == EMFILE || os_errno == ENFILE)
		why = "no file descriptor is free";
	else if (os_errno)
		why = strerror((int)os_errno);
	slot->error = HTTP_ERROR_CONNECT;
	err_set(&slot->reason, "%s%s: %s port %u",
	    slot->is_proxied ? "proxy: " : "", why, target->host, target->port);
}

/* OpenSSL's texts for what goes wrong before there is a certificate. */
static void
http_reason_handshake(struct http_slot *slot)
{
	static const struct {
		const char *mark;
		const char *text;
	} marks[] = {
	    {"wrong version number", "the server does not speak TLS there"},
	    {"http request", "the server does not speak TLS there"},
	    {"packet length too long", "the server does not speak TLS there"},
	    {"unsupported protocol", "the server offers no TLS 1.2 or newer"},
	    {"protocol version", "the server offers no TLS 1.2 or newer"},
	    {"handshake failure", "the server refuses the TLS handshake"},
	    {"unrecognized name", "the server does not know that host name"},
	    {"unexpected eof",
		"the server closed the connection during the TLS handshake"},
	    {"SYSCALL",
		"the server closed the connection during the TLS handshake"},
	    {"reset by peer",
		"the server closed the connection during the TLS handshake"},
	};
	const char *text = strrchr(slot->curl_error, ':');
	size_t i;

	slot->error = HTTP_ERROR_TLS;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (strcasestr(slot->curl_error, marks[i].mark)) {
			err_set(&slot->reason, "%s", marks[i].text);
			return;
		}
	}
	text = text ? text + 1 + strspn(text + 1, " ") : slot->curl_error;
	err_set(&slot->reason, "the TLS handshake failed: %s", text);
}

static void
http_reason_certificate(struct http_slot *slot)
{
	long result = X509_V_OK, proxy_result = X509_V_OK;

	curl_easy_getinfo(slot->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	curl_easy_getinfo(
	    slot->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy_result);
	slot->error = HTTP_ERROR_TLS;
	if (result == X509_V_OK)
		result = proxy_result;
	switch (result) {
	case X509_V_OK:
	case X509_V_ERR_UNSPECIFIED:
		/* curl starts with "unspecified", and compares the host */
		err_set(&slot->reason,
		    strcasestr(slot->curl_error, "subject")
			? "the certificate is not for this host: %s"
			: "the certificate is not trusted: %s",
		    slot->curl_error);
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		err_set(&slot->reason,
		    "the certificate is signed by an unknown authority");
		break;
	default:
		err_set(&slot->reason, "the certificate is not trusted: %s",
		    X509_verify_cert_error_string(result));
		break;
	}
}

static void
http_reason_receive(struct http_slot *slot)
{
	long connect_code = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_HTTP_CONNECTCODE, &connect_code);
	slot->error = HTTP_ERROR_PROTOCOL;
	if (slot->is_proxied && connect_code != 0 && connect_code != 200) {
		char status[48];

		slot->error = HTTP_ERROR_CONNECT;
		err_set(&slot->reason, "the proxy refuses: %s",
		    http_status_text((int)connect_code, status));
	} else if (slot->has_header)
		err_set(&slot->reason,
		    "the connection broke while the answer came");
	else if (strcasestr(slot->curl_error, "header"))
		err_set(&slot->reason, "the answer is not valid HTTP");
	else
		err_set(&slot->reason,
		    "the connection broke before an answer came");
}

void
http_reason_set_timeout(struct http_slot *slot, const char *what, int64_t ms)
{
	char human[CLOCK_RFC3339_SIZE];

	slot->error = HTTP_ERROR_TIMEOUT;
	if (ms < 1000)
		snprintf(human, sizeof(human), "%d ms", (int)ms);
	else
		clock_human(ms, human);
	err_set(&slot->reason, "%s %s", what, human);
}

static void
http_reason_other(struct http_slot *slot, CURLcode code)
{
	size_t i;

	for (i = 0; i < sizeof(http_reasons) / sizeof(http_reasons[0]); i++) {
		if (http_reasons[i].code != code)
			continue;
		slot->error = http_reasons[i].error;
		err_set(&slot->reason, "%s", http_reasons[i].text);
		return;
	}
	slot->error = HTTP_ERROR_PROTOCOL;
	err_set(&slot->reason, "%s",
	    slot->curl_error[0] ? slot->curl_error : curl_easy_strerror(code));
}

void
http_reason_set(struct http_slot *slot, CURLcode code)
{
	long status = 0;

	/* a bound of ours ended it, whatever curl makes of that */
	if (slot->error != HTTP_ERROR_NONE)
		return;
	switch (code) {
	case CURLE_OK:
		/* curl is content with less than a whole response */
		curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
		if (status < 200)
			http_reason_other(slot, CURLE_WEIRD_SERVER_REPLY);
		else if (slot->is_header_open) {
			slot->error = HTTP_ERROR_PROTOCOL;
			err_set(&slot->reason,
			    "the connection was closed "
			    "before the headers were complete");
		}
		break;
	case CURLE_COULDNT_CONNECT:
	case CURLE_ABORTED_BY_CALLBACK:
		if (slot->is_refused) {
			slot->error = HTTP_ERROR_REFUSED;
			slot->reason = slot->refusal;
		} else
			http_reason_connect(slot);
		break;
	case CURLE_OPERATION_TIMEDOUT:
		http_reason_set_timeout(slot,
		    slot->is_proxied ? "no connection by the proxy within"
				     : "no connection within",
		    slot->connect_timeout_ms);
		break;
	case CURLE_SSL_CONNECT_ERROR:
		http_reason_handshake(slot);
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
		http_reason_certificate(slot);
		break;
	case CURLE_RECV_ERROR:
		http_reason_receive(slot);
		break;
	case CURLE_PROXY:
		slot->error = HTTP_ERROR_CONNECT;
		err_set(
		    &slot->reason, "the proxy refuses: %s", slot->curl_error);
		break;
	default:
		http_reason_other(slot, code);
		break;
	}
}
