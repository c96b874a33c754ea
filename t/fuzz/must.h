/*
 * must - what a fuzz target may not see; a fuzzer calls its entry point
 */
#ifndef FUZZ_MUST_H
#define FUZZ_MUST_H

#include <stdint.h>
#include <stdlib.h>

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

#endif
