#include "scan/resync_part.h"

#include "scan/gap.h"

#include "base/banned.h"

/* Put the codes of a block in force and go on at a bit of it. */
bool
resync_enter_block(struct inflate *d, uint64_t block, uint64_t bit)
{
	uint64_t from;

	inflate_seek(d, block);
	if (inflate_tables(d) != RC_OK)
		return false;
	from = inflate_bit(d);
	if (d->block == INFLATE_STORED) {
		if (bit < from || (bit - from) / 8 > d->left)
			return false;
		d->left -= (uint32_t)((bit - from) / 8);
	}
	inflate_seek(d, bit);
	return true;
}

/* The text before, without what was lost, as a window. */
void
resync_fill_window(
    struct inflate *d, const unsigned char *text, size_t n, size_t lost)
{
	size_t skip = lost < INFLATE_WINDOW ? lost : INFLATE_WINDOW, known;
	uint16_t *w;

	d->nout = INFLATE_WINDOW;
	w = inflate_window(d);
	known = n < INFLATE_WINDOW - skip ? n : INFLATE_WINDOW - skip;
	for (size_t i = 0; i < INFLATE_WINDOW; i++)
		w[i] = INFLATE_UNKNOWN;
	w += INFLATE_WINDOW - skip - known;
	text += n - known;
	for (size_t i = 0; i < known; i++)
		w[i] = text[i] == RESYNC_BLANK ? INFLATE_UNKNOWN : text[i];
}

/* Go on behind a hole for good. */
bool
resync_go_on(struct inflate *d, const struct resync_hole *h,
    const unsigned char *text, size_t n)
{
	resync_fill_window(d, text, n, h->lost);
	d->at_end = false;
	if (h->block != h->to)
		return resync_enter_block(d, h->block, h->to);
	inflate_seek(d, h->to);
	d->block = INFLATE_NONE;
	return true;
}
