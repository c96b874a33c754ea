/*
 * policy_load - the policy and the next hops that a command line names
 *
 * policy_load takes the name of a built-in policy or a file; nexthop_load a
 * main.cf, and the transport table that it names.  Files are read by the
 * caller's `read`, which ends the program when it cannot.  Mistakes are told
 * (msg_error); false then.
 */
#ifndef POLICY_POLICY_LOAD_H
#define POLICY_POLICY_LOAD_H

#include "base/buf.h"
#include "policy/nexthop.h"
#include "policy/policy.h"

/* Initialize the buffer and read the file into it. */
typedef void	policy_read_fn(struct buf *, const char *path);

bool	policy_load(struct policy *, const char *arg, policy_read_fn *read);
bool	nexthop_load(struct nexthops *, const char *path,
	    policy_read_fn *read);
/* Tell which exemptions have ended before `now`. */
void	policy_say_expired(const struct policy *, int64_t now);

#endif
