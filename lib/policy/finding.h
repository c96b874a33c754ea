/*
 * finding - the record of a finding
 *
 * finding_put fills `out` from the hop's record: what identifies it, the
 * peer, its TLS keys and the evidence, and the rule's verdict, why and
 * remedy.  The id is SHA-256 of rule, trace and recipient, cut to 128 bits:
 * the same in every run; of an event, which has no trace, of rule, host, tag,
 * process, time, place and client.  The slices live as long as those of the hop, the
 * policy and the struct finding.
 */
#ifndef POLICY_FINDING_H
#define POLICY_FINDING_H

#include "policy/judge.h"

struct finding {
	unsigned char	id[32];
	unsigned char	line[2][300];
};

void	finding_put(struct finding *, const struct policy *,
	    const struct judgement *, enum rule, const struct rec *hop,
	    struct rec *out);
/* Set the id anew, of a finding about a peer. */
void	finding_id(struct finding *, struct rec *out, enum rule,
	    struct slice a, struct slice b);
/* "FILE:LINE" in dst; of a long name the end. */
struct slice finding_line(const struct policy_line *, unsigned char *dst,
	    size_t cap);

#endif
