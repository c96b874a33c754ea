/*
 * gap - how many bytes are missing between two decoded texts
 *
 * Behind damage a deflate stream goes on as values (scan/inflate.h): bytes, and
 * places in the 32 KB before it.  The end of what was decoded before the damage
 * stands in these 32 KB, too, but nobody says how far back: between them is
 * what was lost.  gap_find tries every length and takes the one with which the
 * text reads best: where a known byte meets a copied one, nearly all sequences
 * of three must have been seen in the text before; with any other length many
 * are new.  Digits count as one, capitals as one.
 *
 * GAP_NONE: there is no such length up to GAP_MAX, or not enough to tell.  Use:
 * gap_learn for all of the text before, in order; gap_tail once for the end of
 * it, at least INFLATE_WINDOW bytes if there are as many; then gap_find for
 * each place where it may go on.  `work` is raised by the sequences that were
 * looked up, a few nanoseconds each.  Bytes below a blank that are no line end
 * or tab stand for unknown ones.  Pure.
 */
#ifndef SCAN_GAP_H
#define SCAN_GAP_H

#include <stdint.h>

#include "scan/inflate.h"

#define GAP_MAX ((size_t)32000)
#define GAP_NONE SIZE_MAX
#define GAP_SAMPLES ((size_t)256)
#define GAP_PART ((size_t)512)

struct gap {
	/* A bit for each sequence of three that was seen. */
	unsigned char seen[1 << 15];
	uint16_t last[2];
	unsigned int n;
	/* Of the last sequences learnt, as they came: how many were new. */
	uint32_t total, new;
};

/* The class of the byte that stands N before the end, and all classes. */
#define GAP_CLASSES 65
struct gap_tail {
	unsigned char class[INFLATE_WINDOW + 1 + GAP_CLASSES];
};

void gap_init(struct gap *);
void gap_learn(struct gap *, struct slice);
void gap_tail(struct gap_tail *, struct slice text);
/*
 * Does the text behind read like that before, when so much is missing?  False
 * if in any GAP_PART bytes of it more sequences are new than is usual.
 */
bool gap_reads(const struct gap *, const struct gap_tail *, const uint16_t *v,
    size_t n, size_t lost);
/* Are these values nothing that follows a text like that before? */
bool gap_junk(const struct gap *, const uint16_t *v, size_t n);
/* v: the n values behind the damage. */
size_t gap_find(const struct gap *, const struct gap_tail *, const uint16_t *v,
    size_t n, uint64_t *work);

#endif
