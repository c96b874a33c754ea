/*
 * postfix_line - the layouts of Postfix lines, one function each
 *
 * Private to fmt/postfix.c and the postfix_*.c files beside it.  Each takes
 * the text from where its layout begins and returns false, with the event
 * possibly touched but without its kind, if the layout does not fit.
 */
#ifndef FMT_POSTFIX_LINE_H
#define FMT_POSTFIX_LINE_H

#include "fmt/event.h"
#include "fmt/peer.h"

/* Set the kind of an understood line. */
static inline bool
line_is(struct event *ev, enum event_kind kind)
{
	ev->kind = kind;
	ev->class = LINE_UNDERSTOOD;
	return true;
}

/* A line that is known and of no use. */
static inline bool
line_ignored(struct event *ev)
{
	ev->kind = EV_OTHER;
	ev->class = LINE_IGNORED;
	return true;
}

/* client_* or relay_* from a peer */
void	line_client(struct event *, const struct peer *);
void	line_server(struct event *, const struct peer *);
/* The same where it may be something else: relay alone then. */
void	line_relay(struct event *, struct slice relay);

/* QID: to=<...>, relay=...: postfix_delivery.c */
bool	line_delivery(struct slice, struct event *);
/* QID: from=<...>, size=... or status=expired: postfix_queue.c */
bool	line_qmgr(struct slice, struct event *);
bool	line_pickup(struct slice, struct event *);
bool	line_notice(struct slice, struct event *);
bool	line_postsuper(struct slice, struct event *);
/* QID: client=...: postfix_smtpd.c */
bool	line_client_of(struct slice, struct event *);
bool	line_smtpd(struct slice, struct event *);
/* action: stage from PEER: text; tail: postfix_action.c */
bool	line_action(struct slice, struct event *);
bool	line_proxy(struct slice, struct event *);
/* lines about TLS without a queue ID: postfix_tls.c */
/* Trusted, TLS, Anonymous, Untrusted, Verified */
static inline bool
line_may_be_tls(struct slice s)
{
	const unsigned int letters = 1U << ('T' - 'A') | 1U << ('A' - 'A') |
	    1U << ('U' - 'A') | 1U << ('V' - 'A');
	unsigned int c = s.len == 0 ? UINT32_MAX : s.ptr[0] - (unsigned int)'A';

	return c < 32 && (letters >> c & 1) != 0;
}

bool	line_tls(struct slice, struct event *);
/* postscreen, dnsblog, tlsproxy: postfix_screen.c */
bool	line_screen(struct slice, struct event *);
/* master, postfix-script, anvil, scache, ...: postfix_misc.c */
bool	line_misc(struct slice, struct event *);
/* with QID, other than the above: lost connection, smtp's reasons */
bool	line_qid_misc(struct slice, struct event *);
/* what only -v adds, with and without QID: postfix_verbose.c */
bool	line_verbose(struct slice, struct event *);
bool	line_qid_verbose(struct slice, struct event *);

/*
 * The places where an address in <> may end: place_init gets what follows
 * the "<", place_next gives the next candidate and what follows its ">".  A
 * quoted local part is read by its syntax first.  Logs before 3.5 have raw
 * addresses, which may hold ">" and even imitate what follows: the caller
 * takes a place only if the rest of the layout fits.
 */
struct place {
	struct slice	s;
	size_t		pos;
	bool		raw;	/* the quoted reading has been left */
	bool		padded;	/* event_padded */
};

/* The bytes of a quoted local part at the start, or 0. */
size_t	line_quoted(struct slice);

static inline void
place_init(struct place *p, struct slice s, bool padded)
{
	bool quoted = s.len > 0 && s.ptr[0] == '"';

	*p = (struct place){ .s = s, .pos = quoted ? line_quoted(s) : 0 };
	p->raw = p->pos == 0;
	p->padded = padded;
}

static inline bool
place_next(struct place *p, struct slice *addr, struct slice *rest)
{
	size_t gt = p->padded ? slice_any_padded(p->s, p->pos, '>', '>', '>') :
	    slice_near(p->s, p->pos, '>');

	if (gt == p->s.len && !p->raw) {
		p->raw = true;
		gt = slice_near(p->s, 0, '>');
	}
	if (gt == p->s.len)
		return false;
	*addr = slice_of(p->s.ptr, gt);
	*rest = slice_of(p->s.ptr + gt + 1, p->s.len - gt - 1);
	p->pos = gt + 1;
	return true;
}

/*
 * The length of the queue ID at the start of s, or 0.  In a line whose own
 * ID is none that Postfix makes, others need not be, either; nor those that
 * a filter on the same host gives back, in a log that was edited in part.
 */
size_t	line_id_len(const struct event *, struct slice s);
/* The same for all of s. */
static inline bool
line_id(const struct event *ev, struct slice s)
{
	return s.len > 0 && line_id_len(ev, s) == s.len;
}

/* "queued as ID" at the end of a reply: the ID, or absent. */
struct slice	line_queued_as(const struct event *, struct slice reply);

#endif
