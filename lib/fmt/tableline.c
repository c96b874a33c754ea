#include "fmt/tableline.h"

#include "base/banned.h"

static bool
is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void
tableline_init(struct tableline *t, struct slice text, struct buf *buf)
{
	*t = (struct tableline){ .rest = text, .next = 1, .buf = buf };
}

struct slice
tableline_trim(struct slice s)
{
	while (s.len > 0 && is_blank(s.ptr[0]))
		s = slice_from(s, 1);
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* Take one physical line from the rest; false at the end. */
static bool
take(struct tableline *t, struct slice *line)
{
	if (t->rest.len == 0)
		return false;
	if (!slice_cut(t->rest, '\n', line, &t->rest)) {
		*line = t->rest;
		t->rest = slice_from(t->rest, t->rest.len);
	}
	t->next++;
	return true;
}

static bool
is_comment(struct slice line)
{
	line = tableline_trim(line);
	return line.len == 0 || line.ptr[0] == '#';
}

enum rc
tableline_next(struct tableline *t, struct slice *out, struct err *e)
{
	struct slice line, before;
	bool fits = true, any = false;

	t->buf->len = 0;
	t->orphan = false;
	for (;;) {
		uint32_t at = t->next;

		before = t->rest;
		if (!take(t, &line))
			break;
		if (is_comment(line))
			continue;
		if (any && !is_blank(line.ptr[0])) {
			t->rest = before;
			t->next = at;
			break;
		}
		if (!any) {
			t->line = at;
			t->orphan = is_blank(line.ptr[0]);
		}
		any = true;
		fits = fits && buf_add(t->buf, line);
	}
	*out = tableline_trim(buf_slice(t->buf));
	if (!any)
		return RC_END;
	if (!fits)
		return err_damaged(e, t->line, "the line is too long");
	if (slice_chr(*out, '\0') != SLICE_NONE)
		return err_damaged(e, t->line, "the line holds a NUL");
	return RC_OK;
}

struct slice
tableline_word(struct slice *s, bool commas)
{
	struct slice w;
	size_t n = 0;

	while (s->len > 0 && (is_blank(s->ptr[0]) ||
	    (commas && s->ptr[0] == ',')))
		*s = slice_from(*s, 1);
	while (n < s->len && !is_blank(s->ptr[n]) &&
	    !(commas && s->ptr[n] == ','))
		n++;
	w = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return w;
}
