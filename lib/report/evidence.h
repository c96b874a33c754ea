/*
 * evidence - what a report rests on: sources, hosts, gaps
 *
 * evidence_take is told of every record and keeps source and coverage
 * records (at most EVIDENCE_RECORDS of each, within EVIDENCE_BYTES; the rest
 * is counted), evidence_get gives them back: their slices live as long as
 * the list.  evidence_gap cuts the next FROM/TO;reason off a list of gaps.
 * evidence_logging sums up the tls_logging of a host: the tags with "yes"
 * and those with "no-evidence".
 */
#ifndef REPORT_EVIDENCE_H
#define REPORT_EVIDENCE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/field.h"

#define EVIDENCE_RECORDS	((size_t)4096)
#define EVIDENCE_BYTES		((size_t)8 * 1024 * 1024)

enum evidence_kind {
	EVIDENCE_SOURCES,
	EVIDENCE_HOSTS,
	EVIDENCE_N
};

struct evidence {
	struct arena	 mem;
	struct slice	*v[EVIDENCE_N];		/* packed */
	size_t		 n[EVIDENCE_N], cap[EVIDENCE_N];
	uint64_t	 total[EVIDENCE_N];
	struct buf	 text;
};

void	evidence_init(struct evidence *);
void	evidence_free(struct evidence *);
void	evidence_take(struct evidence *, const struct rec *);
bool	evidence_get(const struct evidence *, enum evidence_kind, size_t i,
	    struct rec *);
bool	evidence_gap(struct slice *gaps, struct slice *from, struct slice *to,
	    struct slice *reason);
void	evidence_logging(struct slice list, uint64_t *yes, uint64_t *no);

#endif
