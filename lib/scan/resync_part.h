/*
 * resync_part - the search behind damage, shared by resync*.c
 *
 * Private.  resync.c decodes a damaged stream, sees where its text breaks and
 * plans the parts, resync_search.c finds where it goes on, resync_flip.c
 * looks for the one bit that is wrong, resync_text.c gives the text of the
 * parts (resync.h), resync_step.c moves a decoder.
 */
#ifndef SCAN_RESYNC_PART_H
#define SCAN_RESYNC_PART_H

#include "scan/resync.h"

#include "scan/gap.h"

#define CLOSE_BAD 4		  /* of which so many are bad, are damage */
#define AHEAD ((size_t)48 * 1024) /* decoded behind a hole */
#define HEAD_OVER SIZE_MAX

/* A place of the text, and where it is made: behind a header if it can be. */
struct mark {
	uint64_t made, bit, block;
	uint32_t crc; /* of the text before, as long as there is no hole */
};

/* A search for holes. */
struct search {
	struct resync *plan;
	struct inflate *d; /* what is decoded for good */
	struct inflate *t; /* and on trial */
	struct lineproof proof;
	struct gap *gap;
	struct gap_tail *tail;
	unsigned char *text; /* the last that was made */
	size_t ntext;
	uint64_t made; /* up to its end */
	uint32_t crc;
	struct mark *mark; /* a ring */
	size_t nmark;
	uint64_t block;		  /* bit of the header at hand */
	uint64_t line;		  /* where the line at hand begins, */
	uint64_t before[2];	  /* and the two before it */
	size_t head;		  /* of a part, made so far */
	bool first;		  /* line behind it */
	uint64_t good, bad;	  /* lines */
	uint64_t chain;		  /* before the first of the bad lines */
	uint64_t chain_end;	  /* behind it */
	uint64_t last[CLOSE_BAD]; /* their numbers, a ring */
	size_t nlast;		  /* of the chain */
	uint16_t *ahead;
	size_t nahead;
	unsigned char *line_ahead; /* one of them, as it is put together */
	bool asked;		   /* for a bit that is wrong */
	unsigned int flips, trials;
	uint64_t work;	/* of searches, about a byte decoded each */
	uint64_t limit; /* of it */
};

/* A bit from where the text is known to go on. */
struct found {
	uint64_t to, block;
	size_t lost;
};

/* What the lines ahead are like when so much is missing. */
struct ahead {
	size_t good, bad;
	size_t early; /* bad ones among the first bytes */
};

/* A value as a byte of the text. */
static inline unsigned char
byte_of(uint16_t v)
{
	return v < INFLATE_UNKNOWN ? (unsigned char)v : RESYNC_BLANK;
}

/* resync.c */
/*
 * Decode some.  The head of a part, up to a line end, may be what the damage
 * left: nobody has read it as a line, so nothing may be copied from it.
 * *head is the bytes made of it, or HEAD_OVER.
 */
enum rc resync_step(
    struct inflate *d, size_t *head, const uint16_t **v, size_t *n);
/* Where a place of the text is in memory, if it still is. */
size_t resync_position(const struct search *x, uint64_t off);

/* resync_step.c */
/* Put the codes of a block in force and go on at a bit of it. */
bool resync_enter_block(struct inflate *d, uint64_t block, uint64_t bit);
/* The text before, without what was lost, as a window. */
void resync_fill_window(
    struct inflate *d, const unsigned char *text, size_t n, size_t lost);
/* Go on behind a hole for good. */
bool resync_go_on(struct inflate *d, const struct resync_hole *h,
    const unsigned char *text, size_t n);

/* resync_search.c */
/* Decode what follows t's place on trial; false if that cannot be. */
bool resync_look_ahead(struct search *x, size_t most);
struct ahead resync_read_ahead(struct search *x, size_t lost, bool learn);
/* Go on in the block that the hole began in. */
bool resync_search_block(
    struct search *x, const struct mark *m, struct found *f);
/* Look for the header of another block behind the hole. */
bool resync_search_header(
    struct search *x, const struct mark *m, struct found *f);
/*
 * Lines may be odd and not damaged: what follows them copies from what stood
 * before them, and finds it at the distance that it has as it was decoded.
 */
bool resync_is_straight(struct search *x, uint64_t at, const struct mark *end);
/* The text is a log again behind a mark, if of other hosts and programs. */
bool resync_is_log(struct search *x, const struct mark *m);
/* Decoding straight on from a mark comes to that bit with so much made. */
bool resync_comes_to(
    struct search *x, const struct mark *m, uint64_t bit, uint64_t made);

/* resync_flip.c */
/*
 * One bit may be wrong and no other: the one with which fewer lines are bad,
 * and checksum and length are right.
 */
bool resync_search_flip(
    struct search *x, const struct mark *m, const struct mark *end);

#endif
