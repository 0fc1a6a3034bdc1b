#ifndef WIREWATCH_FUZZ_FUZZ_H
#define WIREWATCH_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "config/conf.h"

/*
 * A target takes any bytes and ends the process when something that must
 * always hold does not. libFuzzer calls it, or fuzz/replay.c with the inputs
 * of fuzz/corpus/NAME.
 */
extern const char fuzz_name[];
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what does not hold, and where it is written, and aborts. */
#define fuzz_check(claim)                                                      \
	((claim) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #claim))
_Noreturn void fuzz_failed(const char *file, int line, const char *claim);

/* A text of the configuration that stands in no file. */
void fuzz_text(struct conf_text *text, const char *s);
/* Small sets of several languages, for queries to name: @dprk and @launch. */
void fuzz_sets(struct conf *conf);

#endif
