/*
 * usual - a log line as most are, in few steps
 *
 * A usual line lies in a stream (framing_stream), is plain, has the stamp of
 * the line before or one that is quickly read, comes from a program that was
 * met, and has nothing at the start of its text that needs a second look.
 * usual_next takes such a line off data as framing_next does, and returns the
 * bytes consumed; 0, and nothing is changed, for any other line, and where
 * more data is needed.  usual_frame gives the frame that framing_next gives.
 * usual_event gives the event that logline_read makes of that, for a line
 * whose head is of Postfix (head->postfix.ours).
 *
 * The slices live as those of a frame do.
 */
#ifndef FMT_USUAL_H
#define FMT_USUAL_H

#include "fmt/framing.h"

struct usual {
	struct slice		line;
	struct stamp		stamp;
	const struct head	*head;	/* host and tag */
	struct slice		pid;
	struct slice		text;
	uint32_t		number;	/* the pid */
	enum framing_kind	kind;	/* BSD or ISO */
	bool			plain;	/* as in a frame */
};

size_t	usual_next(struct framing *, struct slice data, struct usual *);
void	usual_frame(const struct usual *, struct frame *);
void	usual_event(const struct usual *, struct event *);

#endif
