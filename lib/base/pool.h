/*
 * pool - objects of one size, taken and given back often
 *
 * Memory comes in blocks and is kept for reuse until pool_free; the latest
 * given back is the first handed out again.  pool_take returns zeroed memory
 * aligned to 16 bytes; pool_take_raw leaves in it what was there.  POOL_PAD
 * bytes behind each object may be read, whatever they are.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

#define POOL_PAD	32

struct pool_block;

struct pool {
	size_t			 size;
	struct pool_block	*blocks;
	void			**spare;	/* given back; the last goes first */
	size_t			 nspare, cap;
	unsigned char		*at;	/* rest of the newest block */
	size_t			 left;
	size_t			 total;	/* bytes of all blocks */
};

void	 pool_init(struct pool *, size_t size);
void	 pool_free(struct pool *);
void	*pool_take(struct pool *);
void	*pool_take_raw(struct pool *);
void	 pool_give(struct pool *, void *);

#endif
