#include "scan/deflate.h"

#include "base/mem.h"

#include "base/banned.h"

#define STORED		0	/* types of a block */
#define FIXED		1
#define DYNAMIC		2	/* with codes of its own */
#define LENGTHS		19	/* codes for code lengths */
#define COMPLETE	128u	/* sum of 2^(7-length) of a complete code */

static void *
get(void *arg, unsigned int n, unsigned int size)
{
	(void)arg;
	return mem_alloc(n, size);
}

static void
put(void *arg, void *p)
{
	(void)arg;
	mem_free(p);
}

void
deflate_init(struct deflate *d, deflate_read_fn *read, void *arg)
{
	d->read = read;
	d->arg = arg;
	d->z = (z_stream){ .zalloc = get, .zfree = put };
	d->ready = inflateInit2(&d->z, -15) == Z_OK;
	d->next = d->made = d->block = d->block_made = 0;
}

void
deflate_free(struct deflate *d)
{
	if (d->ready)
		(void)inflateEnd(&d->z);
	d->ready = false;
}

/* More input; false if there is none. */
static bool
more(struct deflate *d)
{
	size_t n = d->read(d->arg, d->next, d->in, sizeof(d->in));

	d->z.next_in = d->in;
	d->z.avail_in = (unsigned int)n;
	d->next += n;
	return n > 0;
}

void
deflate_start(struct deflate *d, uint64_t off)
{
	(void)inflateReset(&d->z);
	d->next = off;
	d->made = d->block_made = 0;
	d->block = off * 8;
	d->z.avail_in = 0;
}

uint64_t
deflate_pos(const struct deflate *d)
{
	return d->next - d->z.avail_in;
}

enum rc
deflate_step(struct deflate *d, unsigned char *dst, size_t cap, size_t *made)
{
	bool dry;
	int ret, before;

	*made = 0;
	if (!d->ready)
		return RC_DAMAGED;
	/* Some bits and part of a copy may be waiting inside of zlib. */
	dry = d->z.avail_in == 0 && !more(d);
	before = d->z.data_type;
	d->z.next_out = dst;
	d->z.avail_out = cap < UINT32_MAX ? (unsigned int)cap : UINT32_MAX;
	ret = inflate(&d->z, Z_BLOCK);
	*made = (size_t)(d->z.next_out - dst);
	d->made += *made;
	if (ret == Z_STREAM_END)
		return RC_END;
	if ((ret != Z_OK && ret != Z_BUF_ERROR) ||
	    (dry && *made == 0 && d->z.data_type == before))
		return RC_DAMAGED;
	if ((d->z.data_type & 128) != 0) {
		d->block = deflate_pos(d) * 8 -
		    (unsigned int)(d->z.data_type & 7);
		d->block_made = d->made;
	}
	return RC_OK;
}

/* 64 bits from a bit on; what is behind the end is 0. */
static uint64_t
bits(struct slice s, size_t bit)
{
	size_t pos = bit / 8, left = s.len - pos;
	uint64_t v = 0, top;

	if (left >= 9) {
		memcpy(&v, s.ptr + pos, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		v = __builtin_bswap64(v);
#endif
		top = s.ptr[pos + 8];
	} else {
		top = 0;
		for (size_t i = left < 8 ? left : 8; i-- > 0;)
			v = v << 8 | s.ptr[pos + i];
	}
	if (bit % 8 == 0)
		return v;
	return v >> bit % 8 | top << (64 - bit % 8);
}

/* A header of a block with its own codes begins at this bit. */
static bool
is_header(struct slice s, size_t bit)
{
	uint64_t v = bits(s, bit);
	unsigned int n, sum = 0;

	if ((v >> 1 & 3) != DYNAMIC || (v >> 3 & 31) > 29 ||
	    (v >> 8 & 31) > 29)
		return false;
	n = (unsigned int)(v >> 13 & 15) + 4;
	if (n > LENGTHS)
		return false;
	v = bits(s, bit + 17);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int len = (unsigned int)(v >> 3 * i & 7);

		if (len > 0)
			sum += COMPLETE >> len;
	}
	return sum == COMPLETE;
}

bool
deflate_find(struct slice s, size_t from, size_t *bit)
{
	if (s.len < DEFLATE_HEAD || s.len > SIZE_MAX / 16)
		return false;
	for (size_t b = from; b < (s.len - DEFLATE_HEAD) * 8; b++)
		if (is_header(s, b)) {
			*bit = b;
			return true;
		}
	return false;
}

bool
deflate_zlib(struct slice s)
{
	const unsigned char *p = s.ptr;

	if (s.len < DEFLATE_ZLIB + 5 || p[0] != 0x78 ||
	    (p[0] << 8 | p[1]) % 31 != 0 || (p[1] & 0x20) != 0)
		return false;
	switch (p[2] >> 1 & 3) {
	case STORED: /* a length, and its complement */
		return (p[3] ^ p[5]) == 0xff && (p[4] ^ p[6]) == 0xff;
	case FIXED:
		return true;
	case DYNAMIC:
		return p[2] >> 3 <= 29 && (p[3] & 31) <= 29;
	default:
		return false;
	}
}

bool
deflate_zlib_sure(struct slice s)
{
	return deflate_zlib(s) && s.len >= DEFLATE_ZLIB + DEFLATE_HEAD &&
	    is_header(s, DEFLATE_ZLIB * 8);
}
