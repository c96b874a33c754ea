#include "source/carveryear.h"

#include <string.h>

#include "base/msg.h"

void
carveryear_event(struct carveryear *y, const struct event *ev, bool line)
{
	struct slice day =
	    slice_sub(rec_get(&ev->rec, F_TIME), 0, CARVERYEAR_DATE - 1);

	if (day.len < CARVERYEAR_DATE - 1 ||
	    (!line && !slice_is(rec_get(&ev->rec, F_EVENT), "queued")))
		return;
	if (memcmp(day.ptr, y->last, day.len) > 0)
		memcpy(y->last, day.ptr, day.len);
	if (y->first[0] == '\0' || memcmp(day.ptr, y->first, day.len) < 0)
		memcpy(y->first, day.ptr, day.len);
}

void
carveryear_tell(const struct carveryear *y, size_t runs)
{
	if (runs == 0)
		return;
	msg_note("runs of lines whose stamps have no year, and so no time: "
		 "%zu; --year gives the year of the first line of each, "
		 "--offset and --length choose some of them",
	    runs);
	if (y->first[0] != '\0')
		msg_note("what has a date in the image is from %s to %s",
		    y->first, y->last);
}
