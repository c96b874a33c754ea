#include "fmt/postfix_line.h"
#include "fmt/queueid.h"

#include "base/banned.h"

/* What follows the relay, in the fixed order of the layout. */
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
};

/* Take the value of "key=" up to ", "; false if the key is not next. */
static bool
take(struct slice *s, struct slice key, struct slice *value)
{
	struct slice rest = *s;
	size_t end;

	if (!slice_take(&rest, key))
		return false;
	end = slice_chr(rest, ',');
	if (end == SLICE_NONE || end + 1 >= rest.len ||
	    rest.ptr[end + 1] != ' ')
		return false;
	*value = slice_sub(rest, 0, end);
	*s = slice_from(rest, end + 2);
	return true;
}

/* A decimal number with an optional fraction. */
static bool
decimal(struct slice s)
{
	size_t dot = slice_chr(s, '.');

	if (s.len > 20)
		return false;
	if (dot == SLICE_NONE)
		return slice_digits(s);
	return slice_digits(slice_sub(s, 0, dot)) &&
	    slice_digits(slice_from(s, dot + 1));
}

/* The relay ends where ", delay=" or ", conn_use=" follows. */
static bool
take_relay(struct slice *s, struct slice *relay)
{
	size_t pos = 0;

	for (;;) {
		size_t comma = slice_chr(slice_from(*s, pos), ',');
		struct slice rest;

		if (comma == SLICE_NONE)
			return false;
		pos += comma;
		rest = slice_from(*s, pos);
		if (slice_starts(rest, SLICE(", delay=")) ||
		    slice_starts(rest, SLICE(", conn_use="))) {
			*relay = slice_sub(*s, 0, pos);
			*s = slice_from(rest, 2);
			return true;
		}
		pos++;
	}
}

/* status=WORD (text), WORD may be cut off from its text. */
static bool
take_status(struct slice s, struct tail *t)
{
	size_t n = 0;

	if (!slice_take(&s, SLICE("status=")))
		return false;
	while (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != ',')
		n++;
	t->status = slice_sub(s, 0, n);
	if (n == 0)
		return false;
	s = slice_from(s, n);
	if (slice_take(&s, SLICE(" ("))) {
		size_t close = slice_rchr(s, ')');

		t->has_reply = true;
		t->reply = close == SLICE_NONE ? s : slice_sub(s, 0, close);
	}
	return true;
}

/* Everything behind "to=<...>, relay=" must fit. */
static bool
parse_tail(struct slice s, struct tail *t)
{
	*t = (struct tail){ .has_reply = false };
	if (!take_relay(&s, &t->relay))
		return false;
	(void)take(&s, SLICE("conn_use="), &t->conn_use);
	if (!take(&s, SLICE("delay="), &t->delay) || !decimal(t->delay))
		return false;
	(void)take(&s, SLICE("delays="), &t->delays);
	(void)take(&s, SLICE("tls="), &t->tls);
	(void)take(&s, SLICE("dsn="), &t->dsn);
	return take_status(s, t);
}

/* a/b/c/d, or its first parts. */
static void
set_delays(struct event *ev, struct slice s)
{
	static const enum field key[4] = { F_DELAY_BEFORE, F_DELAY_QUEUE,
		F_DELAY_CONN, F_DELAY_XMIT };
	struct slice part;

	for (size_t i = 0; i < 4 && s.len > 0; i++) {
		if (!slice_cut(s, '/', &part, &s)) {
			part = s;
			s = slice_of(NULL, 0);
		}
		if (decimal(part))
			rec_set(&ev->rec, key[i], part);
	}
}

/* The queue ID in s, ended by what cannot belong to one. */
static struct slice
leading_id(struct slice s)
{
	size_t n = 0;

	while (n < s.len && ascii_alnum(s.ptr[n]))
		n++;
	s = slice_sub(s, 0, n);
	return queueid_valid(s) ? s : slice_of(NULL, 0);
}

struct slice
line_queued_as(struct slice reply)
{
	size_t pos = slice_rfind(reply, SLICE("queued as "));

	if (pos == SLICE_NONE)
		return slice_of(NULL, 0);
	return leading_id(slice_from(reply, pos + 10));
}

/* Find the queue ID that the reply of a successful delivery names. */
static void
set_next(struct event *ev, const struct tail *t)
{
	struct slice reply = t->reply, id;

	if (!slice_eq(t->status, SLICE("sent")))
		return;
	if (slice_take(&reply, SLICE("forwarded as ")))
		id = leading_id(reply);
	else
		id = line_queued_as(reply);
	if (id.len > 0)
		rec_set(&ev->rec, F_NEXT_QID, id);
}

/* Copy what was found into the record. */
static void
fill(struct event *ev, const struct tail *t)
{
	struct rec *r = &ev->rec;
	uint64_t n;

	line_relay(ev, t->relay);
	if (slice_u64(t->conn_use, UINT32_MAX, &n))
		rec_set(r, F_CONN_USE, t->conn_use);
	rec_set(r, F_DELAY, t->delay);
	set_delays(ev, t->delays);
	if (t->tls.len > 0)
		rec_set(r, F_TLS_POLICY, t->tls);
	if (t->dsn.len > 0)
		rec_set(r, F_DSN, t->dsn);
	rec_set(r, F_STATUS, t->status);
	if (t->has_reply)
		rec_set(r, F_REPLY, t->reply);
	set_next(ev, t);
}

/* The bytes of a quoted local part at the start, which @ or > must follow. */
static size_t
quoted(struct slice s)
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

/* True if one of the list fits at the start of s. */
static bool
follows(struct slice s, const struct slice *next)
{
	for (; next->ptr != NULL; next++)
		if (next->len == 0 ? s.len == 0 : slice_starts(s, *next))
			return true;
	return false;
}

bool
line_address(struct slice *s, const struct slice *next, struct slice *addr)
{
	size_t from = quoted(*s), pos;

	/* A quoted form that leads nowhere is no quoted form. */
	for (int try = 0; try < 2; try++) {
		pos = from;
		for (;;) {
			size_t gt = slice_chr(slice_from(*s, pos), '>');
			struct slice rest;

			if (gt == SLICE_NONE)
				break;
			pos += gt;
			rest = slice_from(*s, pos + 1);
			if (follows(rest, next)) {
				*addr = slice_sub(*s, 0, pos);
				*s = rest;
				return true;
			}
			pos++;
		}
		if (from == 0)
			break;
		from = 0;
	}
	return false;
}

/* An address as Postfix completes it: with a domain, without blanks. */
static bool
plausible(struct slice addr)
{
	return (slice_chr(addr, '@') != SLICE_NONE &&
	    slice_chr(addr, ' ') == SLICE_NONE) ||
	    (addr.len > 0 && addr.ptr[0] == '"');
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
	static const struct slice next[] = {
		{ (const unsigned char *)", relay=", 8 },
		{ (const unsigned char *)", orig_to=<", 11 }, { NULL, 0 }
	};
	struct tail t, best = { .has_reply = false };
	struct slice to, orig, rest, whole, best_to, best_orig;
	bool found = false;

	whole = s;
	best_to = best_orig = slice_of(NULL, 0);
	while (line_address(&s, next, &to)) {
		/* On a later try the address began before s did. */
		to = slice_of(whole.ptr, (size_t)(to.ptr - whole.ptr) + to.len);
		orig = slice_of(NULL, 0);
		rest = s;
		if (slice_take(&rest, SLICE(", orig_to=<")) &&
		    !line_address(&rest, next, &orig))
			continue;
		if (slice_take(&rest, SLICE(", relay=")) &&
		    parse_tail(rest, &t)) {
			if (!found || plausible(to)) {
				best = t;
				best_to = to;
				best_orig = orig;
				found = true;
			}
			if (plausible(to))
				break;
		}
	}
	if (!found)
		return false;
	rec_set(&ev->rec, F_TO, best_to);
	if (best_orig.ptr != NULL)
		rec_set(&ev->rec, F_ORIG_TO, best_orig);
	fill(ev, &best);
	return line_is(ev, EV_DELIVERY);
}
