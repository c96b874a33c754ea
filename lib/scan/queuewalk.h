/*
 * queuewalk - record by record through what may be a Postfix queue file
 *
 * fmt/queuefile reads all that can be read of a damaged file; this tells
 * whether bytes are a sound one, and where they cease to be.
 * queuewalk_start takes the first record: C of any width, or T of a
 * maildrop file.  queuewalk_step takes the next one and follows pointers:
 *
 *	QUEUEWALK_ON	a record, more follow
 *	QUEUEWALK_END	E: the file is whole, `end` bytes long
 *	QUEUEWALK_BAD	no record at pos; the first byte that cannot be right
 *			is at `bad`, or before it
 *	QUEUEWALK_SHORT	the bytes end
 *
 * A file is whole when it has a sender, an M and X where the C record says,
 * and its E.  Of one that was never finished (sizes of 0) there is no end.
 * `strict` asks for text without control bytes, which all mail but BINARYMIME
 * has, and for as many recipients as C says; it finds breaks early.  A step
 * costs one record; no byte is walked twice, so a walk ends.
 * The walk is a value: a copy of it continues where it was taken, also over
 * other bytes behind pos.  Facts: reference/postfix-queue-files.md 1, 3, 8, 19.
 */
#ifndef SCAN_QUEUEWALK_H
#define SCAN_QUEUEWALK_H

#include "fmt/queuefile.h"

#define QUEUEWALK_RECORD ((uint32_t)1 << 24) /* longest */
#define QUEUEWALK_TEXT ((uint32_t)65536)     /* the same, strict */
#define QUEUEWALK_FILE ((uint64_t)1 << 28)   /* longest file */

enum queuewalk_rc {
	QUEUEWALK_ON,
	QUEUEWALK_END,
	QUEUEWALK_BAD,
	QUEUEWALK_SHORT
};

struct queuewalk {
	uint64_t pos;  /* of the next record */
	uint64_t last; /* of the latest one */
	uint64_t bad;
	uint64_t end; /* furthest byte reached */
	uint64_t walked;
	uint64_t nrcpt;
	struct queuesize size;
	enum queue_segment segment;
	bool strict;
	bool maildrop;
	bool sender;
	bool jumped;
};

bool queuewalk_start(
    struct queuewalk *, const struct queuefile_src *, bool strict);
enum queuewalk_rc queuewalk_step(
    struct queuewalk *, const struct queuefile_src *);
/* Is it a whole queue file?  *size: its bytes. */
bool queuewalk_whole(const struct queuefile_src *, uint64_t *size);
/* Where the C record says that X is; 0 if it does not. */
uint64_t queuewalk_border(const struct queuewalk *);

#endif
