/*
 * Any bytes as an image: what is named by its first bytes is named as well
 * whatever follows them, and a volume is the same at any offset.
 */
#include "scan/diskkind.h"

#include "must.h"

#define SHIFT 4096

struct volume {
	const unsigned char *data;
	size_t size;
	uint64_t at;
};

static size_t
read_volume(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	const struct volume *v = arg;

	if (off < v->at || off - v->at >= v->size)
		return 0;
	off -= v->at;
	if (len > v->size - off)
		len = (size_t)(v->size - off);
	memcpy(dst, v->data + off, len);
	return len;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct volume here = { data, size, 0 }, there = { data, size, SHIFT };
	const char *name = diskkind_image(s);

	must(name == diskkind_image(slice_sub(s, 0, DISKKIND_HEAD)));
	must(name == NULL || diskkind_disk(s));
	must(diskkind_disk(s) == diskkind_disk(slice_sub(s, 0, DISKKIND_DISK)));
	must(diskkind_volume(read_volume, &here, 0) ==
	    diskkind_volume(read_volume, &there, SHIFT));
	return 0;
}
