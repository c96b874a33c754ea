/*
 * doubts - what the figures of a judge cannot be trusted for, told
 *
 * doubts_say writes one line on standard error for each: TLS that was not
 * logged (with the setting that changes it), hops that may be counted twice,
 * limits that were met, no hop judged, a rule that asks for events when there
 * are none, records cut short, a window that is not covered.
 * True if one of them makes the status "cannot say" (DESIGN.md 5); the first
 * two do not by themselves.
 */
#ifndef SOURCE_DOUBTS_H
#define SOURCE_DOUBTS_H

#include "policy/audit.h"
#include "rec/searched.h"
#include "source/opt.h"

struct doubts {
	const struct audit	*audit;
	const struct searched	*searched;
	const struct opt	*opt;
	bool			 told;		/* that TLS was not logged */
	bool			 no_events;	/* records without any */
	bool			 failed;	/* what was read is not whole */
	bool			 unread;	/* evidence was not, it is told */
};

bool	doubts_say(const struct doubts *);

#endif
