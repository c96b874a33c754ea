#include "source/finder.h"

#include "source/carvekeys.h"
#include "source/carvemail.h"
#include "source/carvepacked.h"
#include "source/carvequeue.h"
#include "source/journalcarve.h"
#include "source/lostfs.h"
#include "source/veiled.h"

const struct finder *const finder_table[] = {
	/* One a line, in the order in which they are asked. */
	&veiled_finder,
	&lostfs_finder, /* what a file system knows comes first */
	&finder_journal,
	&carvequeue_finder,
	&carvekeys_finder,
	&carvemail_finder,
	&carvepacked_finder,
	NULL
};

void
finder_note(const struct stream *s, const struct finder *f, void *state,
    struct slice bytes)
{
	struct checkpoint *log = finds_checkpoint(s->finds);
	unsigned char i = 0;

	bytes = slice_sub(bytes, 0, FINDER_NOTE);
	while (finder_table[i] != NULL && finder_table[i] != f)
		i++;
	if (log != NULL)
		checkpoint_put(log, CHECKPOINT_NOTE, slice_of(&i, 1), bytes);
	f->note(state, bytes);
}
