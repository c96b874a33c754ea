/*
 * queuelink - do the pieces of a queue file belong to one message?
 *
 * queuelink_of looks at a file that was put together from pieces, whose records
 * are known to lead to its end.  QUEUELINK_WRONG: its message_id attribute is
 * not its Message-ID.  QUEUELINK_OPEN: its header has a MIME boundary and its
 * text no last delimiter with it.  QUEUELINK_PROVEN: one of these was read in
 * the first piece and agrees with what stands in the last.  QUEUELINK_NONE:
 * there was nothing to compare.  Of one piece, anything in it agrees.  Facts:
 * reference/postfix-queue-files.md 5 and 19; RFC 2046.
 */
#ifndef SCAN_QUEUELINK_H
#define SCAN_QUEUELINK_H

#include "scan/pieces.h"

enum queuelink {
	QUEUELINK_WRONG,
	QUEUELINK_OPEN,
	QUEUELINK_NONE,
	QUEUELINK_PROVEN
};

enum queuelink queuelink_of(struct pieces *);

#endif
