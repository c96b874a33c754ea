/*
 * imagemap - how the bytes of an image are spread over classes
 *
 * An image is cut into cells of the same size, `unit` bytes, a power of two
 * times IMAGEMAP_BLOCK; there are at most IMAGEMAP_CELLS of them, and unit
 * grows with the image.  imagemap_background counts a block of bytes that
 * nobody has claimed yet, in order of offsets; imagemap_claim, afterwards,
 * takes bytes from the background of its cells.  A cell counts bytes by class.
 * Memory: one megabyte.
 *
 * imagemap_run tells of the cells from i on that hold no evidence and mostly the
 * same of other text or other bytes: how many they are; 0: cell i is none.
 * imagemap_type enters what such a run begins as: a word of
 * IMAGEMAP_WORD - 1 bytes at most, of IMAGEMAP_TYPES different ones.
 * imagemap_word is the word of the run that begins at a cell, or NULL.
 */
#ifndef IO_IMAGEMAP_H
#define IO_IMAGEMAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define IMAGEMAP_BLOCK	4096
#define IMAGEMAP_CELLS	8192
#define IMAGEMAP_TYPES	255
#define IMAGEMAP_WORD	64

/* The first ones as enum find_class has them. */
enum imagemap_class {
	IMAGEMAP_LOG,
	IMAGEMAP_QUEUE,
	IMAGEMAP_MAIL,
	IMAGEMAP_GZIP,
	IMAGEMAP_JOURNAL,
	IMAGEMAP_KEY,
	IMAGEMAP_TEXT,
	IMAGEMAP_ZERO,
	IMAGEMAP_OTHER,
	IMAGEMAP_N
};

struct imagemap_cell {
	uint64_t	n[IMAGEMAP_N];
};

struct imagemap_type {
	char		word[IMAGEMAP_WORD];
	uint64_t	runs, bytes;
};

struct imagemap {
	struct imagemap_cell	*cell;
	size_t			 n;
	uint64_t		 unit;
	uint64_t		 size;	/* behind the last byte counted */
	struct imagemap_cell	 all;
	unsigned char		*typed;	/* by cell: number in type + 1, or 0 */
	struct imagemap_type	*type;
	size_t			 ntype;
};

void	imagemap_init(struct imagemap *);
void	imagemap_free(struct imagemap *);
void	imagemap_background(struct imagemap *, uint64_t off, uint64_t len,
	    enum imagemap_class);
void	imagemap_claim(struct imagemap *, uint64_t off, uint64_t end,
	    enum imagemap_class);
size_t	imagemap_run(const struct imagemap *, size_t i);
void	imagemap_type(struct imagemap *, size_t i, struct slice word);
const char *imagemap_word(const struct imagemap *, size_t i);

#endif
