/*
 * shelf - memory of messages that only wait to be written
 *
 * A message that has ended is kept for minutes in which nothing looks at it.
 * On the shelf such messages stand side by side, each with its session and
 * its journal, in the order in which they will be written: the few that are
 * open stay close together, in the cache, and what was put away minutes ago
 * is read back in one go.  A message there is one like any other, it may even
 * get late lines; but it is found by its node alone, and to be given back by
 * shelf_give.
 *
 * Memory is used again in blocks, the latest first, when all messages of one
 * are gone, and freed by shelf_free.
 */
#ifndef TRACK_SHELF_H
#define TRACK_SHELF_H

#include "track/message.h"

struct shelf_block;

struct shelf {
	struct shelf_block	*last;	/* to be filled, NULL: none */
	struct pool		 blocks;
};

void	shelf_init(struct shelf *);
void	shelf_free(struct shelf *);
/*
 * A copy of the message; it has taken over the journal and, where it is
 * nobody else's, the session.  The caller gives back the memory of the
 * message alone.
 */
struct message *shelf_put(struct shelf *, struct processes *,
	    struct journal_pool *, struct message *);
void	shelf_give(struct shelf *, struct message *);

#endif
