/*
 * tableline - the logical lines of main.cf, master.cf and table files
 *
 * A line that begins with a blank continues the one before it; its blanks
 * are kept.  Empty lines and lines whose first other character is `#` are
 * skipped wherever they stand, also in the middle of a logical line.  A `#`
 * later in a line is data.  CR counts as a blank.  A file that begins with a
 * continuation has lost a line: that is given out with `orphan` set.
 *
 * tableline_next joins into the buffer, which also sets the limit of a line,
 * and gives the text without blanks at its ends; it lives until the next
 * call.  RC_END at the end, RC_DAMAGED for a line over the limit or with a
 * NUL in it.  Facts: reference/postfix-tls-audit.md 1.1.
 */
#ifndef FMT_TABLELINE_H
#define FMT_TABLELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct tableline {
	struct slice	 rest;
	uint32_t	 next;		/* number of the first line of rest */
	uint32_t	 line;		/* where the current one began */
	bool		 orphan;
	struct buf	*buf;
};

void	tableline_init(struct tableline *, struct slice text, struct buf *);
enum rc	tableline_next(struct tableline *, struct slice *, struct err *);
/* The next word, up to a blank (a comma too, if `commas`); empty: no more. */
struct slice tableline_word(struct slice *, bool commas);
/* Without blanks, CR included, at both ends. */
struct slice tableline_trim(struct slice);

#endif
