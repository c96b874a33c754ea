/*
 * worst - the gravest findings, as many as a report shows
 *
 * worst_add keeps a copy of a finding's record while it is among the
 * `limit` gravest seen: by severity, the earlier first, then in the order of
 * worst_add.  All are counted.  After worst_sort worst_get gives them in
 * that order; a record's slices live as long as the list.
 */
#ifndef REPORT_WORST_H
#define REPORT_WORST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/field.h"

#define WORST_MAX	100000

struct worst_entry;

struct worst {
	struct worst_entry	*v;		/* a heap, the least grave first */
	size_t			 n, cap, limit;
	uint64_t		 total;
	struct buf		 text;
};

void	worst_init(struct worst *, size_t limit);
void	worst_free(struct worst *);
/* Count it without a copy, and false, if it is not among the gravest. */
bool	worst_wants(struct worst *, unsigned int severity, int64_t time);
void	worst_add(struct worst *, unsigned int severity, int64_t time,
	    const struct rec *);
void	worst_sort(struct worst *);
bool	worst_get(const struct worst *, size_t i, struct rec *);

#endif
