/*
 * The automaton against the simplest way to find terms: at each token of a text
 * each term is compared element by element. Terms and texts are made of the
 * same pieces, in several scripts, so that there is much to find and much that
 * is nearly found.
 */
#include "lib/alloc.h"
#include "lib/buf.h"
#include "tests/test.h"
#include "topics/terms.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SPEC_MAX 6 /* pieces of a term */
#define CODES_MAX 300

static uint32_t
dice(uint32_t *seed, uint32_t sides)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % sides;
}

static const char *const words[] = {"kan", "Kanto", "KANTOR", "kantorei", "un",
    "U.N.", "k", "North", "north", "korea", "Élan", "elan", "naïve", "КНДР",
    "кндр", "Ракета", "straße", "strasse", "kn23", "2022", "internationally",
    "internationalisation", "internationalisierungen", "ΣΙΓΜΑΣ", "the", "of"};

static const char *const chars[] = {"北", "朝", "鲜", "鮮", "核", "試", "试",
    "発", "發", "发", "射", "한", "미", "사", "일", "북", "ミ", "サ", "イ",
    "ル", "の", "𠮷"};

enum piece_kind {
	PIECE_WORD,
	PIECE_WILD,
	PIECE_CHAR,
	PIECE_ANY, /* `?` behind a character */
	PIECE_GAP, /* `*` behind a character */
};

struct piece {
	enum piece_kind kind;
	bool is_joined; /* written without a blank before it */
	bool is_tight; /* a character so joined to another */
	char written[64];
	char folded[64];
};

/* A term as the test knows it. */
struct spec {
	struct piece pieces[SPEC_MAX];
	size_t count;
	bool is_exact;
	char text[512];
	uint32_t use;
};

static void
fold_piece(struct piece *piece)
{
	struct folded folded;

	folded_init(&folded);
	fold_text(piece->written, strlen(piece->written), &folded);
	assert_true(folded.len < sizeof(piece->folded));
	memcpy(piece->folded, folded.text, folded.len + 1);
	folded_clear(&folded);
}

/* Dots are left out: U.N. and UN are written alike. */
static void
copy_undotted(char *to, const char *from, size_t len)
{
	for (; len > 0; len--, from++) {
		if (*from != '.')
			*to++ = *from;
	}
	*to = '\0';
}

/* One with a wildcard in or behind it, of letters of ASCII. */
static void
make_wild(struct piece *piece, uint32_t *seed)
{
	static const char *const wild[] = {"kan*", "ka?to", "k?nto*", "KANT*i",
	    "kant?", "inter*", "international*", "internationali*en",
	    "internationalisierung*", "n?rth", "No*", "2022*", "kan*r*"};

	piece->kind = PIECE_WILD;
	strcpy(piece->written, wild[dice(seed, COUNT(wild))]);
	fold_piece(piece);
}

static void
make_piece(struct piece *piece, const struct piece *before, uint32_t *seed)
{
	uint32_t kind = dice(seed, 16);
	bool is_behind_char = before && before->kind >= PIECE_CHAR;

	memset(piece, 0, sizeof(*piece));
	if (is_behind_char && before->kind == PIECE_GAP)
		kind = 15;
	if (is_behind_char && kind == 0) {
		piece->kind = PIECE_ANY;
		piece->is_tight = true;
		strcpy(piece->written, "?");
	} else if (is_behind_char && kind == 1) {
		piece->kind = PIECE_GAP;
		piece->is_tight = true;
		strcpy(piece->written, "*");
	} else if (kind < 8 && !(is_behind_char && dice(seed, 4))) {
		strcpy(piece->written, words[dice(seed, COUNT(words))]);
		copy_undotted(
		    piece->folded, piece->written, strlen(piece->written));
		strcpy(piece->written, piece->folded);
		fold_piece(piece);
	} else if (kind == 8 && !is_behind_char)
		make_wild(piece, seed);
	else {
		piece->kind = PIECE_CHAR;
		piece->is_tight = is_behind_char && dice(seed, 8) > 0;
		strcpy(piece->written, chars[dice(seed, COUNT(chars))]);
		fold_piece(piece);
	}
}

/* Words and characters are apart however they are written; words are not. */
static void
join_piece(struct piece *piece, const struct piece *before, uint32_t *seed)
{
	bool is_word = piece->kind < PIECE_CHAR;

	if (before->kind >= PIECE_ANY && is_word)
		return;
	if (is_word != (before->kind < PIECE_CHAR))
		piece->is_joined = dice(seed, 4) == 0;
	else
		piece->is_joined = piece->is_tight;
}

static void
make_spec(struct spec *spec, uint32_t *seed)
{
	size_t i, want = 1 + dice(seed, dice(seed, 2) ? 3 : SPEC_MAX), gaps = 0;

	memset(spec, 0, sizeof(*spec));
	spec->is_exact = dice(seed, 6) == 0;
	for (i = 0; i < want; i++) {
		struct piece *piece = &spec->pieces[i];

		make_piece(piece, i ? piece - 1 : NULL, seed);
		gaps += piece->kind == PIECE_GAP;
		if (gaps > TERM_GAPS_MAX)
			break;
		if (i)
			join_piece(piece, piece - 1, seed);
		if (i && !piece->is_joined)
			strcat(spec->text, dice(seed, 3) ? " " : "-");
		strcat(spec->text, piece->written);
		spec->count++;
	}
	/* a gap that nothing follows is none */
	while (spec->pieces[spec->count - 1].kind == PIECE_GAP)
		spec->count--;
}

static void
make_text(struct buf *out, uint32_t *seed, uint32_t pieces)
{
	static const char *const between[] = {
	    " ", " ", " ", " ", "-", ". ", "'s ", "\n", "", " \xe2\x80\x94 "};
	bool is_cjk = dice(seed, 2);

	buf_init(out, 0);
	buf_addstr(out, "");
	while (pieces-- > 0) {
		if (dice(seed, 12) == 0)
			is_cjk = !is_cjk;
		if (is_cjk) {
			buf_addstr(out, chars[dice(seed, COUNT(chars))]);
			buf_addstr(out, dice(seed, 10) ? "" : " ");
			continue;
		}
		buf_addstr(out, words[dice(seed, COUNT(words))]);
		buf_addstr(out, between[dice(seed, COUNT(between))]);
	}
}

/* --- the simplest way --- */

static size_t
decode(const char *text, size_t len, uint32_t *codes)
{
	size_t i = 0, count = 0, step;

	while (i < len) {
		assert_true(count < CODES_MAX);
		codes[count++] = token_decode(text + i, &step);
		i += step;
	}
	return count;
}

static bool
glob(const uint32_t *pattern, size_t pattern_len, const uint32_t *text,
    size_t len)
{
	if (!pattern_len)
		return !len;
	if (*pattern == '*')
		return glob(pattern + 1, pattern_len - 1, text, len) ||
		       (len && glob(pattern, pattern_len, text + 1, len - 1));
	return len && (*pattern == '?' || *pattern == *text) &&
	       glob(pattern + 1, pattern_len - 1, text + 1, len - 1);
}

static bool
is_like(const char *pattern, const char *text, size_t len)
{
	uint32_t a[CODES_MAX], b[CODES_MAX];

	return glob(
	    a, decode(pattern, strlen(pattern), a), b, decode(text, len, b));
}

static bool
is_written_so(
    const struct term_text *text, uint32_t at, const struct piece *piece)
{
	const char *source = text->fields[term_text_field(text, at)].source;
	char undotted[256];
	size_t start, end;

	term_text_source(text, at, at, &start, &end);
	assert_true(end - start < sizeof(undotted));
	copy_undotted(undotted, source + start, end - start);
	return is_like(piece->written, undotted, strlen(undotted));
}

static bool
is_tight(const struct term_text *text, uint32_t at)
{
	const struct token *token = &text->tokens.items[at];

	return token->kind == TOKEN_CHAR && token[-1].end == token->start;
}

static bool
fits(const struct term_text *text, uint32_t at, const struct piece *piece,
    bool is_exact)
{
	const struct token *token = &text->tokens.items[at];
	const char *bytes;
	size_t len;

	if (token->kind !=
	    (piece->kind >= PIECE_CHAR ? TOKEN_CHAR : TOKEN_WORD))
		return false;
	if (piece->kind >= PIECE_CHAR && piece->is_tight && !is_tight(text, at))
		return false;
	if (piece->kind == PIECE_ANY)
		return true;
	bytes = tokens_bytes(&text->tokens, token, &len);
	return is_like(piece->folded, bytes, len) &&
	       (!is_exact || is_written_so(text, at, piece));
}

/* The last token of the term from piece i on, or 0. */
static uint32_t
find_last(const struct term_text *text, uint32_t at, const struct spec *spec,
    size_t i)
{
	uint32_t chars_in_gap, last;

	for (; i < spec->count && spec->pieces[i].kind != PIECE_GAP; i++) {
		if (!fits(text, at++, &spec->pieces[i], spec->is_exact))
			return 0;
	}
	if (i == spec->count)
		return at - 1;
	/* what is not written together is a phrase, and `*` means nothing */
	if (!spec->pieces[i + 1].is_tight)
		return find_last(text, at, spec, i + 1);
	for (chars_in_gap = 0; chars_in_gap <= TERM_GAP_CHARS_MAX;
	     chars_in_gap++) {
		last = find_last(text, at, spec, i + 1);
		if (last)
			return last;
		if (!is_tight(text, at++))
			return 0;
	}
	return 0;
}

static enum script
script_at(const struct term_text *text, uint32_t at)
{
	size_t len;

	return script_of(token_decode(
	    text->tokens.text + text->tokens.items[at].start, &len));
}

/* Two characters of one script side by side. */
static bool
is_one_run(const struct term_text *text, uint32_t at)
{
	return text->tokens.items[at].kind == TOKEN_CHAR &&
	       is_tight(text, at + 1) &&
	       script_at(text, at) == script_at(text, at + 1);
}

static uint32_t
find_slowly(const struct term_text *text, uint32_t at, const struct spec *spec)
{
	uint32_t last = find_last(text, at, spec, 0);

	if (last && spec->is_exact &&
	    (is_one_run(text, at - 1) || is_one_run(text, last)))
		return 0;
	return last;
}

static void
check_spec(const struct terms *terms, const struct term_text *text,
    const struct term_hits *hits, const struct spec *spec)
{
	const struct term_seen *seen = &hits->seen[terms_id(terms, spec->use)];
	uint32_t hit = seen->count ? seen->head : TERM_HIT_NONE, at, last;

	for (at = 1; at + 1 < text->tokens.count; at++) {
		last = find_slowly(text, at, spec);
		if (!last)
			continue;
		if (hit == TERM_HIT_NONE || hits->items[hit].first != at ||
		    hits->items[hit].last != last)
			fail_msg("%s\"%s\" should be at tokens %u to %u, not "
				 "%d, of: %s / %s",
			    spec->is_exact ? "=" : "", spec->text, at, last,
			    hit == TERM_HIT_NONE ? -1
						 : (int)hits->items[hit].first,
			    text->fields[MATCH_TITLE].source,
			    text->fields[MATCH_SUMMARY].source);
		hit = hits->items[hit].next;
	}
	if (hit != TERM_HIT_NONE)
		fail_msg("%s\"%s\" should not be at token %u of: %s / %s",
		    spec->is_exact ? "=" : "", spec->text,
		    hits->items[hit].first, text->fields[MATCH_TITLE].source,
		    text->fields[MATCH_SUMMARY].source);
}

static struct terms *
make_terms(struct spec *specs, size_t count, uint32_t *seed)
{
	struct terms *terms = terms_new();
	size_t i;

	for (i = 0; i < count; i++) {
		make_spec(&specs[i], seed);
		if (terms_add(terms, specs[i].text, strlen(specs[i].text),
			specs[i].is_exact, &specs[i].use) != TERM_OK)
			fail_msg("not a term: %s", specs[i].text);
	}
	terms_build(terms);
	return terms;
}

/* How many hits there were. */
static size_t
compare(uint32_t *seed, size_t count, int texts, uint32_t length)
{
	struct spec *specs = xcalloc(count, sizeof(*specs));
	struct terms *terms = make_terms(specs, count, seed);
	struct term_text text;
	struct term_hits hits;
	size_t i, found = 0;

	term_text_init(&text);
	term_hits_init(&hits, terms);
	while (texts-- > 0) {
		struct buf title, summary;
		const char *sources[MATCH_FIELDS] = {0};

		make_text(&title, seed, dice(seed, length));
		make_text(&summary, seed, dice(seed, length));
		sources[MATCH_TITLE] = buf_str(&title);
		sources[MATCH_SUMMARY] = buf_str(&summary);
		term_text_set(&text, sources);
		term_hits_reset(&hits);
		terms_scan(terms, &text, &hits);
		for (i = 0; i < count; i++)
			check_spec(terms, &text, &hits, &specs[i]);
		found += hits.count;
		buf_clear(&title);
		buf_clear(&summary);
	}
	term_hits_clear(&hits);
	term_text_clear(&text);
	terms_free(&terms);
	free(specs);
	return found;
}

static void
few_terms_are_found_as_the_simplest_way_finds_them(void **state)
{
	uint32_t seed = 19650218u;
	size_t found = 0;
	int round;

	(void)state;
	for (round = 0; round < 2000; round++)
		found += compare(&seed, 1 + dice(&seed, 12), 4, 30);
	assert_true(found > 10000);
}

static void
many_terms_are_found_as_the_simplest_way_finds_them(void **state)
{
	uint32_t seed = 40712u;

	(void)state;
	assert_true(compare(&seed, 3000, 20, 200) > 10000);
	assert_true(compare(&seed, 300, 60, 400) > 10000);
}

/* One phrase, in a text where it stands at each place of a block of tokens. */
static void
a_phrase_is_found_across_every_border_of_blocks(void **state)
{
	static const char *const phrases[] = {
	    "alpha beta", "the U.N.", "U.N. council", "北朝鲜核", "kan* beta"};
	size_t i, k, found;

	(void)state;
	for (i = 0; i < COUNT(phrases); i++) {
		const char *phrase = phrases[i];
		struct terms *terms = terms_new();
		struct term_text text;
		struct term_hits hits;
		uint32_t use;

		assert_int_equal(
		    terms_add(terms, phrase, strlen(phrase), false, &use),
		    TERM_OK);
		terms_build(terms);
		term_text_init(&text);
		term_hits_init(&hits, terms);
		for (found = k = 0; k < 200; k++) {
			const char *sources[MATCH_FIELDS] = {0};
			struct buf title;
			size_t words_before = k;

			buf_init(&title, 0);
			while (words_before-- > 0)
				buf_addstr(&title, "so ");
			buf_addstr(&title, i == 4 ? "kantor beta" : phrase);
			sources[MATCH_TITLE] = buf_str(&title);
			term_text_set(&text, sources);
			term_hits_reset(&hits);
			terms_scan(terms, &text, &hits);
			found +=
			    hits.count == 1 && hits.items[0].first == k + 1;
			buf_clear(&title);
		}
		assert_int_equal(found, 200);
		term_hits_clear(&hits);
		term_text_clear(&text);
		terms_free(&terms);
	}
}

/* Terms against one text; what they took is told by desk.hits. */
struct desk {
	struct terms *terms;
	struct term_text text;
	struct term_hits hits;
	uint32_t uses[256];
	size_t count;
};

static void
desk_add(struct desk *desk, const char *term, bool is_exact)
{
	assert_true(desk->count < COUNT(desk->uses));
	assert_int_equal(terms_add(desk->terms, term, strlen(term), is_exact,
			     &desk->uses[desk->count++]),
	    TERM_OK);
}

static void
desk_open(struct desk *desk)
{
	memset(desk, 0, sizeof(*desk));
	desk->terms = terms_new();
	term_text_init(&desk->text);
}

static void
desk_build(struct desk *desk)
{
	terms_build(desk->terms);
	term_hits_init(&desk->hits, desk->terms);
}

static void
desk_scan(struct desk *desk, const char *text)
{
	const char *sources[MATCH_FIELDS] = {[MATCH_SUMMARY] = text};

	term_text_set(&desk->text, sources);
	term_hits_reset(&desk->hits);
	terms_scan(desk->terms, &desk->text, &desk->hits);
}

static uint32_t
desk_found(const struct desk *desk, size_t use)
{
	return desk->hits.seen[terms_id(desk->terms, desk->uses[use])].count;
}

static void
desk_close(struct desk *desk)
{
	term_hits_clear(&desk->hits);
	term_text_clear(&desk->text);
	terms_free(&desk->terms);
}

static void
add_often(struct buf *out, const char *piece, size_t count)
{
	while (count-- > 0)
		assert_int_equal(buf_addstr(out, piece), 0);
}

/* Adds before, piece as often as told and the code point. */
static void
desk_add_pile(struct desk *desk, const char *before, const char *piece,
    size_t count, unsigned code)
{
	const char last[4] = {(char)(0xe0 | code >> 12),
	    (char)(0x80 | (code >> 6 & 0x3f)), (char)(0x80 | (code & 0x3f)),
	    '\0'};
	struct buf term;

	buf_init(&term, 0);
	add_often(&term, before, 1);
	add_often(&term, piece, count);
	add_often(&term, last, 1);
	desk_add(desk, buf_str(&term), false);
	buf_clear(&term);
}

/* Each place is tried once, however many places the gaps lead to it from. */
static void
what_is_behind_a_gap_is_tried_once_at_each_place(void **state)
{
	const size_t length = 21000;
	struct desk desk;
	struct buf text;

	(void)state;
	desk_open(&desk);
	desk_add_pile(&desk, "金*金*", "金", 50, 0x6069); /* 恩 */
	desk_build(&desk);
	buf_init(&text, 0);
	/* it is somewhere, so that only comparing tells */
	add_often(&text, "恩", 1);
	add_often(&text, "金", length);
	desk_scan(&desk, buf_str(&text));
	assert_int_equal(desk_found(&desk, 0), 0);
	assert_true(desk.hits.steps[1] >= length);
	assert_true(desk.hits.steps[1] <= 100 * length);
	assert_int_equal(desk.hits.overruns, 0);
	/* and at the end it is found, from as far as the gaps reach */
	add_often(&text, "恩", 1);
	desk_scan(&desk, buf_str(&text));
	assert_int_equal(desk_found(&desk, 0), 2 * TERM_GAP_CHARS_MAX + 1);
	desk_close(&desk);
	buf_clear(&text);
}

static void
a_gap_term_of_which_a_part_is_nowhere_is_not_compared(void **state)
{
	const size_t length = 21000;
	struct desk desk;
	struct buf text;

	(void)state;
	desk_open(&desk);
	desk_add_pile(&desk, "金*金*", "金", 50, 0x6069);
	desk_build(&desk);
	buf_init(&text, 0);
	add_often(&text, "金", length);
	desk_scan(&desk, buf_str(&text));
	assert_true(desk.hits.steps[1] <= (1 + TERM_STEPS_GAP) * length);
	desk_close(&desk);
	buf_clear(&text);
}

static void
comparing_stops_when_its_steps_are_spent_and_is_told(void **state)
{
	struct desk desk;
	struct buf text;
	unsigned i;

	(void)state;
	desk_open(&desk);
	for (i = 0; i < 200; i++)
		desk_add_pile(&desk, "金*金*", "金", 50, 0x4e00 + i);
	desk_add(&desk, "上", false);
	desk_add(&desk, "kan*", false);
	desk_add(&desk, "north korea", false);
	desk_build(&desk);
	buf_init(&text, 0);
	add_often(&text, "kanto ", 1);
	for (i = 0; i < 200; i++) {
		const unsigned code = 0x4e00 + i;
		const char one[4] = {(char)(0xe0 | code >> 12),
		    (char)(0x80 | (code >> 6 & 0x3f)),
		    (char)(0x80 | (code & 0x3f)), '\0'};

		add_often(&text, one, 1);
		add_often(&text, " ", 1);
	}
	add_often(&text, "金", 21000);
	add_often(&text, " 上 north korea kantor", 1);
	desk_scan(&desk, buf_str(&text));
	assert_int_equal(desk.hits.overruns, 1);
	assert_true(desk.hits.steps[1] > TERM_STEPS_MAX);
	/* each character on the way looks at one term more, and stops */
	assert_true(desk.hits.steps[1] <= TERM_STEPS_MAX + 2 * 22000);
	/* words and phrases are none of it, and what was found stays */
	assert_int_equal(desk_found(&desk, 200), 2);
	assert_int_equal(desk_found(&desk, 201), 1);
	assert_int_equal(desk_found(&desk, 202), 1);
	/* the next item is read as if nothing had been */
	desk_scan(&desk, "kantor, kanto");
	assert_int_equal(desk_found(&desk, 201), 2);
	assert_int_equal(desk.hits.overruns, 1);
	desk_close(&desk);
	buf_clear(&text);
}

/* A failing wildcard reads on from each place of a long word. */
static void
wildcards_of_a_word_are_counted_letter_by_letter(void **state)
{
	struct desk desk;
	struct buf text;
	char term[160];
	unsigned i;

	(void)state;
	desk_open(&desk);
	for (i = 0; i < 200; i++) {
		(void)snprintf(term, sizeof(term), "ab*%.*sz%u", 100,
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		    i);
		desk_add(&desk, term, false);
	}
	desk_build(&desk);
	buf_init(&text, 0);
	for (i = 0; i < 20; i++) {
		add_often(&text, "ab", 1);
		add_often(&text, "a", 1000);
		add_often(&text, " ", 1);
	}
	desk_scan(&desk, buf_str(&text));
	assert_int_equal(desk.hits.overruns, 1);
	/* one comparison begun before the end is finished */
	assert_true(desk.hits.steps[1] <=
		    TERM_STEPS_MAX + TERM_WORD_MAX * TERM_WILD_WORD_MAX);
	desk_close(&desk);
	buf_clear(&text);
}

static void
an_exact_term_with_a_gap_may_end_at_another_place(void **state)
{
	struct desk desk;

	(void)state;
	desk_open(&desk);
	desk_add(&desk, "金*恩", true);
	desk_add(&desk, "金*恩*일", true);
	desk_build(&desk);
	/* the first end is inside of a run of the script */
	desk_scan(&desk, "金正恩恩");
	assert_int_equal(desk_found(&desk, 0), 1);
	desk_scan(&desk, "金正恩恩正");
	assert_int_equal(desk_found(&desk, 0), 0);
	desk_scan(&desk, "金正恩正恩일");
	assert_int_equal(desk_found(&desk, 0), 1);
	assert_int_equal(desk_found(&desk, 1), 1);
	desk_close(&desk);
}

static void
equal_terms_become_one(void **state)
{
	static const char *const same[] = {"Straße", "STRASSE", "strasse"};
	struct terms *terms = terms_new();
	uint32_t uses[COUNT(same) + 1];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(same); i++)
		assert_int_equal(
		    terms_add(terms, same[i], strlen(same[i]), false, &uses[i]),
		    TERM_OK);
	assert_int_equal(
	    terms_add(terms, same[2], strlen(same[2]), true, &uses[i]),
	    TERM_OK);
	terms_build(terms);
	assert_int_equal(terms_count(terms), 2);
	assert_int_equal(terms_id(terms, uses[0]), terms_id(terms, uses[1]));
	assert_int_equal(terms_id(terms, uses[0]), terms_id(terms, uses[2]));
	assert_int_not_equal(
	    terms_id(terms, uses[0]), terms_id(terms, uses[3]));
	terms_free(&terms);
}

/* The automaton of a hundred thousand terms is no larger than is promised. */
static void
a_term_costs_at_most_160_bytes(void **state)
{
	static const char *const forms[] = {"word%zu", "first word%zu",
	    "word%zu second third", "北朝%zu", "prefixed%zu*", "%zu of the"};
	const size_t count = 100000;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(forms); i++) {
		struct terms *terms = terms_new();
		uint32_t use;

		for (k = 0; k < count; k++) {
			char text[64];
			const char *number = strstr(forms[i], "%zu");
			int before = (int)(number - forms[i]);

			(void)snprintf(text, sizeof(text), "%.*s%zu%s", before,
			    forms[i], k, number + 3);
			assert_int_equal(
			    terms_add(terms, text, strlen(text), false, &use),
			    TERM_OK);
		}
		terms_build(terms);
		assert_int_equal(terms_count(terms), count);
		assert_true(terms_memory(terms) <= 160 * count);
		terms_free(&terms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		few_terms_are_found_as_the_simplest_way_finds_them),
	    cmocka_unit_test(
		many_terms_are_found_as_the_simplest_way_finds_them),
	    cmocka_unit_test(a_phrase_is_found_across_every_border_of_blocks),
	    cmocka_unit_test(what_is_behind_a_gap_is_tried_once_at_each_place),
	    cmocka_unit_test(
		a_gap_term_of_which_a_part_is_nowhere_is_not_compared),
	    cmocka_unit_test(
		comparing_stops_when_its_steps_are_spent_and_is_told),
	    cmocka_unit_test(wildcards_of_a_word_are_counted_letter_by_letter),
	    cmocka_unit_test(an_exact_term_with_a_gap_may_end_at_another_place),
	    cmocka_unit_test(equal_terms_become_one),
	    cmocka_unit_test(a_term_costs_at_most_160_bytes),
	};

	return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
