/*
 * report - everything that a report says, gathered in one pass
 *
 * report_take is told of every record of a stream, in its order; report_end
 * completes the figures and says in `doubts` what they cannot be trusted
 * for.  report/page makes sections and tables of it, which each output format
 * writes in its own way, so that all of them have the same figures.
 *
 * With `has_period` a report counts what happened in [from, until): a
 * delivery and an arrival by their own time, so that the figures of one week
 * and the next add up; what happened in [before, from) is compared.  Hops
 * without a time are counted, and told.  Without it, every record given is
 * counted.
 *
 * With `names` nothing that is kept holds a name (rec/pseudonym.h); the policy
 * is applied before.
 *
 * report_status is that of a judge (DESIGN.md 5): `reading` is what reading
 * the evidence gave.
 *
 * Memory: bounded, by the limits of policy/audit and of the tables here.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "policy/audit.h"
#include "rec/searched.h"
#include "report/changes.h"
#include "report/evidence.h"
#include "report/tlsrpt.h"
#include "report/traffic.h"
#include "report/verdicts.h"

#define REPORT_ROWS	50	/* of a long list, unless told otherwise */
#define REPORT_DOUBTS	16

struct report_options {
	const struct policy	*policy;
	const struct nexthops	*nexthops;
	const struct zone	*zone;		/* of days and times; NULL: UTC */
	const char		*zone_name;	/* NULL: UTC */
	bool			 has_period;
	int64_t			 before, from, until;
	bool			 has_since, has_until;	/* messages selected */
	int64_t			 since, to;
	int64_t			 slack;
	int64_t			 now;
	size_t			 rows;
	struct slice		 judge_args;	/* " -p POLICY ...": for the */
	struct slice		 period_args;	/* " --period X" */
	struct slice		 names_args;	/* " --pseudonyms FILE" */
	struct slice		 read_args;	/* " -z ZONE FILE ...": commands
						 * that a report names */
	bool			 tlsrpt;	/* count sessions, too */
	struct pseudonyms	*names;		/* NULL: as they are */
	struct slice		 tool;		/* name and version */
};

enum report_doubt {
	REPORT_NOT_COVERED,	/* the period is not */
	REPORT_NOTHING,		/* no line of Postfix */
	REPORT_DAMAGED,		/* evidence damaged or unread */
	REPORT_CUT_SHORT,
	REPORT_DISORDER,
	REPORT_NO_EVENTS,	/* that a rule asks for */
	REPORT_PEERS_DROPPED,
	REPORT_TWICE,
	REPORT_UNTIMED,
	REPORT_UNKNOWN_LINES,	/* of Postfix, not understood */
	REPORT_PSEUDONYMS
};

struct report {
	struct report_options	 o;
	struct audit		*audit;
	const struct tally	*tally;
	struct searched		 searched;
	struct evidence		 evidence;
	struct days		 days;
	struct verdicts		 verdicts;
	struct changes		 changes;
	struct traffic		 traffic;
	struct tlsrpt		 tlsrpt;	/* if asked for */
	uint64_t		 outside;	/* hops before or after */
	bool			 ended, disorder;
	bool			 events;	/* some were read */
	bool			 traced;	/* by this program */
	bool			 covered;	/* the period asked for */
	bool			 before_covered;
	struct buf		 why;		/* it is not, in words */
	struct buf		 before_why;
	struct {
		enum report_doubt	what;
		bool			grave;	/* the status is 2 */
		struct buf		text;
	} doubt[REPORT_DOUBTS];
	size_t			 ndoubt;
	int64_t			 first, last;	/* of the evidence */
	bool			 timed;		/* they are known */
	int			 status;
};

void	report_open(struct report *, const struct report_options *);
void	report_close(struct report *);
bool	report_take(struct report *, const struct rec *);
void	report_end(struct report *, int reading);
int	report_status(const struct report *);
bool	report_doubts(const struct report *, enum report_doubt);

#endif
