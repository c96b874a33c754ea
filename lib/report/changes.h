/*
 * changes - what peers did in this period and in the one before it
 *
 * changes_add is told of every hop over the network of both periods.  A row
 * is a peer on one side; changes_sorted gives those that were seen in both
 * and did otherwise in the second: another TLS status, a version or a trust
 * that was not there before, or one that is gone.  The worst come first
 * (CHANGES_WORSE: something less safe came), then by hops.
 *
 * Limits: CHANGES_MAX peers, more are counted in `dropped`.
 */
#ifndef REPORT_CHANGES_H
#define REPORT_CHANGES_H

#include "report/verdicts.h"

#define CHANGES_MAX	((size_t)32768)

struct changes_seen {
	uint64_t	hops;
	unsigned int	tls;		/* 1 << enum days_tls */
	unsigned int	version;	/* 1 << index in changes_version */
	unsigned int	trust;		/* 1 << index in changes_trust */
};

struct changes_row {
	struct slice		name;	/* SIDE NUL NAME */
	struct changes_seen	seen[2];	/* before, in the period */
	uint32_t		next;
	bool			worse;
};

struct changes {
	struct arena		 mem;
	struct changes_row	*row;
	size_t			 n, cap;
	uint32_t		*slot;
	uint64_t		 hops[2];
	uint64_t		 dropped;
};

#define CHANGES_VERSIONS	6
#define CHANGES_TRUSTS		4
extern const struct slice changes_version[CHANGES_VERSIONS];
extern const struct slice changes_trust[CHANGES_TRUSTS];

void	changes_init(struct changes *);
void	changes_free(struct changes *);
void	changes_add(struct changes *, bool now, const struct judgement *,
	    const struct rec *);
/* An array of the rows that changed, the caller's to mem_free. */
struct changes_row **changes_sorted(struct changes *, size_t *n);
/* "encrypted, TLSv1.2 TLSv1.3, Trusted" */
void	changes_text(struct buf *, const struct changes_seen *);

#endif
