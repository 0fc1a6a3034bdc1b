#ifndef WIREWATCH_ALERTS_SIGN_H
#define WIREWATCH_ALERTS_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/*
 * Standard Webhooks 1.0.0, symmetric signatures: HMAC-SHA256 over
 * "id.timestamp.body", in base64 behind "v1,". Secrets are "whsec_" and 24 to
 * 64 bytes in base64.
 */
#define SIGN_TOLERANCE_S 300

/* 0, or -1 with what is wrong with the secret (its value is not repeated). */
int sign_check_secret(const char *secret, struct err *err);
/*
 * The value of webhook-signature: one "v1,..." for each secret, separated by
 * blanks. Owned by the caller; NULL with the reason.
 */
char *sign_header(const char *const *secrets, size_t secret_count,
    const char *id, int64_t timestamp_s, const char *body, size_t body_len,
    struct err *err);
/*
 * A receiver's check: 0 when one signature of the header fits one of the
 * secrets and the timestamp is within the tolerance of now_s; compares in
 * constant time. -1 with the reason otherwise.
 */
int sign_verify(const char *const *secrets, size_t secret_count, const char *id,
    const char *timestamp, const char *header, const char *body,
    size_t body_len, int64_t now_s, struct err *err);

#endif
