#include "rec/rec_key.h"

#include <pthread.h>

#include "base/banned.h"

#define NAME_FITS(id, name, type, text)					\
	_Static_assert(sizeof(#name) - 1 <= REC_KEY_MAX, #name);
FIELD_TABLE(NAME_FITS)
#undef NAME_FITS
/* Lookup ends at a free slot, and there are few steps to it. */
_Static_assert(FIELD_N <= REC_KEY_SLOTS / 2, "more slots");

/* A function of FIELD_TABLE alone: constant once it is made. */
static struct rec_keys keys;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
make(void)
{
	for (size_t f = 0; f < FIELD_N; f++) {
		struct slice name = field_info[f].name;
		uint64_t w[2] = { 0, 0 };
		size_t i;

		memcpy(w, name.ptr, name.len);
		i = rec_key_hash(w[0], w[1]);
		while (keys.slot[i].len != 0)
			i = (i + 1) % REC_KEY_SLOTS;
		keys.slot[i] = (struct rec_key_slot){ .lo = w[0], .hi = w[1],
		    .len = (uint32_t)name.len, .field = (uint32_t)f };
	}
}

const struct rec_keys *
rec_keys(void)
{
	(void)pthread_once(&once, make);
	return &keys;
}
