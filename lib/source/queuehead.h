/*
 * queuehead - the `file` record of a queue file
 *
 * queuehead_write makes it from the facts and the state of the file, and hands
 * it over; false to stop.  queuehead_state sets only what the file system and
 * the name say, for files of other kinds, too; it makes the hash if that is
 * wanted and leaves it in sha256.
 */
#ifndef SOURCE_QUEUEHEAD_H
#define SOURCE_QUEUEHEAD_H

#include "source/making.h"

void	queuehead_state(struct making *, struct queuerecord *);
bool	queuehead_write(struct making *, struct queuerecord *,
	    struct queuefacts *, queuerecord_fn *, void *arg);
/* Does its mtime say when it is to be tried again? */
bool	queuehead_next_try(const struct queuerecord *,
	    const struct queuefacts *);

#endif
