/*
 * asleep - messages without a line for a minute, packed
 *
 * What is deferred, held, or waits for a removal that the log does not have,
 * is looked at once in an hour, and there may be very many of it.  Asleep, a
 * message is its place in its list and a string of bytes: itself without its
 * zeroes, its session, if that is nobody else's, and its journal.  With its
 * node it takes three quarters of the memory that it takes awake.
 *
 * Who finds one by its node or its list has to wake it (message_awake in
 * core.h), but for what the functions here tell.
 */
#ifndef TRACK_ASLEEP_H
#define TRACK_ASLEEP_H

#include "track/message.h"

/*
 * The message asleep, which is in no list yet.  It has taken over journal and
 * session; the caller gives back the memory of the message alone.
 */
struct listed	*asleep_put(struct processes *, struct journal_pool *,
		    const struct message *);
/* The message again, in that memory; what it was asleep is gone. */
void		 asleep_get(struct processes *, struct journal_pool *,
		    struct listed *, struct message *to);
/* Of a message, awake or not: place in a chain, first line, and node. */
struct mid_chain *listed_mids(struct listed *);
uint64_t	 listed_order(const struct listed *);
struct node_ref	 listed_node(const struct listed *);

#endif
