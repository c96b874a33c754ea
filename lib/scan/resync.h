/*
 * resync - what lies behind damage inside of a deflate stream
 *
 * resync_plan decodes a stream that is known to be damaged from the bit where
 * its data begins, and looks at the text (scan/lineproof.h): where lines cease
 * to be lines of a log, or the data ceases to be deflate data, there is a hole.
 * Behind it any bit may be the one to go on with.  In the same block that is
 * where decoders that begin at eight bits in a row fall into step; the block
 * may also be lost, and the next header is looked for.  What follows copies
 * from the 32 KB before it: those that stood before the hole are known once
 * the length of what was lost is (scan/gap.h), the others stay unknown, and so
 * does what is copied of them.  The hole found, the rest is decoded and looked
 * at alike, up to RESYNC_HOLES holes.
 *
 * Before that, each single bit near the first damage is inverted on trial: if
 * one makes the text go on and the checksum and length at the end right, `flip`
 * is that bit, there are no holes, and nothing is in doubt.
 *
 * False: no line of a log was seen before the damage, so nothing can be told.
 * Else there are n holes; part 0 is the text up to hole 0, part K the one
 * behind hole K - 1.  Nothing is behind a hole whose `to` is RESYNC_NOWHERE.
 * At most about `limit` bytes are made, and searches take no more than a
 * quarter of it, a byte decoded or a sequence looked up being one: the same
 * limit gives the same plan.  `work` is raised by both.
 *
 * resync_open and resync_read give the bytes of a part: of part 0 all.  In the
 * others a line with an unknown byte, one that is none of a log, and the
 * beginning up to the first line end are RESYNC_BLANK, byte for byte, but for
 * line ends; `left_out` counts those lines, as far as their ends are known.
 * RC_END at the end of the part.  The same bytes give the same parts.
 * Memory: 4 MB while planning, 1 MB while reading.
 */
#ifndef SCAN_RESYNC_H
#define SCAN_RESYNC_H

#include "base/buf.h"
#include "scan/lineproof.h"
#include "scan/inflate.h"

#define RESYNC_HOLES 16
#define RESYNC_NOWHERE UINT64_MAX
#define RESYNC_BLANK 0x01
#define RESYNC_REACH ((uint64_t)1024 * 1024) /* bytes searched behind one */
#define RESYNC_LIMIT ((uint64_t)2 * 1024 * 1024 * 1024) /* usual */
#define RESYNC_LINE ((size_t)64 * 1024)

struct resync_hole {
	uint64_t from;	/* bit: what is before it is good */
	uint64_t to;	/* bit to go on with */
	uint64_t block; /* bit of the header whose codes hold */
	uint64_t at;	/* bytes made before it, in all */
	size_t lost;	/* bytes that stood in it, or GAP_NONE */
};

struct resync {
	struct resync_hole hole[RESYNC_HOLES];
	size_t n;
	uint64_t flip;	/* bit that is wrong, or RESYNC_NOWHERE */
	uint64_t doubt; /* bytes made before anything was odd */
	uint64_t start; /* bit */
	uint64_t end;	/* bit behind what was decoded */
	uint64_t made;	/* with what was lost, if that is known */
	bool ended;	/* by its last block */
};

bool resync_plan(struct resync *plan, deflate_read_fn *read, void *arg,
    uint64_t bit, const struct prefix *prefix, uint64_t limit, uint64_t *work);

/* The bytes that a function gives, with one bit inverted. */
struct resync_flip {
	deflate_read_fn *read;
	void *arg;
	uint64_t bit;
};

size_t resync_read_flipped(
    void *flip, uint64_t off, unsigned char *dst, size_t len);

struct resync_text {
	const struct resync *plan;
	struct inflate *inflate;
	struct lineproof *proof;
	size_t part, at; /* wanted, at hand */
	uint64_t made;	 /* of all parts */
	struct buf line; /* not given yet */
	size_t given;	 /* of it */
	bool whole;	 /* ready to be given */
	size_t head;	 /* of the part, made so far */
	bool first;	 /* before a line end */
	bool unknown;	 /* in the line at hand */
	bool over;
	uint64_t left_out;
	const uint16_t *v; /* decoded, not looked at */
	size_t n;
};

void resync_open(struct resync_text *r, const struct resync *plan,
    deflate_read_fn *read, void *arg, const struct prefix *prefix, size_t part);
enum rc resync_read(
    struct resync_text *, unsigned char *dst, size_t cap, size_t *made);
void resync_close(struct resync_text *);

#endif
