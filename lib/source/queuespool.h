/*
 * queuespool - what the files of one spool have in common
 *
 * Two contradictions that no file shows alone.  `owner`: all queues and, but
 * for maildrop, all files in them belong to the mail owner; a file that was
 * never copied (queuecheck_original) and belongs to somebody else was made by
 * somebody else.  `warning-time-differs`: the time of the delay warning is the
 * arrival plus delay_warning_time, the same for all files, as long as nobody
 * changes the setting; the first file of a spool says how much it is.
 *
 * The queue directories are looked at by name; nothing is opened.  Of
 * QUEUESPOOL_ROOTS spools the warnings are compared.  No failure: what cannot
 * be looked at is not compared.
 * Facts: reference/postfix-queue-files.md 4, 13 and 18 (Q10, Q12).
 */
#ifndef SOURCE_QUEUESPOOL_H
#define SOURCE_QUEUESPOOL_H

#include <sys/types.h>

#include "fmt/queuefacts.h"

#define QUEUESPOOL_ROOTS	64

struct queuerecord;

struct queuespool {
	struct buf	 dir;		/* the queue looked at last */
	bool		 has_owner;
	uid_t		 owner;
	struct {
		uint64_t	 root;	/* a hash of its path */
		int64_t		 delay;
	}		 warn[QUEUESPOOL_ROOTS];
	size_t		 nwarn;
};

void	queuespool_init(struct queuespool *);
void	queuespool_free(struct queuespool *);
/* path: of the file, as it was opened. */
void	queuespool_check(struct queuespool *, const char *path,
	    const struct queuerecord *, struct queuefacts *);

#endif
