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

void
markup_put(struct buf *b, struct slice s)
{
	struct buf clean;
	struct slice e;

	buf_init(&clean, CLEAN);
	words_clean(&clean, s);
	for (size_t i = 0; i < clean.len; i++) {
		e = entity(clean.ptr[i]);
		if (e.ptr == NULL)
			(void)buf_addc(b, clean.ptr[i]);
		else
			(void)buf_add(b, e);
	}
	buf_free(&clean);
}

void
markup_bdi(struct buf *b, struct slice s)
{
	words(b, "<bdi>");
	markup_put(b, s);
	words(b, "</bdi>");
}
