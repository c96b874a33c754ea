/*
 * timeline - records in the order of time, whatever their number
 *
 * timeline_put takes every record of a stream as it comes; timeline_sort and
 * timeline_next give items in order:
 *
 * TIMELINE_BLOCKS: what belongs to one message (its `trace`) stands together,
 * the message record first, then deliveries and events by time.  Messages of
 * one path follow one another.  The order of paths, and of what belongs to no
 * message, is that of their first time; ties keep the order of the input.
 * What has no time comes last, in the order of the input.
 *
 * TIMELINE_STEPS: every record by its own time; a message also gives an
 * ITEM_END at its last line.
 *
 * With a window, messages that have a line in [since, until) are given,
 * whole; other records if their own time is in it.  What has no time is left
 * out then, and counted.
 *
 * Where the input was only partly in order, lines of the same time are put in
 * the order that mail takes: client, queued, delivery, notice, removed.
 *
 * source and coverage records are not given; ask for them when they are put.
 * Everything is kept in spools (io/spool.h): open before confinement.  The
 * record of an item lives until the next timeline_next.  Fails with RC_FAIL
 * as spool does; a record too large for a spool is counted in `passed`.
 */
#ifndef VIEW_TIMELINE_H
#define VIEW_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"
#include "track/track.h"	/* the kinds of events, as it hands them on */
#include "view/text.h"
#include "view/timefacts.h"

enum timeline_order {
	TIMELINE_BLOCKS,
	TIMELINE_STEPS
};

enum timeline_kind {
	ITEM_MESSAGE,		/* a message record */
	ITEM_STEP,		/* a delivery or event of a message */
	ITEM_END,		/* a message record, at the time of its end */
	ITEM_LOOSE		/* belongs to no message */
};

struct timeline_item {
	enum timeline_kind	 kind;
	bool			 first;		/* of its message */
	bool			 same_path;	/* as the message before it */
	uint32_t		 seen;		/* 1 << EV_... of its events */
	enum event_kind		 event;		/* EV_UNKNOWN if none */
	struct text_time	 time;
	struct rec		 rec;
};

struct timeline;

struct timeline_options {
	enum timeline_order	 order;
	bool			 has_since, has_until;
	int64_t			 since, until;
	bool			 all;	/* unknown types are given, too */
};

struct timeline	*timeline_open(const struct timeline_options *,
		    size_t memory);
enum rc		 timeline_put(struct timeline *, const struct rec *,
		    struct err *);
enum rc		 timeline_sort(struct timeline *, struct err *);
enum rc		 timeline_next(struct timeline *, struct timeline_item *,
		    struct err *);
/* A time of a record as the timeline reads it. */
struct text_time	 timeline_time(const struct rec *, enum field);
const struct timefacts *timeline_facts(const struct timeline *);
void		 timeline_close(struct timeline *);

#endif
