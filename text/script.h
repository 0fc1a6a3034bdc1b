#ifndef WIREWATCH_TEXT_SCRIPT_H
#define WIREWATCH_TEXT_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

enum script {
	SCRIPT_NONE, /* no letter */
	SCRIPT_LATIN,
	SCRIPT_CYRILLIC,
	SCRIPT_GREEK,
	SCRIPT_ARABIC,
	SCRIPT_HEBREW,
	SCRIPT_DEVANAGARI,
	SCRIPT_THAI,
	SCRIPT_HAN,
	SCRIPT_HIRAGANA,
	SCRIPT_KATAKANA,
	SCRIPT_HANGUL,
	SCRIPT_OTHER,
	SCRIPTS,
};

/* The script of a letter. */
enum script script_of(uint32_t code);
/* Han, kana, Hangul, bopomofo: written without, or with few, blanks. */
bool script_is_char(uint32_t code);

#endif
