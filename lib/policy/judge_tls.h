/*
 * judge_tls - what a policy line has against the TLS status of one hop
 *
 * judge_tls gives the rules that apply, 1 << RULE_X, without those that the
 * policy has turned off.
 */
#ifndef POLICY_JUDGE_TLS_H
#define POLICY_JUDGE_TLS_H

#include "base/field.h"
#include "policy/policy.h"

uint64_t	judge_tls(const struct policy *, const struct policy_line *,
		    const struct rec *, bool outbound, bool submission);
/* Did the client of the message log in? */
bool		judge_tls_sasl(const struct rec *);

#endif
