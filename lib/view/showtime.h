/*
 * showtime - times as the timeline shows them
 *
 * In the zone of display, with at most SHOWTIME_DIGITS fraction digits of
 * those that the evidence has (cut off, not rounded).  showtime_time is
 * showtime_width columns wide, and one more when some times are not the
 * evidence's own word (`noted`): a ~ stands there behind those.  showtime_day
 * has the zone's abbreviation behind it unless the zone is UTC.
 * showtime_zone is the text for a heading: "UTC", "Europe/Berlin (CEST,
 * +02:00)", both offsets when the time span lies in two.
 */
#ifndef VIEW_SHOWTIME_H
#define VIEW_SHOWTIME_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/zone.h"
#include "view/text.h"

#define SHOWTIME_DIGITS	3

struct showtime {
	const struct zone	*zone;		/* NULL: UTC */
	const char		*name;
	unsigned int		 digits;	/* most that the evidence has */
	bool			 noted;
};

size_t	showtime_width(const struct showtime *);
void	showtime_time(const struct showtime *, const struct text_time *, bool mark,
	    struct buf *);
void	showtime_day(const struct showtime *, int64_t sec, struct buf *);
bool	showtime_same_day(const struct showtime *, int64_t a, int64_t b);
int	showtime_year(const struct showtime *, int64_t sec);
void	showtime_zone(const struct showtime *, int64_t first, int64_t last,
	    struct buf *);

#endif
