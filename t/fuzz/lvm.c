/*
 * lvm - any bytes as a physical volume of LVM2, or as the metadata of one
 * whose label, header and checksum are right: what is found lies within it
 *
 * The first byte chooses: with the lowest bit the rest is the text.
 */
#include "scan/lvm.h"

#include <string.h>

#include "must.h"

#define SIZE ((uint64_t)64 * 1024 * 1024) /* of the volume, mostly zeroes */
#define AREA 4096
#define HEAD 512
#define TEXT_MAX 65536
#define UUID "GyFqwEGQs0aljyhmagNQPtcnyPnkl8N3"

static void
le(unsigned char *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		p[i] = (unsigned char)v;
}

/* A volume around a text; its bytes. */
static size_t
wrap(unsigned char *b, const unsigned char *text, size_t n)
{
	unsigned char *h = b + 512, *a = b + AREA;

	memset(b, 0, AREA + HEAD);
	memcpy(h, "LABELONE", 8);
	le(h + 20, 32, 4);
	memcpy(h + 24, "LVM2 001", 8);
	memcpy(h + 32, UUID, LVM_UUID);
	le(h + 32 + 32, SIZE, 8);
	le(h + 32 + 40, SIZE / 64, 8);
	le(h + 32 + 72, AREA, 8);
	le(h + 32 + 80, HEAD + TEXT_MAX, 8);
	memcpy(a + 4, " LVM2 x[5A%r0N*>", 16);
	le(a + 40, HEAD, 8);
	le(a + 48, n, 8);
	le(a + 56,
	    (uint32_t)~crc32(~0xf597a6cfu & 0xffffffff, text, (unsigned int)n),
	    4);
	memcpy(a + HEAD, text, n);
	return AREA + HEAD + n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char b[AREA + HEAD + TEXT_MAX];
	static const struct partition all = { 0, SIZE, 0 };
	struct slice image;
	struct lvm l;

	if (size == 0 || size > TEXT_MAX)
		return 0;
	image = slice_of(data + 1, size - 1);
	if ((data[0] & 1) != 0)
		image = slice_of(b, wrap(b, data + 1, size - 1));
	lvm_read(&l, must_read, &image, &all, 1);
	for (size_t i = 0; i < l.n; i++) {
		const struct pieced *p = &l.v[i].data;
		uint64_t sum = 0;

		must(l.v[i].why == NULL ? p->n > 0 : p->n == 0);
		must(memchr(l.v[i].name, '\0', LVM_NAME) != NULL);
		for (size_t k = 0; k < p->n; sum += p->v[k++].len)
			must(p->v[k].off <= SIZE &&
			    p->v[k].len <= SIZE - p->v[k].off);
		must(sum == p->size);
	}
	must(l.n == 0 || l.npv == 1);
	lvm_free(&l);
	return 0;
}
