/*
 * carvemark - where the search is, written to a checkpoint and read again
 *
 * Inside of source/carve.h; for its own files.  carvemark_put writes a mark
 * when CARVE_MARK bytes were looked through since the last one, between two
 * blocks and outside of runs.  carvemark_replay gives back what an interrupted
 * run had found, and is true if it left a mark; carvemark_resume then sets
 * the search to it, and is false if it cannot be one of this search.
 */
#ifndef SOURCE_CARVEMARK_H
#define SOURCE_CARVEMARK_H

#include "source/carvespan.h"

/* What a mark knows; of this program on this kind of machine. */
struct carvemark {
	uint64_t		 from, next, base;	/* of the range */
	uint64_t		 pos, floor, text_start, text_end, sector;
	unsigned int		 begins, tried;
	uint64_t		 work, trials, done, lines, runs;
	uint64_t		 whole, damaged, skipped;
	uint64_t		 assumed, yearless;
	unsigned int		 framings, pad;
	struct finds_count	 count;
};

void	carvemark_put(struct carvespan *);
bool	carvemark_replay(struct carve *, struct carvemark *);
bool	carvemark_resume(struct carvespan *, const struct carvemark *);

#endif
