/*
 * finder - who looks for evidence, and at what
 *
 * To add a finder, write lib/source/NAME.c with a struct finder, and name it
 * in the table of finder.c.  source/carve.h calls it:
 *
 *	open	before the first byte of an image; what it returns is the
 *		`state` of the other calls.  Here is the place to look at
 *		partitions and file systems (s->part, s->size, and not
 *		s->pipe).  May be NULL: no state.
 *	at	at each anchor (scan/anchor.h) that it names, outside of what
 *		is claimed and outside of runs of log lines, in order of
 *		offsets.  It returns the offset to go on from, behind what it
 *		has found whole, or 0: the byte behind the anchor.
 *	end	behind the last byte, for a second pass over what it has seen;
 *		finds_claims tells what others have claimed.  May be NULL.
 *	close	frees the state.  May be NULL.
 *
 * The state must depend on the evidence in one way only: through
 * finder_note.  It calls `note` with a few bytes (at most FINDER_NOTE), now,
 * and once more in the run that continues an interrupted one; `open` comes
 * before either.  `at` is called for depth 0 and for nested streams alike;
 * a nested one counts as worth decoding when one of the anchors in `nested` is
 * in it.
 *
 * Hostile input: what a finder does for one anchor is bounded, by constants
 * in its header, and what it keeps as well.
 */
#ifndef SOURCE_FINDER_H
#define SOURCE_FINDER_H

#include "scan/anchor.h"
#include "source/finds.h"

#define FINDER_NOTE	1024
#define FINDER_BIT(anchor) (1u << (anchor))

struct finder {
	unsigned int	 anchors;		/* FINDER_BIT of each, or 0 */
	unsigned int	 nested;		/* those in nested streams, too */
	void		*(*open)(const struct stream *);
	uint64_t (*at)(
	    const struct stream *, void *state, enum anchor, uint64_t off);
	void		(*note)(void *state, struct slice);
	void		(*end)(const struct stream *, void *state);
	void		(*close)(void *state);
};

#define FINDER_MAX	16	/* finders in the table, at most */

/* Ends with NULL.  A finder that is asked first may claim what it finds. */
extern const struct finder *const finder_table[];

void finder_note(
    const struct stream *, const struct finder *, void *state, struct slice);

#endif
