/*
 * policy_state - a policy while it is parsed: shared by policy_parse, which
 * reads the lines, and policy_section, which knows what they mean
 */
#ifndef POLICY_POLICY_STATE_H
#define POLICY_POLICY_STATE_H

#include "policy/policy.h"

struct policy_state {
	struct policy	*p;
	struct slice	 file;
	uint32_t	 line;
	enum section	 section;
	bool		 included;	/* the file at hand is */
	struct slice	 include;	/* its name; empty: none */
	uint32_t	 include_line;
	uint32_t	 internal_line;	/* the first of [internal] */
	size_t		 cap, own_cap;
	bool		 set[RULE_N];	/* in [rules] */
	bool		 has_unknown, has_loopback, has_seen;
	unsigned int	 mistakes;
	policy_bad_fn	*bad;
	void		*arg;
};

/* Tell a mistake in the line at hand; NULL is none. */
void	policy_mistake(struct policy_state *, const char *what);
/* One line of the section at hand. */
void	policy_section_line(struct policy_state *, struct slice line);

#endif
