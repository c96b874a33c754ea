#include "source/finder.h"

const struct finder *const finder_table[] = { NULL };

void
finder_note(const struct stream *s, const struct finder *f, void *state,
    struct slice bytes)
{
	(void)s;
	f->note(state, slice_sub(bytes, 0, FINDER_NOTE));
}
