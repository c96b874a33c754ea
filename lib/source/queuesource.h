/*
 * queuesource - the source records of queue files
 *
 * A queue directory was read whole if it has all queues of Postfix and
 * nothing in it was unreadable: only then a missing file says something.
 */
#ifndef SOURCE_QUEUESOURCE_H
#define SOURCE_QUEUESOURCE_H

#include "source/queueread.h"

/* A directory with incoming, active, deferred and hold. */
#define QUEUESOURCE_WHOLE	"incoming active deferred hold"
bool	queuesource_whole(const char *dir);
/* One for a directory, or an absent slice. */
void	queuesource_make(struct rec *, struct slice dir, bool damaged);
/* Those of bundles that were taken from; false to stop. */
bool	queuesource_bundles(const struct queuebundle *, bool damaged,
	    queueread_fn *, void *arg);
/*
 * At the end: one for each directory that was read whole (`src`, `queue`), or
 * one for everything; and one for each bundle.
 */
bool	queuesource_all(const struct queueread *, queueread_fn *, void *arg);

#endif
