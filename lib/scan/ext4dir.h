/*
 * ext4dir - the names in a directory block, deleted ones too
 *
 * ext4_dir_block gives each entry of a block of a directory: inode number,
 * name, type (EXT4_DIR_FILE, EXT4_DIR_DIR, others, or 0 if not known).  A
 * deleted entry was joined to the one before it, or lost its inode number in
 * the first place of a block (ino is 0 then); its name stays until something
 * is written there, and newer kernels wipe it.  Between entries such are
 * looked for at every place where one can begin.  False from fn stops.
 *
 * ext4_dir_plausible says whether a block can be one of a directory: its
 * entries lead from one to the next and to the end exactly, and no inode
 * number is too large.  Blocks of a hash tree's index pass; they hold no names
 * but may have them behind.  Pure.  Facts: scan/ext4.h.
 */
#ifndef SCAN_EXT4DIR_H
#define SCAN_EXT4DIR_H

#include "scan/ext4.h"

#define EXT4_DIR_FILE 1
#define EXT4_DIR_DIR 2

struct ext4_entry {
	uint64_t ino;
	struct slice name;
	unsigned int type;
	bool deleted;
	size_t pos; /* in the block */
};

typedef bool ext4_dir_fn(void *arg, const struct ext4_entry *);

bool ext4_dir_plausible(const struct ext4_super *, struct slice);
void ext4_dir_block(
    const struct ext4_super *, struct slice, ext4_dir_fn *, void *arg);

#endif
