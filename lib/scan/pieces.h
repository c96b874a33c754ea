/*
 * pieces - a file put together from pieces of an image
 *
 * Bytes come from a function like that of fmt/queuefile.h: at least the first
 * n bytes from an offset, or all that are left, in memory that stays until
 * it is called again.  pieces_add appends a piece, one that continues the
 * last becomes part of it; false when there are PIECES_MAX or the bytes
 * do not add up.  pieces_at reads the file that they make: as the function
 * does, for n up to QUEUEFILE_ASK.  pieces_cut drops what is behind `size`.
 * pieces_image is the place in the image of an offset of the file, *len how
 * many bytes of it stand there in a row.  pieces_free frees the one buffer.
 */
#ifndef SCAN_PIECES_H
#define SCAN_PIECES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define PIECES_MAX 16

typedef struct slice scan_at_fn(void *arg, uint64_t off, size_t n);

struct piece {
	uint64_t off;
	uint64_t len;
};

struct pieces {
	scan_at_fn *at;
	void *arg;
	struct piece v[PIECES_MAX];
	size_t n;
	uint64_t size;	       /* of all */
	unsigned char *joined; /* what lies on two sides of a break */
};

void pieces_init(struct pieces *, scan_at_fn *at, void *arg);
void pieces_free(struct pieces *);
bool pieces_add(struct pieces *, uint64_t off, uint64_t len);
void pieces_cut(struct pieces *, uint64_t size);
struct slice pieces_at(void *pieces, uint64_t off, size_t n);
uint64_t pieces_image(const struct pieces *, uint64_t off, uint64_t *len);

#endif
