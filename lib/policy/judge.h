/*
 * judge - one record and a policy: the verdict on the hop, and why
 *
 * A hop that carried mail is a delivery that was sent (one a recipient), or
 * the arrival of a message that was queued.  judge is a pure function of the
 * record; what needs more than one record (hops logged on both sides, peers
 * that change) is in policy/audit.
 *
 * It returns false for a record that is no hop and no attempt worth telling:
 * other types, refusals, deliveries that did not reach a server.  For an
 * attempt that TLS made fail (policy/judge_attempt) `hop` is false and `rule`
 * says which; it is a violation only where the policy's [rules] make it one.
 * A violation beats a doubt, and that an exemption; what cannot be known is
 * `unknown`, never compliant.
 *
 * Facts: DESIGN.md 4; reference/postfix-tls-audit.md 7.2, 8.4.
 */
#ifndef POLICY_JUDGE_H
#define POLICY_JUDGE_H

#include "base/field.h"
#include "policy/nexthop.h"
#include "policy/policy.h"

enum verdict_word {
	VERDICT_COMPLIANT,
	VERDICT_VIOLATION,
	VERDICT_UNKNOWN,
	VERDICT_EXEMPT,
	VERDICT_NOT_APPLICABLE,
	VERDICT_N
};

extern const struct slice verdict_word[VERDICT_N];

struct judgement {
	bool			 hop;		/* it carried mail */
	bool			 outbound;	/* seen from its sending side */
	bool			 plaintext;
	int64_t			 sec;		/* judge_time of the record */
	enum direction		 direction;
	enum verdict_word	 verdict;
	enum rule		 rule;		/* that decides */
	uint64_t		 found;		/* all rules, 1 << RULE_X */
	const struct policy_line *line;		/* that was applied, or NULL */
	const struct policy_line *exempt[RULE_N];
	struct policy_peer	 peer;
};

/* sec: what judge_time says of the record. */
bool	judge(const struct policy *, const struct nexthops *,
	    const struct rec *, int64_t sec, struct judgement *);
/* The verdict that a finding of this rule has. */
enum verdict_word judge_finding(const struct policy *,
	    const struct judgement *, enum rule);
/* Fill in the peer of a judgement whose `outbound` is set. */
void	judge_peer(const struct rec *, struct judgement *);
/* The time of a record, or INT64_MAX. */
int64_t	judge_time(const struct rec *);

static inline bool
judge_has(const struct judgement *j, enum rule r)
{
	return (j->found >> r & 1) != 0;
}

#endif
