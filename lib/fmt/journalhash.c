#include "fmt/journalhash.h"

#include "base/banned.h"

#define BLOCK 12 /* bytes that lookup3 mixes at once */

static inline uint32_t
rot32(uint32_t v, unsigned int n)
{
	return v << n | v >> (32 - n);
}

static inline uint64_t
rot64(uint64_t v, unsigned int n)
{
	return v << n | v >> (64 - n);
}

/* At most 8 bytes as a little-endian number. */
static inline uint64_t
little(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

/* The three words of lookup3's state. */
struct abc {
	uint32_t a, b, c;
};

static inline void
mix(struct abc *s)
{
	uint32_t a = s->a, b = s->b, c = s->c;

	a -= c;
	a ^= rot32(c, 4);
	c += b;
	b -= a;
	b ^= rot32(a, 6);
	a += c;
	c -= b;
	c ^= rot32(b, 8);
	b += a;
	a -= c;
	a ^= rot32(c, 16);
	c += b;
	b -= a;
	b ^= rot32(a, 19);
	a += c;
	c -= b;
	c ^= rot32(b, 4);
	b += a;
	*s = (struct abc){ a, b, c };
}

static inline void
finish(struct abc *s)
{
	uint32_t a = s->a, b = s->b, c = s->c;

	c ^= b;
	c -= rot32(b, 14);
	a ^= c;
	a -= rot32(c, 11);
	b ^= a;
	b -= rot32(a, 25);
	c ^= b;
	c -= rot32(b, 16);
	a ^= c;
	a -= rot32(c, 4);
	b ^= a;
	b -= rot32(a, 14);
	c ^= b;
	c -= rot32(b, 24);
	*s = (struct abc){ a, b, c };
}

/* Add at most a block; missing bytes are zeroes. */
static inline void
add_block(struct abc *s, const unsigned char *p, size_t n)
{
	s->a += (uint32_t)little(p, n < 4 ? n : 4);
	if (n > 4)
		s->b += (uint32_t)little(p + 4, n < 8 ? n - 4 : 4);
	if (n > 8)
		s->c += (uint32_t)little(p + 8, n - 8);
}

uint64_t
journalhash_jenkins(struct slice in)
{
	uint32_t start = 0xdeadbeef + (uint32_t)in.len;
	struct abc s = { start, start, start };

	while (in.len > BLOCK) {
		add_block(&s, in.ptr, BLOCK);
		mix(&s);
		in = slice_from(in, BLOCK);
	}
	if (in.len > 0) {
		add_block(&s, in.ptr, in.len);
		finish(&s);
	}
	return (uint64_t)s.c << 32 | s.b;
}

static inline void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rot64(v[1], 13);
	v[1] ^= v[0];
	v[0] = rot64(v[0], 32);
	v[2] += v[3];
	v[3] = rot64(v[3], 16);
	v[3] ^= v[2];
	v[0] += v[3];
	v[3] = rot64(v[3], 21);
	v[3] ^= v[0];
	v[2] += v[1];
	v[1] = rot64(v[1], 17);
	v[1] ^= v[2];
	v[2] = rot64(v[2], 32);
}

static inline void
sip_word(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
}

uint64_t
journalhash_siphash(struct slice in, const unsigned char key[JOURNALHASH_KEY])
{
	uint64_t k0 = little(key, 8), k1 = little(key + 8, 8);
	uint64_t last = (uint64_t)in.len << 56;
	uint64_t v[4] = { k0 ^ UINT64_C(0x736f6d6570736575),
		k1 ^ UINT64_C(0x646f72616e646f6d),
		k0 ^ UINT64_C(0x6c7967656e657261),
		k1 ^ UINT64_C(0x7465646279746573) };

	for (; in.len >= 8; in = slice_from(in, 8))
		sip_word(v, little(in.ptr, 8));
	if (in.len > 0)
		last |= little(in.ptr, in.len);
	sip_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
