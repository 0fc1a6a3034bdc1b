/* Explanations for people, carried to whoever decides. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/err.h"

/* What did not fit may have been cut inside a character: JSON refuses that. */
static void
err_trim(struct err *err)
{
	size_t len = strlen(err->text), start = len;
	unsigned char lead;

	if (len + 1 < sizeof(err->text))
		return;
	while (start > 0 && len - start < 3 &&
	    ((unsigned char)err->text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	lead = (unsigned char)err->text[start - 1];
	if (lead >= 0xc0 &&
	    len - start + 1 < (lead >= 0xf0 ? 4U : lead >= 0xe0 ? 3U : 2U))
		err->text[start - 1] = '\0';
}

int
err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	err_trim(err);
	return -1;
}

int
err_errno(struct err *err, const char *fmt, ...)
{
	int saved = errno;
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s",
	    strerror(saved));
	err_trim(err);
	errno = saved;
	return -1;
}
