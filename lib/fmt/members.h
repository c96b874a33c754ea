/*
 * members - what the members of a log collector's JSON object mean
 *
 * members_read goes through one object and those in it, MEMBERS_DEPTH of them
 * in one another, and keeps the first value of each name that is known.  Names
 * are compared in lower case, with "-" as "_" and without a leading "_"; those
 * in an object by their path (host.name); what exports wrap a line in
 * ("_source", "result", "jsonPayload") adds nothing to it.  False if the line is no object,
 * or has more than MEMBERS_MAX members.
 *
 * Known names are numbered from 0 to members_n - 1, of the same meaning the
 * better ones first.  The values lie in the line.
 */
#ifndef FMT_MEMBERS_H
#define FMT_MEMBERS_H

#include "base/buf.h"

#define MEMBERS_DEPTH	3
#define MEMBERS_MAX	512	/* of one line */
#define MEMBERS_KNOWN	64	/* room for names */

enum member {
	MEMBER_TAG,		/* program, pid and colon as in the line */
	MEMBER_PROGRAM,
	MEMBER_CUT,		/* the program; rsyslog cuts it at its first slash */
	MEMBER_PID,
	MEMBER_HOST,
	MEMBER_TIME,
	MEMBER_TEXT,
	MEMBER_OTHER		/* what programs have that log JSON themselves */
};

struct members {
	struct slice	raw[MEMBERS_KNOWN];	/* JSON values; absent: none */
	size_t		seen;			/* members, known or not */
};

extern const size_t members_n;

bool		members_read(struct members *, struct slice line);
/* What the i-th name means. */
enum member	members_meaning(size_t i);
/*
 * Its value, if that is a string or a number; absent otherwise.  Decoded text
 * is put at the end of *scratch, which must have room for it.
 */
struct slice	members_text(const struct members *, size_t i,
		    struct buf *scratch);
/* The best value with that meaning which is not empty. */
struct slice	members_best(const struct members *, enum member,
		    struct buf *scratch);

#endif
