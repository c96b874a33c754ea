#include "view/block.h"

/*
 * Columns: margin, time, one blank, elapsed, one blank, step, one blank, text.
 */
#define MARGIN		2
#define ELAPSED	8
#define WORD		9
#define STAMPED	(MARGIN + SHEET_STAMP + 1 + WORD + 1)

size_t
block_indent(const struct sheet *s)
{
	size_t n = MARGIN + showtime_width(&s->clock) + s->clock.noted +
	    ELAPSED + 1 + WORD + 1;

	return s->facts->has_undated && n < STAMPED ? STAMPED : n;
}

static void
put_elapsed(struct blocktext *t, const struct text_time *at)
{
	struct sheet *s = &t->sheet;
	char text[TEXT_ELAPSED];
	size_t n, to = s->paint.indent - WORD - 2;

	if (!t->block.has_prev)
		return;
	n = text_elapsed(text, &t->block.prev, at);
	if (n < to && to - n > s->paint.at)
		paint_to(&s->paint, to - n);
	paint_left(&s->paint, PAINT_PLAIN, slice_of(text, n));
}

/* The left columns of a step; r may be NULL: no time of its own. */
void
block_step(struct blocktext *t, const struct text_time *at, const struct rec *r,
    enum paint_colour c, struct slice word)
{
	struct sheet *s = &t->sheet;
	struct block *k = &t->block;
	struct buf *b;

	if (at != NULL && at->known && k->has_day &&
	    !showtime_same_day(&s->clock, k->day, at->sec)) {
		b = sheet_start(s);
		showtime_day(&s->clock, at->sec, b);
		paint_left(&s->paint, PAINT_PLAIN, buf_slice(b));
		paint_end(&s->paint);
	}
	paint_to(&s->paint, MARGIN);
	if (at != NULL && at->known) {
		k->has_day = true;
		k->day = at->sec;
		b = sheet_start(s);
		showtime_time(&s->clock, at,
		    r != NULL && rec_get(r, F_TIME_NOTE).len > 0, b);
		paint_left(&s->paint, PAINT_PLAIN, buf_slice(b));
		put_elapsed(t, at);
		k->prev = *at;
		k->has_prev = true;
	} else if (at != NULL && r != NULL) {
		sheet_put_stamp(sheet_start(s), rec_get(r, F_STAMP));
		sheet_left(s, PAINT_PLAIN, s->paint.indent - WORD - 2 - MARGIN);
	}
	paint_to(&s->paint, s->paint.indent - WORD - 1);
	b = sheet_start(s);
	text_clean(b, word, " ");
	s->cut.len = 0;
	text_cut_end(&s->cut, buf_slice(b), WORD + 4);
	paint_left(&s->paint, c, buf_slice(&s->cut));
	if (s->paint.at >= s->paint.indent)
		paint_left(&s->paint, PAINT_PLAIN, SLICE(" "));
}
