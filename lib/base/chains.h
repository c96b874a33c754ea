/*
 * chains - where the chain of a hash begins
 *
 * A table of numbers by hash, for things that stand elsewhere and are chained
 * there: those that share a hash, which are few.  What is not in it is mostly
 * told by four bits for each place, without a look at the table, and what is
 * put in or taken out touches nothing else: this is for tables that are larger
 * than the caches, where each look at another line of memory takes as long as
 * some hundred instructions.
 *
 * Of a hash, 32 bits are compared: the caller compares what he has found.
 */
#ifndef BASE_CHAINS_H
#define BASE_CHAINS_H

#include <stddef.h>
#include <stdint.h>

struct chains_slot {
	uint32_t	 key;
	uint32_t	 first;		/* 0: free */
};

struct chains {
	struct chains_slot *slot;
	uint64_t	*marks;		/* which keys belong to a place */
	uint32_t	 nslot;		/* a power of two */
	uint32_t	 n;		/* in use */
};

void	chains_init(struct chains *);
void	chains_free(struct chains *);
/* The number under that hash, 0 if there is none. */
uint32_t chains_first(const struct chains *, uint64_t hash);
/* Put it there instead; 0 takes it out. */
void	chains_set(struct chains *, uint64_t hash, uint32_t first);
/* That hash will soon be set. */
void	chains_ahead(const struct chains *, uint64_t hash);

#endif
