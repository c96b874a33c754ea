/*
 * queuepath - what the place of a queue file says
 *
 * A path ends in ROOT/QUEUE/[C/...]NAME, with C directories of one character.
 * `queue` is absent for a path without the name of a queue; `name` is the
 * last component, `qid` the same if it is a queue ID (a suffix #FIX of
 * postsuper is left out).  hash_wrong says that the C directories are not
 * those of the ID.  `temp` is a name of the form MICROSECONDS.PID, of a file
 * whose making was cut short.  The slices point into the path.
 *
 * queuepath_moved writes the i-th place where Postfix may have moved a message
 * since, with a NUL behind it: a queue file keeps its name when it goes to
 * another queue, in 0 to 2 hash directories.  False behind the last one, and
 * for what is no message.
 * Facts: reference/postfix-queue-files.md 12.
 */
#ifndef FMT_QUEUEPATH_H
#define FMT_QUEUEPATH_H

#include <stdbool.h>

#include "base/buf.h"
#include "fmt/queueid.h"

struct queuepath {
	struct slice	root, queue, name, qid;
	struct queueid	id;		/* of qid */
	bool		hash_wrong;
	bool		temp;
	bool		log;		/* of bounce, defer or trace */
};

void	queuepath_parse(struct slice path, struct queuepath *);
bool	queuepath_moved(const struct queuepath *, size_t i, struct buf *);

#endif
