/*
 * checkpoint - a long run that can go on where it was interrupted
 *
 * A file of entries: what was found, and now and then a mark with the state
 * of the search.  checkpoint_open opens or makes it (before confinement).
 * checkpoint_begin says what the run is of: image, size, options; a file of
 * another run is RC_DAMAGED.  Then checkpoint_next gives the entries that
 * stand before the last mark that was written whole, the mark's state last
 * (CHECKPOINT_MARK); false when there are no more, at once if the file is new.
 * After that checkpoint_put and checkpoint_mark append.  What came behind the
 * last mark is written anew.
 *
 * An entry is at most CHECKPOINT_ENTRY bytes.  A mark has a checksum of all
 * since the one before, and is on the disk when checkpoint_mark returns.
 * Write errors are kept for checkpoint_close.  The file is of this version of
 * the program on this kind of machine.
 */
#ifndef SOURCE_CHECKPOINT_H
#define SOURCE_CHECKPOINT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/slice.h"

#define CHECKPOINT_ENTRY	((size_t)17 * 1024 * 1024)

enum checkpoint_kind {
	CHECKPOINT_RUN = 1,	/* what the run is of */
	CHECKPOINT_RECORD,	/* source/found.h */
	CHECKPOINT_CLAIM,
	CHECKPOINT_NOTE,	/* of a finder */
	CHECKPOINT_BAD,		/* a place that could not be read */
	CHECKPOINT_MARK
};

struct checkpoint;

enum rc	checkpoint_open(struct checkpoint **, const char *path, struct err *);
enum rc	checkpoint_begin(struct checkpoint *, struct slice run, struct err *);
/* There is a mark to go on from. */
bool	checkpoint_resumes(const struct checkpoint *);
/* The bytes live until the next call. */
bool	checkpoint_next(struct checkpoint *, enum checkpoint_kind *,
	    struct slice *);
/* The entry is a, then b. */
void	checkpoint_put(struct checkpoint *, enum checkpoint_kind,
	    struct slice a, struct slice b);
void	checkpoint_mark(struct checkpoint *, struct slice state);
enum rc	checkpoint_close(struct checkpoint *, struct err *);

#endif
