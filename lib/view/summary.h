/*
 * summary - what a timeline was made of, on standard error
 *
 * summary_take looks at every record of the stream, summary_say writes a few
 * lines at the end (msg_note: none with -q): the period, hosts and counts;
 * lines that were not understood; gaps; whether TLS was logged; what was
 * left out; and that the stream was cut short when no source or coverage record
 * came.  Names are bounded in number and length.
 */
#ifndef VIEW_SUMMARY_H
#define VIEW_SUMMARY_H

#include "base/buf.h"
#include "base/field.h"
#include "view/showtime.h"
#include "view/timeline.h"

struct summary {
	uint64_t	 records;	/* all others */
	uint64_t	 ends;		/* source and coverage records */
	uint64_t	 unknown;	/* lines, of coverage */
	uint64_t	 gaps;		/* hosts that have some */
	struct buf	 logged;	/* tags that log TLS */
	struct buf	 silent;	/* tags that were not seen to */
	uint64_t	 untimed;	/* steps without a place in the format */
};

void	summary_init(struct summary *);
void	summary_free(struct summary *);
void	summary_take(struct summary *, const struct rec *);
void	summary_say(const struct summary *, const struct timefacts *,
	    const struct showtime *);

#endif
