/*
 * mdraid - any bytes as a member of a RAID: the data lie in it, and are the
 * same wherever the member lies
 */
#include "scan/mdraid.h"

#include "must.h"

#define SHIFT 4096

/* The same slice, further on. */
static size_t
read_there(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	return off < SHIFT ? 0 : must_read(arg, off - SHIFT, dst, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct mdraid a = { 0 }, b = { 0 };
	bool is = mdraid_find(must_read, &s, 0, size * 16, &a);

	must(is == mdraid_find(read_there, &s, SHIFT, size * 16, &b));
	must(a.data == b.data && a.level == b.level);
	must(!is || (a.data > 0 && a.data < size * 16));
	return 0;
}
