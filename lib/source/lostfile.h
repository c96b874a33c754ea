/*
 * lostfile - the records of a deleted file that a file system still knows
 *
 * lostfile_put gives a `file` record with path, inode number, times, extents
 * and what became of the content, `recovered`:
 *
 *	whole		it is a queue file from C to E with the sizes that it
 *			says it has, nothing behind it, made when its inode
 *			was, or compressed data whose checksum is right
 *	plausible	a log of text, a bounce log, a journal's header: nothing
 *			in it proves that it is all of one file; or a whole
 *			queue file made at another time or shorter than this
 *			one, so perhaps another file that has these blocks now
 *	partial		it begins right, and then something is missing
 *	overwritten	it does not begin like a file of its name, or is a
 *			queue file with an ID that is not this one's
 *	lost		where it lay is not known
 *
 * A queue file that is whole or partial has its events, too, as mxqueue gives
 * them (source/queuerecord.h), at their places in the image; a whole one is
 * claimed.  A file without a name counts when it begins like a queue file and
 * that is not another's; its queue ID is the one that it says it has.
 * Where logs lie, deleted or not, and when they were modified goes to
 * source/dated.h.
 * With extracts (source/extracts.h) logs and journals are files of them, too
 * (source/lostcontent.h).  False: the spool has failed.  Reading counts as work
 * of the file system; what is decompressed is at most LOSTFILE_RATIO times that.
 */
#ifndef SOURCE_LOSTFILE_H
#define SOURCE_LOSTFILE_H

#include "fmt/queuefacts.h"
#include "scan/ext4data.h"
#include "scan/ext4lost.h"
#include "scan/member.h"
#include "source/finds.h"

#define LOSTFILE_RATIO	32
#define LOSTFILE_NAME	80

struct lostfile {
	const struct stream	*s;
	struct ext4_data	 data;
	struct queuefacts	 facts;
	uint64_t		 decoded;	/* bytes that may be made */
	uint64_t		 files, whole;
	/* Of the file at hand. */
	const struct ext4_lost	*lost;
	struct find_piece	*piece;
	size_t			 npiece;
	struct find		 find;		/* no pieces unless claimed */
	struct buf		 refs;
	const char		*recovered;
	char			 sha256[65];
	char			 extract[LOSTFILE_NAME];
	char			 type[LOSTFILE_NAME];
	bool			 packed;	/* compressed, whole: */
	enum member_kind	 kind;
	bool nameless; /* the path is another's */
	bool			 good;
};

void	lostfile_init(struct lostfile *, const struct stream *, struct ext4 *);
void	lostfile_free(struct lostfile *);
bool	lostfile_put(struct lostfile *, const struct ext4_lost *);

#endif
