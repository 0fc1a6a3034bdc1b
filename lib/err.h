#ifndef WIREWATCH_LIB_ERR_H
#define WIREWATCH_LIB_ERR_H

/* Why something failed, in words for a person. The caller owns it. */
struct err {
	char text[512];
};

/* Writes the explanation and returns -1: `return err_set(err, ...)`. */
int err_set(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The same with ": " and the text of errno behind it. */
int err_errno(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
