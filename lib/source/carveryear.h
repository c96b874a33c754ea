/*
 * carveryear - what to say when lines of an image have no year
 *
 * carveryear_event is given the events of an image in any order, `line` for
 * those of logs and journals; claims of others do not count.  carveryear_tell
 * then says how many runs of lines have no time, what --year would do, and from
 * when to when what has a date is.  That is no proof of any line's year, but
 * helps to choose one.
 */
#ifndef SOURCE_CARVERYEAR_H
#define SOURCE_CARVERYEAR_H

#include "fmt/event.h"

#define CARVERYEAR_DATE 11 /* YYYY-MM-DD and NUL */

struct carveryear {
	char first[CARVERYEAR_DATE], last[CARVERYEAR_DATE];
};

void carveryear_event(struct carveryear *, const struct event *, bool line);
void carveryear_tell(const struct carveryear *, size_t runs);

#endif
