/*
 * queuecheck - a queue file's name, inode, times and logs against each other
 *
 * What does not agree is added to the facts, a word each (doc/mxqueue.1 has
 * them).  Only what cannot be otherwise in a file that was never copied is
 * asked of one whose inode is that of its queue ID.  No failure.
 * Facts: reference/postfix-queue-files.md 13, 14, 16 and 18.
 */
#ifndef SOURCE_QUEUECHECK_H
#define SOURCE_QUEUECHECK_H

#include "source/queuelogs.h"
#include "source/queuerecord.h"

/* Does it lie in the queue of that name? */
bool	queuecheck_in(const struct queuerecord *, struct slice name);
/* Is it the file that Postfix made, and not a copy?  By its inode. */
bool	queuecheck_original(const struct queuerecord *);
void	queuecheck_file(const struct queuerecord *, struct queuefacts *);
void	queuecheck_logs(const struct queuerecord *, const struct queuelogs *,
	    struct queuefacts *);

#endif
