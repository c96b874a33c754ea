/*
 * tally - how many hops had which verdict: in all, and for each policy line
 *
 * A hop counts once, with its verdict; a finding once for its rule.  Of each
 * line and of each rule about peers and attempts the first TALLY_TOLD
 * offenders are kept as short texts for reports.
 */
#ifndef POLICY_TALLY_H
#define POLICY_TALLY_H

#include "policy/judge.h"

#define TALLY_TOLD	10
#define TALLY_TEXT	((size_t)16 * 1024 * 1024)	/* of all offenders */

struct offender {
	struct slice	time, trace, to, peer, why;
	struct slice	src, off;
	enum rule	rule;
};

struct tally_line {
	uint64_t		 n[VERDICT_N];
	struct offender		*told;		/* TALLY_TOLD, or NULL */
	size_t			 ntold;
};

struct tally {
	const struct policy	*policy;
	uint64_t		 hops;			/* that were judged */
	uint64_t		 n[VERDICT_N];
	uint64_t		 rule[RULE_N];		/* findings */
	uint64_t		 permitted;		/* plaintext, compliant */
	uint64_t		 not_logged;		/* unknown for that */
	uint64_t		 counted_once;
	struct tally_line	*line;			/* policy.n, then the
							 * defaults */
	struct tally_line	 about[RULE_N];		/* peers, attempts */
	struct arena		 mem;
};

void	tally_init(struct tally *, const struct policy *);
void	tally_free(struct tally *);
void	tally_hop(struct tally *, const struct judgement *,
	    const struct rec *);
/* A finding about a peer or an attempt. */
void	tally_about(struct tally *, enum rule, const struct rec *finding);
/* The counts of a line of the policy; of [default] too. */
const struct tally_line *tally_of(const struct tally *,
	    const struct policy_line *);
/* Peers and attempts that the policy counts as violations. */
uint64_t tally_about_bad(const struct tally *);
/* More unknown hops than the policy allows? */
bool	tally_over_limit(const struct tally *);
/*
 * Nothing can be said: no hop was judged, and it is not so that all mail
 * stayed on its host.
 */
bool	tally_nothing(const struct tally *);
/*
 * The exit status of a judge: 1 violations, 2 too much unknown or nothing
 * judged, else 0.
 */
int	tally_status(const struct tally *);

#endif
