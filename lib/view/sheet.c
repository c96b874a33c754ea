#include "view/sheet.h"

#include "io/spool.h"
#include "rec/packed.h"
#include "view/text.h"

void
sheet_init(struct sheet *s, const struct sheet_options *o)
{
	*s = (struct sheet){ .paint = o->paint, .facts = o->facts,
	    .verbose = o->verbose };
	s->paint.whole = o->verbose;
	s->clock = (struct showtime){ .zone = o->zone, .name = o->zone_name,
	    .digits = o->facts->digits, .noted = o->facts->noted };
	buf_init(&s->b, SHEET_PHRASE);
	buf_init(&s->cut, SHEET_PHRASE);
	buf_init(&s->kept, SPOOL_ENTRY * 2);
}

void
sheet_free(struct sheet *s)
{
	buf_free(&s->b);
	buf_free(&s->cut);
	buf_free(&s->kept);
}

struct buf *
sheet_start(struct sheet *s)
{
	s->b.len = 0;
	return &s->b;
}

void
sheet_phrase_as(struct sheet *s, enum paint_colour c, const char *separator)
{
	if (s->b.len > 0)
		paint_phrase(&s->paint, c, PAINT_MIDDLE, separator,
		    buf_slice(&s->b));
}

void
sheet_phrase(struct sheet *s)
{
	sheet_phrase_as(s, PAINT_PLAIN, ", ");
}

void
sheet_words(struct sheet *s, enum paint_colour c, const char *text)
{
	paint_phrase(&s->paint, c, PAINT_END, ", ", slice_cstr(text));
}

void
sheet_left(struct sheet *s, enum paint_colour c, size_t width)
{
	s->cut.len = 0;
	text_cut_middle(&s->cut, buf_slice(&s->b), width);
	paint_left(&s->paint, c, buf_slice(&s->cut));
}

void
sheet_column(struct sheet *s, enum paint_colour c, size_t width)
{
	size_t to = s->paint.at + width;

	sheet_left(s, c, width);
	paint_to(&s->paint, to);
	paint_left(&s->paint, PAINT_PLAIN, SLICE(" "));
}

void
sheet_below(struct sheet *s, size_t lines)
{
	if (s->b.len > 0)
		paint_below(&s->paint, PAINT_PLAIN, lines, buf_slice(&s->b));
}

void
sheet_put_address(struct buf *b, struct slice a)
{
	(void)buf_addc(b, '<');
	text_clean(b, a, "<> ");
	(void)buf_addc(b, '>');
}

void
sheet_put_name(struct buf *b, struct slice s)
{
	text_clean(b, s, " ,;");
}

void
sheet_put_aside(struct buf *b, struct slice s)
{
	if (s.len == 0)
		return;
	(void)buf_add(b, SLICE(" ("));
	text_clean(b, s, "()");
	(void)buf_addc(b, ')');
}

void
sheet_put_stamp(struct buf *b, struct slice stamp)
{
	if (stamp.len == 0)
		return;
	(void)buf_addc(b, '[');
	text_clean(b, stamp, "]");
	(void)buf_addc(b, ']');
}

void
sheet_put_zone(struct sheet *s)
{
	(void)buf_add(&s->b, SLICE("Times: "));
	showtime_zone(&s->clock, s->facts->first, s->facts->last, &s->b);
}

void
sheet_keep(struct sheet *s, const struct rec *r)
{
	s->kept.len = 0;
	if (!packed_put(&s->kept, r) ||
	    !packed_get(buf_slice(&s->kept), &s->msg))
		rec_clear(&s->msg);
}
