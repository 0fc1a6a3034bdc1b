/*
 * What a full stop shortens, by language; a word of several stands with one of
 * them, since nobody knows the language of a single sentence. What is rather a
 * word at the end of a sentence is left out, and so are units (km., lbs.):
 * within a sentence small letters follow them, and those never begin another.
 *
 * Words are in small letters behind their marks:
 *   ^  only with a capital: Ore. is a state, ore is dug; of words of up to
 *      three letters the others must be small: Mo. but not the SEC
 *   _  only without capitals: et al.
 *   #  only before a number: No. 5; ^# is either
 */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "text/abbreviation.h"

#define ABBREVIATION_BYTES_MAX (2 * ABBREVIATION_LETTERS_MAX)
#define ABBREVIATION_ACRONYM_MAX 3 /* letters */

static const char *const abbreviation_english[] = {"adj", "adm", "adml", "_al",
    "^ala", "ald", "amb", "approx", "apr", "^ariz", "^ark", "#art", "assn",
    "assoc", "asst", "attn", "atty", "attys", "aug", "ave", "bhd", "bldg",
    "blvd", "^bn", "brig", "bros", "^calif", "capt", "cdr", "cdre", "cert",
    "cf", "#chap", "cllr", "cmdr", "cmdt", "^co", "col", "^colo", "comdr",
    "^conn", "cons", "corp", "cpl", "ctr", "dec", "^del", "dept", "det", "dist",
    "div", "^doc", "dr", "_ed", "eds", "eg", "esq", "#est", "etc", "^exec",
    "#ext", "feb", "#fig", "#figs", "fla", "fr", "^fri", "^ft", "^ga", "gen",
    "genl", "^gens", "gov", "govs", "govt", "hon", "hwy", "ie", "^ill", "inc",
    "incl", "^ind", "insp", "intl", "jan", "jr", "jul", "jun", "^ky", "^la",
    "ldr", "lt", "ltd", "lts", "^maj", "#mar", "^mass", "^md", "mdm", "med",
    "messrs", "mfg", "mgr", "^mich", "^minn", "^miss", "^mo", "^mon", "^mont",
    "mr", "mrs", "^ms", "msgr", "mt", "mts", "nat", "natl", "^neb", "^nev",
    "#no", "#nos", "nov", "oct", "^okla", "^op", "^ore", "^oreg", "^pa",
    "#para", "pct", "pfc", "ph", "pkwy", "plc", "#pp", "pres", "prof", "profs",
    "pt", "pte", "pty", "pvt", "rd", "#ref", "regt", "^rep", "^reps", "#res",
    "ret", "^rev", "rt", "#rte", "^sat", "sdn", "^#sec", "#sect", "secy",
    "^sen", "^sens", "sep", "^#sept", "sfc", "sgt", "spc", "sqn", "sr", "ssgt",
    "st", "ste", "^sun", "supt", "tel", "^tenn", "^tex", "^thu", "^thur",
    "^thurs", "treas", "^tue", "^tues", "univ", "^va", "#ver", "viz", "#vol",
    "#vols", "vs", "^vt", "^wash", "^wed", "^weds", "wg", "^wis", "^wisc",
    "^wyo"};

static const char *const abbreviation_german[] = {"abb", "#abs", "abt", "allg",
    "anm", "aufl", "#az", "#bd", "betr", "bspw", "bzgl", "bzw", "#ca", "dez",
    "dipl", "_dt", "ehem", "einschl", "engl", "entspr", "evtl", "exkl", "frhr",
    "frz", "geb", "gegr", "gest", "ggf", "hl", "hptm", "^hr", "hrsg", "ing",
    "inkl", "insb", "#jg", "jh", "jhd", "jhdt", "#kap", "kgl", "#lfd", "#max",
    "^#min", "mio", "mrd", "mwst", "#nr", "#nrs", "nördl", "obltn", "okt",
    "prov", "präs", "resp", "sog", "stellv", "str", "südl", "tsd", "usf", "usw",
    "vgl", "vors", "westl", "#zif", "#ziff", "zzgl", "österr", "östl"};

static const char *const abbreviation_french[] = {"arr", "av", "avr", "bld",
    "cie", "déc", "dép", "#env", "fév", "févr", "gén", "hab", "janv", "juil",
    "mlle", "mlles", "mm", "mme", "mmes", "^pr", "préf", "sté", "tél", "éd"};

static const char *const abbreviation_spanish[] = {"#abr", "admón", "aprox",
    "avda", "^#cap", "cnel", "cía", "depto", "#dic", "dpto", "dra", "#ene",
    "excma", "excmo", "gob", "gral", "hnos", "ilma", "ilmo", "lic", "ltda",
    "mons", "#máx", "#mín", "#num", "#núm", "pdte", "profa", "#pág", "#págs",
    "rmdo", "sgto", "sra", "sras", "sres", "srta", "sta", "^sto", "tte", "ud",
    "uds", "vd", "vds"};

static const char *const abbreviation_italian[] = {"avv", "dott", "ecc", "egr",
    "febbr", "genn", "#giu", "#lug", "ott", "#pag", "#pagg", "sig", "sigg",
    "sigra"};

static const char *const abbreviation_portuguese[] = {
    "^cel", "dep", "eng", "exma", "exmo", "#fev"};

static const char *const abbreviation_dutch[] = {"afd", "bijv", "#blz", "dhr",
    "drs", "enz", "evt", "excl", "gebr", "^ir", "jhr", "jl", "mej", "mevr",
    "#mrt", "mw", "_nl", "#ong", "zgn"};

static const char *const abbreviation_polish[] = {"abp", "asp", "_bp", "bryg",
    "dn", "_ds", "dyr", "_gm", "#godz", "_im", "inż", "itd", "itp", "jw",
    "kard", "kmdr", "kpr", "kpt", "ks", "lek", "mec", "mjr", "mld", "mln",
    "nadkom", "np", "#ok", "pkt", "plut", "podinsp", "por", "_pos", "_pow",
    "#poz", "ppor", "ppłk", "proc", "prok", "przew", "płd", "płk", "płn", "rtm",
    "#rys", "sierż", "#tab", "tj", "tys", "tzn", "tzw", "ul", "#ur", "#ust",
    "woj", "_ws", "wsch", "wyd", "zach", "zast", "#zm", "zob", "śp", "św"};

static const char *const abbreviation_russian[] = {"авг", "адм", "акад", "англ",
    "апр", "архиеп", "вв", "_вс", "_вт", "вул", "вып", "гг", "ген", "гл", "гос",
    "грн", "дек", "дер", "див", "долл", "доц", "др", "зам", "изд", "илл", "им",
    "инж", "канд", "кв", "корп", "корр", "лейт", "#мар", "^#мин", "мкр", "млн",
    "млрд", "наб", "ноя", "нояб", "обл", "оз", "окт", "пер", "пл", "_пн", "пос",
    "#пп", "пр", "прим", "просп", "проф", "_пт", "респ", "#рис", "#род", "рр",
    "руб", "_сб", "св", "сен", "сент", "сер", "см", "соч", "_ср", "#ст",
    "#стор", "#стр", "#табл", "тел", "тис", "тов", "трлн", "тыс", "ул", "#ум",
    "упр", "фев", "февр", "чл", "_чт", "экз", "янв", "ім"};

#define ABBREVIATION_LIST(words)                                               \
	{                                                                      \
		words, sizeof(words) / sizeof((words)[0])                      \
	}

const struct abbreviation_list abbreviation_lists[ABBREVIATION_LISTS] = {
    ABBREVIATION_LIST(abbreviation_english),
    ABBREVIATION_LIST(abbreviation_german),
    ABBREVIATION_LIST(abbreviation_french),
    ABBREVIATION_LIST(abbreviation_spanish),
    ABBREVIATION_LIST(abbreviation_italian),
    ABBREVIATION_LIST(abbreviation_portuguese),
    ABBREVIATION_LIST(abbreviation_dutch),
    ABBREVIATION_LIST(abbreviation_polish),
    ABBREVIATION_LIST(abbreviation_russian),
};

/* A word as it is looked up, and how it was written. */
struct abbreviation {
	char lower[ABBREVIATION_BYTES_MAX + 1];
	size_t letters;
	size_t capitals;
	bool has_capital; /* at its beginning */
};

static bool
abbreviation_is_mark(char c)
{
	return c == '^' || c == '_' || c == '#';
}

static int
abbreviation_compare(const void *key, const void *member)
{
	const char *word = *(const char *const *)member;

	while (abbreviation_is_mark(*word))
		word++;
	return strcmp(key, word);
}

/* False if it is too long for one. */
static bool
abbreviation_read(struct abbreviation *word, const char *text, size_t len)
{
	size_t at = 0, used = 0;

	word->letters = word->capitals = 0;
	word->has_capital = false;
	while (at < len) {
		utf8proc_int32_t code, small;
		utf8proc_uint8_t bytes[4];
		utf8proc_ssize_t n =
		    utf8proc_iterate((const utf8proc_uint8_t *)text + at,
			(utf8proc_ssize_t)(len - at), &code);

		if (n <= 0 || word->letters == ABBREVIATION_LETTERS_MAX)
			return false;
		at += (size_t)n;
		small = utf8proc_tolower(code);
		word->has_capital |= !word->letters++ && small != code;
		word->capitals += small != code;
		n = utf8proc_encode_char(small, bytes);
		if (n <= 0 || used + (size_t)n > ABBREVIATION_BYTES_MAX)
			return false;
		memcpy(word->lower + used, bytes, (size_t)n);
		used += (size_t)n;
	}
	word->lower[used] = '\0';
	return true;
}

static bool
abbreviation_is_met(
    const struct abbreviation *word, const char *marks, bool is_before_number)
{
	if (!abbreviation_is_mark(*marks))
		return true;
	for (; abbreviation_is_mark(*marks); marks++) {
		if (*marks == '#' && is_before_number)
			return true;
		if (*marks == '_' && !word->capitals)
			return true;
		if (*marks == '^' && word->has_capital &&
		    (word->capitals == 1 ||
			word->letters > ABBREVIATION_ACRONYM_MAX))
			return true;
	}
	return false;
}

bool
abbreviation_is(const char *text, size_t len, bool is_before_number)
{
	struct abbreviation word;
	size_t i;

	if (!abbreviation_read(&word, text, len))
		return false;
	for (i = 0; i < ABBREVIATION_LISTS; i++) {
		const struct abbreviation_list *list = &abbreviation_lists[i];
		const char *const *found = bsearch(word.lower, list->words,
		    list->count, sizeof(*list->words), abbreviation_compare);

		if (found)
			return abbreviation_is_met(
			    &word, *found, is_before_number);
	}
	return false;
}
