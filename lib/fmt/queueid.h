/*
 * queueid - Postfix queue IDs, short (hexadecimal) and long (base 52)
 *
 * queueid_valid accepts what Postfix generates and nothing else; NOQUEUE is
 * not an ID.  queueid_parse decodes too: a long ID holds the full time of
 * the queue file's creation (seconds since the epoch, microseconds) and the
 * inode number; a short one the inode number and the microseconds only, and
 * has_time is false.  Long IDs whose seconds are before 1990 or after 2100
 * are refused.  The slice is not kept.  Returns RC_DAMAGED for anything else.
 *
 * queueid_like_len is for logs that somebody has edited, whose IDs Postfix
 * did not make: any word of letters and digits of the usual length, with a
 * digit in it.  It says nothing of time or inode, and no more than that
 * equal words are equal.
 *
 * Facts: reference/postfix-logs.md 5.
 */
#ifndef FMT_QUEUEID_H
#define FMT_QUEUEID_H

#include <stdbool.h>

#include "base/err.h"
#include "base/slice.h"

struct queueid {
	bool		has_time;
	int64_t		sec;
	uint32_t	usec;
	uint64_t	inode;
};

#define QUEUEID_MAX	28	/* bytes of the longest */
#define QUEUEID_LIKE_MIN 6	/* of what is taken for one */

bool	queueid_valid(struct slice);
/* The length of the ID that is the first word of letters and digits, or 0. */
size_t	queueid_len(struct slice);
/* The same where a colon stands right behind it. */
size_t	queueid_label_len(struct slice);
/* The length of a word that is no ID, but stands where one belongs; or 0. */
size_t	queueid_like_len(struct slice);
/* True for a valid ID of the long form. */
bool	queueid_long(struct slice);
enum rc	queueid_parse(struct slice, struct queueid *, struct err *);

#endif
