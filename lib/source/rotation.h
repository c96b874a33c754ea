/*
 * rotation - which log a file is a rotated form of, and how old it is
 *
 * mail.log.2.gz is mail.log, age 2; maillog-20260901.xz is maillog, older
 * than maillog-20260902; mail.log itself is the youngest.  The forms are those
 * of logrotate (dateext, dateformat, extension), newsyslog, savelog and
 * rsyslog's dynamic names: the number or date may stand before .log, and a
 * date have dashes, low lines or dots in it, or only year and month, or week;
 * behind it may be a time of day or a number.  Eight digits that are no date,
 * such as 01092026, do not tell which is older: each is a log of its own.
 * The name may be a forensic path: `@OFFSET-GZIP` and the like at its end are
 * passed over.  The base points into the name.
 */
#ifndef SOURCE_ROTATION_H
#define SOURCE_ROTATION_H

#include "base/slice.h"

#define ROTATION_NO_DATE	INT64_MIN

struct rotation {
	struct slice	base, ext;	/* together the name of the log */
	int64_t		age;		/* larger is older */
	int64_t		date;		/* midnight (UTC) of the date (or
					 * seconds), or NO_DATE */
};

struct rotation	rotation_of(struct slice name);
/* True if both are of one log. */
bool		rotation_same(struct slice a, struct slice b);
/* Order of files: by log, the oldest first, then by name. */
int		rotation_cmp(struct slice a, struct slice b);

#endif
