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

/* client_* or relay_* from a peer. */
void	line_client(struct event *, const struct peer *);
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
bool	line_tls(struct slice, struct event *);
/* postscreen, dnsblog, tlsproxy: postfix_screen.c */
bool	line_screen(struct slice, struct event *);
/* master, postfix-script, anvil, scache, ...: postfix_misc.c */
bool	line_misc(struct slice, struct event *);
/* with QID, other than the above: lost connection, smtp's reasons */
bool	line_qid_misc(struct slice, struct event *);

/*
 * Take an address in <> off *s, which starts behind the "<": quoted local
 * parts are read by their syntax.  `next` is what must follow the ">", NULL
 * ends the list; an empty one means the end of the line.  Old logs have raw
 * addresses that may hold ">" and even a `next`: then the first place where
 * one of them fits is taken.
 */
bool	line_address(struct slice *s, const struct slice *next,
	    struct slice *addr);

/* "queued as ID" at the end of a reply: the ID, or absent. */
struct slice	line_queued_as(struct slice reply);

#endif
