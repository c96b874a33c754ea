/*
 * inflate - deflate data from any bit on, with what is not known kept apart
 *
 * zlib decodes what begins at its beginning.  Behind damage the 32 KB that
 * stand before a block are not known, and what is copied from there must not
 * look like data: the output is values of 16 bits, those below 256 are bytes,
 * INFLATE_UNKNOWN + N is byte N of these 32 KB, wherever it was copied to.
 * inflate_tables reads the header of a block and inflate_step makes what
 * follows it, up to cap values and not beyond the block's end; `at_end` tells
 * that it was reached and `last` that it ends the stream.  inflate_seek goes on
 * at any other bit with the codes of the block at hand, inflate_symbol reads a
 * symbol of it without making anything.
 *
 * The bytes come from a function (deflate_read_fn, scan/deflate.h); bits are
 * counted from their start.  They end where INFLATE_ZEROES zero bytes begin.  The output is in the decoder's own memory until
 * the next call; INFLATE_WINDOW values stand before it, which may be changed.
 * RC_DAMAGED: no deflate data, or there are no more bytes; what was made before
 * is given.  The struct is about 300 KB.  Pure.  Facts: RFC 1951.
 */
#ifndef SCAN_INFLATE_H
#define SCAN_INFLATE_H

#include "scan/deflate.h"

#define INFLATE_WINDOW ((size_t)32768)
#define INFLATE_CHUNK ((size_t)32768) /* most values made at once */
#define INFLATE_LEAST ((size_t)258)   /* less room makes nothing */
#define INFLATE_OUT (4 * INFLATE_WINDOW)
#define INFLATE_UNKNOWN 256
#define INFLATE_IN ((size_t)16384)
#define INFLATE_ZEROES ((size_t)64) /* in a row are no data */
#define INFLATE_FAST 10 /* bits of a code that are looked up at once */
#define INFLATE_BITS 15 /* longest code */

/* A code: `fast` for short ones, the rest in order of length. */
struct inflate_code {
	uint16_t fast[1 << INFLATE_FAST]; /* symbol << 4 | bits */
	uint16_t count[INFLATE_BITS + 1];
	uint16_t symbol[288];
};

enum inflate_block {
	INFLATE_STORED,
	INFLATE_FIXED,
	INFLATE_DYNAMIC,
	INFLATE_NONE /* before a header */
};

struct inflate {
	deflate_read_fn *read;
	void *arg;
	uint64_t next; /* offset behind what is in `in` */
	size_t pos, len;
	uint64_t acc; /* bits taken out of `in` */
	unsigned int nacc;
	enum inflate_block block;
	bool last, at_end;
	uint32_t left; /* of a stored block */
	uint64_t made; /* since inflate_start */
	struct inflate_code litlen, dist;
	/* The window and what was made last, up to nout. */
	uint16_t out[INFLATE_OUT];
	size_t nout;
	unsigned char in[INFLATE_IN];
};

void inflate_init(struct inflate *, deflate_read_fn *, void *arg);
/* Begin at a bit, before a header; all of the window is unknown. */
void inflate_start(struct inflate *, uint64_t bit);
/* Go on at another bit; window and codes stay. */
void inflate_seek(struct inflate *, uint64_t bit);
/* The bytes are others now: read them anew, from the next seek on. */
void inflate_forget(struct inflate *);
uint64_t inflate_bit(const struct inflate *);
enum rc inflate_tables(struct inflate *);
enum rc inflate_step(
    struct inflate *, size_t cap, const uint16_t **v, size_t *n);
/* The next symbol, and how many values it would make; 0 ends the block. */
enum rc inflate_symbol(struct inflate *, size_t *n);
/* The INFLATE_WINDOW values that stand before what comes next. */
uint16_t *inflate_window(struct inflate *);

#endif
