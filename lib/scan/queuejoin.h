/*
 * queuejoin - a queue file from its first record to its end, wherever it lies
 *
 * What queuefind found is given once (queuejoin_init; sorted by offset, it
 * stays the caller's).  queuejoin_file takes a head and says what there is of
 * the file, as pieces of the image:
 *
 *	QUEUEJOIN_WHOLE	it lies in a row, and is whole
 *	QUEUEJOIN_JOINED put together from two pieces, and whole
 *	QUEUEJOIN_GUESS	from more; what is in the middle may be another file's,
 *			whose lines are as long
 *	QUEUEJOIN_CUT	its envelope, and a content that breaks off
 *	QUEUEJOIN_ENVELOPE only records of the envelope, up to M or not
 *	QUEUEJOIN_MORE	more of the image must be read first
 *	QUEUEJOIN_NONE	no queue file
 *
 * Pieces are looked for where the records break: at a border of blocks, in
 * those blocks of the image where a record begins where the break wants one.
 * Blocks have 4096 bytes, or 2048 or 1024 if the heads do not lie so.  A file
 * is JOINED, or a GUESS, only if
 *
 *	- its records lead from C to E, M and X stand where C says, and there
 *	  are as many recipients as it says;
 *	- text holds no control bytes, also over the breaks;
 *	- the delimiters of its MIME parts are those of its header, to the last;
 *	- the message_id attribute is the Message-ID of its header;
 *	- nothing else fits that has other bytes;
 *	- when a file that might be its twin is in the image (the same
 *	  size of content or the same place of X), one of delimiter and
 *	  message_id was there to be compared.
 *
 * Otherwise it is CUT, up to the last record that the break does not touch: the
 * break that the records show.  Records of another file may go on by chance.
 * Blocks of files that are whole are not looked at: give whole files first.
 * queuejoin_claim takes extents out of use.  Work is bounded: QUEUEJOIN_TRIES
 * a file, QUEUEJOIN_WORK bytes and four times those of the image in all, and
 * QUEUEJOIN_LOOKS at places where no run begins; `tired` counts files given up.
 *
 * A file that lies in a row, of which scan/queuelink.h proves nothing, may be
 * the head of one and the tail of its twin.  queuejoin_sure is true if no
 * file of its size or with X at its place lies in pieces, and nothing else
 * fits behind one of its last breaks.  Before it, claim all that lie in a row,
 * and call queuejoin_torn, which looks at the others.
 *
 * queuejoin_rest gives, after all heads, the runs that belong to none: pieces
 * of contents, *from is where to go on.
 */
#ifndef SCAN_QUEUEJOIN_H
#define SCAN_QUEUEJOIN_H

#include "scan/pieces.h"
#include "scan/queuefind.h"
#include "scan/queuetwin.h"

#define QUEUEJOIN_TRIES 4096
#define QUEUEJOIN_DEPTH 8 /* breaks in one file */
#define QUEUEJOIN_WORK ((uint64_t)1 << 31)
#define QUEUEJOIN_LOOKS ((uint64_t)1 << 20)

enum queuejoin_kind {
	QUEUEJOIN_WHOLE,
	QUEUEJOIN_JOINED,
	QUEUEJOIN_GUESS,
	QUEUEJOIN_CUT,
	QUEUEJOIN_ENVELOPE,
	QUEUEJOIN_MORE,
	QUEUEJOIN_NONE
};

struct queuejoin {
	const struct queuefind *found;
	scan_at_fn *at;
	void *arg;
	uint32_t *bucket; /* runs by off % 1024 */
	uint32_t start[1025];
	bool *used;	       /* run i is claimed */
	struct queuetwin all;  /* the files, and */
	struct queuetwin torn; /* those not in a row */
	struct piece *claim;   /* sorted, apart */
	size_t nclaim, capclaim;
	uint64_t block; /* of the file system, a guess */
	uint64_t work, limit, looks;
	uint64_t tired;
};

void queuejoin_init(
    struct queuejoin *, const struct queuefind *, scan_at_fn *at, void *arg);
void queuejoin_free(struct queuejoin *);
/* In a row only: for what is read forward.  `until`: bytes that can be read. */
enum queuejoin_kind queuejoin_row(scan_at_fn *at, void *arg, uint64_t off,
    uint64_t until, bool eof, uint64_t *size);
enum queuejoin_kind queuejoin_file(
    struct queuejoin *, uint64_t off, uint64_t until, struct pieces *);
void queuejoin_claim(struct queuejoin *, const struct pieces *);
void queuejoin_torn(struct queuejoin *, uint64_t until);
bool queuejoin_sure(
    struct queuejoin *, uint64_t off, uint64_t size, uint64_t until);
bool queuejoin_rest(
    struct queuejoin *, size_t *from, uint64_t *off, uint64_t *len);

#endif
