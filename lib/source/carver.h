/*
 * carver - images in, records out: what mxcarve does with its inputs
 *
 * carver_open, before confinement, looks for the segments of each image and
 * opens the spool.  carver_run confines the process, reads the logs that are
 * known, then each image, and hands the records to fn: events in order, then
 * a `source` record for each image, then `coverage`.  It returns the exit
 * status of a converter.  carver_close frees.  A map and the rest are made of
 * one image: others with it are the caller's mistake.
 */
#ifndef SOURCE_CARVER_H
#define SOURCE_CARVER_H

#include "io/image.h"
#include "io/imagemap.h"
#include "source/found.h"
#include "source/records.h"

#define CARVER_KNOWN	64	/* --known options */

struct extracts;
struct magictype;

struct carver_opt {
	const struct opt	*opt;
	bool			 disk_order, copies, md5, sha1;
	bool			 unallocated;
	bool			 files;		/* `file` records of all finds */
	bool			 source_first;
	struct extracts		*extracts;	/* or NULL; the carver closes them */
	struct checkpoint	*checkpoint;	/* or NULL; the carver closes it */
	bool			 map;		/* make an imagemap */
	struct magictype	*magic;		/* for its types, or NULL */
	int			 rest;		/* where the rest goes, or -1 */
	unsigned int		 threads;
	uint64_t		 offset, length;
	bool			 has_length;
	const char		*known[CARVER_KNOWN];
	size_t			 nknown;
};

struct carver;

struct carver	*carver_open(const struct carver_opt *, struct inputs *);
int		 carver_run(struct carver *, records_fn *, void *arg);
/* Of the first image, after carver_run; NULL if it was not asked for. */
const struct imagemap *carver_map(const struct carver *);
void		 carver_close(struct carver *);

#endif
