/*
 * yearguess - the year of a file by its age and by the date in its name; for
 * years
 *
 * No line can be later than the gzip header's time or else the modification
 * time, nor than 33 days after the date in the name (a log may be named by the
 * first day of the month that is in it): the earliest counts.  A copy is as
 * young as the copying, but keeps its name.  A name whose date is more than 33
 * days from the last line counts only where the file's time is more than three
 * days later than that line; it may be that of a host, or of a case.
 *
 * yearguess_weak sets clock, if there is a year, and its limit.  Years are
 * those of the first line, 0 if there is none.
 */
#ifndef SOURCE_YEARGUESS_H
#define SOURCE_YEARGUESS_H

#include "source/feed.h"

void	yearguess_weak(struct feed *);
/* The year by the name, of lines that are near the date in it. */
int	yearguess_named(const struct feed *);
/* The last line is of at most so many days before that time. */
bool	yearguess_near(const struct survey *, int64_t modified, int year,
	    int days);
/* The last line is of the time when the file was last modified. */
bool	yearguess_fresh(const struct survey *, int64_t modified, int year);

#endif
