/*
 * ext4lost - deleted files of ext2, ext3 and ext4 that concern mail
 *
 * Linux clears a file's extents when it deletes it, and newer kernels wipe its
 * name.  What the journal still holds are earlier states of the same blocks:
 * inodes with their extents, directories with their names.  ext4_lost_find
 * reads all directories and inode tables as they are now (dead inodes, and
 * what is left of deleted names, count too), then every old copy in the
 * journal, and ties the two together:
 *
 *	- an inode is known by its number and generation, so that the lives of a
 *	  number that was used again stay apart; what lives now is not deleted,
 *	  unless it was cut to fewer bytes (truncated);
 *	- its last state with a size and a map counts;
 *	- a name that is a queue ID belongs to the inode number that it holds,
 *	  and to the life that began at its time (ext4_lost_near); of several
 *	  such names the nearest counts;
 *	- other names that are kept are those of mail logs and of systemd
 *	  journals, and queue IDs in bounce, defer and trace directories.
 *
 * fn gets each deleted file, in order of inode number and generation, then of
 * the names without an inode that fits.  Files without name are given, too, if
 * they have data; the caller looks whether it is mail's.  `used` are blocks
 * of it that something else has now; that none has been written to since it
 * cannot be known: the content has to tell.  False from fn stops.  All slices
 * live during the call.
 *
 * Last come the logs that are not deleted, for when they were modified.
 *
 * The journal may be NULL.  Limits: EXT4_LOST_STATES states and
 * EXT4_LOST_NAMES names at a time; `over` of the totals says that something
 * was left out.  Work is bounded by that of struct ext4.
 * Facts: reference/postfix-queue-files.md 16 and 20.
 */
#ifndef SCAN_EXT4LOST_H
#define SCAN_EXT4LOST_H

#include "fmt/queueid.h"
#include "scan/ext4inode.h"
#include "scan/jbd2.h"

#define EXT4_LOST_STATES ((size_t)256 * 1024)
#define EXT4_LOST_NAMES ((size_t)128 * 1024)
#define EXT4_LOST_NEAR 5 /* seconds between a queue ID and its inode */
#define EXT4_LOST_EARLY 50000 /* microseconds, where the inode has them */
#define EXT4_LOST_LATE 250000

enum ext4_lost_kind {
	EXT4_LOST_NAMELESS,
	EXT4_LOST_QUEUE,   /* the name is a queue ID and holds this inode */
	EXT4_LOST_NOTICE,  /* in bounce, defer or trace */
	EXT4_LOST_LOG,	   /* mail.log.1, maillog-20261101.gz */
	EXT4_LOST_JOURNAL, /* NAME.journal */
};

struct ext4_lost {
	enum ext4_lost_kind kind;
	uint64_t ino;
	struct slice path; /* "?/NAME" if it is not known whole; or absent */
	bool has_inode;	   /* a state of it is known */
	struct ext4_inode inode;
	uint64_t off;	   /* of the inode's bytes in what is read */
	bool old;	   /* that state is from the journal */
	uint32_t sequence; /* and this is its transaction */
	bool truncated;
	bool live; /* a log that is not deleted */
	bool has_deleted;
	int64_t deleted; /* seconds */
	struct ext4_map map;
	uint64_t used; /* blocks */
};

struct ext4_lost_total {
	uint64_t files;
	bool over;
};

typedef bool ext4_lost_fn(void *arg, const struct ext4_lost *);

/*
 * May that life of the inode have begun when the queue ID was made?  Postfix
 * makes an ID as soon as it has made the file: EXT4_LOST_LATE after it, or, as
 * file systems use a coarse clock, EXT4_LOST_EARLY before it.  A short ID has
 * no second, but microseconds.  Without a fraction in the inode
 * EXT4_LOST_NEAR is allowed; without a time of birth the life has only to be
 * none that ended before.  *apart is how far the two are from each other, in
 * microseconds, or UINT64_MAX where that cannot be told.
 */
bool ext4_lost_near(
    const struct queueid *, const struct ext4_inode *, uint64_t *apart);
/* The kind of a name, by itself. */
enum ext4_lost_kind ext4_lost_name(struct slice name, uint64_t ino);
void ext4_lost_find(struct ext4 *, const struct jbd2 *,
    struct ext4_lost_total *, ext4_lost_fn *, void *arg);

#endif
