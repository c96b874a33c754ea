/*
 * pool - objects of one size, taken and given back often
 *
 * Memory comes in blocks and is kept for reuse until pool_free; what was
 * given back is handed out again first, mostly the latest of it.  pool_take
 * returns zeroed memory aligned to 16 bytes; pool_take_raw leaves in it what
 * was there.  POOL_PAD bytes behind each object may be read, whatever they
 * are.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

#define POOL_PAD	64
#define POOL_SPARE	256	/* found without a look at their memory */

struct pool_block;

struct pool {
	size_t			 size;
	struct pool_block	*blocks;
	void			*spare[POOL_SPARE];	/* given back; the last
						 * goes first */
	size_t			 nspare;
	void			*more;	/* given back beyond these: a list */
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
