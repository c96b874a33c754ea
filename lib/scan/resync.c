#include "scan/resync.h"

#include <string.h>

#include "base/mem.h"
#include "scan/gap.h"

#include "base/banned.h"

#define TEXT ((size_t)1024 * 1024) /* kept of what was made */
#define MARKS 2048		   /* places of which the bit is known */
#define STEP 512		   /* bytes between them */
#define CLOSE 12		   /* so many lines, */
#define CLOSE_BAD 4		   /* of which so many are bad, are damage */
#define CHAIN 64		   /* a bad line so far before them is of it */
#define PROVEN 16		   /* good lines before anything can be told */
#define AHEAD ((size_t)48 * 1024)  /* decoded behind a hole */
#define AHEAD_LEAST ((size_t)2048)
#define SYNC_BITS 4096 /* within which decoders fall into step */
#define SYNC_N 8       /* of so many */
#define SYNC_LEAST 6   /* of so many that are left */
#define NO_BAD 4096    /* first bytes that have no bad line */
#define HEAD 256       /* least bytes of a part's head */
#define HEAD_OVER SIZE_MAX
#define WIPED 16		      /* zero bytes that are no deflate data */
#define FLIP_AHEAD ((size_t)8 * 1024) /* decoded for each bit */
#define FLIPS 8		/* bad lines before which it is looked for */
#define FLIP_PROOFS 16	/* bits of which all is decoded */
#define FLIP_BEHIND 512 /* bits behind the first bad line, tried, too */
#define TRIALS 512	/* of places in a block, for all holes */
#define TRIAL_WORK ((uint64_t)1024 * 1024)    /* what one takes, in bytes */
#define BLOCK_IN ((size_t)64 * 1024)	      /* searched for headers at once */
#define BLOCK_MAX ((uint64_t)4 * 1024 * 1024) /* of a block on trial */

struct mark {
	uint64_t made, bit, block;
};

/* A search for holes. */
struct search {
	struct resync *plan;
	struct inflate *d; /* what is decoded for good */
	struct inflate *t; /* and on trial */
	struct lineproof proof;
	struct gap *gap;
	unsigned char *text; /* the last that was made */
	size_t ntext;
	uint64_t made;	   /* up to its end */
	struct mark *mark; /* a ring */
	size_t nmark;
	uint64_t block;		  /* bit of the header at hand */
	uint64_t line;		  /* where the line at hand begins, */
	uint64_t before[2];	  /* and the two before it */
	size_t head;		  /* of a part, made so far */
	bool first;		  /* line behind it */
	uint64_t good, bad;	  /* lines */
	uint64_t chain;		  /* before the first of the bad lines */
	uint64_t chain_end;	  /* behind it */
	uint64_t last[CLOSE_BAD]; /* their numbers, a ring */
	size_t nlast;		  /* of the chain */
	uint16_t *ahead;
	size_t nahead;
	bool asked; /* for a bit that is wrong */
	unsigned int flips, trials;
	uint64_t limit, *work;
};

/* A bit from where the text is known to go on. */
struct found {
	uint64_t to, block;
	size_t lost;
};

/* A value as a byte of the text. */
static unsigned char
byte_of(uint16_t v)
{
	return v < INFLATE_UNKNOWN ? (unsigned char)v : RESYNC_BLANK;
}

/* Put the codes of a block in force and go on at a bit of it. */
static bool
enter_block(struct inflate *d, uint64_t block, uint64_t bit)
{
	inflate_seek(d, block);
	if (inflate_tables(d) != RC_OK)
		return false;
	inflate_seek(d, bit);
	return true;
}

/* The text before, without what was lost, as a window. */
static void
fill_window(struct inflate *d, const unsigned char *text, size_t n, size_t lost)
{
	uint16_t *w;

	d->nout = INFLATE_WINDOW;
	w = inflate_window(d);
	for (size_t i = 0; i < INFLATE_WINDOW; i++) {
		size_t back = INFLATE_WINDOW - i;

		w[i] = INFLATE_UNKNOWN;
		if (lost == GAP_NONE || back <= lost || back - lost > n)
			continue;
		if (text[n - (back - lost)] != RESYNC_BLANK)
			w[i] = text[n - (back - lost)];
	}
}

/* Go on behind a hole for good. */
static bool
go_on(struct inflate *d, const struct resync_hole *h, const unsigned char *text,
    size_t n)
{
	fill_window(d, text, n, h->lost);
	d->at_end = false;
	if (h->block != h->to)
		return enter_block(d, h->block, h->to);
	inflate_seek(d, h->to);
	d->block = INFLATE_NONE;
	return true;
}

/*
 * Decode some.  The head of a part, up to a line end, may be what the damage
 * left: nobody has read it as a line, so nothing may be copied from it.
 * *head is the bytes made of it, or HEAD_OVER.
 */
static enum rc
step(struct inflate *d, size_t *head, const uint16_t **v, size_t *n)
{
	enum rc rc =
	    inflate_step(d, *head == HEAD_OVER ? STEP : INFLATE_LEAST, v, n);
	uint16_t *w = d->out + d->nout - *n;

	for (size_t i = 0; i < *n && *head != HEAD_OVER; i++) {
		if (++*head > HEAD && w[i] == '\n')
			*head = HEAD_OVER;
		else
			w[i] = INFLATE_UNKNOWN;
	}
	return rc;
}

/* What is kept of the text when it is full. */
static void
make_room(struct search *x, size_t n)
{
	if (x->ntext + n <= TEXT)
		return;
	memmove(x->text, x->text + x->ntext - TEXT / 2, TEXT / 2);
	x->ntext = TEXT / 2;
}

/* Where a place of the text is in memory, if it still is. */
static size_t
position(const struct search *x, uint64_t off)
{
	uint64_t back = x->made - off;

	return back <= x->ntext ? x->ntext - (size_t)back : 0;
}

/* A bad line; true if there are so many that it is damage. */
static bool
suspect(struct search *x)
{
	uint64_t now = x->good + x->bad;

	if (x->nlast == 0 ||
	    now - x->last[(x->nlast - 1) % CLOSE_BAD] > CHAIN) {
		/* Those before may be damaged and show nothing. */
		x->chain = x->before[1];
		x->chain_end = x->made;
		x->asked =
		    x->good < PROVEN || x->plan->n > 0 || x->flips == FLIPS;
		x->nlast = 0;
	}
	x->last[x->nlast++ % CLOSE_BAD] = now;
	return x->nlast >= CLOSE_BAD && x->good >= PROVEN &&
	    x->bad * 4 < x->good &&
	    now - x->last[x->nlast % CLOSE_BAD] <= CLOSE;
}

/* A line has ended; true if damage shows by now. */
static bool
judge(struct search *x, struct slice line)
{
	bool first = x->first, good, damaged;

	x->first = false;
	if (first || slice_chr(line, RESYNC_BLANK) != SLICE_NONE)
		return false;
	good = lineproof_line(&x->proof, line, x->good + x->bad < PROOF_FIRST);
	*(good ? &x->good : &x->bad) += 1;
	if (!good) {
		damaged = suspect(x);
		/* Names are no news the second time. */
		if (x->asked)
			(void)lineproof_line(&x->proof, line, true);
		return damaged;
	}
	gap_learn(x->gap, line);
	gap_learn(x->gap, SLICE("\n"));
	return false;
}

/*
 * Where what is damaged begins, as far as the lines tell, and *end, the first
 * place at which it shows.
 */
static uint64_t
doubtful(const struct search *x, uint64_t *end)
{
	uint64_t now = x->good + x->bad;

	if (x->nlast > 0 &&
	    now - x->last[(x->nlast - 1) % CLOSE_BAD] <= CLOSE) {
		*end = x->chain_end;
		return x->chain;
	}
	*end = x->line;
	return x->before[1];
}

/* Add to the text and judge the lines that end in it. */
static bool
add(struct search *x, const uint16_t *v, size_t n)
{
	bool damaged = false;

	make_room(x, n);
	for (size_t i = 0; i < n; i++) {
		size_t from;

		x->text[x->ntext++] = byte_of(v[i]);
		x->made++;
		if (v[i] != '\n')
			continue;
		from = position(x, x->line);
		damaged =
		    judge(x, slice_of(x->text + from, x->ntext - 1 - from)) ||
		    damaged;
		x->before[1] = x->before[0];
		x->before[0] = x->line;
		x->line = x->made;
	}
	return damaged;
}

/* The place before `made` of which the bit is known. */
static struct mark
mark_before(const struct search *x, uint64_t made)
{
	size_t n = x->nmark < MARKS ? x->nmark : MARKS;
	struct mark m = { 0 };

	for (size_t i = 1; i <= n; i++) {
		m = x->mark[(x->nmark - i) % MARKS];
		if (m.made <= made)
			break;
	}
	return m;
}

/* Where decoders that begin side by side fall into step; 0: they do not. */
static uint64_t
sync_at(struct inflate *t, uint64_t bit)
{
	unsigned char seen[SYNC_BITS] = { 0 };
	unsigned int alive = 0;

	for (unsigned int i = 0; i < SYNC_N; i++) {
		size_t n = 1;
		uint64_t at = bit + i;

		inflate_seek(t, at);
		while (n > 0 && (at = inflate_bit(t)) - bit < SYNC_BITS) {
			seen[at - bit]++;
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
static bool
look_ahead(struct search *x, size_t most)
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
	*x->work += x->nahead;
	return rc == RC_OK || x->nahead >= AHEAD_LEAST;
}

/* What the lines ahead are like when so much is missing. */
struct ahead {
	size_t good, bad;
	size_t early; /* bad ones among the first bytes */
};

static struct ahead
read_ahead(struct search *x, size_t lost, bool learn)
{
	unsigned char *line = mem_alloc(AHEAD + 1, 1);
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
	mem_free(line);
	return a;
}

static bool
reads_well(struct search *x, size_t lost)
{
	struct ahead a = read_ahead(x, lost, false);

	return a.early == 0 && a.bad * 20 <= a.good;
}

/* The block's codes are known: try a bit of it. */
static bool
try_bit(struct search *x, uint64_t block, uint64_t bit, struct found *f)
{
	uint64_t at;

	inflate_start(x->t, block);
	if (!enter_block(x->t, block, bit))
		return false;
	at = sync_at(x->t, bit);
	if (at == 0 || x->trials == TRIALS)
		return false;
	x->trials++;
	*x->work += TRIAL_WORK;
	inflate_start(x->t, at);
	if (!enter_block(x->t, block, at) || !look_ahead(x, AHEAD) ||
	    gap_junk(x->gap, x->ahead, x->nahead < NO_BAD ? x->nahead : NO_BAD))
		return false;
	f->lost =
	    gap_find(x->gap, slice_of(x->text, x->ntext), x->ahead, x->nahead);
	f->to = at;
	f->block = block;
	return f->lost != GAP_NONE &&
	    gap_reads(x->gap, slice_of(x->text, x->ntext), x->ahead,
		x->nahead < NO_BAD ? x->nahead : NO_BAD, f->lost) &&
	    reads_well(x, f->lost);
}

/* Nothing but zero bytes from a bit on. */
static bool
is_wiped(struct search *x, uint64_t bit)
{
	unsigned char b[WIPED];
	size_t n = x->d->read(x->d->arg, bit / 8, b, sizeof(b));

	*x->work += n;
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
static bool
search_block(struct search *x, const struct mark *m, struct found *f)
{
	uint64_t from = m->bit / 8 * 8, off = 0;
	uint64_t end = reach(x, m);
	bool found = false;

	while (!found && off < end && *x->work <= x->limit) {
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

	inflate_start(t, bit);
	rc = inflate_tables(t);
	while (rc == RC_OK && !t->at_end && t->made < BLOCK_MAX)
		rc = inflate_step(t, INFLATE_CHUNK, &v, &n);
	*x->work += t->made;
	return rc == RC_OK && t->at_end &&
	    (t->last || inflate_tables(t) == RC_OK);
}

/* Look for the header of another block behind the hole. */
static bool
search_header(struct search *x, const struct mark *m, struct found *f)
{
	unsigned char *buf = mem_alloc(BLOCK_IN, 1);
	uint64_t off = m->bit / 8, end = off + RESYNC_REACH;
	bool found = false;
	size_t n, bit;

	while (!found && off < end && *x->work <= x->limit &&
	    (n = x->d->read(x->d->arg, off, buf, BLOCK_IN)) > DEFLATE_HEAD) {
		for (bit = 0;
		     !found && deflate_find(slice_of(buf, n), bit, &bit); bit++)
			found = off * 8 + bit > m->block &&
			    try_header(x, off * 8 + bit);
		*x->work += n;
		off += found ? 0 : n - DEFLATE_HEAD;
	}
	mem_free(buf);
	if (!found)
		return false;
	f->to = f->block = off * 8 + bit - 1;
	inflate_start(x->t, f->to);
	if (!look_ahead(x, AHEAD))
		return false;
	f->lost =
	    gap_find(x->gap, slice_of(x->text, x->ntext), x->ahead, x->nahead);
	if (f->lost != GAP_NONE && !reads_well(x, f->lost))
		f->lost = GAP_NONE;
	return f->lost != GAP_NONE || reads_well(x, GAP_NONE);
}

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
	size_t n = position(x, m->made);

	*x->work += INFLATE_WINDOW;
	if (!enter_block(x->t, m->block, m->bit))
		return SIZE_MAX;
	fill_window(x->t, x->text, n, 0);
	x->t->at_end = false;
	return look_ahead(x, FLIP_AHEAD) ? read_ahead(x, GAP_NONE, false).bad :
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
static bool
search_flip(struct search *x, const struct mark *m, const struct mark *end)
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

/* Look for a bit that is wrong where the lines at hand are doubtful. */
static bool
ask(struct search *x)
{
	uint64_t shown, at = doubtful(x, &shown);
	struct mark m = mark_before(x, at), end = mark_before(x, shown);

	x->asked = true;
	x->flips++;
	return search_flip(x, &m, &end);
}

/*
 * Decode up to a hole, which is what RC_DAMAGED means, or to the end.  *odd:
 * it is told by the lines only.
 */
static enum rc
decode(struct search *x, bool *odd)
{
	struct inflate *d = x->d;
	const uint16_t *v;
	enum rc rc;
	size_t n;

	*odd = false;
	while (*x->work <= x->limit) {
		if (d->at_end && d->last)
			return RC_END;
		if (d->at_end || d->block == INFLATE_NONE) {
			x->block = inflate_bit(d);
			if (inflate_tables(d) != RC_OK)
				return RC_DAMAGED;
		}
		x->mark[x->nmark++ % MARKS] =
		    (struct mark){ x->made, inflate_bit(d), x->block };
		rc = step(d, &x->head, &v, &n);
		*x->work += n;
		*odd = add(x, v, n);
		if (!x->asked && ask(x))
			return RC_END;
		if (rc != RC_OK)
			*odd = false;
		if (*odd || rc != RC_OK)
			return RC_DAMAGED;
	}
	return RC_END;
}

/*
 * Lines may be odd and not damaged: what follows them copies from what stood
 * before them, and finds it at the distance that it has as it was decoded.
 */
static bool
is_straight(struct search *x, uint64_t at, const struct mark *end)
{
	struct inflate *t = x->t;
	size_t n = position(x, at);

	if (x->trials == TRIALS || end->made < at)
		return false;
	x->trials++;
	inflate_start(t, end->bit);
	return enter_block(t, end->block, end->bit) && look_ahead(x, AHEAD) &&
	    gap_find(x->gap, slice_of(x->text, n), x->ahead, x->nahead) ==
	    end->made - at;
}

/* The text is a log again behind a mark, if of other hosts and programs. */
static bool
is_log(struct search *x, const struct mark *m)
{
	struct lineproof was = x->proof;
	struct ahead a = { 0 };

	inflate_start(x->t, m->bit);
	if (enter_block(x->t, m->block, m->bit)) {
		fill_window(x->t, x->text, position(x, m->made), 0);
		if (look_ahead(x, AHEAD))
			a = read_ahead(x, GAP_NONE, true);
	}
	memcpy(x->proof.seen, was.seen, sizeof(was.seen));
	x->proof.n = was.n;
	return a.good > 0 && a.bad * 4 < a.good;
}

/* Decoding straight on from a mark comes to that bit with so much made. */
static bool
comes_to(struct search *x, const struct mark *m, uint64_t bit, uint64_t made)
{
	struct inflate *t = x->t;
	enum rc rc = RC_OK;
	const uint16_t *v;
	size_t n;

	inflate_start(t, m->bit);
	if (!enter_block(t, m->block, m->bit))
		return false;
	while (rc == RC_OK && inflate_bit(t) < bit && !(t->at_end && t->last))
		rc = t->at_end ? inflate_tables(t) :
				 inflate_step(t, INFLATE_LEAST, &v, &n);
	return rc == RC_OK && inflate_bit(t) == bit &&
	    m->made + t->made == made;
}

/* Go on behind a hole; its bytes have their place in the text. */
static bool
resume(struct search *x, const struct resync_hole *h)
{
	size_t lost = h->lost == GAP_NONE ? INFLATE_WINDOW : h->lost;

	if (!go_on(x->d, h, x->text, x->ntext))
		return false;
	x->block = h->block;
	x->nlast = 0;
	x->head = 0;
	x->first = true;
	make_room(x, lost);
	memset(x->text + x->ntext, RESYNC_BLANK, lost);
	x->ntext += lost;
	x->made += lost;
	x->line = x->before[0] = x->before[1] = x->made;
	x->nmark = 0;
	return true;
}

/* What was decoded last looks damaged: find where to go on, if it is. */
static bool
cross(struct search *x, bool text_only)
{
	struct resync_hole *h = &x->plan->hole[x->plan->n];
	uint64_t shown, at = doubtful(x, &shown);
	struct mark m = mark_before(x, at), end = mark_before(x, shown);
	struct found f = { 0 };
	uint64_t made = x->made;
	size_t ntext = x->ntext;
	bool found, straight, again;

	if (x->plan->doubt > at)
		x->plan->doubt = at;
	if (text_only && is_straight(x, at, &end)) {
		x->nlast = 0;
		return true;
	}
	if (x->plan->n == 0 && x->nlast == 0 && x->good >= PROVEN && ask(x))
		return false;
	again = text_only && is_log(x, &end);
	x->plan->n++;
	x->ntext = position(x, at);
	x->made = at;
	*h = (struct resync_hole){
		.from = m.bit, .to = RESYNC_NOWHERE, .at = at, .lost = GAP_NONE
	};
	found = x->good >= PROVEN && x->plan->n < RESYNC_HOLES &&
	    search_block(x, &end, &f);
	straight = text_only && found && comes_to(x, &end, f.to, at + f.lost);
	if (!found && x->good >= PROVEN && x->plan->n < RESYNC_HOLES &&
	    !(straight = text_only && again))
		found = search_header(x, &end, &f);
	if (straight) {
		x->plan->n--;
		x->ntext = ntext;
		x->made = made;
		x->nlast = 0;
		return true;
	}
	if (!found)
		return false;
	h->to = f.to;
	h->block = f.block;
	h->lost = f.lost;
	return resume(x, h);
}

bool
resync_plan(struct resync *plan, deflate_read_fn *read, void *arg, uint64_t bit,
    const struct prefix *prefix, uint64_t limit, uint64_t *work)
{
	struct search x = { .plan = plan, .limit = limit, .work = work };
	bool odd;
	enum rc rc;

	*plan = (struct resync){
		.start = bit, .flip = RESYNC_NOWHERE, .doubt = UINT64_MAX
	};
	x.d = mem_alloc(1, sizeof(*x.d));
	x.t = mem_alloc(1, sizeof(*x.t));
	x.gap = mem_alloc(1, sizeof(*x.gap));
	x.text = mem_alloc(TEXT, 1);
	x.mark = mem_alloc(MARKS, sizeof(*x.mark));
	x.ahead = mem_alloc(AHEAD, sizeof(*x.ahead));
	lineproof_init(&x.proof, prefix);
	gap_init(x.gap);
	inflate_init(x.d, read, arg);
	inflate_init(x.t, read, arg);
	inflate_start(x.d, bit);
	x.head = HEAD_OVER;
	x.asked = true;
	do
		rc = decode(&x, &odd);
	while (rc == RC_DAMAGED && cross(&x, odd));
	plan->ended = rc == RC_END && x.d->at_end && x.d->last;
	plan->end = inflate_bit(x.d);
	plan->made = x.made;
	lineproof_free(&x.proof);
	mem_free(x.d);
	mem_free(x.t);
	mem_free(x.gap);
	mem_free(x.text);
	mem_free(x.mark);
	mem_free(x.ahead);
	return x.good >= PROVEN &&
	    (plan->n > 0 || plan->flip != RESYNC_NOWHERE);
}

void
resync_open(struct resync_text *r, const struct resync *plan,
    deflate_read_fn *read, void *arg, const struct prefix *prefix, size_t part)
{
	*r = (struct resync_text){ .plan = plan, .part = part };
	r->inflate = mem_alloc(1, sizeof(*r->inflate));
	inflate_init(r->inflate, read, arg);
	inflate_start(r->inflate, plan->start);
	r->head = HEAD_OVER;
	r->proof = mem_alloc(1, sizeof(*r->proof));
	lineproof_init(r->proof, prefix);
	buf_init(&r->line, RESYNC_LINE);
}

void
resync_close(struct resync_text *r)
{
	if (r->proof != NULL)
		lineproof_free(r->proof);
	mem_free(r->proof);
	mem_free(r->inflate);
	buf_free(&r->line);
	r->proof = NULL;
	r->inflate = NULL;
}

/* Where the part at hand ends. */
static uint64_t
end_of_part(const struct resync_text *r)
{
	return r->at < r->plan->n ? r->plan->hole[r->at].at : r->plan->made;
}

/* Cross the hole behind the part at hand; false if nothing is behind it. */
static bool
next_part(struct resync_text *r)
{
	const struct resync_hole *h = &r->plan->hole[r->at];
	struct inflate *d = r->inflate;
	unsigned char *text;
	const uint16_t *v;
	bool good;

	if (r->at == r->part || r->at >= r->plan->n || h->to == RESYNC_NOWHERE)
		return false;
	/* More may have been decoded than was good. */
	text = mem_alloc(INFLATE_WINDOW, 1);
	v = inflate_window(d) - r->n;
	for (size_t i = 0; i < INFLATE_WINDOW; i++)
		text[i] = byte_of(v[i]);
	good = go_on(d, h, text, INFLATE_WINDOW);
	mem_free(text);
	r->n = 0;
	r->made += h->lost == GAP_NONE ? INFLATE_WINDOW : h->lost;
	r->at++;
	r->line.len = 0;
	r->head = 0;
	r->first = true;
	r->unknown = false;
	return good;
}

/* Decode some more of the part at hand; false at its end. */
static bool
fill(struct resync_text *r)
{
	struct inflate *d = r->inflate;

	while (r->n == 0) {
		if (d->at_end && d->last)
			return false;
		if ((d->at_end || d->block == INFLATE_NONE) &&
		    inflate_tables(d) != RC_OK)
			return false;
		(void)step(d, &r->head, &r->v, &r->n);
		if (r->n == 0 && !d->at_end)
			return false;
	}
	return true;
}

/* The line at hand is complete: what of it may be given? */
static void
end_line(struct resync_text *r, bool ended)
{
	struct slice line =
	    slice_sub(buf_slice(&r->line), 0, r->line.len - ended);

	r->whole = r->at == r->part;
	r->given = 0;
	if (r->part > 0 &&
	    (r->first || r->unknown ||
		!lineproof_line(r->proof, line, r->at == 0)) &&
	    r->at > 0) {
		memset(r->line.ptr, RESYNC_BLANK, line.len);
		r->left_out += r->whole && !r->first;
	}
	r->first = r->unknown = false;
	if (!r->whole)
		r->line.len = 0;
}

/* Take values up to the end of a line; false at the end of the part. */
static bool
take_line(struct resync_text *r)
{
	while (!r->whole) {
		uint64_t left = end_of_part(r) - r->made;

		if (left == 0 || !fill(r)) {
			if (next_part(r))
				continue;
			if (r->at == r->part && r->line.len > 0)
				end_line(r, false);
			r->over = true;
			return r->whole;
		}
		r->made++;
		r->n--;
		(void)buf_addc(&r->line, byte_of(*r->v));
		r->unknown = r->unknown || byte_of(*r->v) == RESYNC_BLANK;
		if (*r->v++ == '\n')
			end_line(r, true);
		else if (r->line.len == RESYNC_LINE) {
			end_line(r, false);
			r->first = r->at > 0;
		}
	}
	return true;
}

enum rc
resync_read(struct resync_text *r, unsigned char *dst, size_t cap, size_t *made)
{
	*made = 0;
	while (*made < cap) {
		size_t n;

		if (!r->whole && (r->over || !take_line(r)))
			break;
		n = r->line.len - r->given;
		if (n > cap - *made)
			n = cap - *made;
		memcpy(dst + *made, r->line.ptr + r->given, n);
		*made += n;
		r->given += n;
		if (r->given == r->line.len) {
			r->whole = false;
			r->line.len = 0;
		}
	}
	return *made > 0 ? RC_OK : RC_END;
}
