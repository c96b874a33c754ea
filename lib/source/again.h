/*
 * again - what "last message repeated N times" is about
 *
 * Old syslog daemons write a line once and then how often it came again,
 * without its tag and text; it is the line before in the same output.
 * again_keep remembers a line of Postfix that can come again as it is:
 * refusals, and warnings and what else has no queue ID, never what makes
 * another fact about a message.  Of any other line only whose it was is
 * remembered.  again_fill puts tag, pid and text of the remembered line into
 * the frame of such a notice, so that it is understood like that line; false
 * if there is nothing to be put.  The slices live until the next again_keep.
 *
 * Facts: reference/postfix-logs.md 1.8.
 */
#ifndef SOURCE_AGAIN_H
#define SOURCE_AGAIN_H

#include "base/buf.h"
#include "fmt/event.h"
#include "fmt/framing.h"

#define AGAIN_KINDS	(1U << EV_REJECT | 1U << EV_AUTH_FAILURE |	\
	1U << EV_SCREEN | 1U << EV_WARNING | 1U << EV_OTHER |		\
	1U << EV_UNKNOWN)

struct again {
	struct buf	text;		/* tag, pid and text */
	size_t		tag, pid;	/* their lengths */
	struct buf	host;
	bool		kept;
	bool		ours;		/* the line before was Postfix's */
};

void	again_init(struct again *);
void	again_free(struct again *);
/* No line before: another file begins. */
void	again_forget(struct again *);
void	again_keep(struct again *, const struct frame *, const struct event *);

/* Lines that say the same when they come again. */
static inline bool
again_can(enum event_kind kind)
{
	return (AGAIN_KINDS >> kind & 1) != 0;
}

/* A line that is not remembered. */
static inline void
again_other(struct again *a, bool ours)
{
	a->ours = ours;
	a->kept = false;
}

/* Any line: remembered if it can be. */
static inline void
again_line(struct again *a, const struct frame *fr, const struct event *ev,
    bool ours)
{
	if (ours && again_can(ev->kind))
		again_keep(a, fr, ev);
	else
		again_other(a, ours);
}

bool	again_fill(const struct again *, struct frame *);

#endif
