/*
 * policy_key - the keys of a policy: domains, networks, next hops, services
 *
 * policy_key_parse copies the key in lower case and returns NULL, or what is
 * wrong with it, a literal.
 */
#ifndef POLICY_POLICY_KEY_H
#define POLICY_POLICY_KEY_H

#include "policy/policy.h"

#define KEY_ALLOW(kind)	(1U << (kind))
#define KEY_OUTBOUND	(KEY_ALLOW(KEY_NAME) | KEY_ALLOW(KEY_PARENT) |	\
			 KEY_ALLOW(KEY_NEXTHOP))
#define KEY_PEER	(KEY_ALLOW(KEY_NAME) | KEY_ALLOW(KEY_PARENT) |	\
			 KEY_ALLOW(KEY_NET) | KEY_ALLOW(KEY_SERVICE) |	\
			 KEY_ALLOW(KEY_INSTANCE))

const char	*policy_key_parse(struct policy_key *, struct slice,
		    unsigned int allow, struct arena *);
bool		 policy_key_match(const struct policy_key *,
		    const struct policy_peer *);
/* Is s the name, or under the parent? */
bool		 policy_key_domain(const struct policy_key *, struct slice s);

#endif
