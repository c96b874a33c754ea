#include "io/imagemap.h"

#include "base/mem.h"

void
imagemap_init(struct imagemap *m)
{
	*m = (struct imagemap){ .unit = IMAGEMAP_BLOCK };
	m->cell = mem_alloc(IMAGEMAP_CELLS, sizeof(*m->cell));
}

void
imagemap_free(struct imagemap *m)
{
	mem_free(m->cell);
	m->cell = NULL;
}

/* Two cells become one, until off has a cell. */
static void
grow(struct imagemap *m, uint64_t off)
{
	while (off / m->unit >= IMAGEMAP_CELLS) {
		for (size_t i = 0; i < IMAGEMAP_CELLS; i++) {
			struct imagemap_cell was = m->cell[i];

			m->cell[i] = (struct imagemap_cell){ { 0 } };
			for (size_t k = 0; k < IMAGEMAP_N; k++)
				m->cell[i / 2].n[k] += was.n[k];
		}
		m->unit *= 2;
	}
}

/* The bytes from off on that lie in the same cell. */
static uint64_t
within(const struct imagemap *m, uint64_t off, uint64_t len)
{
	uint64_t n = m->unit - off % m->unit;

	return n < len ? n : len;
}

void
imagemap_background(
    struct imagemap *m, uint64_t off, uint64_t len, enum imagemap_class class)
{
	while (len > 0) {
		uint64_t n;

		grow(m, off);
		n = within(m, off, len);
		m->cell[off / m->unit].n[class] += n;
		m->all.n[class] += n;
		off += n;
		len -= n;
		if (off > m->size)
			m->size = off;
	}
	m->n = (size_t)((m->size + m->unit - 1) / m->unit);
}

void
imagemap_claim(
    struct imagemap *m, uint64_t off, uint64_t end, enum imagemap_class class)
{
	static const enum imagemap_class from[] = { IMAGEMAP_TEXT,
		IMAGEMAP_OTHER, IMAGEMAP_ZERO };

	if (end > m->size)
		end = m->size;
	while (off < end) {
		uint64_t n = within(m, off, end - off), left = n;
		struct imagemap_cell *c = &m->cell[off / m->unit];

		/* Which of its blocks they were in is not known any more. */
		for (size_t i = 0; i < 3 && left > 0; i++) {
			uint64_t take =
			    c->n[from[i]] < left ? c->n[from[i]] : left;

			c->n[from[i]] -= take;
			m->all.n[from[i]] -= take;
			c->n[class] += take;
			m->all.n[class] += take;
			left -= take;
		}
		off += n;
	}
}
