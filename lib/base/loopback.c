#include "base/loopback.h"

bool
loopback_is(struct slice addr)
{
	if (slice_eq(addr, SLICE("::1")))
		return true;
	(void)slice_take(&addr, SLICE("::ffff:"));
	if (!slice_starts(addr, SLICE("127.")))
		return false;
	for (size_t i = 0; i < addr.len; i++)
		if (!ascii_digit(addr.ptr[i]) && addr.ptr[i] != '.')
			return false;
	return true;
}
