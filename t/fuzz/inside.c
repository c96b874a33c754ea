/*
 * inside - any bytes as a forensic path and an image: the path is of the form
 * or not, decoding ends within its limit, and gives the same bytes again
 *
 * The first byte is the length of the path, the image comes behind it.
 */
#include "source/inside.h"

#include <string.h>

#include "must.h"

#define LIMIT	((uint64_t)1024 * 1024)
#define SOME	4096

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char first[SOME], buf[SOME];
	struct slice all = slice_of(data, size), path, image;
	struct inside *in;
	uint64_t off = 0;
	size_t n, len;

	if (size == 0)
		return 0;
	path = slice_sub(all, 1, data[0]);
	image = slice_from(all, 1 + path.len);
	in = inside_open(must_read, &image, LIMIT, path);
	must(in == NULL || inside_is(path));
	if (in == NULL)
		return 0;
	len = inside_read(in, 0, first, SOME);
	while ((n = inside_read(in, off, buf, SOME)) > 0 && n == SOME)
		off += n;
	must(off <= LIMIT + MEMBER_BUF);
	/* Unless there is no work left for it. */
	n = inside_read(in, 0, buf, SOME);
	must(n <= len && memcmp(buf, first, n) == 0);
	inside_close(in);
	return 0;
}
