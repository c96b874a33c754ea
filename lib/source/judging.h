/*
 * judging - the options of tools that judge by a TLS policy
 *
 * -p, --nexthop, --main-cf and --unknown-limit are handed to judging_option,
 * which is false for others; judging_load reads what they name, before
 * anything else is opened.  Mistakes end the program with a message.
 * judging_args gives the options back as words of a shell, each behind a
 * blank: for commands that a report names.
 */
#ifndef SOURCE_JUDGING_H
#define SOURCE_JUDGING_H

#include "base/buf.h"
#include "policy/nexthop.h"
#include "policy/policy.h"
#include "source/opt.h"

/* Values of long options; JUDGING_TOOL is the first that is free. */
enum {
	JUDGING_NEXTHOP = OPT_TOOL,
	JUDGING_MAIN_CF,
	JUDGING_UNKNOWN_LIMIT,
	JUDGING_TOOL
};

struct judging {
	const char	*policy_arg, *main_cf, *limit;
	struct policy	 policy;
	struct nexthops	 nexthops;
	struct buf	 args;
};

void	judging_init(struct judging *);
void	judging_free(struct judging *);
bool	judging_option(struct judging *, int c, const char *value);
void	judging_load(struct judging *, int64_t now);
/* Print a built-in policy, or the names of all (`list`); ends the program. */
_Noreturn void judging_show(const char *name);
struct slice judging_args(const struct judging *);
/* Append a blank and the word, in quotes where a shell needs them. */
void	judging_word(struct buf *, const char *word);

#endif
