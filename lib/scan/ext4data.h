/*
 * ext4data - the bytes of a file, by the map of its blocks
 *
 * For deleted files: nothing says that the blocks still hold what they held.
 * ext4_data_at gives at least n bytes (at most EXT4_DATA_ASK) from an offset
 * of the file, or all that are left, in memory that stays until the next
 * call: what fmt/queuefile.h wants.  ext4_data_read is a deflate_read_fn.
 * Holes and what was never written read as zeroes; behind the last block of
 * a damaged map, and of an image that was cut off, nothing is left.  Reading
 * counts as work of the file system; past that `cut` is set.
 *
 * ext4_data_image says where an offset of the file lies in the image, and
 * how many bytes stand there in a row; UINT64_MAX for holes.
 */
#ifndef SCAN_EXT4DATA_H
#define SCAN_EXT4DATA_H

#include "scan/ext4inode.h"

#define EXT4_DATA_BLOCK ((size_t)256 * 1024)
#define EXT4_DATA_ASK (EXT4_DATA_BLOCK / 2)

struct ext4_data {
	struct ext4 *fs;
	const struct ext4_map *map;
	uint64_t size; /* bytes that can be read */
	bool cut;
	unsigned char *buf;
	uint64_t off; /* of buf in the file */
	size_t len;
};

void ext4_data_init(struct ext4_data *, struct ext4 *);
void ext4_data_free(struct ext4_data *);
/* The next file; its map must outlive it. */
void ext4_data_file(
    struct ext4_data *, const struct ext4_map *, uint64_t size);
struct slice ext4_data_at(void *data, uint64_t off, size_t n);
size_t ext4_data_read(
    void *data, uint64_t off, unsigned char *dst, size_t len);
uint64_t ext4_data_image(
    const struct ext4_data *, uint64_t off, uint64_t *len);

#endif
