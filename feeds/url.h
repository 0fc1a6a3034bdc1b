#ifndef WIREWATCH_FEEDS_URL_H
#define WIREWATCH_FEEDS_URL_H

#include <stdbool.h>

/*
 * URLs through curl's own parser (CURLU), the one that will fetch them. One
 * whose host holds what text_clean() would change (controls, marks that turn
 * text around, bytes that are no UTF-8), or a '%', or before whose path there
 * is a backslash, is none.
 */

/*
 * The absolute form of a reference as a feed gives it (RFC 3986 section 5),
 * white space trimmed; owned by the caller. NULL when the result is not an
 * http or https URL. base may be NULL.
 */
char *url_resolve(const char *base, const char *reference);
/*
 * The form in which two links to one article compare equal: scheme and host
 * in lower case, no default port, no fragment, without the known tracking
 * parameters; never without the whole query, which may be the id. Owned by the
 * caller; NULL when it is no http(s) URL.
 */
char *url_canonical(const char *url);
/* Host in lower case and port as "host:port", owned by the caller; or NULL. */
char *url_host_port(const char *url);
/*
 * Whether scheme, host and port are equal; so they are of one and the same
 * text.
 */
bool url_same_origin(const char *a, const char *b);
/* The URL without user, password, query and fragment, for messages. */
char *url_redacted(const char *url);

#endif
