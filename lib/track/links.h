/*
 * links - links between messages whose other end is not known yet
 *
 * A bounded memory of "this node waits for that queue ID": the newest
 * LINKS_MAX entries.  links_next gives the entries that wait for a queue ID,
 * newest first; the caller checks time and message.
 *
 * Most look-ups find nothing, and an entry is seldom in the cache: a bucket
 * tells by its marks, one bit of 16 for each entry in it, whether a look-up
 * may find something there.
 */
#ifndef TRACK_LINKS_H
#define TRACK_LINKS_H

#include "base/mem.h"
#include "track/node.h"

#define LINKS_MAX	65536

struct link {
	uint64_t	 hash;		/* of the queue ID waited for */
	struct node_ref	 node;		/* who waits */
	int64_t		 sec;
	uint32_t	 next;		/* chain, index + 1 */
	unsigned char	 why;
	bool		 for_parent;	/* the node waits for its parent */
	bool		 used;
};

struct links_bucket {
	uint16_t	 first;		/* its newest entry */
	uint16_t	 marks;		/* 0: there is none */
};

struct links {
	struct link	*v;		/* NULL until the first */
	struct links_bucket *bucket;
	uint32_t	 at;		/* slot to be written next */
};

void	links_free(struct links *);
void	links_add(struct links *, const struct link *);
/* The first entry (i = 0) or the one after i; 0 at the end. */
uint32_t links_next(const struct links *, uint64_t hash, uint32_t i);
/* The first look-up of that hash will come soon. */
static inline void
links_ahead(const struct links *t, uint64_t hash)
{
	if (t->v != NULL)
		mem_prefetch(&t->bucket[hash & (LINKS_MAX - 1)], 1);
}
struct link *links_get(const struct links *, uint32_t i);

#endif
