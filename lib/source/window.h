/*
 * window - which records --since and --until select
 *
 * The window is half-open.  An event is in it by its own time, a message by
 * any of its lines (time to end), and a delivery or link goes with its
 * message when that stands before it.  Records without time are kept, since
 * they cannot be judged; source and coverage records always.
 */
#ifndef SOURCE_WINDOW_H
#define SOURCE_WINDOW_H

#include "base/buf.h"
#include "source/opt.h"

struct window {
	struct buf	trace;	/* of the latest message */
	bool		kept;
};

void	window_init(struct window *);
void	window_free(struct window *);
bool	window_has(struct window *, const struct opt *, const struct rec *);
bool	window_has_event(const struct opt *, const struct rec *);

#endif
