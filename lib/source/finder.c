#include "source/finder.h"

#include "source/carvekeys.h"
#include "source/carvemail.h"
#include "source/carvequeue.h"
#include "source/journalcarve.h"
#include "source/lostfs.h"

const struct finder *const finder_table[] = {
	/* One a line, in the order in which they are asked. */
	&lostfs_finder, /* what a file system knows comes first */
	&finder_journal,
	&carvequeue_finder,
	&carvekeys_finder,
	&carvemail_finder,
	NULL
};

void
finder_note(const struct stream *s, const struct finder *f, void *state,
    struct slice bytes)
{
	(void)s;
	f->note(state, slice_sub(bytes, 0, FINDER_NOTE));
}
