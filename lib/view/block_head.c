#include "view/block.h"

#include "view/colours.h"

#define REST	28	/* columns of a heading beside two names */

/* A date at the left edge, with two blanks after it. */
static void
put_day(struct sheet *s, const struct text_time *at)
{
	struct buf *b = sheet_start(s);

	if (at->known)
		showtime_day(&s->clock, at->sec, b);
	else
		(void)buf_add(b, SLICE("(no date)"));
	paint_left(&s->paint, PAINT_BOLD, buf_slice(b));
	paint_left(&s->paint, PAINT_PLAIN, SLICE("  "));
}

/* A name in a heading: cut, so that the rest stays in sight. */
static void
put_name(struct sheet *s, enum paint_colour c, struct slice name)
{
	sheet_put_name(sheet_start(s), name);
	sheet_left(s, c, (s->paint.columns - REST) / 2);
}

/* Where what has no date begins. */
void
block_undated(struct blocktext *t, const struct text_time *at)
{
	struct sheet *s = &t->sheet;

	if (at->known || t->undated)
		return;
	t->undated = true;
	if (!s->facts->has_time)
		return;
	paint_left(&s->paint, PAINT_YELLOW,
	    SLICE("What follows has no date: in the order of the log."));
	paint_end(&s->paint);
	paint_end(&s->paint);
}

static void
put_path(struct sheet *s, const struct rec *m)
{
	struct slice path = rec_get(m, F_PATH), why = rec_get(m, F_PARENT_WHY);
	struct slice parent = rec_get(m, F_PARENT), hop = rec_get(m, F_HOP);
	struct buf *b = sheet_start(s);

	if (slice_is(why, "notice") && parent.len > 0) {
		(void)buf_add(b, SLICE("notice about "));
		sheet_put_name(b, parent);
	} else if (hop.len > 0 && !slice_is(hop, "1")) {
		(void)buf_add(b, SLICE("path hop "));
		sheet_put_name(b, hop);
		(void)buf_add(b, SLICE(" of "));
		sheet_put_name(b, path);
		sheet_put_aside(b, why);
	}
	sheet_phrase(s);
}

/* 2026-09-01  1E240140202 on mx: sent, path hop 2 of mx/postfix/4hZ... */
void
block_heading(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *m = &s->msg;
	struct slice status = rec_get(m, F_STATUS), in;
	size_t indent = s->paint.indent;
	struct buf *b;

	put_day(s, &i->time);
	s->paint.indent = s->paint.at;
	put_name(s, PAINT_BOLD, rec_get(m, F_QID));
	if (rec_get(m, F_HOST).len > 0) {
		paint_left(&s->paint, PAINT_PLAIN, SLICE(" on "));
		put_name(s, PAINT_PLAIN, rec_get(m, F_HOST));
	}
	s->paint.more = true;
	b = sheet_start(s);
	if (status.len > 0)
		text_clean(b, status, " ,");
	else if (!t->block.has_msg)
		(void)buf_add(b, SLICE("outcome not among these records"));
	sheet_phrase_as(s, colours_status(status), ": ");
	put_path(s, m);
	in = rec_get(m, F_INSTANCE);
	b = sheet_start(s);
	if (in.len > 0 && !slice_is(in, "postfix")) {
		(void)buf_add(b, SLICE("instance "));
		sheet_put_name(b, in);
	}
	sheet_phrase(s);
	paint_end(&s->paint);
	s->paint.indent = indent;
}

/* Rejects, and what belongs to no message, stand together under one. */
void
block_run(struct blocktext *t, const struct timeline_item *i, enum run run)
{
	struct sheet *s = &t->sheet;
	struct slice host = rec_get(&i->rec, F_HOST);
	bool same = t->run == run && t->run_timed == i->time.known &&
	    slice_eq(buf_slice(&t->run_host), host) &&
	    (!i->time.known ||
		showtime_same_day(&s->clock, t->run_day, i->time.sec));

	t->run = run;
	t->run_timed = i->time.known;
	t->run_day = i->time.sec;
	if (same)
		return;
	t->run_host.len = 0;
	(void)buf_add(&t->run_host, host);
	if (t->begun)
		paint_end(&s->paint);
	t->begun = true;
	block_undated(t, &i->time);
	put_day(s, &i->time);
	if (run == RUN_REJECTS) {
		paint_left(&s->paint, PAINT_BOLD, SLICE("NOQUEUE"));
		paint_left(&s->paint, PAINT_PLAIN, SLICE(" on "));
		put_name(s, PAINT_PLAIN, host);
		paint_left(&s->paint, PAINT_PLAIN, SLICE(": "));
		paint_left(&s->paint, PAINT_RED, SLICE("rejected"));
	} else {
		if (host.len > 0) {
			put_name(s, PAINT_BOLD, host);
			paint_left(&s->paint, PAINT_PLAIN, SLICE(": "));
		}
		paint_left(&s->paint, PAINT_PLAIN,
		    SLICE("not part of a message"));
	}
	paint_end(&s->paint);
}
