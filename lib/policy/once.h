/*
 * once - a hop that both hosts have logged is counted once
 *
 * The delivery of the sending host is the hop; the arrival at the next one,
 * a message whose parent_why is queued-as, is the same.  But a filter that
 * passes the server's answer on makes two hops of it.
 *
 * once_delivery is told of every sent delivery.  once_arrival answers for a
 * message: ONCE_OWN, it is a hop of its own; ONCE_SAME, its delivery was
 * seen; ONCE_HELD, its delivery was not seen yet, so the record is kept.
 * once_next gives the records that are left at the end, whose delivery never
 * came: hops of their own.  They live until the next call.
 *
 * Limits: the last ONCE_KEYS deliveries are remembered, ONCE_HOLD bytes of
 * records are held; past that arrivals are hops of their own and counted in
 * `doubtful`, as is a link that comes after its message.
 */
#ifndef POLICY_ONCE_H
#define POLICY_ONCE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/field.h"

#define ONCE_KEYS	((uint32_t)1 << 18)
#define ONCE_HOLD	((size_t)16 * 1024 * 1024)

enum once_hop {
	ONCE_OWN,
	ONCE_SAME,
	ONCE_HELD
};

struct once;

struct once	*once_open(void);
void		 once_close(struct once *);
void		 once_delivery(struct once *, const struct rec *);
enum once_hop	 once_arrival(struct once *, const struct rec *);
void		 once_link(struct once *, const struct rec *);
bool		 once_next(struct once *, struct rec *);
uint64_t	 once_doubtful(const struct once *);

#endif
