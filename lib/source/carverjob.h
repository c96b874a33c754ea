/*
 * carverjob - one image of source/carver.h, and what became of it
 *
 * carverjob_tell says what could not be read and what was left out, and gives
 * the exit status: the one before, or EXIT_TROUBLE.  carverjob_source hands
 * the image's `source` record to fn, and gives what fn gives.
 */
#ifndef SOURCE_CARVERJOB_H
#define SOURCE_CARVERJOB_H

#include "io/imagehash.h"
#include "source/carve.h"
#include "source/records.h"

struct carverjob {
	const char		*path;
	struct image		*image;
	struct imagehash	 hash;
	struct carve_total	 total;
	struct finds_count	 n;
	bool			 failed;
};

int	carverjob_tell(const struct carverjob *, int status);
bool	carverjob_source(const struct carverjob *, records_fn *fn, void *arg);

#endif
