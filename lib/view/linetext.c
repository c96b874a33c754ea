#include "view/linetext.h"

#include "base/hash.h"
#include "base/mem.h"
#include "io/spool.h"
#include "view/colours.h"
#include "view/text.h"

#define STATUS_LEAST	6	/* its heading */
#define STATUS_MOST	9
#define CLIENT_LEAST	8	/* uid 1001, (notice) */
#define CLIENT_MOST	15
#define TLS_WIDTH	6
#define QID_LEAST	7
#define QID_MOST	20
#define MAIL_LEAST	22
#define OTHERS_MAX	9999

struct linetext {
	struct sheet		 sheet;
	bool			 one_year;
	size_t			 status_width, client_width, mail_width;
	size_t			 qid_width;
	bool			 begun;
	bool			 open;		/* a message is at hand */
	struct text_time	 time;
	struct buf		 to;		/* first recipient */
	bool			 has_to;
	uint64_t		 seen[LINETEXT_RCPTS];
	size_t			 nseen;
	enum tls_class		 worst;
	struct buf		 out;		/* its word */
	enum paint_colour	 out_colour;
	uint64_t		 hidden;
};

/* What is in b, cut to width and filled up, and a blank. */
static void
column(struct linetext *t, enum paint_colour c, size_t width)
{
	struct sheet *s = &t->sheet;

	sheet_column(s, c, width);
	(void)sheet_start(s);
}

static size_t
time_width(const struct linetext *t)
{
	const struct sheet *s = &t->sheet;
	size_t n = (size_t)(t->one_year ? 6 : 11) + 8 + s->clock.noted;

	return s->facts->has_undated && n < SHEET_STAMP ? SHEET_STAMP : n;
}

static size_t
between(size_t n, size_t least, size_t most)
{
	return n < least ? least : n > most ? most : n;
}

/*
 * Share the columns out: when they are few the client goes, then the queue ID
 * is cut.
 */
static void
measure(struct linetext *t)
{
	struct sheet *s = &t->sheet;
	const struct timefacts *f = s->facts;
	size_t columns = s->paint.columns, fixed;

	t->status_width = between(f->status, STATUS_LEAST, STATUS_MOST);
	t->client_width = between(f->client, CLIENT_LEAST, CLIENT_MOST);
	t->qid_width = between(f->qid, QID_LEAST, QID_MOST);
	fixed = time_width(t) + 1 + t->status_width + 1 + 1 +
	    2 * (TLS_WIDTH + 1);
	if (fixed + MAIL_LEAST + t->qid_width + t->client_width + 1 > columns)
		t->client_width = 0;
	else
		fixed += t->client_width + 1;
	if (fixed + MAIL_LEAST + t->qid_width > columns)
		t->qid_width = columns - fixed - MAIL_LEAST;
	t->mail_width = columns - fixed - t->qid_width;
}

struct linetext *
linetext_open(const struct sheet_options *opt)
{
	struct linetext *t = mem_alloc(1, sizeof(*t));
	const struct timefacts *f = opt->facts;

	sheet_init(&t->sheet, opt);
	t->sheet.paint.whole = false; /* a line is a line */
	t->sheet.clock.digits = 0;
	t->one_year = f->has_time &&
	    showtime_year(&t->sheet.clock, f->first) ==
		showtime_year(&t->sheet.clock, f->last);
	buf_init(&t->to, SPOOL_ENTRY);
	buf_init(&t->out, 64);
	measure(t);
	return t;
}

static void
put_time(struct linetext *t)
{
	struct sheet *s = &t->sheet;
	struct buf day;

	if (!t->time.known) {
		sheet_put_stamp(&s->b, rec_get(&s->msg, F_STAMP));
		return;
	}
	buf_init(&day, 256);
	showtime_day(&s->clock, t->time.sec, &day);
	(void)buf_add(&s->b, slice_sub(buf_slice(&day), t->one_year ? 5 : 0,
	    t->one_year ? 5 : 10));
	buf_free(&day);
	(void)buf_addc(&s->b, ' ');
	showtime_time(&s->clock, &t->time,
	    rec_get(&s->msg, F_TIME_NOTE).len > 0, &s->b);
}

static void
put_address(struct buf *b, struct slice a, bool known)
{
	if (!known)
		(void)buf_addc(b, '?');
	else if (a.len == 0)
		(void)buf_add(b, SLICE("<>"));
	else
		text_clean(b, a, " <>");
}

/* sender -> recipient +n, each with its half, or what the other leaves. */
static void
put_mail(struct linetext *t)
{
	struct sheet *s = &t->sheet;
	uint64_t others = t->nseen > 0 ? t->nseen - 1 : 0, nrcpt;
	size_t width = t->mail_width, to = s->paint.at + width, left, fw, tw;
	struct buf more, from;

	if (slice_u64(rec_get(&s->msg, F_NRCPT), UINT32_MAX, &nrcpt) &&
	    nrcpt > others + 1)
		others = nrcpt - 1;
	buf_init(&more, 32);
	if (others > 0) {
		(void)buf_add(&more, SLICE(" +"));
		(void)buf_addu(&more, others > OTHERS_MAX ? OTHERS_MAX :
		    others);
		if (others > OTHERS_MAX)
			(void)buf_addc(&more, '+');
	}
	buf_init(&from, SHEET_PHRASE);
	put_address(&from, rec_get(&s->msg, F_FROM),
	    rec_has(&s->msg, F_FROM));
	put_address(&s->b, buf_slice(&t->to), t->has_to);
	left = width - 4 - more.len;
	fw = text_width(buf_slice(&from));
	tw = text_width(buf_slice(&s->b));
	if (fw + tw > left) {
		if (fw <= left / 2)
			tw = left - fw;
		else if (tw <= left / 2)
			fw = left - tw;
		else {
			fw = left / 2;
			tw = left - fw;
		}
	}
	s->cut.len = 0;
	text_cut_middle(&s->cut, buf_slice(&from), fw);
	(void)buf_add(&s->cut, SLICE(" -> "));
	text_cut_middle(&s->cut, buf_slice(&s->b), tw);
	(void)buf_add(&s->cut, buf_slice(&more));
	paint_left(&s->paint, PAINT_PLAIN, buf_slice(&s->cut));
	paint_to(&s->paint, to);
	paint_left(&s->paint, PAINT_PLAIN, SLICE(" "));
	s->b.len = 0;
	buf_free(&more);
	buf_free(&from);
}

static void
put_client(struct linetext *t)
{
	struct sheet *s = &t->sheet;
	const struct rec *m = &s->msg;

	if (rec_get(m, F_CLIENT_ADDR).len > 0)
		text_clean(&s->b, rec_get(m, F_CLIENT_ADDR), " ");
	else if (rec_get(m, F_UID).len > 0) {
		(void)buf_add(&s->b, SLICE("uid "));
		text_clean(&s->b, rec_get(m, F_UID), " ");
	} else if (slice_is(rec_get(m, F_PARENT_WHY), "notice"))
		(void)buf_add(&s->b, SLICE("(notice)"));
	else
		(void)buf_addc(&s->b, '-');
}

static void
line(struct linetext *t)
{
	struct sheet *s = &t->sheet;
	struct slice status = rec_get(&s->msg, F_STATUS);

	put_time(t);
	column(t, PAINT_PLAIN, time_width(t));
	if (status.len > 0)
		text_clean(&s->b, status, " ");
	else
		(void)buf_addc(&s->b, '?');
	column(t, colours_status(status), t->status_width);
	put_mail(t);
	if (t->client_width > 0) {
		put_client(t);
		column(t, PAINT_PLAIN, t->client_width);
	}
	tlswords_short(&s->b, &s->msg, TLSWORDS_IN);
	column(t, colours_tls(tlswords_outside(&s->msg, TLSWORDS_IN)),
	    TLS_WIDTH);
	(void)buf_add(&s->b, t->out.len > 0 ? buf_slice(&t->out) : SLICE("-"));
	column(t, t->out_colour, TLS_WIDTH);
	text_clean(&s->b, rec_get(&s->msg, F_QID), " ");
	sheet_left(s, PAINT_PLAIN, t->qid_width);
	(void)sheet_start(s);
	paint_end(&s->paint);
}

static void
finish(struct linetext *t)
{
	if (t->open)
		line(t);
	t->open = false;
}

/* "Times: UTC, in 2026.  ~ ..." and the columns. */
static void
preface(struct linetext *t)
{
	struct sheet *s = &t->sheet;
	const struct timefacts *f = s->facts;

	sheet_put_zone(s);
	if (t->one_year) {
		(void)buf_add(&s->b, SLICE(", year "));
		(void)buf_addu(&s->b,
		    (uint64_t)showtime_year(&s->clock, f->first));
	}
	paint_phrase(&s->paint, PAINT_PLAIN, PAINT_END, "",
	    buf_slice(&s->b));
	s->b.len = 0;
	if (f->noted) {
		(void)buf_add(&s->b, SLICE("~ not the log's own word ("));
		timefacts_put_names(&s->b, &f->notes, ", ");
		(void)buf_addc(&s->b, ')');
		paint_phrase(&s->paint, PAINT_YELLOW, PAINT_END, "; ",
		    buf_slice(&s->b));
		s->b.len = 0;
	}
	paint_end(&s->paint);
	(void)buf_add(&s->b, SLICE("time"));
	column(t, PAINT_BOLD, time_width(t));
	(void)buf_add(&s->b, SLICE("status"));
	column(t, PAINT_BOLD, t->status_width);
	(void)buf_add(&s->b, SLICE("from -> to"));
	column(t, PAINT_BOLD, t->mail_width);
	if (t->client_width > 0) {
		(void)buf_add(&s->b, SLICE("client"));
		column(t, PAINT_BOLD, t->client_width);
	}
	(void)buf_add(&s->b, SLICE("TLSin"));
	column(t, PAINT_BOLD, TLS_WIDTH);
	(void)buf_add(&s->b, SLICE("TLSout"));
	column(t, PAINT_BOLD, TLS_WIDTH);
	paint_left(&s->paint, PAINT_BOLD, SLICE("qid"));
	paint_end(&s->paint);
}

static void
begin(struct linetext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;

	finish(t);
	t->open = true;
	sheet_keep(s, &i->rec);
	t->time = i->time;
	t->to.len = 0;
	t->has_to = false;
	t->nseen = 0;
	t->worst = TLSWORDS_NOTHING;
	t->out.len = 0;
	t->out_colour = PAINT_PLAIN;
	if (i->kind != ITEM_MESSAGE) {
		/* These are the delivery's own; the message's are unknown. */
		rec_unset(&s->msg, F_STATUS);
		rec_unset(&s->msg, F_TLS);
	} else if (rec_has(&s->msg, F_TO)) {
		t->has_to = true;
		(void)buf_add(&t->to, rec_get(&s->msg, F_TO));
	}
}

static void
delivery(struct linetext *t, const struct rec *r)
{
	enum tls_class c = tlswords_outside(r, TLSWORDS_OUT);
	struct slice to = rec_get(r, F_TO);
	uint64_t h = hash_bytes(to, 0);
	size_t n = 0;

	if (!t->has_to) {
		t->has_to = true;
		t->to.len = 0;
		(void)buf_add(&t->to, to);
	}
	while (n < t->nseen && t->seen[n] != h)
		n++;
	if (n == t->nseen && n < LINETEXT_RCPTS)
		t->seen[t->nseen++] = h;
	if (c <= t->worst)
		return;
	t->worst = c;
	t->out_colour = colours_tls(c);
	t->out.len = 0;
	tlswords_short(&t->out, r, TLSWORDS_OUT);
}

void
linetext_item(struct linetext *t, const struct timeline_item *i)
{
	if (i->kind == ITEM_LOOSE) {
		t->hidden++;
		return;
	}
	if (!t->begun)
		preface(t);
	t->begun = true;
	if (i->first || i->kind == ITEM_MESSAGE)
		begin(t, i);
	if (i->kind == ITEM_STEP &&
	    slice_eq(rec_get(&i->rec, F_TYPE), SLICE("delivery")))
		delivery(t, &i->rec);
}

uint64_t
linetext_hidden(const struct linetext *t)
{
	return t->hidden;
}

void
linetext_close(struct linetext *t)
{
	if (t == NULL)
		return;
	finish(t);
	sheet_free(&t->sheet);
	buf_free(&t->to);
	buf_free(&t->out);
	mem_free(t);
}
