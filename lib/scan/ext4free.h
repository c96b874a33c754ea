/*
 * ext4free - what an ext2, ext3 or ext4 file system says is free
 *
 * ext4_free goes through the block bitmaps and hands out the free ranges in
 * order, in bytes of the image, adjoining ones as one.  A group whose bitmap
 * was never written is free but for its own tables.  A group that cannot be
 * judged (descriptor or bitmap unreadable, cut off, or its checksum wrong) is
 * not handed out; its bytes are counted in `unknown`.  False from fn stops.
 * Pure but for reading; memory: one bitmap.  Facts: scan/ext4.h.
 */
#ifndef SCAN_EXT4FREE_H
#define SCAN_EXT4FREE_H

#include "scan/ext4.h"

struct ext4_free {
	uint64_t free;	  /* bytes */
	uint64_t unknown; /* bytes */
	uint64_t groups;  /* that cannot be judged */
};

typedef bool ext4_free_fn(void *arg, uint64_t off, uint64_t len);

void ext4_free(struct ext4 *, struct ext4_free *, ext4_free_fn *, void *arg);
/* Blocks of n from nr on that are in use; those not known do not count. */
uint64_t ext4_used(struct ext4 *, uint64_t nr, uint64_t n);

#endif
