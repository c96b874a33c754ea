/*
 * peers - what each peer did over time: TLS that was lost, trust that changed
 *
 * peers_add is told of every judged hop, in the order of the stream; those
 * of which the policy wants nothing are passed over.  peers_see is told of
 * deliveries that were not sent: under TLS they show that the peer has it.
 * A peer is a name with an address, on one side.  A hop in plaintext after
 * TLS was seen at least `tls-seen` times (by time, not by order) makes
 * RULE_TLS_LOST; one
 * whose certificate is not trusted after one that was, RULE_TRUST_CHANGED
 * (outbound only; what the peer's server showed).  peers_next gives the
 * finding of each such peer once, in the order in which the peers came;
 * time and end are the first and last hop that was otherwise, seen_first and
 * seen_last those before.
 *
 * Limits: PEERS_MAX peers; more are not followed and counted in
 * peers_dropped.
 */
#ifndef POLICY_PEERS_H
#define POLICY_PEERS_H

#include "policy/finding.h"

#define PEERS_MAX	((size_t)65536)

struct peers;

struct peers	*peers_open(const struct policy *);
void		 peers_close(struct peers *);
/* The peer of that judgement will soon be asked for. */
void		 peers_ahead(const struct peers *, const struct judgement *);
void		 peers_add(struct peers *, const struct judgement *,
		    const struct rec *);
void		 peers_see(struct peers *, const struct judgement *,
		    const struct rec *);
/* The slices live until the next call. */
bool		 peers_next(struct peers *, struct rec *);
uint64_t	 peers_dropped(const struct peers *);

#endif
