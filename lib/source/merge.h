/*
 * merge - many sources as one stream in time order
 *
 * By time; ties by path, of a rotated set the oldest file first, because a
 * log may be rotated within a second; then by offset.  A line that steps back
 * counts as the latest time of its source before it.  A file of a rotated set
 * is begun when the older one has ended, what is left of which is due before
 * it, if the two do not overlap; if the older one has no line of its first
 * host, up to MERGE_AHEAD seconds later.
 * Sources are opened when their first line is due and closed when they end, so
 * that a long row of rotated files needs little memory.
 */
#ifndef SOURCE_MERGE_H
#define SOURCE_MERGE_H

#include "source/feed.h"

#define MERGE_AHEAD	3600

struct merge {
	struct feed	**pending;	/* by first time, not yet open */
	size_t		  npending, next;
	struct feed	**heap;		/* open, the earliest first */
	size_t		  n;
	struct feed	 *out;		/* whose item was handed out last */
	bool		  hash;
};

void		 merge_init(struct merge *, struct feed *, size_t n, bool hash);
/*
 * The next item's feed, NULL at the end; feed.item says what it is, and
 * FEED_END is given once for each feed, which is closed after that.
 */
struct feed	*merge_next(struct merge *);
/* Has another feed an item to come, so many seconds later at most? */
bool		 merge_shared(const struct merge *, int64_t sec);
void		 merge_free(struct merge *);

#endif
