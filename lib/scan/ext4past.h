/*
 * ext4past - earlier states of inodes and names; internal to ext4lost
 *
 * ext4_past_read gathers them from the inode tables and directories as they
 * are now, and from the journal if there is one.  `state` are states of
 * regular files that have data and are not what the inode is now; sorted by
 * inode number, generation and age, one of each life: the latest.  `name` are
 * names that may concern mail, sorted by inode number, directory and text,
 * each once, as it was seen last; `now` says that it stands there now.  Age
 * UINT32_MAX is now.
 */
#ifndef SCAN_EXT4PAST_H
#define SCAN_EXT4PAST_H

#include "scan/ext4lost.h"
#include "scan/ext4tree.h"

#define EXT4_PAST_NOW UINT32_MAX
#define EXT4_PAST_TEXT ((size_t)8 * 1024 * 1024)

struct ext4_state {
	uint32_t ino, generation;
	uint32_t age, sequence;
	uint64_t off; /* of the inode's bytes in the image */
};

struct ext4_name {
	uint32_t ino, dir;
	uint32_t age;
	uint32_t text; /* in `text` */
	uint8_t len;
	bool now;
};

struct ext4_table {
	uint64_t first; /* block */
	uint32_t group;
};

struct ext4_past {
	struct ext4 *fs;
	const struct jbd2 *journal;
	struct ext4_tree tree;
	struct ext4_state *state;
	size_t nstate, state_cap;
	struct ext4_name *name;
	size_t nname, name_cap;
	struct buf text;
	struct ext4_table *table; /* inode tables, in order */
	size_t ntable;
	bool over;
	/* While a directory block is read. */
	uint32_t dir, age;
};

void ext4_past_read(struct ext4_past *, struct ext4 *, const struct jbd2 *);
void ext4_past_free(struct ext4_past *);
/* Regular, with a size and a map. */
bool ext4_past_has_data(const struct ext4_inode *);

#endif
