#include "scan/resync_part.h"

#include <string.h>

#include "base/mem.h"
#include "scan/gap.h"

#include "base/banned.h"

#define AHEAD_LEAST ((size_t)2048)
#define SYNC_BITS 4096		     /* within which decoders fall into step */
#define SYNC_N 8		     /* of so many */
#define SYNC_LEAST 6		     /* of so many that are left */
#define NO_BAD 4096		     /* first bytes that have no bad line */
#define WIPED 16		     /* zero bytes that are no deflate data */
#define TRIALS 128		     /* of places in a block, for all holes */
#define TABLES ((uint64_t)2048)	     /* what reading codes takes, in bytes */
#define BLOCK_IN ((size_t)64 * 1024) /* searched for headers at once */
#define BLOCK_MAX ((uint64_t)4 * 1024 * 1024) /* of a block on trial */

/* Where decoders that begin side by side fall into step; 0: they do not. */
static uint64_t
sync_at(struct inflate *t, uint64_t bit, uint64_t *work)
{
	unsigned char seen[SYNC_BITS] = { 0 };
	unsigned int alive = 0;

	for (unsigned int i = 0; i < SYNC_N; i++) {
		size_t n = 1;
		uint64_t at = bit + i;

		inflate_seek(t, at);
		while (n > 0 && (at = inflate_bit(t)) - bit < SYNC_BITS) {
			seen[at - bit]++;
			++*work;
			if (inflate_symbol(t, &n) != RC_OK)
				n = 0;
		}
		alive += n > 0;
	}
	for (size_t i = 0; alive >= SYNC_LEAST && i < SYNC_BITS; i++)
		if (seen[i] >= alive)
			return bit + i;
	return 0;
}

/* Decode what follows t's place on trial; false if that cannot be. */
bool
resync_look_ahead(struct search *x, size_t most)
{
	struct inflate *t = x->t;
	const uint16_t *v;
	enum rc rc = RC_OK;
	size_t n;

	x->nahead = 0;
	while (rc == RC_OK && x->nahead < most && !(t->at_end && t->last)) {
		if (t->at_end || t->block == INFLATE_NONE) {
			rc = inflate_tables(t);
			continue;
		}
		rc = inflate_step(t,
		    most - x->nahead < 2 * INFLATE_LEAST ? 2 * INFLATE_LEAST :
							   most - x->nahead,
		    &v, &n);
		if (n > most - x->nahead)
			n = most - x->nahead;
		memcpy(x->ahead + x->nahead, v, n * sizeof(*v));
		x->nahead += n;
	}
	x->work += x->nahead;
	return rc == RC_OK || x->nahead >= AHEAD_LEAST;
}

struct ahead
resync_read_ahead(struct search *x, size_t lost, bool learn)
{
	unsigned char *line = x->line_ahead;
	struct ahead a = { 0 };
	bool first = true, known = true;
	size_t n = 0;

	for (size_t i = 0; i < x->nahead; i++) {
		uint16_t v = x->ahead[i];
		size_t back = INFLATE_WINDOW - (size_t)(v - INFLATE_UNKNOWN);

		if (v >= INFLATE_UNKNOWN && lost != GAP_NONE && back > lost &&
		    back - lost <= x->ntext)
			v = x->text[x->ntext - (back - lost)];
		known = known && byte_of(v) != RESYNC_BLANK;
		if (v != '\n') {
			line[n++] = byte_of(v);
			continue;
		}
		if (known && !first) {
			bool ok =
			    lineproof_line(&x->proof, slice_of(line, n), learn);

			a.good += ok;
			a.bad += !ok;
			a.early += !ok && i < NO_BAD;
		}
		first = false;
		known = true;
		n = 0;
	}
	x->work += x->nahead;
	return a;
}

static bool
reads_well(struct search *x, size_t lost)
{
	struct ahead a = resync_read_ahead(x, lost, false);

	return a.early == 0 && a.bad * 20 <= a.good;
}

/* The block's codes are known: try a bit of it. */
static bool
try_bit(struct search *x, uint64_t block, uint64_t bit, struct found *f)
{
	uint64_t at;

	x->work += TABLES;
	if (!resync_enter_block(x->t, block, bit))
		return false;
	at = sync_at(x->t, bit, &x->work);
	if (at == 0 || x->trials == TRIALS)
		return false;
	x->trials++;
	inflate_start(x->t, at);
	if (!resync_enter_block(x->t, block, at) ||
	    !resync_look_ahead(x, AHEAD) ||
	    gap_junk(x->gap, x->ahead, x->nahead < NO_BAD ? x->nahead : NO_BAD))
		return false;
	f->lost = gap_find(x->gap, x->tail, x->ahead, x->nahead, &x->work);
	f->to = at;
	f->block = block;
	return f->lost != GAP_NONE &&
	    gap_reads(x->gap, x->tail, x->ahead,
		x->nahead < NO_BAD ? x->nahead : NO_BAD, f->lost) &&
	    reads_well(x, f->lost);
}

/* Nothing but zero bytes from a bit on. */
static bool
is_wiped(struct search *x, uint64_t bit)
{
	unsigned char b[WIPED];
	size_t n = x->d->read(x->d->arg, bit / 8, b, sizeof(b));

	x->work += n;
	for (size_t i = 0; i < n; i++)
		if (b[i] != 0)
			return false;
	return n > 0;
}

/* How far to step from a place `off` bytes behind the hole's beginning. */
static uint64_t
stride(uint64_t off)
{
	return off < 512 ? 16 : off < 4096 ? 64 : 256;
}

/* So many bytes hold more than the window: behind them all is unknown. */
static uint64_t
reach(const struct search *x, const struct mark *m)
{
	uint64_t in = (m->bit - x->plan->start) / 8 + 1;

	return INFLATE_WINDOW * 3 / 2 * in / (m->made + 1) + 1024;
}

/* Go on in the block that the hole began in. */
bool
resync_search_block(struct search *x, const struct mark *m, struct found *f)
{
	uint64_t from = m->bit / 8 * 8, off = 0;
	uint64_t end = reach(x, m);
	bool found = false;

	gap_tail(x->tail, slice_of(x->text, x->ntext));
	while (
	    !found && off < end && off < RESYNC_REACH && x->work <= x->limit) {
		if (is_wiped(x, from + off * 8)) {
			off += WIPED;
			end += WIPED;
		} else if (try_bit(x, m->block, from + off * 8, f))
			found = true;
		else
			off += stride(off);
	}
	return found;
}

/* A block begins here: it ends well, and another one follows. */
static bool
try_header(struct search *x, uint64_t bit)
{
	struct inflate *t = x->t;
	const uint16_t *v;
	enum rc rc;
	size_t n;

	x->work += TABLES;
	inflate_start(t, bit);
	rc = inflate_tables(t);
	while (rc == RC_OK && !t->at_end && t->made < BLOCK_MAX)
		rc = inflate_step(t, INFLATE_CHUNK, &v, &n);
	x->work += t->made;
	return rc == RC_OK && t->at_end &&
	    (t->last || inflate_tables(t) == RC_OK);
}

/* Look for the header of another block behind the hole. */
bool
resync_search_header(struct search *x, const struct mark *m, struct found *f)
{
	unsigned char *buf = mem_alloc(BLOCK_IN, 1);
	uint64_t off = m->bit / 8, end = off + RESYNC_REACH;
	bool found = false;
	size_t n, bit;

	while (!found && off < end && x->work <= x->limit &&
	    (n = x->d->read(x->d->arg, off, buf, BLOCK_IN)) > DEFLATE_HEAD) {
		for (bit = 0;
		     !found && deflate_find(slice_of(buf, n), bit, &bit); bit++)
			found = off * 8 + bit > m->block &&
			    try_header(x, off * 8 + bit);
		x->work += n;
		off += found ? 0 : n - DEFLATE_HEAD;
	}
	mem_free(buf);
	if (!found)
		return false;
	f->to = f->block = off * 8 + bit - 1;
	inflate_start(x->t, f->to);
	if (!resync_look_ahead(x, AHEAD))
		return false;
	gap_tail(x->tail, slice_of(x->text, x->ntext));
	f->lost = gap_find(x->gap, x->tail, x->ahead, x->nahead, &x->work);
	if (f->lost != GAP_NONE && !reads_well(x, f->lost))
		f->lost = GAP_NONE;
	return f->lost != GAP_NONE || reads_well(x, GAP_NONE);
}

/*
 * Lines may be odd and not damaged: what follows them copies from what stood
 * before them, and finds it at the distance that it has as it was decoded.
 */
bool
resync_is_straight(struct search *x, uint64_t at, const struct mark *end)
{
	struct inflate *t = x->t;
	size_t n = resync_position(x, at);

	if (x->trials == TRIALS || end->made < at)
		return false;
	x->trials++;
	gap_tail(x->tail, slice_of(x->text, n));
	inflate_start(t, end->bit);
	return resync_enter_block(t, end->block, end->bit) &&
	    resync_look_ahead(x, AHEAD) &&
	    gap_find(x->gap, x->tail, x->ahead, x->nahead, &x->work) ==
	    end->made - at;
}

/* The text is a log again behind a mark, if of other hosts and programs. */
bool
resync_is_log(struct search *x, const struct mark *m)
{
	struct lineproof was = x->proof;
	struct ahead a = { 0 };

	inflate_start(x->t, m->bit);
	if (resync_enter_block(x->t, m->block, m->bit)) {
		resync_fill_window(
		    x->t, x->text, resync_position(x, m->made), 0);
		if (resync_look_ahead(x, AHEAD))
			a = resync_read_ahead(x, GAP_NONE, true);
	}
	memcpy(x->proof.seen, was.seen, sizeof(was.seen));
	x->proof.n = was.n;
	return a.good > 0 && a.bad * 4 < a.good;
}

/* Decoding straight on from a mark comes to that bit with so much made. */
bool
resync_comes_to(
    struct search *x, const struct mark *m, uint64_t bit, uint64_t made)
{
	struct inflate *t = x->t;
	enum rc rc = RC_OK;
	const uint16_t *v;
	size_t n;

	inflate_start(t, m->bit);
	if (!resync_enter_block(t, m->block, m->bit))
		return false;
	while (rc == RC_OK && inflate_bit(t) < bit && !(t->at_end && t->last))
		rc = t->at_end ? inflate_tables(t) :
				 inflate_step(t, INFLATE_LEAST, &v, &n);
	return rc == RC_OK && inflate_bit(t) == bit &&
	    m->made + t->made == made;
}
