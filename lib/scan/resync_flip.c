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

/* How many bad lines follow a mark with a bit inverted; SIZE_MAX: damage. */
static size_t
bad_behind(struct search *x, const struct mark *m)
{
	size_t n = resync_position(x, m->made);

	*x->work += INFLATE_WINDOW;
	if (!resync_enter_block(x->t, m->block, m->bit))
		return SIZE_MAX;
	resync_fill_window(x->t, x->text, n, 0);
	x->t->at_end = false;
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

/* The whole stream, as t reads it, has the checksum and length behind it. */
static bool
is_proven(struct search *x)
{
	struct inflate *t = x->t;
	unsigned char *b = mem_alloc(INFLATE_CHUNK, 1), sum[8];
	uint32_t crc = (uint32_t)crc32(0, NULL, 0);
	enum rc rc = RC_OK;

	inflate_start(t, x->plan->start);
	while (rc == RC_OK && !(t->at_end && t->last) && *x->work <= x->limit) {
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
		*x->work += n;
	}
	mem_free(b);
	return rc == RC_OK && t->at_end && t->last &&
	    t->read(t->arg, (inflate_bit(t) + 7) / 8, sum, 8) == 8 &&
	    le32(sum) == crc && le32(sum + 4) == (uint32_t)t->made;
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
	bool found = false;
	size_t n = 0, bad;

	x->t->read = resync_read_flipped;
	x->t->arg = &f;
	bad = bad_behind(x, m);
	for (f.bit = m->bit;
	     f.bit < end->bit + FLIP_BEHIND && *x->work <= x->limit; f.bit++) {
		struct suspect_bit s = { f.bit, bad_behind(x, m) };

		if (s.bad < bad)
			keep_bit(best, &n, s);
	}
	for (size_t i = 0; !found && i < n; i++) {
		f.bit = best[i].bit;
		found = is_proven(x);
	}
	x->t->read = f.read;
	x->t->arg = f.arg;
	if (found)
		x->plan->flip = f.bit;
	return found;
}
