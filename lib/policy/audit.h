/*
 * audit - a stream of records judged: findings out, and the figures
 *
 * audit_add takes every record of a stream in its order; what is no hop is
 * passed over.  For each hop, and each attempt worth telling, `fn` is called
 * once with the hop's record and its judgement; audit_end gives the hops
 * that were held back and then the findings about peers, for which the
 * judgement is NULL and `finding` is set.  fn returns false to stop.
 * audit_see is told of records that are not to be judged, because they lie
 * outside of what is asked: so that a hop that both hosts logged, one of
 * them inside, is known to be one.  audit_findings makes the records of one
 * hop: RULE_MET and notes only with `all`.  audit_tally has the figures,
 * complete after audit_end.
 *
 * With audit_pseudonyms what has been judged by its names is told of without
 * them: figures, findings and `fn` see the record as rec/pseudonym makes it.
 *
 * Memory: policy/once, policy/peers and policy/tally have their limits;
 * audit_notes says what could not be followed.
 *
 *	a = audit_open(&policy, &nexthops, fn, arg);
 *	while (...) audit_add(a, &rec, judge_time(&rec));
 *	audit_end(a);
 *	status = tally_status(audit_tally(a));
 */
#ifndef POLICY_AUDIT_H
#define POLICY_AUDIT_H

#include "policy/finding.h"
#include "policy/tally.h"
#include "rec/pseudonym.h"

struct audit;

/* hop: the record judged; finding: a finding about a peer.  One is NULL. */
typedef bool	audit_fn(void *arg, const struct judgement *,
		    const struct rec *hop, const struct rec *finding);
typedef bool	audit_put_fn(void *arg, const struct rec *finding);

struct audit_notes {
	uint64_t	doubtful;	/* hops that may be counted twice */
	uint64_t	peers_dropped;	/* hops of peers not followed */
};

struct audit	*audit_open(const struct policy *, const struct nexthops *,
		    audit_fn *, void *arg);
void		 audit_close(struct audit *);
void		 audit_pseudonyms(struct audit *, struct pseudonyms *);
/* sec: what judge_time says of the record. */
bool		 audit_add(struct audit *, const struct rec *, int64_t sec);
bool		 audit_see(struct audit *, const struct rec *);
bool		 audit_end(struct audit *);
/* The finding records of one hop, the gravest first. */
bool		 audit_findings(const struct policy *, const struct judgement *,
		    const struct rec *hop, bool all, audit_put_fn *, void *arg);
const struct tally *audit_tally(const struct audit *);
struct audit_notes audit_notes(const struct audit *);

#endif
