/*
 * carver - images in, records out: what mxcarve does with its inputs
 *
 * carver_open, before confinement, looks for the segments of each image and
 * opens the spool.  carver_run confines the process, reads the logs that are
 * known, then each image, and hands the records to fn: events in order, then
 * a `source` record for each image, then `coverage`.  It returns the exit
 * status of a converter.  carver_close frees.
 */
#ifndef SOURCE_CARVER_H
#define SOURCE_CARVER_H

#include "io/image.h"
#include "source/found.h"
#include "source/records.h"

#define CARVER_KNOWN	64	/* --known options */

struct carver_opt {
	const struct opt	*opt;
	bool			 disk_order, copies, md5, sha1;
	bool			 unallocated;
	uint64_t		 offset, length;
	bool			 has_length;
	const char		*known[CARVER_KNOWN];
	size_t			 nknown;
};

struct carver;

struct carver	*carver_open(const struct carver_opt *, struct inputs *);
int		 carver_run(struct carver *, records_fn *, void *arg);
void		 carver_close(struct carver *);

#endif
