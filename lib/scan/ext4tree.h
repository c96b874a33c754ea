/*
 * ext4tree - the directories of a file system, and so the paths in it
 *
 * Directories are added as they are met, in any order: number, number of the
 * one above, name; and the blocks that each takes.  After ext4_tree_sort,
 * ext4_tree_path writes the path of a directory, ext4_tree_owner tells whose a
 * block is (0: not known).  A directory that is not known, or whose way up
 * does not end at the root in EXT4_TREE_DEPTH steps, gives a path that begins
 * with "?".  Of several entries of a number the first one added counts.
 *
 * At most EXT4_TREE_DIRS directories and EXT4_TREE_BLOCKS blocks are kept,
 * with EXT4_TREE_NAMES bytes of names; `over` says that there were more.
 */
#ifndef SCAN_EXT4TREE_H
#define SCAN_EXT4TREE_H

#include "base/buf.h"

#define EXT4_TREE_DIRS ((size_t)512 * 1024)
#define EXT4_TREE_BLOCKS ((size_t)1024 * 1024)
#define EXT4_TREE_NAMES ((size_t)12 * 1024 * 1024)
#define EXT4_TREE_DEPTH 64
#define EXT4_TREE_ROOT 2

struct ext4_dir {
	uint32_t ino, parent;
	uint32_t name; /* in names */
	uint32_t order;
	uint8_t len;
};

struct ext4_dirblock {
	uint64_t block;
	uint32_t ino;
};

struct ext4_tree {
	struct ext4_dir *dir;
	size_t ndir, dir_cap;
	struct ext4_dirblock *block;
	size_t nblock, block_cap;
	struct buf names;
	bool over;
};

void ext4_tree_init(struct ext4_tree *);
void ext4_tree_free(struct ext4_tree *);
void ext4_tree_dir(
    struct ext4_tree *, uint32_t ino, uint32_t parent, struct slice name);
void ext4_tree_block(struct ext4_tree *, uint64_t block, uint32_t ino);
void ext4_tree_sort(struct ext4_tree *);
/* Ends in a slash.  Replaces what dst holds. */
void ext4_tree_path(const struct ext4_tree *, uint32_t ino, struct buf *dst);
uint32_t ext4_tree_owner(const struct ext4_tree *, uint64_t block);

#endif
