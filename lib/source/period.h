/*
 * period - the time that a report is about, by a calendar name
 *
 *	today yesterday
 *	this-week last-week	from Monday on (ISO 8601)
 *	this-month last-month this-year last-year
 *	2026  2026-11  2026-W47  2026-11-24
 *	A..B
 *
 * Days begin at midnight in the given zone, so they may have 23 or 25 hours;
 * where a change of the clock skips midnight, the day begins with the change.
 * What is named with today or this- reaches up to `now`; everything else is
 * whole, even if it lies in the future.  NULL as the zone is UTC.
 *
 * In A..B each end is one of the names above or an RFC 3339 time with its
 * offset, in whole seconds.  A name as A is where it begins and as B is where
 * it ends: 2026-11-01..2026-11-30 is the whole month, and so is
 * 2026-11..2026-11.  This differs from --until, where a date is the midnight
 * that it begins with.  A time as B is excluded.
 *
 * A period is half-open, [from, until), in seconds since the epoch, and never
 * empty.  RC_DAMAGED is a text that is no period; err.what says why, err.off
 * is the position in the text.  Years are 1970 to 2100.  Nothing is kept.
 */
#ifndef SOURCE_PERIOD_H
#define SOURCE_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "io/zone.h"

struct period {
	int64_t	from;
	int64_t	until;	/* excluded */
	int64_t	before;	/* [before, from) is the one before it: the unit
			 * before for a single name; for A..B as many days if
			 * both ends are midnights, else as many seconds */
	bool	open;	/* cut at `now`: today or this- */
};

enum rc	period_parse(struct period *, struct slice, const struct zone *,
	    int64_t now, struct err *);
/*
 * When the day begins that is `days` after (before, if negative) the one that
 * `t` lies in: period_day(z, t, 0) is its first second, period_day(z, t, 1)
 * the end.  A day that the zone left out begins when the next one does.
 */
int64_t	period_day(const struct zone *, int64_t t, int days);

#endif
