/*
 * policy_attr - LEVEL ATTRIBUTE=VALUE ... of a policy line
 *
 * policy_attr_parse fills the line and returns NULL, or what is wrong, a
 * literal.  policy_attr_next takes NAME=VALUE or { NAME = VALUE } from *s;
 * false at the end, or with *bad set.
 */
#ifndef POLICY_POLICY_ATTR_H
#define POLICY_POLICY_ATTR_H

#include "policy/policy.h"

const char	*policy_attr_parse(struct policy_line *, struct slice,
		    bool ours);
bool		 policy_attr_next(struct slice *s, struct slice *name,
		    struct slice *value, const char **bad);

#endif
