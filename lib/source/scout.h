/*
 * scout - threads that look ahead for blocks in which nothing begins
 *
 * The bytes of a raw image from `from` to `until` are looked at in blocks of
 * SCOUT_BLOCK bytes, by `n` threads, at most SCOUT_AHEAD blocks ahead of the
 * last one asked for.  scout_quiet waits for a block (they are asked for in
 * order, some may be left out) and is true when no anchor is in it, nor in the
 * ANCHOR_MAX bytes before it; scout_test says the same of bytes in memory, so
 * that what is found does not depend on the threads.  False as well if a block
 * cannot be read: the caller will see why.
 *
 * scout_open gives NULL when the image cannot be read by several threads or
 * there are no threads to be had; without it all is the same, but slower.
 */
#ifndef SOURCE_SCOUT_H
#define SOURCE_SCOUT_H

#include "base/slice.h"
#include "io/image.h"

#define SCOUT_BLOCK	((size_t)1024 * 1024)
#define SCOUT_AHEAD	64
#define SCOUT_MAX	64	/* threads */

struct scout;

struct scout	*scout_open(const struct image *, uint64_t from,
		    uint64_t until, unsigned int n);
bool		 scout_quiet(struct scout *, uint64_t off);
/* Bytes of the block at off. */
size_t		 scout_len(const struct scout *, uint64_t off);
void		 scout_close(struct scout *);
/* s begins at off. */
bool		 scout_test(struct slice s, uint64_t off);

#endif
