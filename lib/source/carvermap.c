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
