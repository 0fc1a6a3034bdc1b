/*
 * Any bytes as the text of a title, a summary and a plain text. Whatever way
 * they are read, what comes out is clean and within its bound; plain text is
 * cleaned the same in pieces and twice, and what holds no markup is read alike
 * by all ways.
 */
#include <string.h>

#include "feeds/item.h"
#include "feeds/parse.h"
#include "fuzz/fuzz.h"
#include "fuzz/sound.h"
#include "lib/buf.h"
#include "text/html.h"
#include "text/plain.h"

const char fuzz_name[] = "html";

#define HTML_MADE_MAX (300 * 1024) /* bytes that repetitions make */
#define HTML_NO_MAX (4 * HTML_MADE_MAX)

typedef int (*html_way)(
    const char *text, size_t len, size_t max, struct buf *out);

static void
check_same(const struct buf *a, const struct buf *b)
{
	fuzz_check(a->len == b->len);
	fuzz_check(strcmp(buf_str(a), buf_str(b)) == 0);
}

/* Within max and within the buffer's bound, behind what stands there. */
static void
check_bounded(html_way way, const struct buf *text, size_t max, bool is_prose)
{
	struct buf out;
	size_t before;
	int rc;

	buf_init(&out, max / 2 + 4);
	(void)buf_addstr(&out, "ab");
	before = out.len;
	rc = way(buf_str(text), text->len, max, &out);
	fuzz_check(out.len >= before && out.len <= out.max);
	fuzz_check(memcmp(out.data, "ab", before) == 0);
	fuzz_check(rc == 0 || rc == -1);
	(is_prose ? sound_prose : sound_line)(out.data + before, max);
	buf_clear(&out);
}

static void
check_way(html_way way, const struct buf *text, bool is_prose)
{
	/* one small bound is enough at a time: which, the input says */
	const size_t small[] = {ITEM_TITLE_MAX, text->len / 2, 11, 1, 0};
	size_t max = small[text->len % 5];
	struct buf out;

	buf_init(&out, 0);
	fuzz_check(way(buf_str(text), text->len, ITEM_TEXT_MAX, &out) == 0);
	(is_prose ? sound_prose : sound_line)(buf_str(&out), ITEM_TEXT_MAX);
	fuzz_check(strlen(buf_str(&out)) == out.len);
	buf_clear(&out);
	check_bounded(way, text, max, is_prose);
}

static int
title_way(const char *text, size_t len, size_t max, struct buf *out)
{
	size_t from = out->len;
	int rc = html_title_to_text(text, len, max, out);

	/* a title has no paragraphs, as its contract says */
	fuzz_check(!memchr(buf_str(out) + from, '\n', out->len - from));
	return rc;
}

/* Clean text stays as it is, whatever it is taken for but markup. */
static void
check_clean_twice(const struct buf *clean)
{
	struct buf again;

	buf_init(&again, 0);
	fuzz_check(
	    text_clean(buf_str(clean), clean->len, HTML_NO_MAX, &again) == 0);
	check_same(clean, &again);
	buf_reset(&again);
	fuzz_check(text_clean_paragraphs(
		       buf_str(clean), clean->len, HTML_NO_MAX, &again) == 0);
	check_same(clean, &again);
	buf_clear(&again);
}

/* Cut on the border of a character, in two places. */
static void
check_pieces(const struct buf *text, const struct buf *clean)
{
	size_t first = plain_border(buf_str(text), text->len / 3);
	size_t second = plain_border(buf_str(text), text->len / 3 * 2);
	const char *p = buf_str(text);
	struct plain plain;
	struct buf out;

	buf_init(&out, 0);
	plain_begin(&plain, &out, text->len, HTML_NO_MAX);
	plain_add(&plain, p, p + first);
	plain_add(&plain, p + first, p + second);
	plain_add(&plain, p + second, p + text->len);
	fuzz_check(plain_end(&plain) == 0);
	check_same(clean, &out);
	buf_clear(&out);
}

/* A smaller bound cuts, and changes nothing before the cut. */
static void
check_cut(const struct buf *text, const struct buf *clean)
{
	size_t max = clean->len / 2;
	struct buf out;

	buf_init(&out, 0);
	fuzz_check(text_clean(buf_str(text), text->len, max, &out) == 0);
	fuzz_check(out.len <= max);
	/* a blank and a character may not have fitted any more */
	fuzz_check(out.len + 5 > max);
	fuzz_check(out.len == 0 || memcmp(out.data, clean->data, out.len) == 0);
	buf_clear(&out);
}

/* Where there is neither tag nor reference no way has anything to decide. */
static void
check_unmarked(const struct buf *text, const struct buf *clean)
{
	struct buf out, prose;

	if (text->len && (memchr(text->data, '<', text->len) ||
			     memchr(text->data, '&', text->len)))
		return;
	buf_init(&out, 0);
	buf_init(&prose, 0);
	fuzz_check(html_title_to_text(
		       buf_str(text), text->len, HTML_NO_MAX, &out) == 0);
	check_same(clean, &out);
	buf_reset(&out);
	fuzz_check(
	    html_to_text(buf_str(text), text->len, HTML_NO_MAX, &out) == 0);
	fuzz_check(text_clean_paragraphs(
		       buf_str(text), text->len, HTML_NO_MAX, &prose) == 0);
	check_same(&prose, &out);
	plain_flatten(&out, 0);
	check_same(clean, &out);
	buf_clear(&out);
	buf_clear(&prose);
}

static void
check_affordable(const struct buf *text)
{
	size_t len = html_affordable(buf_str(text), text->len);

	fuzz_check(len <= text->len);
	/* it ends before a tag, and all before it is affordable still */
	fuzz_check(len == text->len || text->data[len] == '<');
	fuzz_check(html_affordable(buf_str(text), len) <= len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf raw, text, clean;

	parse_init();
	buf_init(&raw, 0);
	buf_init(&text, 0);
	buf_init(&clean, 0);
	sound_expand(data, size, HTML_MADE_MAX, &raw);
	check_way(html_to_text, &raw, true);
	check_way(html_markup_to_text, &raw, true);
	check_way(title_way, &raw, false);
	check_way(text_clean, &raw, false);
	check_way(text_clean_paragraphs, &raw, true);
	check_affordable(&raw);
	plain_repair_utf8(buf_str(&raw), raw.len, &text);
	fuzz_check(plain_is_utf8(buf_str(&text), text.len));
	fuzz_check(
	    text_clean(buf_str(&text), text.len, HTML_NO_MAX, &clean) == 0);
	check_clean_twice(&clean);
	check_pieces(&text, &clean);
	check_cut(&text, &clean);
	check_unmarked(&text, &clean);
	buf_clear(&raw);
	buf_clear(&text);
	buf_clear(&clean);
	return 0;
}
