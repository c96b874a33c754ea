#include "scan/mdraid.h"

#include "base/bytes.h"

#include "base/banned.h"

#define SECTOR 512
#define MAGIC 0xa92b4efcu
#define MAJOR 4 /* where these stand in the superblock */
#define LEVEL 72
#define DATA 128
#define SUPER 144
#define SUPER_LEN 256

bool
mdraid_find(deflate_read_fn *read, void *arg, uint64_t off, uint64_t len,
    struct mdraid *m)
{
	static const uint64_t place[] = { 0, 8 }; /* sectors: 1.1, 1.2 */
	unsigned char b[SUPER_LEN];

	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
		uint64_t at = place[i] * SECTOR, data;
		struct slice s;

		if (len < at + sizeof(b) || off > UINT64_MAX - at)
			return false;
		s = slice_of(b, read(arg, off + at, b, sizeof(b)));
		if (s.len < sizeof(b) || bytes_le32(s, 0) != MAGIC ||
		    bytes_le32(s, MAJOR) != 1 ||
		    bytes_le(s, SUPER, 8) != place[i])
			continue;
		data = bytes_le(s, DATA, 8);
		if (data == 0 || data >= len / SECTOR)
			continue;
		m->data = data * SECTOR;
		m->level = (int32_t)bytes_le32(s, LEVEL);
		return true;
	}
	return false;
}
