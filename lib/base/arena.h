/*
 * arena - many small allocations, freed at once
 *
 * Everything of one file or message.  arena_alloc returns zeroed memory
 * aligned to 16 bytes, or NULL when the limit would be passed.  arena_reset
 * keeps the first block for reuse.  A large arena is for what many megabytes
 * may come to that are used at random: its blocks come from mem_pages.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct arena_block;

struct arena {
	struct arena_block	*first;
	struct arena_block	*last;
	size_t			 used;	/* bytes handed out */
	size_t			 limit;
	bool			 large;
};

void		 arena_init(struct arena *, size_t limit);
void		 arena_init_large(struct arena *, size_t limit);
void		 arena_free(struct arena *);
void		 arena_reset(struct arena *);
void		*arena_alloc(struct arena *, size_t n);
/* A copy of s; ptr is NULL when over the limit. */
struct slice	 arena_dup(struct arena *, struct slice s);
/* One behind which n zero bytes follow. */
struct slice	 arena_dup_padded(struct arena *, struct slice s, size_t n);

#endif
