/*
 * must - what a fuzz target may not see; a fuzzer calls its entry point
 */
#ifndef FUZZ_MUST_H
#define FUZZ_MUST_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static inline void
must(bool ok)
{
	if (!ok)
		abort();
}

/* What was found points into what was given, or nowhere. */
static inline void
inside(struct slice s, struct slice whole)
{
	must(s.ptr == NULL || (s.ptr >= whole.ptr &&
	    s.len <= whole.len - (size_t)(s.ptr - whole.ptr)));
}

/* Read from the slice that arg is, as from an image. */
static inline size_t
must_read(void *arg, uint64_t off, unsigned char *buf, size_t n)
{
	const struct slice *all = arg;
	struct slice s = slice_of(NULL, 0);

	if (off < all->len)
		s = slice_sub(*all, (size_t)off, n);
	if (s.len > 0)
		memcpy(buf, s.ptr, s.len);
	return s.len;
}

#endif
