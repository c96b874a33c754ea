/*
 * clock - times as the timeline shows them
 *
 * In the zone of display, with at most CLOCK_DIGITS fraction digits of those
 * that the evidence has (cut off, not rounded).  clock_time is clock_width
 * columns wide, and one more when some times are not the evidence's own word
 * (`noted`): a ~ stands there behind those.  clock_day has the zone's
 * abbreviation behind it unless the zone is UTC.  clock_zone is the text for
 * a heading: "UTC", "Europe/Berlin (CEST, +02:00)", both of them when the
 * time span lies in two.
 */
#ifndef VIEW_CLOCK_H
#define VIEW_CLOCK_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/zone.h"
#include "view/text.h"

#define CLOCK_DIGITS	3

struct clock {
	const struct zone	*zone;		/* NULL: UTC */
	const char		*name;
	unsigned int		 digits;	/* most that the evidence has */
	bool			 noted;
};

size_t	clock_width(const struct clock *);
void	clock_time(const struct clock *, const struct text_time *, bool mark,
	    struct buf *);
void	clock_day(const struct clock *, int64_t sec, struct buf *);
bool	clock_same_day(const struct clock *, int64_t a, int64_t b);
int	clock_year(const struct clock *, int64_t sec);
void	clock_zone(const struct clock *, int64_t first, int64_t last,
	    struct buf *);

#endif
