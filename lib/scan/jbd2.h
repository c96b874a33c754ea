/*
 * jbd2 - old copies of blocks in the journal of ext3 and ext4
 *
 * jbd2_read goes through the whole log of a file system, not only what has
 * still to be written: every descriptor block says which blocks the ones
 * behind it are copies of, and stays until the log, a ring, comes round to
 * it.  Copies whose checksum is wrong and those that a later transaction has
 * overwritten are left out; each has the sequence number of its transaction.
 *
 * The transactions that a crash left to be written (EXT4_RECOVER) are found
 * as the kernel does: from the start that the journal's superblock names, as
 * long as numbers follow one another and are committed; blocks revoked by a
 * later one do not count.  jbd2_live is the function for
 * ext4_follow: reading goes on as if they had been written.
 *
 * jbd2_at gives the place of the latest copy of a block that is not younger
 * than `sequence`.  copies: in order of block, then of age.  At most
 * JBD2_COPIES of them; `over` says that there were more.  RC_END: no journal;
 * RC_DAMAGED: none that can be read.  An external journal is none.  Fast
 * commits are not read.  Facts: scan/ext4.h (jbd2).
 */
#ifndef SCAN_JBD2_H
#define SCAN_JBD2_H

#include "scan/ext4inode.h"

#define JBD2_COPIES ((size_t)512 * 1024)

struct jbd2_copy {
	uint64_t block; /* that it is a copy of */
	uint32_t where; /* block of the log */
	uint32_t sequence;
	uint32_t age; /* grows with the sequence, around the
		       * ring of numbers too */
	bool escaped; /* its first bytes are the magic */
	bool live;    /* still to be written */
};

struct jbd2 {
	struct ext4 *fs;
	struct ext4_map map; /* of the log */
	uint32_t blocks;     /* of it */
	uint32_t first;
	uint32_t sequence, start;
	uint32_t incompat;
	uint32_t seed;
	struct jbd2_copy *v;
	size_t n, cap;
	uint64_t live;	       /* copies that are */
	uint64_t transactions; /* descriptor blocks read */
	bool over;
};

enum rc jbd2_read(struct jbd2 *, struct ext4 *, struct err *);
void jbd2_free(struct jbd2 *);
bool jbd2_live(void *arg, uint64_t nr, uint64_t *off, bool *escaped);
const struct jbd2_copy *jbd2_at(
    const struct jbd2 *, uint64_t nr, uint32_t sequence);
/* The bytes of a copy, block_size of them; false if they cannot be read. */
bool jbd2_copy_read(
    const struct jbd2 *, const struct jbd2_copy *, unsigned char *dst);
/* Where a copy stands in the image. */
bool jbd2_copy_off(
    const struct jbd2 *, const struct jbd2_copy *, uint64_t *off);

#endif
