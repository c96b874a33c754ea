/*
 * tlsrpt - outbound TLS sessions by domain, as RFC 8460 counts them
 *
 * tlsrpt_take is told of the deliveries and events of a period, in their
 * order: `r` as it is, `named` the same as the report may name it.  A session
 * is a connection that was to be protected, not a delivery: recipients of one
 * request, and deliveries over a connection that was open already, add
 * nothing.  The domain is the recipient's, or the next hop where that is
 * known.  Not counted are LMTP, local delivery, connections to hosts of our
 * own (the policy's [own]), address literals, deliveries that say nothing of
 * the receiving side (`other`: TLS was not wanted here, REQUIRETLS, mistakes
 * in our settings), and those of which nothing is known (`unknown`).
 *
 * TLSRPT: lines of Postfix 3.10 and later are sessions as Postfix reported
 * them; they are counted apart, and count instead of what was rebuilt for
 * that domain.
 *
 * Rows of `domain`: TLSRPT_*, by the domain in lower case.  Rows of
 * `failure`: n[0] sessions, by ORIGIN DOMAIN RESULT MX ADDRESS REASON.
 * Limits: TLSRPT_ROWS each; what is over is counted as dropped.  A try at one
 * MX that failed before another one took the mail is a session, too, if there
 * are events (report/tlsrpt_tries.h).
 */
#ifndef REPORT_TLSRPT_H
#define REPORT_TLSRPT_H

#include "policy/nexthop.h"
#include "policy/policy.h"
#include "report/counts.h"
#include "report/tlsrpt_result.h"
#include "report/tlsrpt_tries.h"

#define TLSRPT_ROWS	((size_t)65536)
#define TLSRPT_SEEN	256

enum {
	TLSRPT_REBUILT_OK,
	TLSRPT_REBUILT_FAILED,
	TLSRPT_LINES_OK,
	TLSRPT_LINES_FAILED
};

struct tlsrpt {
	const struct policy	*policy;
	const struct nexthops	*nexthops;
	struct counts		 domain, failure;
	struct counts		 dane, sts;	/* domains with a sign of it */
	struct counts		 trouble;	/* HOST PID PEER: its note */
	struct tries		 tries;
	uint64_t		 trace;		/* hash of the latest message */
	uint64_t		 seen[TLSRPT_SEEN];	/* its sessions */
	size_t			 nseen;
	uint64_t		 unknown, other;
};

void	tlsrpt_init(struct tlsrpt *, const struct policy *,
	    const struct nexthops *);
void	tlsrpt_free(struct tlsrpt *);
void	tlsrpt_take(struct tlsrpt *, const struct rec *r,
	    const struct rec *named);

#endif
