#include "source/carvermap.h"

#include "scan/blockclass.h"

void
carvermap_bytes(struct imagemap *m, uint64_t off, struct slice s)
{
	static const enum imagemap_class class[] = { [BLOCKCLASS_ZERO] =
							 IMAGEMAP_ZERO,
		[BLOCKCLASS_TEXT] = IMAGEMAP_TEXT,
		[BLOCKCLASS_OTHER] = IMAGEMAP_OTHER };

	while (s.len > 0) {
		size_t n = IMAGEMAP_BLOCK - (size_t)(off % IMAGEMAP_BLOCK);
		struct slice block = slice_sub(s, 0, n);

		imagemap_background(
		    m, off, block.len, class[blockclass(block)]);
		off += block.len;
		s = slice_from(s, block.len);
	}
}

void
carvermap_claims(struct imagemap *m, const struct claims *claims)
{
	for (size_t i = 0; i < claims->n; i++)
		imagemap_claim(m, claims->v[i].off, claims->v[i].end,
		    (enum imagemap_class)claims->v[i].class);
}

/* Runs of that many cells at least. */
static size_t
count_runs(const struct imagemap *m, size_t least)
{
	size_t n = 0, len;

	for (size_t i = 0; i < m->n; i += len > 0 ? len : 1) {
		len = imagemap_run(m, i);
		n += len >= least;
	}
	return n;
}

/* What the first block of n cells is that is not all zeroes. */
static struct slice
type_of(struct image *im, struct magictype *magic, uint64_t off, uint64_t end)
{
	unsigned char block[IMAGEMAP_BLOCK];
	size_t got;

	for (int i = 0; i < CARVERMAP_LOOK && off < end; i++) {
		if (image_read(im, off, block, sizeof(block), &got, NULL) !=
		    RC_OK)
			break;
		if (blockclass(slice_of(block, got)) != BLOCKCLASS_ZERO)
			return magictype_of(magic, slice_of(block, got));
		off += got;
	}
	return slice_of(NULL, 0);
}

void
carvermap_types(struct imagemap *m, struct image *im, struct magictype *magic)
{
	size_t least = 1, len;

	while (count_runs(m, least) > CARVERMAP_RUNS)
		least *= 2;
	for (size_t i = 0; i < m->n; i += len > 0 ? len : 1) {
		len = imagemap_run(m, i);
		if (len >= least)
			imagemap_type(m, i,
			    type_of(im, magic, (uint64_t)i * m->unit,
				(uint64_t)(i + len) * m->unit));
	}
}
