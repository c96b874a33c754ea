/*
 * rule - what can be found about a hop, its severity, why, and the remedy
 *
 * A rule's word is its id in records and in the [rules] section of a policy.
 * `kind` tells what a finding of it means:
 *
 *	RULE_IS_VIOLATION	the hop broke the policy
 *	RULE_IS_DOUBT	the evidence does not tell; the verdict is unknown
 *	RULE_IS_OUTSIDE	nothing to judge; the verdict is not-applicable
 *	RULE_IS_MET	compliant
 *	RULE_IS_ATTEMPT	an attempt failed and nothing was sent: no hop; told, and
 *			a violation where the policy gives it a severity
 *	RULE_IS_PEER	about all hops to or from a peer, told at the end
 *	RULE_IS_NOTE	information, never a verdict by itself
 *
 * Facts: reference/postfix-tls-audit.md 8.4 and 10.
 */
#ifndef POLICY_RULE_H
#define POLICY_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum rule {
	/* violations, in the order in which one hop's are told: the first
	 * is the one that its record names when only one is asked for */
	RULE_AUTH_PLAINTEXT,
	RULE_SUBMISSION_PLAINTEXT,
	RULE_FALLBACK,
	RULE_PLAINTEXT,
	RULE_CIPHER_NULL,
	RULE_PROTOCOL_BROKEN,
	RULE_CIPHER_BROKEN,
	RULE_CIPHER_BITS,
	RULE_ANONYMOUS,
	RULE_UNVERIFIED,
	RULE_UNAUTHENTICATED,
	RULE_PROTOCOL,
	RULE_CIPHER_EXCLUDED,
	RULE_NO_FORWARD_SECRECY,
	RULE_DOWNGRADED,
	RULE_NOT_AEAD,
	RULE_NO_POST_QUANTUM,
	/* doubts */
	RULE_TLS_UNKNOWN,
	RULE_NEXTHOP_UNKNOWN,
	RULE_DANE_UNKNOWN,
	RULE_TRUST_UNKNOWN,
	RULE_DETAILS_UNKNOWN,
	RULE_CIPHER_UNKNOWN,
	/* outside */
	RULE_LOCAL,
	RULE_LOOPBACK,
	RULE_NO_ARRIVAL,
	RULE_NOT_COVERED,
	RULE_MET,
	/* attempts */
	RULE_MANDATORY_FAILED,
	RULE_HANDSHAKE_FAILED,
	/* peers */
	RULE_TLS_LOST,
	RULE_TRUST_CHANGED,
	/* a note */
	RULE_CLASSICAL_KEX,
	RULE_N
};

enum rule_kind {
	RULE_IS_VIOLATION,
	RULE_IS_DOUBT,
	RULE_IS_OUTSIDE,
	RULE_IS_MET,
	RULE_IS_ATTEMPT,
	RULE_IS_PEER,
	RULE_IS_NOTE
};

enum severity {
	SEVERITY_OFF,		/* the policy does not want the rule */
	SEVERITY_INFO,		/* told, but no violation */
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITY_N
};

struct rule_info {
	struct slice	name;
	enum rule_kind	kind;
	enum severity	severity;	/* unless the policy sets another */
	struct slice	why;
	struct slice	out;		/* remedy for mail that goes out; */
	struct slice	in;		/* that comes in: empty is `out` */
};

extern const struct rule_info rule_info[RULE_N];
extern const struct slice severity_word[SEVERITY_N];

/* The first of a set of rules, 1 << RULE_X each, that is not empty. */
static inline enum rule
rule_first(uint64_t set)
{
	return (enum rule)__builtin_ctzll(set);
}

/* RULE_N if there is none of that name. */
enum rule	rule_find(struct slice name);
/* SEVERITY_N if it is none. */
enum severity	severity_find(struct slice word);

#endif
