/*
 * keyset - identifiers that belong together, and marks on them
 *
 * Made for traces and paths: keyset_add gives the number of an identifier,
 * keyset_join puts two into one group, keyset_root is the same number for
 * all of a group.  An identifier that was never added is a group of its own.
 *
 * Only a seeded hash of 128 bits is kept, so that an entry costs about 40
 * bytes whatever its length, and nobody can choose two that collide.  Numbers
 * stay valid until keyset_free.  Over `limit` entries keyset_add gives
 * KEYSET_NONE.  Out of memory exits.
 */
#ifndef REC_KEYSET_H
#define REC_KEYSET_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define KEYSET_NONE	UINT32_MAX
#define KEYSET_MAX	((uint32_t)1 << 30)

struct keyset_key {
	uint64_t	a, b;
};

struct keyset_node {
	struct keyset_key	key;
	uint32_t		parent;
	uint32_t		marks;	/* the caller's */
};

struct keyset {
	struct keyset_node	*node;
	uint32_t		 n, cap;
	uint32_t		*slot;	/* node + 1; 0: free */
	size_t			 nslot;
	uint32_t		 limit;
};

/* limit is at most KEYSET_MAX. */
void		 keyset_init(struct keyset *, uint32_t limit);
void		 keyset_free(struct keyset *);
struct keyset_key keyset_key(struct slice);
uint32_t	 keyset_add(struct keyset *, struct keyset_key);
/* KEYSET_NONE if it was never added. */
uint32_t	 keyset_find(const struct keyset *, struct keyset_key);
uint32_t	 keyset_root(struct keyset *, uint32_t);
void		 keyset_join(struct keyset *, uint32_t, uint32_t);

#endif
