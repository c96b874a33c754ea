#include "scan/lvmtext.h"

#include "base/banned.h"

/* Step over blanks and comments. */
static void
skip(struct slice *s)
{
	size_t n;

	while (s->len > 0) {
		if (s->ptr[0] == '#') {
			n = slice_chr(*s, '\n');
			*s = slice_from(*s, n == SLICE_NONE ? s->len : n);
		} else if (s->ptr[0] == ' ' ||
		    (s->ptr[0] >= '\t' && s->ptr[0] <= '\r'))
			*s = slice_from(*s, 1);
		else
			break;
	}
}

/* A sign alone, behind blanks. */
static bool
take(struct slice *s, unsigned char c)
{
	skip(s);
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

/* A name, or a number. */
static bool
take_word(struct slice *s, struct slice *word)
{
	size_t n = 0;

	skip(s);
	while (n < s->len &&
	    (ascii_alnum(s->ptr[n]) ||
		slice_chr(SLICE("+-._"), s->ptr[n]) != SLICE_NONE))
		n++;
	*word = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return n > 0;
}

static bool
take_string(struct slice *s, struct slice *text)
{
	size_t n = 0;

	if (!take(s, '"'))
		return false;
	while (n < s->len && s->ptr[n] != '"')
		n += s->ptr[n] == '\\' ? 2 : 1;
	if (n >= s->len)
		return false;
	*text = slice_sub(*s, 0, n);
	*s = slice_from(*s, n + 1);
	return true;
}

static bool
take_one(struct slice *s, struct lvmtext *t)
{
	struct slice v;

	if (!take_string(s, &v) && !take_word(s, &v))
		return false;
	if (t->n < LVMTEXT_VALUES)
		t->v[t->n++] = v;
	return true;
}

/* What stands behind the equals sign. */
static bool
take_value(struct slice *s, struct lvmtext *t)
{
	t->n = 0;
	if (!take(s, '['))
		return take_one(s, t);
	if (take(s, ']'))
		return true;
	do {
		if (!take_one(s, t))
			return false;
	} while (take(s, ','));
	return take(s, ']');
}

bool
lvmtext_read(struct slice s, lvmtext_fn *fn, void *arg)
{
	struct lvmtext t = { .depth = 0 };
	struct slice word;

	for (;;) {
		if (take(&s, '}')) {
			if (t.depth-- == 0)
				return false;
			continue;
		}
		if (!take_word(&s, &word))
			break;
		if (take(&s, '{')) {
			if (t.depth == LVMTEXT_DEPTH)
				return false;
			t.section[t.depth++] = word;
			continue;
		}
		t.key = word;
		if (!take(&s, '=') || !take_value(&s, &t))
			return false;
		fn(arg, &t);
	}
	/* A NUL ends what is stored. */
	return t.depth == 0 && (s.len == 0 || s.ptr[0] == '\0');
}
