#include "view/blocktext.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "io/spool.h"
#include "view/showtime.h"
#include "view/text.h"
#include "view/tlswords.h"

/*
 * Columns: margin, time, one blank, elapsed, one blank, step, one blank, text.
 */
#define MARGIN		2
#define ELAPSED		8
#define WORD		9
#define REPLY_LINES	3	/* of a reply that is no success */
#define STAMPED		(MARGIN + 17 + 1 + WORD + 1)	/* [Sep  1 10:04:05] */
#define PHRASE_MAX	((size_t)4 * 1024 * 1024)
#define HEADING_REST	28	/* columns of a heading beside two names */

/* The last attempt for one recipient. */
struct rcpt {
	uint64_t	hash;
	uint64_t	attempts;
	int64_t		sec;
	bool		known;		/* its time */
	bool		deferred;
};

/* What may stand under one heading, one after another. */
enum run {
	RUN_NONE,
	RUN_REJECTS,
	RUN_LOOSE
};

struct block {
	bool		 open;
	bool		 reject;
	struct rec	 msg;		/* in `kept` */
	bool		 has_msg;	/* a message record came */
	bool		 queued;	/* that line was written */
	uint32_t	 seen;		/* its events */
	bool		 has_prev;
	struct text_time prev;		/* the step before */
	bool		 has_day;
	int64_t		 day;		/* the date written last */
	uint64_t	 shown, trouble, other;
	uint64_t	 hidden, hidden_sent, hidden_deferred, hidden_bounced;
	uint64_t	 hidden_other;
	int64_t		 waited;	/* attempt that a wait was written for */
	bool		 has_waited;
	size_t		 nrcpt;
};

struct blocktext {
	struct blocktext_options opt;
	struct paint	 paint;
	struct showtime	 clock;
	struct buf	 kept;		/* the message record */
	struct buf	 b;		/* one phrase */
	struct block	 block;
	struct rcpt	 rcpt[BLOCKTEXT_RCPTS];	/* nrcpt of them */
	enum run	 run;
	struct buf	 run_host;
	bool		 run_timed;
	int64_t		 run_day;
	bool		 prefaced;
	bool		 begun;		/* a heading was written */
	bool		 undated;
	uint64_t	 quiet;		/* events not shown */
};

struct blocktext *
blocktext_open(const struct blocktext_options *opt)
{
	struct blocktext *t = mem_alloc(1, sizeof(*t));

	t->opt = *opt;
	t->paint = opt->paint;
	t->paint.whole = opt->verbose;
	t->clock = (struct showtime){ .zone = opt->zone, .name = opt->zone_name,
	    .digits = opt->facts->digits, .noted = opt->facts->noted };
	t->paint.indent = MARGIN + showtime_width(&t->clock) + t->clock.noted +
	    ELAPSED + 1 + WORD + 1;
	if (opt->facts->has_undated && t->paint.indent < STAMPED)
		t->paint.indent = STAMPED;
	buf_init(&t->kept, SPOOL_ENTRY * 2);
	buf_init(&t->b, PHRASE_MAX);
	buf_init(&t->run_host, SPOOL_ENTRY);
	return t;
}

/* Phrases: what is evidence goes through text_clean. */

static struct buf *
start(struct blocktext *t)
{
	t->b.len = 0;
	return &t->b;
}

static void
phrase(struct blocktext *t, enum paint_colour c, const char *separator)
{
	if (t->b.len > 0)
		paint_phrase(&t->paint, c, PAINT_MIDDLE, separator,
		    buf_slice(&t->b));
}

/* Words of our own. */
static void
words(struct blocktext *t, enum paint_colour c, const char *text)
{
	paint_phrase(&t->paint, c, PAINT_END, ", ", slice_cstr(text));
}

/* <address> */
static void
put_address(struct buf *b, struct slice a)
{
	(void)buf_addc(b, '<');
	text_clean(b, a, "<> ");
	(void)buf_addc(b, '>');
}

static void
put_name(struct buf *b, struct slice s)
{
	text_clean(b, s, " ,;");
}

static enum paint_colour
tls_colour(const struct rec *r, enum tls_side side)
{
	switch (tlswords_class(r)) {
	case TLSWORDS_AUTHENTICATED:
		return PAINT_GREEN;
	case TLSWORDS_PLAINTEXT:
		return tlswords_loopback(r, side) ? PAINT_PLAIN : PAINT_RED;
	case TLSWORDS_REFUSED:
		return PAINT_RED;
	case TLSWORDS_UNKNOWN:
		return PAINT_YELLOW;
	default:
		return PAINT_PLAIN;
	}
}

static bool
is(struct slice s, const char *word)
{
	return slice_eq(s, slice_cstr(word));
}

static enum paint_colour
status_colour(struct slice s)
{
	static const char *const red[] = { "bounced", "rejected", "expired",
	    "undeliverable", "refused", "deleted" };
	static const char *const yellow[] = { "deferred", "unknown", "held",
	    "mixed" };

	for (size_t i = 0; i < sizeof(red) / sizeof(*red); i++)
		if (is(s, red[i]))
			return PAINT_RED;
	for (size_t i = 0; i < sizeof(yellow) / sizeof(*yellow); i++)
		if (is(s, yellow[i]))
			return PAINT_YELLOW;
	return PAINT_PLAIN;
}

/* Headings. */

/* A date at the left edge, with two blanks after it. */
static void
put_day(struct blocktext *t, const struct text_time *at)
{
	struct buf *b = start(t);

	if (at->known)
		showtime_day(&t->clock, at->sec, b);
	else
		(void)buf_add(b, SLICE("(no date)"));
	paint_left(&t->paint, PAINT_BOLD, buf_slice(b));
	paint_left(&t->paint, PAINT_PLAIN, SLICE("  "));
}

/* A name in a heading: cut, so that the rest stays in sight. */
static void
heading_name(struct blocktext *t, enum paint_colour c, struct slice s)
{
	struct buf *b = start(t), cut;
	size_t width = (t->paint.columns - HEADING_REST) / 2;

	put_name(b, s);
	buf_init(&cut, PHRASE_MAX);
	text_cut_middle(&cut, buf_slice(b), width);
	paint_left(&t->paint, c, buf_slice(&cut));
	buf_free(&cut);
}

/* Where what has no date begins. */
static void
undated(struct blocktext *t, const struct text_time *at)
{
	if (at->known || t->undated)
		return;
	t->undated = true;
	if (!t->opt.facts->has_time)
		return;
	paint_left(&t->paint, PAINT_YELLOW,
	    SLICE("What follows has no date: in the order of the log."));
	paint_end(&t->paint);
	paint_end(&t->paint);
}

static void
heading_path(struct blocktext *t, const struct rec *m)
{
	struct slice path = rec_get(m, F_PATH), why = rec_get(m, F_PARENT_WHY);
	struct slice parent = rec_get(m, F_PARENT), hop = rec_get(m, F_HOP);
	struct buf *b = start(t);

	if (is(why, "notice") && parent.len > 0) {
		(void)buf_add(b, SLICE("notice about "));
		put_name(b, parent);
	} else if (hop.len > 0 && !is(hop, "1")) {
		(void)buf_add(b, SLICE("path hop "));
		put_name(b, hop);
		(void)buf_add(b, SLICE(" of "));
		put_name(b, path);
		if (why.len > 0) {
			(void)buf_add(b, SLICE(" ("));
			text_clean(b, why, "()");
			(void)buf_addc(b, ')');
		}
	}
	phrase(t, PAINT_PLAIN, ", ");
}

/* 2026-09-01  1E240140202 on mx: sent, path hop 2 of mx/postfix/4hZ... */
static void
heading(struct blocktext *t, const struct timeline_item *i)
{
	const struct rec *m = &t->block.msg;
	struct slice status = rec_get(m, F_STATUS), in;
	size_t indent = t->paint.indent;
	struct buf *b;

	put_day(t, &i->time);
	t->paint.indent = t->paint.at;
	heading_name(t, PAINT_BOLD, rec_get(m, F_QID));
	if (rec_get(m, F_HOST).len > 0) {
		paint_left(&t->paint, PAINT_PLAIN, SLICE(" on "));
		heading_name(t, PAINT_PLAIN, rec_get(m, F_HOST));
	}
	t->paint.more = true;
	b = start(t);
	if (status.len > 0)
		text_clean(b, status, " ,");
	else if (!t->block.has_msg)
		(void)buf_add(b, SLICE("outcome not among these records"));
	phrase(t, status_colour(status), ": ");
	heading_path(t, m);
	in = rec_get(m, F_INSTANCE);
	b = start(t);
	if (in.len > 0 && !is(in, "postfix")) {
		(void)buf_add(b, SLICE("instance "));
		put_name(b, in);
	}
	phrase(t, PAINT_PLAIN, ", ");
	paint_end(&t->paint);
	t->paint.indent = indent;
}

/* Rejects, and what belongs to no message, stand together under one. */
static void
run_heading(struct blocktext *t, const struct timeline_item *i, enum run run)
{
	struct slice host = rec_get(&i->rec, F_HOST);
	bool same = t->run == run && t->run_timed == i->time.known &&
	    slice_eq(buf_slice(&t->run_host), host) && (!i->time.known ||
	    showtime_same_day(&t->clock, t->run_day, i->time.sec));

	t->run = run;
	t->run_timed = i->time.known;
	t->run_day = i->time.sec;
	if (same)
		return;
	t->run_host.len = 0;
	(void)buf_add(&t->run_host, host);
	if (t->begun)
		paint_end(&t->paint);
	t->begun = true;
	undated(t, &i->time);
	put_day(t, &i->time);
	if (run == RUN_REJECTS) {
		paint_left(&t->paint, PAINT_BOLD, SLICE("NOQUEUE"));
		paint_left(&t->paint, PAINT_PLAIN, SLICE(" on "));
		heading_name(t, PAINT_PLAIN, host);
		paint_left(&t->paint, PAINT_PLAIN, SLICE(": "));
		paint_left(&t->paint, PAINT_RED, SLICE("rejected"));
	} else {
		if (host.len > 0) {
			heading_name(t, PAINT_BOLD, host);
			paint_left(&t->paint, PAINT_PLAIN, SLICE(": "));
		}
		paint_left(&t->paint, PAINT_PLAIN,
		    SLICE("not part of a message"));
	}
	paint_end(&t->paint);
}

/* Steps. */

/* [Sep  1 10:04:05], in the columns of time and elapsed. */
static void
put_stamp(struct blocktext *t, struct slice stamp)
{
	struct buf *b = start(t), cut;
	size_t width = t->paint.indent - WORD - 2 - MARGIN;

	if (stamp.len == 0)
		return;
	(void)buf_addc(b, '[');
	text_clean(b, stamp, "]");
	(void)buf_addc(b, ']');
	buf_init(&cut, PHRASE_MAX);
	text_cut_middle(&cut, buf_slice(b), width);
	paint_left(&t->paint, PAINT_PLAIN, buf_slice(&cut));
	buf_free(&cut);
}

static void
put_elapsed(struct blocktext *t, const struct text_time *at)
{
	char text[TEXT_ELAPSED];
	size_t n, to = t->paint.indent - WORD - 2;

	if (!t->block.has_prev)
		return;
	n = text_elapsed(text, &t->block.prev, at);
	if (n < to && to - n > t->paint.at)
		paint_to(&t->paint, to - n);
	paint_left(&t->paint, PAINT_PLAIN, slice_of(text, n));
}

/* The left columns of a step; r may be NULL: no time of its own. */
static void
step(struct blocktext *t, const struct text_time *at, const struct rec *r,
    enum paint_colour c, struct slice word)
{
	struct block *k = &t->block;
	struct buf *b, cut;

	if (at != NULL && at->known && k->has_day &&
	    !showtime_same_day(&t->clock, k->day, at->sec)) {
		b = start(t);
		showtime_day(&t->clock, at->sec, b);
		paint_left(&t->paint, PAINT_PLAIN, buf_slice(b));
		paint_end(&t->paint);
	}
	paint_to(&t->paint, MARGIN);
	if (at != NULL && at->known) {
		k->has_day = true;
		k->day = at->sec;
		b = start(t);
		showtime_time(&t->clock, at, r != NULL &&
		    rec_get(r, F_TIME_NOTE).len > 0, b);
		paint_left(&t->paint, PAINT_PLAIN, buf_slice(b));
		put_elapsed(t, at);
		k->prev = *at;
		k->has_prev = true;
	} else if (at != NULL && r != NULL)
		put_stamp(t, rec_get(r, F_STAMP));
	paint_to(&t->paint, t->paint.indent - WORD - 1);
	buf_init(&cut, PHRASE_MAX);
	b = start(t);
	text_clean(b, word, " ");
	text_cut_end(&cut, buf_slice(b), WORD + 4);
	paint_left(&t->paint, c, buf_slice(&cut));
	buf_free(&cut);
	if (t->paint.at >= t->paint.indent)
		paint_left(&t->paint, PAINT_PLAIN, SLICE(" "));
}

/* The reply or reason, on lines of its own. */
static void
below(struct blocktext *t, size_t lines)
{
	if (t->b.len > 0)
		paint_below(&t->paint, PAINT_PLAIN, lines, buf_slice(&t->b));
}

static void
put_reason(struct blocktext *t, const struct rec *r)
{
	static const enum field keys[] = { F_REPLY_CODE, F_DSN, F_REASON };
	struct buf *b = start(t);

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (rec_get(r, keys[i]).len == 0)
			continue;
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		text_clean(b, rec_get(r, keys[i]), NULL);
	}
	below(t, REPLY_LINES);
}

static void
tls_phrase(struct blocktext *t, const struct rec *r, enum tls_side side)
{
	struct buf *b = start(t);

	tlswords_put(b, r, side, t->opt.verbose);
	phrase(t, tls_colour(r, side), ", ");
}

/* name[address] */
static void
put_client(struct blocktext *t, struct buf *b, const struct rec *r)
{
	put_name(b, rec_has(r, F_CLIENT_NAME) ? rec_get(r, F_CLIENT_NAME) :
	    SLICE("unknown"));
	if (rec_get(r, F_CLIENT_ADDR).len > 0) {
		(void)buf_addc(b, '[');
		text_clean(b, rec_get(r, F_CLIENT_ADDR), " ,]");
		(void)buf_addc(b, ']');
	}
	if (t->opt.verbose && rec_get(r, F_CLIENT_PORT).len > 0) {
		(void)buf_addc(b, ':');
		put_name(b, rec_get(r, F_CLIENT_PORT));
	}
}

/* "label VALUE" as a phrase, if there is a value. */
static void
labelled(struct blocktext *t, const char *label, const struct rec *r,
    enum field f)
{
	struct buf *b = start(t);

	if (rec_get(r, f).len == 0)
		return;
	(void)buf_add(b, slice_cstr(label));
	put_name(b, rec_get(r, f));
	phrase(t, PAINT_PLAIN, ", ");
}

/* label "VALUE" */
static void
quoted(struct blocktext *t, const char *label, const struct rec *r,
    enum field f)
{
	struct buf *b = start(t);

	if (!rec_has(r, f))
		return;
	(void)buf_add(b, slice_cstr(label));
	(void)buf_addc(b, '"');
	text_clean(b, rec_get(r, f), "\"");
	(void)buf_addc(b, '"');
	phrase(t, PAINT_PLAIN, ", ");
}

static void
user_phrase(struct blocktext *t, const struct rec *r)
{
	struct buf *b = start(t);

	if (rec_get(r, F_SASL_USER).len == 0)
		return;
	(void)buf_add(b, SLICE("user \""));
	text_clean(b, rec_get(r, F_SASL_USER), "\"");
	(void)buf_addc(b, '"');
	if (rec_get(r, F_SASL_METHOD).len > 0) {
		(void)buf_add(b, SLICE(" ("));
		text_clean(b, rec_get(r, F_SASL_METHOD), "()");
		(void)buf_addc(b, ')');
	}
	phrase(t, PAINT_PLAIN, ", ");
}

/* True if the words of `missing` have this one. */
static bool
lacks(const struct rec *m, const char *word)
{
	return slice_find(rec_get(m, F_MISSING), slice_cstr(word)) !=
	    SLICE_NONE;
}

static void
client_phrases(struct blocktext *t, const struct rec *m)
{
	struct buf *b = start(t);

	put_client(t, b, m);
	phrase(t, PAINT_PLAIN, ", ");
	if (rec_has(m, F_TLS))
		tls_phrase(t, m, TLSWORDS_IN);
	user_phrase(t, m);
	if (t->opt.verbose) {
		quoted(t, "helo ", m, F_HELO);
		labelled(t, "protocol ", m, F_PROTOCOL);
	}
	b = start(t);
	if (rec_get(m, F_ORIG_CLIENT).len > 0) {
		(void)buf_add(b, SLICE("passed on for "));
		put_name(b, rec_get(m, F_ORIG_CLIENT));
	}
	phrase(t, PAINT_PLAIN, ", ");
}

static void
received(struct blocktext *t, const struct timeline_item *i)
{
	const struct rec *m = &t->block.msg;
	bool client = rec_get(m, F_CLIENT_ADDR).len > 0 ||
	    rec_get(m, F_CLIENT_NAME).len > 0;

	if (!t->block.has_msg) {
		if (client) {
			step(t, NULL, NULL, PAINT_PLAIN, SLICE("received"));
			client_phrases(t, m);
			paint_end(&t->paint);
		}
		return;
	}
	if (!client && rec_get(m, F_UID).len == 0 && lacks(m, "arrival")) {
		step(t, &i->time, m, PAINT_YELLOW, SLICE("seen"));
		words(t, PAINT_YELLOW, "arrival not in the log");
		paint_end(&t->paint);
		return;
	}
	step(t, &i->time, m, PAINT_PLAIN, SLICE("received"));
	if (client)
		client_phrases(t, m);
	else if (rec_get(m, F_UID).len > 0)
		labelled(t, "on this host, by user ID ", m, F_UID);
	else if (is(rec_get(m, F_PARENT_WHY), "notice"))
		words(t, PAINT_PLAIN, "made by Postfix: a notice to the sender");
	else if (is(rec_get(m, F_PARENT_WHY), "forwarded"))
		words(t, PAINT_PLAIN, "made by Postfix: forwarded");
	else
		words(t, PAINT_PLAIN, "inside Postfix");
	if (client && lacks(m, "arrival"))
		words(t, PAINT_YELLOW, "arrival not in the log");
	paint_end(&t->paint);
}

/* "4312 bytes", "1 recipient" */
static void
counted(struct blocktext *t, const struct rec *r, enum field f,
    const char *one, const char *many)
{
	struct buf *b = start(t);

	if (rec_get(r, f).len == 0)
		return;
	put_name(b, rec_get(r, f));
	(void)buf_add(b, slice_cstr(is(rec_get(r, f), "1") ? one : many));
	phrase(t, PAINT_PLAIN, ", ");
}

/* r is the message or its queued event. */
static void
queued(struct blocktext *t, const struct text_time *at, const struct rec *r)
{
	const struct rec *m = &t->block.msg;
	struct buf *b;

	t->block.queued = true;
	if (!rec_has(r, F_FROM) && !rec_has(r, F_SIZE) && !rec_has(r, F_NRCPT))
		return;
	step(t, at, r, PAINT_PLAIN, SLICE("queued"));
	if (rec_has(r, F_FROM)) {
		b = start(t);
		(void)buf_add(b, SLICE("from "));
		put_address(b, rec_get(r, F_FROM));
		phrase(t, PAINT_PLAIN, ", ");
	}
	counted(t, r, F_SIZE, " byte", " bytes");
	counted(t, r, F_NRCPT, " recipient", " recipients");
	b = start(t);
	if (rec_get(m, F_MESSAGE_ID).len > 0) {
		(void)buf_add(b, SLICE("id "));
		text_clean(b, rec_get(m, F_MESSAGE_ID), " ");
	}
	phrase(t, PAINT_PLAIN, ", ");
	quoted(t, "subject ", m, F_SUBJECT);
	paint_end(&t->paint);
}

static void
from_to(struct blocktext *t, const struct rec *r)
{
	struct buf *b;

	if (rec_has(r, F_FROM)) {
		b = start(t);
		(void)buf_add(b, SLICE("from "));
		put_address(b, rec_get(r, F_FROM));
		phrase(t, PAINT_PLAIN, ", ");
	}
	if (rec_has(r, F_TO)) {
		b = start(t);
		(void)buf_add(b, SLICE("to "));
		put_address(b, rec_get(r, F_TO));
		phrase(t, PAINT_PLAIN, ", ");
	}
}

static void
rejected(struct blocktext *t, const struct timeline_item *i)
{
	const struct rec *r = &i->rec;
	struct buf *b;

	step(t, &i->time, r, PAINT_RED, SLICE("rejected"));
	b = start(t);
	put_client(t, b, r);
	if (rec_get(r, F_STAGE).len > 0) {
		(void)buf_add(b, SLICE(" at "));
		put_name(b, rec_get(r, F_STAGE));
	}
	phrase(t, PAINT_PLAIN, ", ");
	if (tlswords_class(r) != TLSWORDS_NONE_ATTEMPTED)
		tls_phrase(t, r, TLSWORDS_IN);
	user_phrase(t, r);
	from_to(t, r);
	if (t->opt.verbose)
		quoted(t, "helo ", r, F_HELO);
	put_reason(t, r);
	paint_end(&t->paint);
}

/* The entry of that recipient, a new one, or NULL when the table is full. */
static struct rcpt *
rcpt_find(struct blocktext *t, struct slice to)
{
	struct block *k = &t->block;
	uint64_t h = hash_bytes(to, 0);

	for (size_t n = 0; n < k->nrcpt; n++)
		if (t->rcpt[n].hash == h)
			return &t->rcpt[n];
	if (k->nrcpt == BLOCKTEXT_RCPTS)
		return NULL;
	t->rcpt[k->nrcpt] = (struct rcpt){ .hash = h };
	return &t->rcpt[k->nrcpt++];
}

/* Say how long this recipient waited, once for attempts made together. */
static void
waited(struct blocktext *t, const struct rcpt *p, const struct text_time *at)
{
	struct block *k = &t->block;
	char text[TEXT_ELAPSED];
	struct buf *b;

	if (p == NULL || !p->deferred || !p->known || !at->known ||
	    at->sec - p->sec < 1)
		return;
	if (k->has_waited && at->sec - k->waited < 60)
		return;
	k->has_waited = true;
	k->waited = at->sec;
	step(t, NULL, NULL, PAINT_PLAIN, SLICE("waited"));
	b = start(t);
	(void)buf_add(b, slice_of(text, text_wait(text, at->sec - p->sec)));
	(void)buf_add(b, SLICE(", then attempt "));
	(void)buf_addu(b, p->attempts + 1);
	phrase(t, PAINT_PLAIN, ", ");
	paint_end(&t->paint);
}

static void
put_relay(struct buf *b, const struct rec *r)
{
	struct slice relay = rec_get(r, F_RELAY);

	if (is(relay, "none"))
		(void)buf_add(b, SLICE("no relay"));
	else
		put_name(b, relay);
}

static void
put_delays(struct blocktext *t, const struct rec *r)
{
	static const enum field keys[] = { F_DELAY_BEFORE, F_DELAY_QUEUE,
	    F_DELAY_CONN, F_DELAY_XMIT };
	struct buf *b = start(t);

	if (rec_get(r, F_DELAY).len == 0)
		return;
	(void)buf_add(b, SLICE("delay "));
	put_name(b, rec_get(r, F_DELAY));
	(void)buf_add(b, SLICE(" s"));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (!rec_has(r, keys[i]))
			continue;
		(void)buf_add(b, i == 0 ? SLICE(" (") : SLICE("/"));
		put_name(b, rec_get(r, keys[i]));
		if (i + 1 == sizeof(keys) / sizeof(*keys))
			(void)buf_addc(b, ')');
	}
	phrase(t, PAINT_PLAIN, ", ");
}

static void
delivery_text(struct blocktext *t, const struct timeline_item *i)
{
	const struct rec *r = &i->rec;
	struct slice status = rec_get(r, F_STATUS);
	struct buf *b;

	step(t, &i->time, r, status_colour(status), status.len > 0 ? status :
	    SLICE("delivery"));
	b = start(t);
	put_address(b, rec_get(r, F_TO));
	phrase(t, PAINT_PLAIN, ", ");
	if (rec_get(r, F_ORIG_TO).len > 0 &&
	    !slice_eq(rec_get(r, F_ORIG_TO), rec_get(r, F_TO))) {
		b = start(t);
		(void)buf_add(b, SLICE("sent to "));
		put_address(b, rec_get(r, F_ORIG_TO));
		phrase(t, PAINT_PLAIN, ", ");
	}
	b = start(t);
	put_relay(b, r);
	if (!is(rec_get(r, F_RELAY), "local") ||
	    tlswords_class(r) != TLSWORDS_LOCAL)
		phrase(t, PAINT_PLAIN, ", ");
	tls_phrase(t, r, TLSWORDS_OUT);
	if (t->opt.verbose)
		put_delays(t, r);
	b = start(t);
	if (rec_get(r, F_NEXT_QID).len > 0 && rec_get(r, F_NEXT_HOST).len > 0) {
		(void)buf_add(b, SLICE("seen again as "));
		put_name(b, rec_get(r, F_NEXT_QID));
		(void)buf_add(b, SLICE(" on "));
		put_name(b, rec_get(r, F_NEXT_HOST));
	}
	phrase(t, PAINT_PLAIN, ", ");
	b = start(t);
	text_clean(b, rec_has(r, F_REPLY) ? rec_get(r, F_REPLY) :
	    rec_has(r, F_REASON) ? rec_get(r, F_REASON) : rec_get(r, F_DSN),
	    NULL);
	below(t, is(status, "sent") ? 1 : REPLY_LINES);
	paint_end(&t->paint);
}

/* Count what is not shown. */
static void
hide(struct block *k, struct slice status)
{
	k->hidden++;
	if (is(status, "sent"))
		k->hidden_sent++;
	else if (is(status, "deferred"))
		k->hidden_deferred++;
	else if (is(status, "bounced"))
		k->hidden_bounced++;
	else
		k->hidden_other++;
}

static void
delivery(struct blocktext *t, const struct timeline_item *i)
{
	struct block *k = &t->block;
	struct slice status = rec_get(&i->rec, F_STATUS);
	struct rcpt *p = rcpt_find(t, rec_get(&i->rec, F_TO));
	bool show = t->opt.verbose || k->shown < BLOCKTEXT_STEPS ||
	    (!is(status, "sent") && k->trouble < BLOCKTEXT_STEPS);

	if (show) {
		if (k->shown >= BLOCKTEXT_STEPS)
			k->trouble++;
		else
			k->shown++;
		waited(t, p, &i->time);
		delivery_text(t, i);
	} else
		hide(k, status);
	if (p == NULL)
		return;
	p->attempts++;
	p->deferred = is(status, "deferred");
	p->known = i->time.known;
	p->sec = i->time.sec;
}

/* The logged text of an event, with its severity. */
static void
event_text(struct blocktext *t, const struct rec *r)
{
	struct buf *b = start(t);

	text_clean(b, rec_get(r, F_TEXT), NULL);
	below(t, REPLY_LINES);
}

static enum paint_colour
severity_colour(struct slice severity)
{
	if (severity.len == 0)
		return PAINT_PLAIN;
	return is(severity, "warning") ? PAINT_YELLOW : PAINT_RED;
}

static void
event_line(struct blocktext *t, const struct timeline_item *i,
    enum paint_colour c, struct slice word)
{
	step(t, &i->time, &i->rec, c, word);
	event_text(t, &i->rec);
	paint_end(&t->paint);
}

/* An event that words tell better than the logged line. */
static void
event_words(struct blocktext *t, const struct timeline_item *i,
    enum paint_colour c, struct slice word, const char *text)
{
	step(t, &i->time, &i->rec, c, word);
	if (*text != '\0')
		words(t, PAINT_PLAIN, text);
	put_reason(t, &i->rec);
	paint_end(&t->paint);
}

static void
notice(struct blocktext *t, const struct timeline_item *i)
{
	const struct rec *r = &i->rec;
	struct buf *b;

	step(t, &i->time, r, PAINT_RED, SLICE("notice"));
	b = start(t);
	if (rec_get(r, F_ACTION).len > 0)
		text_clean(b, rec_get(r, F_ACTION), ",");
	else
		(void)buf_add(b, SLICE("sender"));
	(void)buf_add(b, SLICE(" notification"));
	phrase(t, PAINT_PLAIN, ", ");
	labelled(t, "queued as ", r, F_NEXT_QID);
	paint_end(&t->paint);
}

/* A reject, milter or header check within a message. */
static void
action(struct blocktext *t, const struct timeline_item *i)
{
	const struct rec *r = &i->rec;
	struct slice word = rec_get(r, F_ACTION);
	struct buf *b;

	step(t, &i->time, r, slice_find(word, SLICE("reject")) != SLICE_NONE ?
	    PAINT_RED : PAINT_YELLOW, i->event == EV_MILTER ? SLICE("milter") :
	    i->event == EV_HEADER_CHECK ? SLICE("check") :
	    i->event == EV_HELD ? SLICE("held") : SLICE("action"));
	b = start(t);
	text_clean(b, word, ",");
	if (rec_get(r, F_STAGE).len > 0) {
		(void)buf_add(b, SLICE(" at "));
		put_name(b, rec_get(r, F_STAGE));
	}
	phrase(t, PAINT_PLAIN, ", ");
	if (rec_has(r, F_TO)) {
		b = start(t);
		(void)buf_add(b, SLICE("to "));
		put_address(b, rec_get(r, F_TO));
		phrase(t, PAINT_PLAIN, ", ");
	}
	quoted(t, "subject ", r, F_SUBJECT);
	put_reason(t, r);
	paint_end(&t->paint);
}

/* Events that say what other lines of the block say already. */
static bool
event_is_told(const struct timeline_item *i)
{
	switch (i->event) {
	case EV_CONNECT:
	case EV_TLS:
	case EV_CLIENT:
	case EV_PICKUP:
	case EV_MESSAGE_ID:
	case EV_DISCONNECT:
	case EV_SCREEN:
	case EV_STATISTICS:
	case EV_TLSRPT:
		return rec_get(&i->rec, F_SEVERITY).len == 0;
	case EV_DELIVERY:
		return rec_has(&i->rec, F_TO);
	case EV_REJECT:
		return is(rec_get(&i->rec, F_QID), "NOQUEUE");
	default:
		return false;
	}
}

/* One kind each for the words of other steps; false: show the line. */
static bool
event_known(struct blocktext *t, const struct timeline_item *i)
{
	switch (i->event) {
	case EV_QUEUED:
		if (!t->block.queued)
			queued(t, &i->time, &i->rec);
		return true;
	case EV_BOUNCE_NOTICE:
		notice(t, i);
		return true;
	case EV_EXPIRED:
		event_words(t, i, PAINT_RED, SLICE("expired"),
		    "given up, returned to the sender");
		return true;
	case EV_REMOVED:
		event_words(t, i, PAINT_PLAIN, SLICE("removed"), "");
		return true;
	case EV_HELD:
		if (rec_get(&i->rec, F_ACTION).len > 0)
			return false;
		event_words(t, i, PAINT_YELLOW, SLICE("held"),
		    "placed on hold");
		return true;
	case EV_RELEASED:
		event_words(t, i, PAINT_PLAIN, SLICE("released"),
		    "from hold");
		return true;
	case EV_REQUEUED:
		event_words(t, i, PAINT_PLAIN, SLICE("requeued"), "");
		return true;
	case EV_DELETED:
		event_words(t, i, PAINT_RED, SLICE("deleted"),
		    "by the administrator");
		return true;
	default:
		return false;
	}
}

static void
event(struct blocktext *t, const struct timeline_item *i)
{
	struct block *k = &t->block;
	const struct rec *r = &i->rec;

	if (event_is_told(i)) {
		if (t->opt.verbose)
			event_line(t, i, PAINT_PLAIN, rec_get(r, F_EVENT));
		return;
	}
	if (!t->opt.verbose && i->event != EV_REMOVED &&
	    k->other++ >= BLOCKTEXT_STEPS) {
		if (i->event == EV_QUEUED && k->queued)
			k->other--;
		else
			t->quiet++;
		return;
	}
	if (event_known(t, i))
		return;
	if (rec_get(r, F_ACTION).len > 0)
		action(t, i);
	else if (i->event == EV_DELIVERY)
		event_line(t, i, PAINT_PLAIN, SLICE("tried"));
	else if (rec_get(r, F_SEVERITY).len > 0)
		event_line(t, i, severity_colour(rec_get(r, F_SEVERITY)),
		    rec_get(r, F_SEVERITY));
	else
		event_line(t, i, i->event == EV_UNKNOWN ? PAINT_YELLOW :
		    PAINT_PLAIN, rec_get(r, F_EVENT));
}

/* Blocks. */

static void
hidden_line(struct blocktext *t)
{
	struct block *k = &t->block;
	const struct {
		uint64_t	 n;
		const char	*word;
	} part[] = { { k->hidden_sent, " sent" },
	    { k->hidden_deferred, " deferred" },
	    { k->hidden_bounced, " bounced" }, { k->hidden_other, " other" } };
	bool first = true;
	struct buf *b;

	if (k->hidden == 0)
		return;
	step(t, NULL, NULL, PAINT_PLAIN, SLICE("..."));
	b = start(t);
	(void)buf_addu(b, k->hidden);
	(void)buf_add(b, SLICE(" more deliveries ("));
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		if (part[i].n == 0)
			continue;
		if (!first)
			(void)buf_add(b, SLICE(", "));
		first = false;
		(void)buf_addu(b, part[i].n);
		(void)buf_add(b, slice_cstr(part[i].word));
	}
	(void)buf_add(b, SLICE(")"));
	phrase(t, PAINT_BOLD, ", ");
	words(t, PAINT_BOLD, "mxtime -v shows all");
	paint_end(&t->paint);
}

static bool
saw(const struct block *k, enum event_kind ev)
{
	return (k->seen >> ev & 1) != 0;
}

/* A closing line without a time of its own. */
static void
closing(struct blocktext *t, enum paint_colour c, const char *word,
    enum paint_colour d, const char *text)
{
	step(t, NULL, NULL, c, slice_cstr(word));
	words(t, d, text);
	paint_end(&t->paint);
}

/* The end of a message by its record, where no event has told it. */
static void
ending(struct blocktext *t)
{
	struct block *k = &t->block;
	const struct rec *m = &k->msg;
	struct slice status = rec_get(m, F_STATUS);
	struct text_time end = timeline_time(m, F_END);
	bool whole = is(rec_get(m, F_COMPLETE), "true");

	if (is(status, "expired") && !saw(k, EV_EXPIRED))
		closing(t, PAINT_RED, "expired", PAINT_PLAIN,
		    "given up, returned to the sender");
	if (is(status, "deleted") && !saw(k, EV_DELETED))
		closing(t, PAINT_RED, "deleted", PAINT_PLAIN,
		    "by the administrator");
	if (is(status, "discarded"))
		closing(t, PAINT_YELLOW, "discarded", PAINT_PLAIN,
		    "dropped without a notice to anyone");
	if (is(status, "held")) {
		closing(t, PAINT_YELLOW, "held", PAINT_YELLOW,
		    "on hold: no release in the log");
		return;
	}
	if (saw(k, EV_REMOVED) || saw(k, EV_DELETED))
		return;
	if (whole || (rec_has(m, F_MISSING) && !lacks(m, "removal"))) {
		step(t, end.known ? &end : NULL, m, PAINT_PLAIN,
		    SLICE("removed"));
		paint_end(&t->paint);
	} else if (lacks(m, "removal") || rec_has(m, F_COMPLETE)) {
		step(t, NULL, NULL, PAINT_YELLOW, SLICE("open"));
		words(t, PAINT_YELLOW, "removal not seen:");
		paint_phrase(&t->paint, PAINT_YELLOW, PAINT_END, " ",
		    SLICE("still queued, or the log ends here"));
		paint_end(&t->paint);
	}
}

/* Other words of `missing` than arrival and removal. */
static void
missing(struct blocktext *t)
{
	struct slice list = rec_get(&t->block.msg, F_MISSING), word, rest;
	struct buf *b;

	while (list.len > 0) {
		if (!slice_cut(list, ' ', &word, &rest)) {
			word = list;
			rest = slice_from(list, list.len);
		}
		list = rest;
		if (word.len == 0 || is(word, "arrival") ||
		    is(word, "removal"))
			continue;
		step(t, NULL, NULL, PAINT_YELLOW, SLICE("missing"));
		b = start(t);
		if (is(word, "queued"))
			(void)buf_add(b, SLICE("queue entry (sender, size)"));
		else
			text_clean(b, word, NULL);
		(void)buf_add(b, SLICE(" not in the log"));
		phrase(t, PAINT_YELLOW, ", ");
		paint_end(&t->paint);
	}
}

static void
note(struct blocktext *t, const struct rec *r)
{
	struct buf *b;

	if (rec_get(r, F_NOTE).len == 0)
		return;
	step(t, NULL, NULL, PAINT_YELLOW, SLICE("note"));
	b = start(t);
	text_clean(b, rec_get(r, F_NOTE), NULL);
	below(t, REPLY_LINES);
	paint_end(&t->paint);
}

static void
block_end(struct blocktext *t)
{
	struct block *k = &t->block;

	if (!k->open)
		return;
	k->open = false;
	hidden_line(t);
	if (!k->has_msg || k->reject)
		return;
	missing(t);
	ending(t);
	note(t, &k->msg);
}

/* Keep what the end of the block, and its other lines, ask of the message. */
static void
keep(struct blocktext *t, const struct timeline_item *i)
{
	struct block *k = &t->block;

	t->kept.len = 0;
	if (!spool_pack(&t->kept, &i->rec) ||
	    !spool_unpack(buf_slice(&t->kept), &k->msg))
		rec_clear(&k->msg);
	k->has_msg = i->kind == ITEM_MESSAGE;
	if (k->has_msg)
		return;
	/* Of a delivery or event, only what it repeats of its message. */
	for (enum field f = F_RELAY; f < FIELD_N; f++)
		if (f != F_PATH)
			rec_unset(&k->msg, f);
	rec_unset(&k->msg, F_STATUS);
}

static void
block_begin(struct blocktext *t, const struct timeline_item *i)
{
	struct block *k = &t->block;

	block_end(t);
	*k = (struct block){ .open = true, .seen = i->seen };
	keep(t, i);
	k->reject = k->has_msg && is(rec_get(&k->msg, F_QID), "NOQUEUE");
	if (k->reject) {
		run_heading(t, i, RUN_REJECTS);
		rejected(t, i);
		return;
	}
	t->run = RUN_NONE;
	if (t->begun && !(i->same_path && !t->opt.verbose))
		paint_end(&t->paint);
	t->begun = true;
	undated(t, &i->time);
	heading(t, i);
	k->has_day = i->time.known;
	k->day = i->time.sec;
	received(t, i);
	if (!saw(k, EV_QUEUED))
		queued(t, NULL, &k->msg);
}

/* A parent that was learned after the message had been written. */
static void
link_line(struct blocktext *t, const struct rec *r)
{
	struct buf *b;

	step(t, NULL, NULL, PAINT_PLAIN, SLICE("path"));
	b = start(t);
	(void)buf_add(b, SLICE("continues "));
	put_name(b, rec_get(r, F_PARENT));
	if (rec_get(r, F_PARENT_WHY).len > 0) {
		(void)buf_add(b, SLICE(" ("));
		text_clean(b, rec_get(r, F_PARENT_WHY), "()");
		(void)buf_addc(b, ')');
	}
	phrase(t, PAINT_PLAIN, ", ");
	paint_end(&t->paint);
}

/* Events outside of messages that are worth a line. */
static bool
worth(const struct timeline_item *i)
{
	if (rec_get(&i->rec, F_SEVERITY).len > 0)
		return true;
	switch (i->event) {
	case EV_AUTH_FAILURE:
	case EV_CONFIG:
	case EV_REJECT:
	case EV_UNKNOWN:
	case EV_WARNING:
		return true;
	default:
		return false;
	}
}

static void
loose(struct blocktext *t, const struct timeline_item *i)
{
	const struct rec *r = &i->rec;
	struct slice type = rec_get(r, F_TYPE);
	bool ev = is(type, "event");

	if (ev && !t->opt.verbose && !worth(i)) {
		t->quiet++;
		return;
	}
	block_end(t);
	run_heading(t, i, RUN_LOOSE);
	t->block = (struct block){ .has_day = i->time.known,
	    .day = i->time.sec };
	if (ev) {
		step(t, &i->time, r, severity_colour(rec_get(r, F_SEVERITY)),
		    rec_get(r, F_SEVERITY).len > 0 ? rec_get(r, F_SEVERITY) :
		    rec_get(r, F_EVENT));
		event_text(t, r);
	} else {
		step(t, &i->time, r, is(type, "finding") ? PAINT_YELLOW :
		    PAINT_PLAIN, type);
		labelled(t, "", r, F_QID);
		labelled(t, "", r, F_SRC);
		labelled(t, "", r, F_FORMAT);
		from_to(t, r);
		if (rec_has(r, F_RELAY))
			labelled(t, "", r, F_RELAY);
		tls_phrase(t, r, TLSWORDS_OUT);
		put_reason(t, r);
		start(t);
		text_clean(&t->b, rec_get(r, F_NOTE), NULL);
		below(t, REPLY_LINES);
	}
	paint_end(&t->paint);
}

/* What must be known of all the times below. */
static void
preface(struct blocktext *t)
{
	const struct timeline_facts *f = t->opt.facts;
	size_t indent = t->paint.indent;
	struct buf *b = start(t);

	t->paint.indent = 0;
	(void)buf_add(b, SLICE("Times: "));
	showtime_zone(&t->clock, f->first, f->last, b);
	(void)buf_addc(b, '.');
	phrase(t, PAINT_PLAIN, " ");
	if (f->noted) {
		b = start(t);
		(void)buf_add(b, SLICE("~ not the log's own word: "));
		timeline_names_put(b, &f->notes, ", ");
		(void)buf_addc(b, '.');
		phrase(t, PAINT_YELLOW, " ");
	}
	paint_end(&t->paint);
	paint_end(&t->paint);
	t->paint.indent = indent;
}

void
blocktext_item(struct blocktext *t, const struct timeline_item *i)
{
	if (!t->prefaced)
		preface(t);
	t->prefaced = true;
	if (i->kind == ITEM_LOOSE)
		loose(t, i);
	else if (i->first || i->kind == ITEM_MESSAGE)
		block_begin(t, i);
	if (i->kind != ITEM_STEP)
		return;
	if (is(rec_get(&i->rec, F_TYPE), "delivery"))
		delivery(t, i);
	else if (is(rec_get(&i->rec, F_TYPE), "link"))
		link_line(t, &i->rec);
	else
		event(t, i);
}

uint64_t
blocktext_hidden(const struct blocktext *t)
{
	return t->quiet;
}

void
blocktext_close(struct blocktext *t)
{
	if (t == NULL)
		return;
	block_end(t);
	buf_free(&t->kept);
	buf_free(&t->b);
	buf_free(&t->run_host);
	mem_free(t);
}
