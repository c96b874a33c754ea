#include "io/imagemap.h"

#include "base/mem.h"

void
imagemap_init(struct imagemap *m)
{
	*m = (struct imagemap){ .unit = IMAGEMAP_BLOCK };
	m->cell = mem_alloc(IMAGEMAP_CELLS, sizeof(*m->cell));
	m->typed = mem_alloc(IMAGEMAP_CELLS, sizeof(*m->typed));
	m->type = mem_alloc(IMAGEMAP_TYPES, sizeof(*m->type));
}

void
imagemap_free(struct imagemap *m)
{
	mem_free(m->cell);
	mem_free(m->typed);
	mem_free(m->type);
	m->cell = NULL;
	m->typed = NULL;
	m->type = NULL;
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

/* What most of a cell without evidence is, if that is text or other bytes. */
static enum imagemap_class
background(const struct imagemap_cell *c)
{
	enum imagemap_class class = IMAGEMAP_OTHER;

	for (size_t k = 0; k < IMAGEMAP_TEXT; k++)
		if (c->n[k] > 0)
			return IMAGEMAP_N;
	if (c->n[IMAGEMAP_TEXT] > c->n[IMAGEMAP_OTHER])
		class = IMAGEMAP_TEXT;
	return c->n[class] > c->n[IMAGEMAP_ZERO] ? class : IMAGEMAP_N;
}

size_t
imagemap_run(const struct imagemap *m, size_t i)
{
	enum imagemap_class class;
	size_t n = 0;

	if (i >= m->n)
		return 0;
	class = background(&m->cell[i]);
	while (class != IMAGEMAP_N && i + n < m->n &&
	    background(&m->cell[i + n]) == class)
		n++;
	return n;
}

void
imagemap_type(struct imagemap *m, size_t i, struct slice word)
{
	size_t k = 0, n = imagemap_run(m, i);
	struct imagemap_type *t;

	if (n == 0 || word.len == 0 || word.len >= IMAGEMAP_WORD)
		return;
	while (k < m->ntype && !slice_is(word, m->type[k].word))
		k++;
	if (k == IMAGEMAP_TYPES)
		return;
	t = &m->type[k];
	if (k == m->ntype) {
		memcpy(t->word, word.ptr, word.len);
		m->ntype++;
	}
	t->runs++;
	for (size_t j = i; j < i + n; j++)
		t->bytes += m->cell[j].n[IMAGEMAP_TEXT] +
		    m->cell[j].n[IMAGEMAP_OTHER];
	m->typed[i] = (unsigned char)(k + 1);
}

const char *
imagemap_word(const struct imagemap *m, size_t i)
{
	return i >= m->n || m->typed[i] == 0 ? NULL :
					      m->type[m->typed[i] - 1].word;
}
