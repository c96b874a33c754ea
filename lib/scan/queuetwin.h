/*
 * queuetwin - queue files that are of the same size, as those of a mailing
 *
 * The records of one may go on in those of the other, at the same place.  A
 * table has the size of the content and the place of X of files, which
 * queuetwin_add takes from a walk that has begun, if the C record tells
 * them.  After queuetwin_sort, queuetwin_has is true if at least n of them
 * have the size or the place of this one (1, or 2 when it is one of them).
 * Facts: reference/postfix-queue-files.md 3.
 */
#ifndef SCAN_QUEUETWIN_H
#define SCAN_QUEUETWIN_H

#include "scan/queuewalk.h"

struct queuetwin {
	uint64_t *span, *border;
	size_t n, cap;
};

void queuetwin_add(struct queuetwin *, const struct queuewalk *);
void queuetwin_sort(struct queuetwin *);
bool queuetwin_has(
    const struct queuetwin *, const struct queuewalk *, size_t n);
void queuetwin_free(struct queuetwin *);

#endif
