#include "scan/resync_part.h"

#include "base/mem.h"
#include "scan/gap.h"

#include "base/banned.h"

#define FLIP_AHEAD ((size_t)8 * 1024) /* decoded for each bit */
#define FLIP_PROOFS 16		      /* bits of which all is decoded */
#define FLIP_BEHIND 512 /* bits behind the first bad line, tried, too */

size_t
resync_read_flipped(void *flip, uint64_t off, unsigned char *dst, size_t len)
{
	const struct resync_flip *f = flip;
	size_t n = f->read(f->arg, off, dst, len);

	if (f->bit / 8 >= off && f->bit / 8 - off < n)
		dst[f->bit / 8 - off] ^= (unsigned char)(1 << f->bit % 8);
	return n;
}

/* Where trials begin, with all that a decoder has by then. */
struct begin {
	struct inflate_code litlen, dist;
	enum inflate_block block;
	bool last;
	uint32_t left;
	uint64_t bit;
};

/* Have t at a mark, and keep that. */
static bool
begin_at(struct search *x, const struct mark *m, struct begin *b)
{
	struct inflate *t = x->t;

	if (!resync_enter_block(t, m->block, m->bit))
		return false;
	resync_fill_window(t, x->text, resync_position(x, m->made), 0);
	*b = (struct begin){ .litlen = t->litlen,
		.dist = t->dist,
		.block = t->block,
		.last = t->last,
		.left = t->left,
		.bit = m->bit };
	return true;
}

/* Have t there again, as long as it made no more than FLIP_AHEAD. */
static void
begin_again(struct inflate *t, const struct begin *b)
{
	t->litlen = b->litlen;
	t->dist = b->dist;
	t->block = b->block;
	t->last = b->last;
	t->left = b->left;
	t->at_end = false;
	t->nout = INFLATE_WINDOW;
	inflate_forget(t);
	inflate_seek(t, b->bit);
}

/* How many bad lines follow with the bit inverted; SIZE_MAX: damage. */
static size_t
bad_behind(struct search *x, const struct begin *b)
{
	begin_again(x->t, b);
	return resync_look_ahead(x, FLIP_AHEAD) ?
	    resync_read_ahead(x, GAP_NONE, false).bad :
	    SIZE_MAX;
}

static uint32_t
le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* The stream, as t reads it, has the checksum and length behind it. */
static bool
is_proven(struct search *x, const struct mark *m)
{
	struct inflate *t = x->t;
	unsigned char *b, sum[8];
	uint64_t total = m->made;
	uint32_t crc = m->crc;
	enum rc rc = RC_OK;

	inflate_forget(t);
	if (!resync_enter_block(t, m->block, m->bit))
		return false;
	resync_fill_window(t, x->text, resync_position(x, m->made), 0);
	b = mem_alloc(INFLATE_CHUNK, 1);
	while (rc == RC_OK && !(t->at_end && t->last) && x->work <= x->limit) {
		const uint16_t *v;
		size_t n;

		if (t->at_end || t->block == INFLATE_NONE) {
			rc = inflate_tables(t);
			continue;
		}
		rc = inflate_step(t, INFLATE_CHUNK, &v, &n);
		for (size_t i = 0; i < n; i++)
			b[i] = byte_of(v[i]);
		crc = (uint32_t)crc32(crc, b, (unsigned int)n);
		total += n;
		x->work += n;
	}
	mem_free(b);
	return rc == RC_OK && t->at_end && t->last &&
	    t->read(t->arg, (inflate_bit(t) + 7) / 8, sum, 8) == 8 &&
	    le32(sum) == crc && le32(sum + 4) == (uint32_t)total;
}

/* A bit that may be wrong, and how many lines are bad without it. */
struct suspect_bit {
	uint64_t bit;
	size_t bad;
};

/* Keep the FLIP_PROOFS best, in order. */
static void
keep_bit(struct suspect_bit *v, size_t *n, struct suspect_bit s)
{
	size_t i = *n;

	if (i == FLIP_PROOFS && v[i - 1].bad <= s.bad)
		return;
	if (i == FLIP_PROOFS)
		i--;
	else
		++*n;
	for (; i > 0 && v[i - 1].bad > s.bad; i--)
		v[i] = v[i - 1];
	v[i] = s;
}

/*
 * One bit may be wrong and no other: the one with which fewer lines are bad,
 * and checksum and length are right.
 */
bool
resync_search_flip(
    struct search *x, const struct mark *m, const struct mark *end)
{
	struct resync_flip f = {
		.read = x->d->read, .arg = x->d->arg, .bit = RESYNC_NOWHERE
	};
	struct suspect_bit best[FLIP_PROOFS];
	struct begin begin;
	bool found = false;
	size_t n = 0, bad;

	x->t->read = resync_read_flipped;
	x->t->arg = &f;
	inflate_forget(x->t);
	if (begin_at(x, m, &begin)) {
		bad = bad_behind(x, &begin);
		for (f.bit = m->bit;
		     f.bit < end->bit + FLIP_BEHIND && x->work <= x->limit;
		     f.bit++) {
			struct suspect_bit s = { f.bit, bad_behind(x, &begin) };

			if (s.bad < bad)
				keep_bit(best, &n, s);
		}
	}
	for (size_t i = 0; !found && i < n && best[i].bad <= best[0].bad + 1;
	     i++) {
		f.bit = best[i].bit;
		found = is_proven(x, m);
	}
	x->t->read = f.read;
	x->t->arg = f.arg;
	inflate_forget(x->t);
	if (found)
		x->plan->flip = f.bit;
	return found;
}
