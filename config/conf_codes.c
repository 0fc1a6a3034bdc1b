/* The codes of the standards that options name: ISO 3166-1 and ISO 639. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/conf_private.h"

/*
 * ISO 3166-1 alpha-2, with EU, UN and XK (Kosovo), which the standard reserves
 * or leaves to users and which feeds need. Sorted.
 */
static const char conf_countries[][3] = {
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT",
    "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI",
    "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY",
    "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN",
    "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM",
    "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "EU", "FI", "FJ",
    "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI",
    "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK",
    "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ",
    "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM",
    "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR",
    "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH",
    "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV",
    "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO",
    "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL",
    "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU",
    "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL",
    "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD",
    "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV",
    "TW", "TZ", "UA", "UG", "UM", "UN", "US", "UY", "UZ", "VA", "VC", "VE",
    "VG", "VI", "VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW",
};

/* ISO 639-1, with "sh", which is deprecated but alive. Sorted. */
static const char conf_languages[][3] = {
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az",
    "ba", "be", "bg", "bh", "bi", "bm", "bn", "bo", "br", "bs", "ca", "ce",
    "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee",
    "el", "en", "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr",
    "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he", "hi", "ho", "hr",
    "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "io", "is",
    "it", "iu", "ja", "jv", "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn",
    "ko", "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li", "ln",
    "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mr", "ms",
    "mt", "my", "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr", "nv",
    "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu",
    "rm", "rn", "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "sh", "si",
    "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st", "su", "sv", "sw",
    "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt",
    "tw", "ty", "ug", "uk", "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh",
    "yi", "yo", "za", "zh", "zu",
};

static int
conf_code_compare(const void *a, const void *b)
{
	return memcmp(a, b, 2);
}

const char *
conf_country(const char *text)
{
	char code[2];

	if (strlen(text) != 2)
		return NULL;
	code[0] = (char)toupper((unsigned char)text[0]);
	code[1] = (char)toupper((unsigned char)text[1]);
	return bsearch(code, conf_countries,
	    sizeof(conf_countries) / sizeof(conf_countries[0]),
	    sizeof(conf_countries[0]), conf_code_compare);
}

/* The length of the letters (or digits) at the start, if in bounds; else 0. */
static size_t
conf_subtag(const char *text, int (*is_part)(int), size_t min, size_t max)
{
	size_t len = 0;

	while (len <= max && is_part((unsigned char)text[len]))
		len++;
	if (len < min || len > max || (text[len] && text[len] != '-'))
		return 0;
	return len;
}

static void
conf_copy_case(char *out, const char *text, size_t len, int (*change)(int))
{
	size_t i;

	for (i = 0; i < len; i++)
		out[i] = (char)change((unsigned char)text[i]);
	out[len] = '\0';
}

/* BCP 47: language, script, region; nothing else is of use here. */
int
conf_lang(const char *text, char out[CONF_LANG_SIZE])
{
	size_t len = conf_subtag(text, isalpha, 2, 3), at;

	if (!len)
		return -1;
	conf_copy_case(out, text, len, tolower);
	if (len == 2 &&
	    !bsearch(out, conf_languages,
	        sizeof(conf_languages) / sizeof(conf_languages[0]),
	        sizeof(conf_languages[0]), conf_code_compare))
		return -1;
	if (strcmp(out, "any") == 0)
		return -1;
	at = len;
	if (text[at] == '-' && (len = conf_subtag(text + at + 1, isalpha, 4, 4))) {
		out[at++] = '-';
		out[at] = (char)toupper((unsigned char)text[at]);
		conf_copy_case(out + at + 1, text + at + 1, len - 1, tolower);
		at += len;
	}
	if (text[at] == '-' &&
	    ((len = conf_subtag(text + at + 1, isalpha, 2, 2)) ||
	        (len = conf_subtag(text + at + 1, isdigit, 3, 3)))) {
		out[at++] = '-';
		conf_copy_case(out + at, text + at, len, toupper);
		at += len;
	}
	return text[at] ? -1 : 0;
}

const char *
conf_lang_meant(const char *text)
{
	static const struct {
		const char *written, *meant;
	} mistakes[] = {
	    {"all", "any"},
	    {"chinese", "zh"},
	    {"cn", "zh"},
	    {"cz", "cs"},
	    {"dk", "da"},
	    {"english", "en"},
	    {"gr", "el"},
	    {"japanese", "ja"},
	    {"jp", "ja"},
	    {"korean", "ko"},
	    {"kp", "ko"},
	    {"russian", "ru"},
	    {"tw", "zh"},
	    {"ua", "uk"},
	    {"us", "en"},
	    {"vn", "vi"},
	};
	size_t i;

	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		if (strcasecmp(text, mistakes[i].written) == 0)
			return mistakes[i].meant;
	}
	return NULL;
}
