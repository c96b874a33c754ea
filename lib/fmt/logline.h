/*
 * logline - one log line in its frame, as an event
 *
 * logline_read fills an event from what framing_next found: kind, daemon,
 * class, pid, writer and the keys that the line gives.  Time, stamp and
 * provenance are the caller's, because they need the lines around it.  Lines
 * of other programs are events, too, of the class LINE_FOREIGN; a logger that
 * says that it dropped lines gets the note `lines-lost`.  The slices of the
 * record live as long as those of the frame.  It cannot fail: what is not
 * understood is an event of kind EV_UNKNOWN.  True for a line of Postfix.  A
 * line in Postfix's name that another program wrote, by what journald says
 * (fmt/journalwho.h), is a line of another program, with the note
 * `not-by-postfix`: it makes no fact.  A
 * notice that the line before came again (frame.last_repeated) is only text.
 */
#ifndef FMT_LOGLINE_H
#define FMT_LOGLINE_H

#include "fmt/event.h"
#include "fmt/framing.h"

bool	logline_read(const struct frame *, struct event *);

#endif
