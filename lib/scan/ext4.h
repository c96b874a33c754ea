/*
 * ext4 - where an ext2, ext3 or ext4 file system keeps what it knows
 *
 * ext4_super_parse reads 1024 bytes of a superblock and believes nothing:
 * block size, groups, inodes and descriptors must agree with one another as
 * mke2fs makes them and the kernel demands, and the checksum must be right
 * where there is one.  RC_END: these bytes are no superblock at all.
 *
 * ext4_open finds the superblock of the file system that begins at base of an
 * image and takes up to len bytes; one that is damaged is replaced by the
 * first sound copy.  RC_END: no such file system; RC_DAMAGED: one without a
 * superblock that can be used.  Blocks are read by a function and never
 * written; journals and maps go through ext4_block, too.  What has been read
 * is counted: past the work that a sound file system of that length can take
 * ext4_block gives nothing, so that tables that lie end.
 *
 * What is read may itself lie in pieces of the image, as a logical volume does:
 * `in`, which may be set behind ext4_open, is then these pieces, and what the
 * read function reads.  ext4_image makes the place in it one in the image, and
 * *len shorter if less lies there in a row.
 *
 * A block is of block_size bytes; its slice lives until the next call.  An
 * empty slice: outside, cut off or too much work.  With `live` set
 * (scan/jbd2.h) a block that the journal still has to write is read from there.
 *
 * Why not libext2fs: it trusts a superblock that lies (ext2fs_read_bitmaps
 * overruns its heap when s_clusters_per_group is not s_blocks_per_group), and
 * what is needed of it is small.  Facts: the kernel's documentation, Data
 * Structures and Algorithms, ext4; e2fsprogs as oracle in t/carve-ext4.t.
 */
#ifndef SCAN_EXT4_H
#define SCAN_EXT4_H

#include "base/err.h"
#include "scan/pieced.h"

#define EXT4_SUPER 1024 /* bytes, and where the first one stands */
#define EXT4_BLOCK_MAX 65536

#define EXT4_HAS_JOURNAL 0x4u /* compat */
#define EXT4_SPARSE2 0x200u
#define EXT4_FILETYPE 0x2u /* incompat */
#define EXT4_RECOVER 0x4u
#define EXT4_JOURNAL_DEV 0x8u
#define EXT4_META_BG 0x10u
#define EXT4_64BIT 0x80u
#define EXT4_CSUM_SEED 0x2000u
#define EXT4_SPARSE 0x1u /* ro_compat */
#define EXT4_GDT_CSUM 0x10u
#define EXT4_BIGALLOC 0x200u
#define EXT4_METADATA_CSUM 0x400u

#define EXT4_INODE_UNINIT 0x1u /* of a group */
#define EXT4_BLOCK_UNINIT 0x2u

struct ext4_super {
	uint32_t compat, incompat, ro_compat;
	uint32_t block_size;
	unsigned int cluster_shift; /* log2 of the blocks of a bit */
	uint32_t first_block;
	uint32_t group_blocks, group_inodes;
	uint32_t groups, inodes;
	uint64_t blocks;
	uint32_t inode_size, desc_size;
	uint32_t first_meta_bg, reserved_gdt;
	uint32_t backup[2]; /* groups with copies, SPARSE2 */
	uint32_t group;	    /* that this copy stands in */
	uint32_t journal;   /* its inode */
	uint32_t seed;	    /* of checksums */
	unsigned char uuid[16];
	unsigned char journal_map[60]; /* a copy of its i_block */
	uint64_t journal_size;
	bool has_journal_map;
};

struct ext4_group {
	uint64_t block_bitmap, inode_bitmap, inode_table;
	uint32_t unused; /* inodes at the end, never used */
	uint32_t bitmap_sum;
	unsigned int flags;
};

/* Where block nr stands in the image, if the journal has to write it. */
typedef bool ext4_live_fn(void *arg, uint64_t nr, uint64_t *off, bool *escaped);

struct ext4_cache {
	unsigned char *bytes;
	uint64_t nr; /* UINT64_MAX: none */
};

struct ext4 {
	deflate_read_fn *read;
	void *arg;
	const struct pieced *in; /* NULL: the image */
	uint64_t base, len;
	struct ext4_super super;
	bool copy;	     /* the first one is damaged */
	uint64_t work;	     /* bytes still to be read */
	uint64_t index_work; /* index blocks of files */
	ext4_live_fn *live;
	void *live_arg;
	struct ext4_cache cache, groups; /* of blocks, descriptors */
};

enum rc ext4_super_parse(struct slice, struct ext4_super *, struct err *);
enum rc ext4_open(struct ext4 *fs, deflate_read_fn *read, void *arg, uint64_t base,
    uint64_t len, struct err *e);
void ext4_close(struct ext4 *);
/* Read from there on what the journal has still to write. */
void ext4_follow(struct ext4 *, ext4_live_fn *, void *arg);
struct slice ext4_block(struct ext4 *, uint64_t nr);
uint64_t ext4_image(const struct ext4 *, uint64_t off, uint64_t *len);
/* Where that block's bytes are in what is read. */
uint64_t ext4_block_off(const struct ext4 *, uint64_t nr);
/* A block's bytes at an offset of what is read, put into dst. */
bool ext4_read_at(struct ext4 *, uint64_t off, unsigned char *dst);
/* False: it cannot be read, leads outside, or its checksum is wrong. */
bool ext4_group(struct ext4 *, uint32_t g, struct ext4_group *);
uint64_t ext4_group_first(const struct ext4_super *, uint32_t g);
/* Blocks of group g; the last one may have fewer. */
uint32_t ext4_group_length(const struct ext4_super *, uint32_t g);
/* Is there a copy of superblock and descriptors in it? */
bool ext4_has_super(const struct ext4_super *, uint32_t g);
/* Blocks of all descriptors, one behind the other. */
uint32_t ext4_desc_blocks(const struct ext4_super *);

#endif
