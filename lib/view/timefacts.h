/*
 * timefacts - what a timeline's output needs to know before its first line
 *
 * Counts, the period, how wide columns are, why times are not the evidence's
 * own word.  Records are noted in any order, each with its number in the
 * input: the result does not depend on the order.  Names are bounded in
 * number and length.
 */
#ifndef VIEW_TIMEFACTS_H
#define VIEW_TIMEFACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/field.h"
#include "view/text.h"

#define TIMEFACTS_NAMES	8
#define TIMEFACTS_SHOWN	32
#define TIMEFACTS_NAME	128	/* bytes; longer ones are left out */

/* The names that came first in the input, in that order. */
struct timefacts_names {
	size_t		 n;
	bool		 more;		/* there were others */
	struct {
		int64_t		 seq;
		size_t		 len;
		unsigned char	 name[TIMEFACTS_NAME];
	} v[TIMEFACTS_NAMES];
};

/* What the whole output needs to know before its first line. */
struct timefacts {
	uint64_t	 messages, rejects, deliveries, loose;
	uint64_t	 untimed;	/* left out for want of a time */
	uint64_t	 passed;	/* types that are not known, too large */
	bool		 has_time, has_undated;
	int64_t		 first, last;	/* seconds */
	unsigned int	 digits;	/* most fraction digits */
	bool		 noted;		/* some time is not the evidence's own */
	struct timefacts_names notes;	/* why */
	struct timefacts_names hosts;
	size_t		 qid, client, status;	/* bytes of the longest */
};

/* What every record tells, and what a message tells besides. */
void	timefacts_note(struct timefacts *, const struct rec *,
	    const struct text_time *, int64_t seq);
void	timefacts_message(struct timefacts *, const struct rec *,
	    const struct text_time *end);
/* The names for a line of text: clean, each cut at TIMEFACTS_SHOWN columns. */
void	timefacts_put_names(struct buf *, const struct timefacts_names *,
	    const char *between);

#endif
