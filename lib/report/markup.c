#include "report/markup.h"

#include "report/words.h"

#include "base/banned.h"

#define CLEAN	((size_t)64 * 1024 * 1024)

static struct slice
entity(unsigned char c)
{
	switch (c) {
	case '&':
		return SLICE("&amp;");
	case '<':
		return SLICE("&lt;");
	case '>':
		return SLICE("&gt;");
	case '"':
		return SLICE("&quot;");
	case '\'':
		return SLICE("&#39;");
	default:
		return slice_of(NULL, 0);
	}
}

/* A name may be broken behind @, / and _, or before a dot. */
static void
put(struct buf *b, struct slice s, bool breaks)
{
	struct buf clean;
	struct slice e;
	unsigned char c;

	buf_init(&clean, CLEAN);
	words_clean(&clean, s);
	for (size_t i = 0; i < clean.len; i++) {
		c = clean.ptr[i];
		e = entity(c);
		if (breaks && c == '.' && i > 0 && i + 1 < clean.len)
			words(b, "<wbr>");
		if (e.ptr == NULL)
			(void)buf_addc(b, c);
		else
			(void)buf_add(b, e);
		if (breaks && (c == '@' || c == '/' || c == '_') &&
		    i + 1 < clean.len)
			words(b, "<wbr>");
	}
	buf_free(&clean);
}

void
markup_put(struct buf *b, struct slice s)
{
	put(b, s, false);
}

void
markup_breaks(struct buf *b, struct slice s)
{
	put(b, s, true);
}

void
markup_bdi(struct buf *b, struct slice s)
{
	words(b, "<bdi>");
	put(b, s, true);
	words(b, "</bdi>");
}

/* Is it YYYY-MM-DD? */
static bool
is_date(struct slice s)
{
	return s.len == 10 && s.ptr[4] == '-' && s.ptr[7] == '-' &&
	    slice_digits(slice_sub(s, 0, 4)) &&
	    slice_digits(slice_sub(s, 5, 2)) &&
	    slice_digits(slice_sub(s, 8, 2));
}

void
markup_dates(struct buf *b, struct slice s)
{
	struct slice word, rest = s;
	bool more = true;

	while (more) {
		more = slice_cut(rest, ' ', &word, &rest);
		if (!more)
			word = rest;
		if (is_date(word))
			words(b, "<time>");
		markup_put(b, word);
		if (is_date(word))
			words(b, "</time>");
		if (more)
			words(b, " ");
	}
}
