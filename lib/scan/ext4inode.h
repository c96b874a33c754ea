/*
 * ext4inode - an inode of ext2, ext3 or ext4, and where its data lies
 *
 * ext4_inode_parse reads the bytes of one inode, from the table or from an
 * old copy of it.  Times have nanoseconds and, in inodes of more than 128
 * bytes, the birth time; else has_nsec is false.  ext4_inode_at gives the
 * place of an inode in the tables: block and byte; ext4_inode_read the inode
 * as it is now.  False: no such inode, or it cannot be read.
 *
 * ext4_map_read gives the runs of blocks of a file, by extents or by block
 * maps, in order of the file; what is between them are holes.  Index blocks
 * come from a function, since for a deleted file they must come from where
 * they still are.  Anything that does not fit (levels, order, blocks outside,
 * more than size says) ends the map, and `damaged` says so.  At most
 * EXT4_MAP_RUNS runs of a file, and index blocks of all files as many as a
 * sound file system of that size can have.  A file whose data lies
 * in its inode (inline data) has no runs and is not `damaged`.
 * Facts: scan/ext4.h.
 */
#ifndef SCAN_EXT4INODE_H
#define SCAN_EXT4INODE_H

#include "scan/ext4.h"

#define EXT4_MAP_RUNS ((size_t)65536)
#define EXT4_I_BLOCK 60

#define EXT4_REGULAR 0x8000u /* of mode & EXT4_TYPE */
#define EXT4_DIRECTORY 0x4000u
#define EXT4_TYPE 0xf000u
#define EXT4_EXTENTS 0x80000u /* flags of an inode */
#define EXT4_INLINE 0x10000000u

struct ext4_time {
	int64_t sec;
	uint32_t nsec;
};

struct ext4_inode {
	unsigned int mode, links;
	uint32_t uid, gid, flags, generation;
	uint32_t dtime; /* seconds; 0: not deleted */
	uint64_t size;
	bool has_nsec;
	struct ext4_time accessed, modified, changed, made;
	unsigned char block[EXT4_I_BLOCK];
};

struct ext4_run {
	uint64_t logical; /* all in blocks */
	uint64_t block;
	uint64_t n;
	bool unwritten; /* reads as zeroes */
};

struct ext4_map {
	struct ext4_run *v;
	size_t n, cap;
	bool damaged;
};

typedef struct slice ext4_block_fn(void *arg, uint64_t nr);

void ext4_inode_parse(struct slice, struct ext4_inode *);
bool ext4_inode_at(struct ext4 *, uint64_t ino, uint64_t *block, size_t *pos);
bool ext4_inode_read(struct ext4 *, uint64_t ino, struct ext4_inode *);
void ext4_map_read(struct ext4 *, const struct ext4_inode *, ext4_block_fn *,
    void *arg, struct ext4_map *);
void ext4_map_free(struct ext4_map *);
/* The ext4_block of a file system as it is now; arg is the struct ext4. */
struct slice ext4_block_now(void *arg, uint64_t nr);

#endif
