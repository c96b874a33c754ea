/*
 * flattext - the timeline for other programs: one line a step
 *
 * FLAT_BODY: the body file of The Sleuth Kit's mactime,
 *	MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime
 * with the time of the step in all four times, 0 for what mail has not, and
 * as name "mail: QID STEP ...".  In the name `|` is written %7C.
 *
 * FLAT_TIMESKETCH: one JSON object a line with message, datetime (RFC 3339
 * with +00:00), timestamp (microseconds since the epoch) and timestamp_desc,
 * then the keys of the record; in these, bytes that are not UTF-8 are written
 * \xNN, because half of a surrogate pair is no JSON to many readers.
 *
 * FLAT_CSV: the same four and a choice of keys as CSV, with a header line
 * and the guard against formulas (rec_csv.h).
 *
 * Items are those of a timeline in TIMELINE_STEPS order.  One that has no
 * time has no place in these formats: flattext_put counts it.  An ITEM_END
 * gives a line only if its message was removed and no event says so.  What
 * is written of evidence is clean (text_clean) in the first two.  Addresses
 * are cut at FLAT_ADDRESS columns, replies at FLAT_REPLY.
 */
#ifndef VIEW_FLATTEXT_H
#define VIEW_FLATTEXT_H

#include <stdio.h>

#include "view/timeline.h"

#define FLAT_ADDRESS	256
#define FLAT_REPLY	256

enum flat_format {
	FLAT_BODY,
	FLAT_TIMESKETCH,
	FLAT_CSV
};

struct flattext;

/* columns, for FLAT_CSV: KEY,KEY,... known to be right, or NULL. */
struct flattext	*flattext_open(FILE *, enum flat_format, const char *columns);
void		 flattext_put(struct flattext *, const struct timeline_item *);
/* Items without a time. */
uint64_t	 flattext_untimed(const struct flattext *);
void		 flattext_close(struct flattext *);

#endif
