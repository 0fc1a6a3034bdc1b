/* What the targets share: how they fail, and a configuration without files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

#define COUNT(items) (sizeof(items) / sizeof((items)[0]))
#define ENTRY(lang, words)                                                     \
	{                                                                      \
		lang,                                                          \
		{                                                              \
			.text = words, .raw = words,                           \
			.raw_len = sizeof(words) - 1                           \
		}                                                              \
	}

static struct conf_set_entry fuzz_dprk[] = {
    ENTRY(NULL, "North Korea*"),
    ENTRY(NULL, "N. Korea"),
    ENTRY(NULL, "=NK"),
    ENTRY("ko", "북한"),
    ENTRY("ko", "=北"),
    ENTRY("zh", "朝鲜"),
    ENTRY("ru", "Северн* Коре*"),
};
static struct conf_set_entry fuzz_launch[] = {
    ENTRY(NULL, "launch*"),
    ENTRY(NULL, "fire?"),
    ENTRY(NULL, "발*사"),
    ENTRY("ja", "発射"),
};
static struct conf_set fuzz_both[] = {
    {.name = "dprk", .entries = fuzz_dprk, .entry_count = COUNT(fuzz_dprk)},
    {.name = "launch",
	.entries = fuzz_launch,
	.entry_count = COUNT(fuzz_launch)},
};

void
fuzz_failed(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
	abort();
}

void
fuzz_text(struct conf_text *text, const char *s)
{
	memset(text, 0, sizeof(*text));
	text->text = s;
	text->raw = s;
	text->raw_len = strlen(s);
	text->place.file = "query";
	text->place.line = text->place.column = 1;
}

void
fuzz_sets(struct conf *conf)
{
	conf->sets = fuzz_both;
	conf->set_count = COUNT(fuzz_both);
}
