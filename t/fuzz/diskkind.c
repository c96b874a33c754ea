/*
 * Any bytes as an image: what is named by its first bytes is named as well
 * whatever follows them, and a volume is the same at any offset.
 */
#include "scan/diskkind.h"

#include "must.h"

#define SHIFT 4096

/* The same slice, further on. */
static size_t
read_there(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	return off < SHIFT ? 0 : must_read(arg, off - SHIFT, dst, len);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct slice s = slice_of(data, size);
	const char *name = diskkind_image(s);

	must(name == diskkind_image(slice_sub(s, 0, DISKKIND_HEAD)));
	must(name == NULL || diskkind_disk(s));
	must(diskkind_disk(s) == diskkind_disk(slice_sub(s, 0, DISKKIND_DISK)));
	must(diskkind_volume(must_read, &s, 0) ==
	    diskkind_volume(read_there, &s, SHIFT));
	return 0;
}
