#include "io/ewfend.h"

#include <stdbool.h>

#define PROBES 48 /* chunks looked at behind the end */

/* Can the chunk be read?  Of one that is not there, only the first try tells.
 */
static bool
has(libewf_handle_t *h, uint64_t chunk, uint32_t chunk_size)
{
	unsigned char byte;

	return libewf_handle_seek_offset(
		   h, (off64_t)(chunk * chunk_size), SEEK_SET, NULL) >= 0 &&
	    libewf_handle_read_buffer(h, &byte, 1, NULL) == 1;
}

uint64_t
ewfend_find(libewf_handle_t *h, uint64_t size)
{
	uint64_t lo = 0, hi, last;
	uint32_t chunk = 0;

	if (size == 0 || libewf_handle_segment_files_corrupted(h, NULL) != 1 ||
	    libewf_handle_get_chunk_size(h, &chunk, NULL) != 1 || chunk == 0)
		return size;
	last = (size - 1) / chunk;
	if (has(h, last, chunk))
		return size;
	/* What is at lo and before is there, what is at hi is not. */
	for (hi = last; hi - lo > 1;) {
		uint64_t mid = lo + (hi - lo) / 2;

		if (has(h, mid, chunk))
			lo = mid;
		else
			hi = mid;
	}
	if (hi - lo == 1 && !has(h, lo, chunk))
		hi = lo;
	for (uint64_t i = 1; i < PROBES; i++) {
		uint64_t at = hi + (last - hi) / PROBES * i;

		if (at != hi && at != last && has(h, at, chunk))
			return size;
	}
	return hi * chunk;
}
