/*
 * Standard Webhooks 1.0.0. Signing and checking share one function that makes
 * the signature of one secret; only the comparison is the receiver's own.
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alerts/sign.h"
#include "lib/alloc.h"
#include "lib/buf.h"

#define SIGN_PREFIX "whsec_"
#define SIGN_KEY_MIN 24
#define SIGN_KEY_MAX 64
#define SIGN_KEY_TEXT_MAX 88	/* SIGN_KEY_MAX bytes in base64 */
#define SIGN_MAC_TEXT 48	/* base64 of a MAC with "v1," before it */

#define SIGN_DIGITS                                                            \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

struct sign_key {
	unsigned char bytes[SIGN_KEY_TEXT_MAX];
	size_t len;
};

static int
sign_read_key(const char *secret, struct sign_key *key, struct err *err)
{
	size_t prefix = strlen(SIGN_PREFIX), len, digits, padding;
	const char *text = secret + prefix;
	int n;

	if (strncmp(secret, SIGN_PREFIX, prefix) != 0)
		return err_set(err, "a secret starts with \"" SIGN_PREFIX "\"");
	/* EVP_DecodeBlock is lax about blanks and about '=' anywhere */
	digits = strspn(text, SIGN_DIGITS);
	padding = strspn(text + digits, "=");
	len = digits + padding;
	if (text[len] || padding > 2)
		return err_set(err, "the secret is not valid base64");
	if (len == 0 || len > SIGN_KEY_TEXT_MAX || len % 4 != 0)
		return err_set(err, "a secret is \"" SIGN_PREFIX "\" and %d to "
		    "%d bytes in base64", SIGN_KEY_MIN, SIGN_KEY_MAX);
	n = EVP_DecodeBlock(
	    key->bytes, (const unsigned char *)text, (int)len);
	if (n == -1)
		return err_set(err, "the secret is not valid base64");
	key->len = (size_t)n - padding;
	if (key->len < SIGN_KEY_MIN || key->len > SIGN_KEY_MAX)
		return err_set(err, "the secret has %zu bytes, not %d to %d",
		    key->len, SIGN_KEY_MIN, SIGN_KEY_MAX);
	return 0;
}

int
sign_check_secret(const char *secret, struct err *err)
{
	struct sign_key key;
	int rc = sign_read_key(secret, &key, err);

	OPENSSL_cleanse(&key, sizeof(key));
	return rc;
}

/* "v1,<base64>" of "id.timestamp.body". */
static int
sign_one(const char *secret, const char *id, const char *timestamp,
    const char *body, size_t body_len, char out[SIGN_MAC_TEXT],
    struct err *err)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int mac_len = 0;
	struct sign_key key;
	struct buf text;
	int rc = -1;

	if (sign_read_key(secret, &key, err) == -1)
		return -1;
	buf_init(&text, 0);
	buf_printf(&text, "%s.%s.", id, timestamp);
	buf_add(&text, body, body_len);
	if (HMAC(EVP_sha256(), key.bytes, (int)key.len,
	        (const unsigned char *)text.data, text.len, mac, &mac_len)) {
		memcpy(out, "v1,", 3);
		EVP_EncodeBlock((unsigned char *)out + 3, mac, (int)mac_len);
		rc = 0;
	} else
		err_set(err, "the signature could not be computed");
	buf_clear(&text);
	OPENSSL_cleanse(&key, sizeof(key));
	return rc;
}

char *
sign_header(const char *const *secrets, size_t secret_count, const char *id,
    int64_t timestamp_s, const char *body, size_t body_len, struct err *err)
{
	char timestamp[24], one[SIGN_MAC_TEXT];
	struct buf header;
	size_t i;

	snprintf(timestamp, sizeof(timestamp), "%" PRId64, timestamp_s);
	buf_init(&header, 0);
	for (i = 0; i < secret_count; i++) {
		if (sign_one(secrets[i], id, timestamp, body, body_len, one,
		        err) == -1) {
			buf_clear(&header);
			return NULL;
		}
		buf_printf(&header, "%s%s", i ? " " : "", one);
	}
	return buf_steal(&header);
}

static int
sign_check_time(const char *timestamp, int64_t now_s, struct err *err)
{
	long long value;
	char *end;

	errno = 0;
	value = strtoll(timestamp, &end, 10);
	if (errno || end == timestamp || *end ||
	    strspn(timestamp, "0123456789") != strlen(timestamp))
		return err_set(err, "the timestamp is not a number of seconds");
	if (value > now_s + SIGN_TOLERANCE_S)
		return err_set(err, "the timestamp lies %lld s in the future",
		    value - (long long)now_s);
	if (value < now_s - SIGN_TOLERANCE_S)
		return err_set(err, "the timestamp is %lld s old",
		    (long long)now_s - value);
	return 0;
}

/* Whether one of the blank-separated signatures equals `wanted`. */
static bool
sign_header_has(const char *header, const char *wanted)
{
	size_t len = strlen(wanted), n;
	bool found = false;

	for (; *header; header += n) {
		header += strspn(header, " ");
		n = strcspn(header, " ");
		if (n == len && CRYPTO_memcmp(header, wanted, len) == 0)
			found = true;
	}
	return found;
}

int
sign_verify(const char *const *secrets, size_t secret_count, const char *id,
    const char *timestamp, const char *header, const char *body,
    size_t body_len, int64_t now_s, struct err *err)
{
	char one[SIGN_MAC_TEXT];
	bool found = false;
	size_t i;

	if (sign_check_time(timestamp, now_s, err) == -1)
		return -1;
	for (i = 0; i < secret_count; i++) {
		if (sign_one(secrets[i], id, timestamp, body, body_len, one,
		        err) == -1)
			return -1;
		if (sign_header_has(header, one))
			found = true;
	}
	if (!found)
		return err_set(err, "no signature fits the body and a secret");
	return 0;
}
