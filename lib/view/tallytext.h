/*
 * tallytext - the figures of mxtls: for people, and as TAP 14
 *
 * tallytext_put is the summary: verdicts, rules, lines of the policy.
 * tallytext_tap has one test for each line of the policy that was or could
 * be applied (skipped without hops), one for each rule about peers and
 * failed attempts, and one for the limit of unknown hops; the first
 * offenders stand in YAML.  A test with unknown hops is not ok while they are
 * over the policy's limit.  All evidence in it is escaped.
 */
#ifndef VIEW_TALLYTEXT_H
#define VIEW_TALLYTEXT_H

#include "base/buf.h"
#include "policy/tally.h"

void	tallytext_put(struct buf *, const struct tally *);
void	tallytext_tap(struct buf *, const struct tally *);
/*
 * The same in parts, for who has tests of their own: what stands in front,
 * the tests, whose last number is left in *number, and text that may stand
 * behind " - " or "# ".  The plan, "1..N", is the last line.
 */
void	tallytext_tap_head(struct buf *, const struct tally *);
void	tallytext_tap_tests(struct buf *, const struct tally *,
	    uint64_t *number);
void	tallytext_tap_text(struct buf *, struct slice);
/* "N hops: N compliant, ...": one line without newline. */
void	tallytext_line(struct buf *, const struct tally *);

#endif
