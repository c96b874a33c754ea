/*
 * explain - one finding in words: hop, verdict, rule, policy line, evidence
 *
 * explain_put writes a paragraph for a finding record of policy/finding, and
 * the text of the line that was applied; everything is cleaned.
 * explain_match says which line a domain or peer would get (--match).
 */
#ifndef VIEW_EXPLAIN_H
#define VIEW_EXPLAIN_H

#include "base/buf.h"
#include "policy/judge.h"

void	explain_put(struct buf *, const struct rec *finding,
	    const struct policy_line *);
void	explain_match(struct buf *, const struct policy *,
	    const struct nexthops *, struct slice domain);

#endif
