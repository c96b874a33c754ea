/*
 * carvespan - a part of the image itself, block by block
 *
 * Inside of source/carve.h; for its own files.  carvespan_scan looks through
 * the bytes from `from` to `until`, with threads that look ahead
 * (source/scout.h) unless each byte is wanted, and puts down marks on the way.
 * With a mark it goes on from there.  RC_FAIL when nothing can be read,
 * RC_DAMAGED when the mark is not of this search.
 */
#ifndef SOURCE_CARVESPAN_H
#define SOURCE_CARVESPAN_H

#include "source/carvelevel.h"

struct carvemark;

/* What is held of the bytes, and where to go on. */
struct carvespan {
	struct carve		*c;
	struct carvelevel	*l;
	uint64_t		 from, until;
	uint64_t		 next;		/* block to be read */
	uint64_t		 base;		/* of what the window holds */
	size_t			 len;
};

enum rc	carvespan_scan(struct carve *, struct carvelevel *, uint64_t from,
	    uint64_t until, const struct carvemark *, struct err *);

#endif
