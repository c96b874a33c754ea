#include "base/loopback.h"

bool
loopback_is(struct slice addr)
{
	struct slice part;
	uint64_t n;

	if (slice_eq(addr, SLICE("::1")))
		return true;
	(void)slice_take(&addr, SLICE("::ffff:"));
	if (!slice_take(&addr, SLICE("127.")))
		return false;
	for (int i = 0; i < 2; i++)
		if (!slice_cut(addr, '.', &part, &addr) ||
		    !slice_u64(part, 255, &n))
			return false;
	return slice_u64(addr, 255, &n);
}
