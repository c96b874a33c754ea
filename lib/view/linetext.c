#include "view/linetext.h"

#include "base/hash.h"
#include "base/mem.h"
#include "io/spool.h"
#include "view/showtime.h"
#include "view/text.h"
#include "view/tlswords.h"

#define STATUS_LEAST	6	/* its heading */
#define STATUS_MOST	9
#define STAMP_WIDTH	17	/* [Sep  1 10:04:05] */
#define CLIENT_LEAST	8	/* uid 1001, (notice) */
#define CLIENT_MOST	15
#define TLS_WIDTH	6
#define QID_LEAST	7
#define QID_MOST	20
#define MAIL_LEAST	22
#define OTHERS_MAX	9999
#define PHRASE_MAX	((size_t)4 * 1024 * 1024)

struct linetext {
	struct linetext_options	 opt;
	struct paint		 paint;
	struct showtime		 clock;
	bool			 one_year;
	size_t			 status_width, client_width, mail_width;
	size_t			 qid_width;
	bool			 begun;
	bool			 open;		/* a message is at hand */
	struct buf		 kept;
	struct rec		 msg;		/* in `kept` */
	struct text_time	 time;
	struct buf		 to;		/* first recipient */
	bool			 has_to;
	uint64_t		 seen[LINETEXT_RCPTS];
	size_t			 nseen;
	enum tls_class		 worst;
	struct buf		 out;		/* its word */
	enum paint_colour	 out_colour;
	struct buf		 b, cut;
	uint64_t		 hidden;
};

static bool
is(struct slice s, const char *word)
{
	return slice_eq(s, slice_cstr(word));
}

static enum paint_colour
colour_of(enum tls_class c)
{
	switch (c) {
	case TLSWORDS_AUTHENTICATED:
		return PAINT_GREEN;
	case TLSWORDS_PLAINTEXT:
	case TLSWORDS_REFUSED:
		return PAINT_RED;
	case TLSWORDS_UNKNOWN:
		return PAINT_YELLOW;
	default:
		return PAINT_PLAIN;
	}
}

static enum paint_colour
status_colour(struct slice s)
{
	if (is(s, "bounced") || is(s, "rejected") || is(s, "expired") ||
	    is(s, "deleted"))
		return PAINT_RED;
	if (is(s, "deferred") || is(s, "unknown") || is(s, "held") ||
	    is(s, "mixed"))
		return PAINT_YELLOW;
	return PAINT_PLAIN;
}

/* What is in b, cut to width and filled up, and a blank. */
static void
column(struct linetext *t, enum paint_colour c, size_t width)
{
	size_t to = t->paint.at + width;

	t->cut.len = 0;
	text_cut_middle(&t->cut, buf_slice(&t->b), width);
	paint_left(&t->paint, c, buf_slice(&t->cut));
	paint_to(&t->paint, to);
	paint_left(&t->paint, PAINT_PLAIN, SLICE(" "));
	t->b.len = 0;
}

static size_t
time_width(const struct linetext *t)
{
	size_t n = (size_t)(t->one_year ? 6 : 11) + 8 + t->clock.noted;

	return t->opt.facts->has_undated && n < STAMP_WIDTH ? STAMP_WIDTH : n;
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
	const struct timeline_facts *f = t->opt.facts;
	size_t columns = t->paint.columns, fixed;

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
linetext_open(const struct linetext_options *opt)
{
	struct linetext *t = mem_alloc(1, sizeof(*t));
	const struct timeline_facts *f = opt->facts;

	t->opt = *opt;
	t->paint = opt->paint;
	t->clock = (struct showtime){ .zone = opt->zone, .name = opt->zone_name,
	    .digits = 0, .noted = f->noted };
	t->one_year = f->has_time && showtime_year(&t->clock, f->first) ==
	    showtime_year(&t->clock, f->last);
	buf_init(&t->kept, SPOOL_ENTRY * 2);
	buf_init(&t->to, SPOOL_ENTRY);
	buf_init(&t->out, 64);
	buf_init(&t->b, PHRASE_MAX);
	buf_init(&t->cut, PHRASE_MAX);
	measure(t);
	return t;
}

static void
put_time(struct linetext *t)
{
	struct buf day;

	if (!t->time.known) {
		if (rec_get(&t->msg, F_STAMP).len > 0) {
			(void)buf_addc(&t->b, '[');
			text_clean(&t->b, rec_get(&t->msg, F_STAMP), "]");
			(void)buf_addc(&t->b, ']');
		}
		return;
	}
	buf_init(&day, 256);
	showtime_day(&t->clock, t->time.sec, &day);
	(void)buf_add(&t->b, slice_sub(buf_slice(&day), t->one_year ? 5 : 0,
	    t->one_year ? 5 : 10));
	buf_free(&day);
	(void)buf_addc(&t->b, ' ');
	showtime_time(&t->clock, &t->time, rec_get(&t->msg, F_TIME_NOTE).len > 0,
	    &t->b);
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
	uint64_t others = t->nseen > 0 ? t->nseen - 1 : 0, nrcpt;
	size_t width = t->mail_width, to = t->paint.at + width, left, fw, tw;
	struct buf more, from;

	if (slice_u64(rec_get(&t->msg, F_NRCPT), UINT32_MAX, &nrcpt) &&
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
	buf_init(&from, PHRASE_MAX);
	put_address(&from, rec_get(&t->msg, F_FROM), rec_has(&t->msg, F_FROM));
	put_address(&t->b, buf_slice(&t->to), t->has_to);
	left = width - 4 - more.len;
	fw = text_width(buf_slice(&from));
	tw = text_width(buf_slice(&t->b));
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
	t->cut.len = 0;
	text_cut_middle(&t->cut, buf_slice(&from), fw);
	(void)buf_add(&t->cut, SLICE(" -> "));
	text_cut_middle(&t->cut, buf_slice(&t->b), tw);
	(void)buf_add(&t->cut, buf_slice(&more));
	paint_left(&t->paint, PAINT_PLAIN, buf_slice(&t->cut));
	paint_to(&t->paint, to);
	paint_left(&t->paint, PAINT_PLAIN, SLICE(" "));
	t->b.len = 0;
	buf_free(&more);
	buf_free(&from);
}

static void
put_client(struct linetext *t)
{
	const struct rec *m = &t->msg;

	if (rec_get(m, F_CLIENT_ADDR).len > 0)
		text_clean(&t->b, rec_get(m, F_CLIENT_ADDR), " ");
	else if (rec_get(m, F_UID).len > 0) {
		(void)buf_add(&t->b, SLICE("uid "));
		text_clean(&t->b, rec_get(m, F_UID), " ");
	} else if (is(rec_get(m, F_PARENT_WHY), "notice"))
		(void)buf_add(&t->b, SLICE("(notice)"));
	else
		(void)buf_addc(&t->b, '-');
}

/* From this host itself nothing came in over a network. */
static void
put_tls_in(struct linetext *t)
{
	enum tls_class c = tlswords_class(&t->msg);

	if (c == TLSWORDS_PLAINTEXT && tlswords_loopback(&t->msg, TLSWORDS_IN))
		c = TLSWORDS_LOCAL;
	if (c == TLSWORDS_LOCAL)
		(void)buf_add(&t->b, SLICE("local"));
	else
		tlswords_short(&t->b, &t->msg);
	column(t, colour_of(c), TLS_WIDTH);
}

static void
line(struct linetext *t)
{
	struct slice status = rec_get(&t->msg, F_STATUS);

	put_time(t);
	column(t, PAINT_PLAIN, time_width(t));
	if (status.len > 0)
		text_clean(&t->b, status, " ");
	else
		(void)buf_addc(&t->b, '?');
	column(t, status_colour(status), t->status_width);
	put_mail(t);
	if (t->client_width > 0) {
		put_client(t);
		column(t, PAINT_PLAIN, t->client_width);
	}
	put_tls_in(t);
	(void)buf_add(&t->b, t->out.len > 0 ? buf_slice(&t->out) :
	    SLICE("-"));
	column(t, t->out_colour, TLS_WIDTH);
	text_clean(&t->b, rec_get(&t->msg, F_QID), " ");
	t->cut.len = 0;
	text_cut_middle(&t->cut, buf_slice(&t->b), t->qid_width);
	paint_left(&t->paint, PAINT_PLAIN, buf_slice(&t->cut));
	t->b.len = 0;
	paint_end(&t->paint);
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
	const struct timeline_facts *f = t->opt.facts;

	(void)buf_add(&t->b, SLICE("Times: "));
	showtime_zone(&t->clock, f->first, f->last, &t->b);
	if (t->one_year) {
		(void)buf_add(&t->b, SLICE(", year "));
		(void)buf_addu(&t->b, (uint64_t)showtime_year(&t->clock,
		    f->first));
	}
	paint_phrase(&t->paint, PAINT_PLAIN, PAINT_END, "",
	    buf_slice(&t->b));
	t->b.len = 0;
	if (f->noted) {
		(void)buf_add(&t->b, SLICE("~ not the log's own word ("));
		timeline_names_put(&t->b, &f->notes, ", ");
		(void)buf_addc(&t->b, ')');
		paint_phrase(&t->paint, PAINT_YELLOW, PAINT_END, "; ",
		    buf_slice(&t->b));
		t->b.len = 0;
	}
	paint_end(&t->paint);
	(void)buf_add(&t->b, SLICE("time"));
	column(t, PAINT_BOLD, time_width(t));
	(void)buf_add(&t->b, SLICE("status"));
	column(t, PAINT_BOLD, t->status_width);
	(void)buf_add(&t->b, SLICE("from -> to"));
	column(t, PAINT_BOLD, t->mail_width);
	if (t->client_width > 0) {
		(void)buf_add(&t->b, SLICE("client"));
		column(t, PAINT_BOLD, t->client_width);
	}
	(void)buf_add(&t->b, SLICE("TLSin"));
	column(t, PAINT_BOLD, TLS_WIDTH);
	(void)buf_add(&t->b, SLICE("TLSout"));
	column(t, PAINT_BOLD, TLS_WIDTH);
	paint_left(&t->paint, PAINT_BOLD, SLICE("qid"));
	paint_end(&t->paint);
}

static void
begin(struct linetext *t, const struct timeline_item *i)
{
	finish(t);
	t->open = true;
	t->kept.len = 0;
	if (!spool_pack(&t->kept, &i->rec) ||
	    !spool_unpack(buf_slice(&t->kept), &t->msg))
		rec_clear(&t->msg);
	t->time = i->time;
	t->to.len = 0;
	t->has_to = false;
	t->nseen = 0;
	t->worst = TLSWORDS_NOTHING;
	t->out.len = 0;
	t->out_colour = PAINT_PLAIN;
	if (i->kind != ITEM_MESSAGE) {
		/* These are the delivery's own; the message's are unknown. */
		rec_unset(&t->msg, F_STATUS);
		rec_unset(&t->msg, F_TLS);
	} else if (rec_has(&t->msg, F_TO)) {
		t->has_to = true;
		(void)buf_add(&t->to, rec_get(&t->msg, F_TO));
	}
}

static void
delivery(struct linetext *t, const struct rec *r)
{
	enum tls_class c = tlswords_class(r);
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
	/* To a filter on this host nothing leaves it. */
	if (c == TLSWORDS_PLAINTEXT && tlswords_loopback(r, TLSWORDS_OUT))
		c = TLSWORDS_LOCAL;
	if (c <= t->worst)
		return;
	t->worst = c;
	t->out_colour = colour_of(c);
	t->out.len = 0;
	if (c == TLSWORDS_LOCAL)
		(void)buf_add(&t->out, SLICE("local"));
	else
		tlswords_short(&t->out, r);
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
	buf_free(&t->kept);
	buf_free(&t->to);
	buf_free(&t->out);
	buf_free(&t->b);
	buf_free(&t->cut);
	mem_free(t);
}
