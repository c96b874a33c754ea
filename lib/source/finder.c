#include "source/finder.h"

#include "source/lostfs.h"

/* What a file system knows of its files comes before what is carved. */
const struct finder *const finder_table[] = { &lostfs_finder, NULL };

void
finder_note(const struct stream *s, const struct finder *f, void *state,
    struct slice bytes)
{
	(void)s;
	f->note(state, slice_sub(bytes, 0, FINDER_NOTE));
}
