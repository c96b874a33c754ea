/*
 * rotation - which log a file is a rotated form of, and how old it is
 *
 * mail.log.2.gz is mail.log, age 2; maillog-20260901.xz is maillog, older
 * than maillog-20260902; mail.log itself is the youngest.  The name may be a
 * forensic path: `@OFFSET-GZIP` and the like at its end are passed over.
 * The base points into the name.
 */
#ifndef SOURCE_ROTATION_H
#define SOURCE_ROTATION_H

#include "base/slice.h"

struct rotation {
	struct slice	base;
	int64_t		age;	/* larger is older */
};

struct rotation	rotation_of(struct slice name);
/* Order of files: by base, the oldest first, then by name. */
int		rotation_cmp(struct slice a, struct slice b);

#endif
