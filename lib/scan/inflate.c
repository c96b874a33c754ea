#include "scan/inflate.h"

#include <string.h>

#include "base/banned.h"

#define LITLENS 288
#define DISTS 32
#define LENGTHS 19 /* codes for code lengths */
#define END 256	   /* the symbol that ends a block */
#define BAD UINT32_MAX
#define NEED 48 /* most bits of a symbol with its extra bits */

static const uint16_t length_base[29] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15,
	17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
	258 };
static const uint8_t length_extra[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
	2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const uint16_t dist_base[30] = { 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49,
	65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
	6145, 8193, 12289, 16385, 24577 };
static const uint8_t dist_extra[30] = { 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5,
	5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };

void
inflate_init(struct inflate *d, deflate_read_fn *read, void *arg)
{
	d->read = read;
	d->arg = arg;
	inflate_forget(d);
	inflate_start(d, 0);
}

void
inflate_start(struct inflate *d, uint64_t bit)
{
	for (size_t i = 0; i < INFLATE_WINDOW; i++)
		d->out[i] = (uint16_t)(INFLATE_UNKNOWN + i);
	d->nout = INFLATE_WINDOW;
	d->made = 0;
	d->block = INFLATE_NONE;
	d->last = d->at_end = false;
	inflate_seek(d, bit);
}

/*
 * Zero bits are the commonest symbols again and again: what was never written,
 * or was wiped, decodes without end to copies of the text before it.  So many
 * bytes are no data, whether the last of them are at hand or not.
 */
static size_t
before_zeroes(const unsigned char *p, size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i < n; i++) {
		run = p[i] == 0 ? run + 1 : 0;
		if (run == INFLATE_ZEROES)
			return i + 1 - run;
	}
	/* The next bytes tell, unless nothing came before. */
	return run < n ? n - run : n;
}

/* Have some bytes at hand; false at the end of the data. */
static bool
fill(struct inflate *d)
{
	d->len = d->read(d->arg, d->next, d->in, sizeof(d->in));
	d->len = before_zeroes(d->in, d->len);
	d->pos = 0;
	d->next += d->len;
	return d->len > 0;
}

/* Have NEED bits at hand, as far as there are any. */
static void
refill(struct inflate *d)
{
	while (d->nacc <= 56) {
		if (d->pos == d->len && !fill(d))
			return;
		d->acc |= (uint64_t)d->in[d->pos++] << d->nacc;
		d->nacc += 8;
	}
}

/* Take n bits that are known to be there. */
static uint32_t
take(struct inflate *d, unsigned int n)
{
	uint32_t v = (uint32_t)(d->acc & ((UINT64_C(1) << n) - 1));

	d->acc >>= n;
	d->nacc -= n;
	return v;
}

/* The next n bits, at most 32; BAD at the end of the bytes. */
static uint32_t
bits(struct inflate *d, unsigned int n)
{
	if (d->nacc < n)
		refill(d);
	return d->nacc < n ? BAD : take(d, n);
}

void
inflate_forget(struct inflate *d)
{
	d->next = 0;
	d->pos = d->len = 0;
}

void
inflate_seek(struct inflate *d, uint64_t bit)
{
	uint64_t off = bit / 8, from = d->next - d->len;

	if (off >= from && off < d->next) {
		d->pos = (size_t)(off - from);
	} else {
		d->next = off;
		d->pos = d->len = 0;
	}
	d->acc = 0;
	d->nacc = 0;
	(void)bits(d, (unsigned int)(bit % 8));
}

uint64_t
inflate_bit(const struct inflate *d)
{
	return (d->next - (d->len - d->pos)) * 8 - d->nacc;
}

static unsigned int
reversed(unsigned int code, unsigned int len)
{
	unsigned int v = 0;

	for (; len > 0; len--, code >>= 1)
		v = v << 1 | (code & 1);
	return v;
}

/*
 * A code from the lengths of its symbols; false if it is over-full, or not
 * full (but `one` allows a single code, or none).
 */
static bool
build(struct inflate_code *c, const uint8_t *len, unsigned int n, bool one)
{
	unsigned int code[INFLATE_BITS + 1], at[INFLATE_BITS + 1];
	unsigned int used = 0;
	int left = 1;

	memset(c, 0, sizeof(*c));
	for (unsigned int i = 0; i < n; i++)
		c->count[len[i]]++;
	used = n - c->count[0];
	c->count[0] = 0;
	code[0] = at[0] = 0;
	for (unsigned int b = 1; b <= INFLATE_BITS; b++) {
		left = left * 2 - c->count[b];
		if (left < 0)
			return false;
		code[b] = (code[b - 1] + c->count[b - 1]) << 1;
		at[b] = at[b - 1] + c->count[b - 1];
	}
	if (left > 0 && !(one && used <= 1))
		return false;
	for (unsigned int i = 0; i < n; i++) {
		unsigned int b = len[i], v;

		if (b == 0)
			continue;
		c->symbol[at[b]++] = (uint16_t)i;
		v = reversed(code[b]++, b);
		for (; b <= INFLATE_FAST && v < 1U << INFLATE_FAST;
		     v += 1U << b)
			c->fast[v] = (uint16_t)(i << 4 | b);
	}
	return true;
}

/* A symbol by a code that is longer than INFLATE_FAST bits. */
static uint32_t
slow(struct inflate *d, const struct inflate_code *c)
{
	uint64_t acc = d->acc;
	int code = 0, first = 0, index = 0;

	for (unsigned int b = 1; b <= INFLATE_BITS && b <= d->nacc; b++) {
		int count = c->count[b];

		code |= (int)(acc & 1);
		acc >>= 1;
		if (code - count < first) {
			(void)take(d, b);
			return c->symbol[index + (code - first)];
		}
		index += count;
		first = (first + count) << 1;
		code <<= 1;
	}
	return BAD;
}

/* The next symbol of a code; BAD if there is none. */
static inline uint32_t
symbol(struct inflate *d, const struct inflate_code *c)
{
	uint16_t v = c->fast[d->acc & ((1U << INFLATE_FAST) - 1)];

	if ((v & 15) == 0 || (v & 15U) > d->nacc)
		return slow(d, c);
	(void)take(d, v & 15);
	return v >> 4;
}

/* The lengths of both codes, which are coded themselves. */
static bool
read_lengths(struct inflate *d, uint8_t *len, unsigned int n)
{
	unsigned int i = 0;

	while (i < n) {
		uint32_t s, k = 1;
		uint8_t v = 0;

		refill(d);
		s = symbol(d, &d->dist);
		if (s == BAD)
			return false;
		if (s < 16)
			v = (uint8_t)s;
		else if (s == 16) {
			if (i == 0)
				return false;
			v = len[i - 1];
			k = bits(d, 2) + 3;
		} else
			k = s == 17 ? bits(d, 3) + 3 : bits(d, 7) + 11;
		if (k > n - i)
			return false;
		memset(len + i, v, k);
		i += k;
	}
	return true;
}

/* The two codes of a block that brings its own. */
static bool
read_codes(struct inflate *d)
{
	static const uint8_t order[LENGTHS] = { 16, 17, 18, 0, 8, 7, 9, 6, 10,
		5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	uint8_t len[LITLENS + DISTS] = { 0 };
	uint32_t head = bits(d, 14), nlit, ndist, n;

	if (head == BAD)
		return false;
	nlit = (head & 31) + 257;
	ndist = (head >> 5 & 31) + 1;
	n = (head >> 10) + 4;
	if (nlit > 286 || ndist > 30)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = bits(d, 3);

		if (v == BAD)
			return false;
		len[order[i]] = (uint8_t)v;
	}
	/* The code of distances is free until it is read. */
	if (!build(&d->dist, len, LENGTHS, false))
		return false;
	memset(len, 0, sizeof(len));
	return read_lengths(d, len, nlit + ndist) && len[END] != 0 &&
	    build(&d->litlen, len, nlit, true) &&
	    build(&d->dist, len + nlit, ndist, true);
}

static void
fixed_codes(struct inflate *d)
{
	uint8_t len[LITLENS];

	memset(len, 8, 144);
	memset(len + 144, 9, 112);
	memset(len + 256, 7, 24);
	memset(len + 280, 8, 8);
	(void)build(&d->litlen, len, LITLENS, false);
	memset(len, 5, DISTS);
	(void)build(&d->dist, len, DISTS, false);
}

/* The length of a stored block. */
static bool
stored_length(struct inflate *d)
{
	uint32_t v;

	(void)bits(d, d->nacc % 8);
	v = bits(d, 32);
	d->left = v & 0xffff;
	return v != BAD && (v >> 16 ^ d->left) == 0xffff;
}

enum rc
inflate_tables(struct inflate *d)
{
	uint32_t head = bits(d, 3);
	bool good = false;

	d->at_end = false;
	d->block = INFLATE_NONE;
	if (head == BAD)
		return RC_DAMAGED;
	d->last = (head & 1) != 0;
	switch (head >> 1) {
	case INFLATE_STORED:
		good = stored_length(d);
		break;
	case INFLATE_FIXED:
		fixed_codes(d);
		good = true;
		break;
	case INFLATE_DYNAMIC:
		good = read_codes(d);
		break;
	default:
		break;
	}
	if (good)
		d->block = (enum inflate_block)(head >> 1);
	return good ? RC_OK : RC_DAMAGED;
}

/* Copy; source and target may overlap, and that means repetition. */
static void
copy(uint16_t *dst, size_t dist, size_t len)
{
	const uint16_t *src = dst - dist;

	for (size_t i = 0; i < len; i++)
		dst[i] = src[i];
}

/* The symbol at hand, a length, and the distance behind it. */
static bool
match(struct inflate *d, uint32_t s, size_t *len, size_t *dist)
{
	s -= END + 1;
	if (s >= 29 || d->nacc < length_extra[s])
		return false;
	*len = length_base[s] + take(d, length_extra[s]);
	s = symbol(d, &d->dist);
	if (s >= 30 || d->nacc < dist_extra[s])
		return false;
	*dist = dist_base[s] + take(d, dist_extra[s]);
	return true;
}

/* Values of a block with codes. */
static enum rc
step_coded(struct inflate *d, size_t end)
{
	while (end - d->nout >= INFLATE_LEAST) {
		size_t len, dist;
		uint32_t s;

		refill(d);
		s = symbol(d, &d->litlen);
		if (s < END) {
			d->out[d->nout++] = (uint16_t)s;
			continue;
		}
		if (s == END) {
			d->at_end = true;
			return RC_OK;
		}
		if (!match(d, s, &len, &dist))
			return RC_DAMAGED;
		copy(d->out + d->nout, dist, len);
		d->nout += len;
	}
	return RC_OK;
}

static enum rc
step_stored(struct inflate *d, size_t end)
{
	for (; d->left > 0 && d->nout < end; d->left--) {
		uint32_t s = bits(d, 8);

		if (s == BAD)
			return RC_DAMAGED;
		d->out[d->nout++] = (uint16_t)s;
	}
	d->at_end = d->left == 0;
	return RC_OK;
}

uint16_t *
inflate_window(struct inflate *d)
{
	return d->out + d->nout - INFLATE_WINDOW;
}

enum rc
inflate_step(struct inflate *d, size_t cap, const uint16_t **v, size_t *n)
{
	size_t start;
	enum rc rc = RC_DAMAGED;

	if (cap > INFLATE_CHUNK)
		cap = INFLATE_CHUNK;
	if (cap > INFLATE_OUT - d->nout) {
		memmove(d->out, inflate_window(d),
		    INFLATE_WINDOW * sizeof(*d->out));
		d->nout = INFLATE_WINDOW;
	}
	start = d->nout;
	if (d->block == INFLATE_STORED && !d->at_end)
		rc = step_stored(d, start + cap);
	else if (d->block != INFLATE_NONE && !d->at_end)
		rc = step_coded(d, start + cap);
	*v = d->out + start;
	*n = d->nout - start;
	d->made += *n;
	return rc;
}

enum rc
inflate_symbol(struct inflate *d, size_t *n)
{
	size_t dist;
	uint32_t s;

	if (d->block != INFLATE_FIXED && d->block != INFLATE_DYNAMIC)
		return RC_DAMAGED;
	refill(d);
	s = symbol(d, &d->litlen);
	*n = s < END ? 1 : 0;
	if (s <= END || match(d, s, n, &dist))
		return RC_OK;
	return RC_DAMAGED;
}
