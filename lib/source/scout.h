/*
 * scout - threads that look ahead for places in which nothing begins
 *
 * The bytes of a raw image from `from` to `until` are looked at in blocks of
 * SCOUT_BLOCK bytes, by `n` threads, at most SCOUT_AHEAD blocks ahead of the
 * last one asked for.  scout_next waits for the block of an offset and gives
 * a word for the stretch there, *len bytes of it, in parts of SCOUT_PART bytes
 * and within the block: SCOUT_QUIET when no anchor is in it, nor in the
 * ANCHOR_MAX bytes before it, SCOUT_LOUD, or SCOUT_BAD when it cannot be read,
 * and the caller will see why.  Offsets are asked for in order, some may be
 * left out.  scout_test says the same of bytes in memory, so that what is
 * found does not depend on the threads.
 *
 * On the way the threads take a first look at compressed files (see
 * source/carveprobe.h), in order of their anchors, with as much work as
 * source/carve.h allows all of them.  scout_probe gives what came of it, or is
 * false: then the caller has to look.  It waits for the block of the offset
 * if a thread is at it.
 *
 * scout_open gives NULL when the image cannot be read by several threads or
 * there are no threads to be had; without it all is the same, but slower.
 */
#ifndef SOURCE_SCOUT_H
#define SOURCE_SCOUT_H

#include "base/slice.h"
#include "io/image.h"
#include "source/carveprobe.h"

#define SCOUT_BLOCK	((size_t)1024 * 1024)
#define SCOUT_PART	((size_t)64 * 1024)
#define SCOUT_AHEAD	64
#define SCOUT_MAX	64	/* threads */
#define SCOUT_PROBES	1024	/* kept of a block */

enum scout_word { SCOUT_QUIET, SCOUT_LOUD, SCOUT_BAD };

struct scout;

struct scout_opt {
	uint64_t	 from, until;
	unsigned int	 n;
	unsigned int	 anchors;	/* see struct carveprobe_src */
};

struct scout	*scout_open(const struct image *, const struct scout_opt *);
enum scout_word	 scout_next(struct scout *, uint64_t off, size_t *len);
bool		 scout_probe(struct scout *, enum member_kind, uint64_t off,
		    struct carveprobe *);
void		 scout_close(struct scout *);
/* s begins at off. */
bool		 scout_test(struct slice s, uint64_t off);

#endif
