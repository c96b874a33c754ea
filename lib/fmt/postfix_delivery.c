#include "base/num.h"
#include "fmt/postfix.h"
#include "fmt/postfix_line.h"

#include "base/banned.h"

/* What follows the addresses, in the fixed order of the layout. */
struct tail {
	struct slice	relay;
	struct slice	conn_use;
	struct slice	delay;
	struct slice	delays;
	struct slice	tls;
	struct slice	dsn;
	struct slice	status;
	struct slice	reply;
	bool		has_reply;
	const unsigned char *end;	/* of the line */
};

/* Take n bytes and the ", " behind them, which must be there. */
static inline bool
take_value(struct slice *s, size_t n, struct slice *value)
{
	if (n == 0 || n + 1 >= s->len || s->ptr[n] != ',' ||
	    s->ptr[n + 1] != ' ')
		return false;
	*value = slice_of(s->ptr, n);
	*s = slice_of(s->ptr + n + 2, s->len - n - 2);
	return true;
}

/*
 * Take the value of a key that has been taken: a word up to ", "; padded as
 * event_padded.
 */
static inline bool
take_word(struct slice *s, bool padded, struct slice *value)
{
	return take_value(s, padded ?
	    slice_near_padded(*s, 0, ',', ' ', '>') :
	    slice_any(*s, ',', ' ', '>'), value);
}

/* The same of one that may be long. */
static inline bool
take_long(struct slice *s, bool padded, struct slice *value)
{
	return take_value(s, padded ? slice_any_padded(*s, 0, ',', ' ', '>') :
	    slice_any(*s, ',', ' ', '>'), value);
}

/*
 * The length of the decimal number at the start of s, or 0; the line, of which
 * s is a part, goes on to end.
 */
static inline size_t
decimal(struct slice s, const unsigned char *end)
{
	size_t n = 0, dot;

	if (end - s.ptr >= NUM_LOOK) {
		n = num_decimal_len(s.ptr, s.len);
		if (n < NUM_LOOK)
			return n;
		n = 0;
	}
	while (n < s.len && ascii_digit(s.ptr[n]))
		n++;
	if (n == 0 || n == s.len || s.ptr[n] != '.')
		return n > 20 ? 0 : n;
	for (dot = n++; n < s.len && ascii_digit(s.ptr[n]); n++)
		;
	return n == dot + 1 || n > 20 ? 0 : n;
}

/* The words that Postfix has for a status: a cut one is none. */
static bool
is_status(struct slice s)
{
	return slice_eq(s, SLICE("sent")) || slice_eq(s, SLICE("deferred")) ||
	    slice_eq(s, SLICE("bounced")) ||
	    slice_eq(s, SLICE("SOFTBOUNCE")) ||
	    slice_eq(s, SLICE("deliverable")) ||
	    slice_eq(s, SLICE("undeliverable")) ||
	    slice_eq(s, SLICE("undeliverable-but-not-cached"));
}

/* WORD (text), where the line may have been cut. */
static inline bool
take_status(struct slice s, bool padded, struct tail *t)
{
	size_t n = padded ? slice_near_padded(s, 0, ' ', ',', ',') :
	    slice_any(s, ' ', ',', ',');

	t->status = slice_of(s.ptr, n);
	s = slice_of(s.ptr + n, s.len - n);
	if (n == 0 || !slice_take(&s, SLICE(" (")))
		return is_status(t->status);
	t->has_reply = true;
	t->reply = s;
	/* A cut text may have parentheses of its own. */
	while (s.len > 0 && s.ptr[s.len - 1] == ' ')
		s.len--;
	if (s.len > 0 && s.ptr[s.len - 1] == ')')
		t->reply.len = s.len - 1;
	return true;
}

/* Everything behind ", relay=" must fit. */
static bool
parse_tail(struct slice s, bool padded, struct tail *t)
{
	t->conn_use = t->delays = t->tls = t->dsn = t->reply =
	    slice_of(NULL, 0);
	t->has_reply = false;
	t->end = s.ptr + s.len;
	if (!take_long(&s, padded, &t->relay) ||
	    (slice_take(&s, SLICE("conn_use=")) &&
	    !take_word(&s, padded, &t->conn_use)) ||
	    !slice_take(&s, SLICE("delay=")) ||
	    !take_value(&s, decimal(s, t->end), &t->delay))
		return false;
	if ((slice_take(&s, SLICE("delays=")) &&
	    !take_word(&s, padded, &t->delays)) ||
	    (slice_take(&s, SLICE("tls=")) &&
	    !take_word(&s, padded, &t->tls)) ||
	    (slice_take(&s, SLICE("dsn=")) && !take_word(&s, padded, &t->dsn)))
		return false;
	return slice_take(&s, SLICE("status=")) && take_status(s, padded, t);
}

/* a/b/c/d, or its first parts. */
static inline void
set_delays(struct event *ev, struct slice s, const unsigned char *end)
{
	static const enum field key[4] = { F_DELAY_BEFORE, F_DELAY_QUEUE,
		F_DELAY_CONN, F_DELAY_XMIT };

	for (size_t i = 0; i < 4 && s.len > 0; i++) {
		size_t n = decimal(s, end);

		if (n > 0 && (n == s.len || s.ptr[n] == '/'))
			rec_add(&ev->rec, key[i], slice_of(s.ptr, n));
		else
			n = slice_near(s, 0, '/');
		if (n == s.len)
			return;
		s = slice_of(s.ptr + n + 1, s.len - n - 1);
	}
}

struct slice
line_queued_as(const struct event *ev, struct slice reply)
{
	size_t pos = slice_rfind(reply, SLICE("queued as "));

	if (pos == SLICE_NONE)
		return slice_of(NULL, 0);
	reply = slice_from(reply, pos + 10);
	return slice_sub(reply, 0, line_id_len(ev, reply));
}

/* Find the queue ID that the reply of a successful delivery names. */
static inline void
set_next(struct event *ev, const struct tail *t)
{
	struct slice reply = t->reply, id;

	if (!slice_eq(t->status, SLICE("sent")))
		return;
	if (slice_take(&reply, SLICE("forwarded as ")))
		id = slice_sub(reply, 0, line_id_len(ev, reply));
	else
		id = line_queued_as(ev, reply);
	if (id.len > 0)
		rec_add(&ev->rec, F_NEXT_QID, id);
}

/* Copy what was found into the record. */
static inline bool
fill(struct event *ev, struct slice to, struct slice orig, const struct tail *t)
{
	struct rec *r = &ev->rec;
	uint64_t n;

	rec_add(r, F_TO, to);
	if (orig.ptr != NULL)
		rec_add(r, F_ORIG_TO, orig);
	line_relay(ev, t->relay);
	if (slice_u64(t->conn_use, UINT32_MAX, &n))
		rec_add(r, F_CONN_USE, t->conn_use);
	rec_add(r, F_DELAY, t->delay);
	set_delays(ev, t->delays, t->end);
	if (t->tls.len > 0)
		rec_add(r, F_TLS_POLICY, t->tls);
	if (t->dsn.len > 0)
		rec_add(r, F_DSN, t->dsn);
	rec_add(r, F_STATUS, t->status);
	if (t->has_reply)
		rec_add(r, F_REPLY, t->reply);
	set_next(ev, t);
	return line_is(ev, EV_DELIVERY);
}

size_t
line_quoted(struct slice s)
{
	if (s.len == 0 || s.ptr[0] != '"')
		return 0;
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return s.ptr[i + 1] == '@' || s.ptr[i + 1] == '>' ?
			    i + 1 : 0;
	}
	return 0;
}

/* An address as Postfix completes it: with a domain, without blanks. */
static inline bool
plausible(struct slice addr, bool padded)
{
	size_t at, blank;

	if (padded) {
		at = slice_any_padded(addr, 0, '@', '@', '@');
		blank = slice_any_padded(addr, 0, ' ', ' ', ' ');
	} else {
		at = slice_near(addr, 0, '@');
		blank = slice_near(addr, 0, ' ');
	}
	return (at < addr.len && blank == addr.len) ||
	    (addr.len > 0 && addr.ptr[0] == '"');
}

/* What follows the recipient: ORIG>, relay=... or relay=... */
static inline bool
parse_rest(struct slice s, bool padded, struct slice *orig, struct tail *t)
{
	struct slice rest;
	struct place p;

	if (slice_take(&s, SLICE(", relay="))) {
		*orig = slice_of(NULL, 0);
		return parse_tail(s, padded, t);
	}
	if (!slice_take(&s, SLICE(", orig_to=<")))
		return false;
	place_init(&p, s, padded);
	while (place_next(&p, orig, &rest))
		if (slice_take(&rest, SLICE(", relay=")) &&
		    parse_tail(rest, padded, t))
			return true;
	return false;
}

/*
 * Where the recipient ends is found by what follows it, which must fit the
 * layout to its end; a reply that imitates the layout comes later in the
 * line, an old raw address that does so comes earlier.  The first place that
 * fits and leaves a plausible address wins, else the first that fits.
 */
bool
line_delivery(struct slice s, struct event *ev)
{
	struct tail t, best = { .has_reply = false };
	struct slice to, orig, rest, best_to, best_orig;
	bool found = false;
	struct place p;

	best_to = best_orig = slice_of(NULL, 0);
	place_init(&p, s, event_padded(ev, s));
	while (place_next(&p, &to, &rest)) {
		if (!parse_rest(rest, p.padded, &orig, &t))
			continue;
		if (plausible(to, p.padded))
			return fill(ev, to, orig, &t);
		if (found)
			continue;
		best = t;
		best_to = to;
		best_orig = orig;
		found = true;
	}
	return found && fill(ev, best_to, best_orig, &best);
}

bool
postfix_own_answer(struct slice reply)
{
	struct slice bytes;

	if (!slice_take(&reply, SLICE("250 2.0.0 Ok: ")))
		return false;
	if (slice_starts(reply, SLICE("queued as ")))
		return true;
	return slice_cut(reply, ' ', &bytes, &reply) && slice_digits(bytes) &&
	    slice_starts(reply, SLICE("bytes queued as "));
}
