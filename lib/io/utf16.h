/*
 * utf16 - a text that was saved as UTF-16, as UTF-8
 *
 * As Windows does it: a byte order mark, which tells which byte of each unit
 * comes first and is not given, then the units.  A surrogate without the
 * other becomes U+FFFD; nothing else is changed, so the text can be read again
 * from any offset that counts in it.
 *
 * utf16_begins is whether bytes are such a text: the mark, and then nothing but
 * ASCII in the first UTF16_LOOK units, as a log begins.  utf16_init, then
 * utf16_step takes from *in and puts to *dst, of which *cap bytes are free,
 * until one of them is used up; the same bytes give the same text however they
 * are cut.  utf16_torn: the last byte or surrogate waits for another.  Pure.
 * Facts: The Unicode Standard, 3.9 and 3.10.
 */
#ifndef IO_UTF16_H
#define IO_UTF16_H

#include <stdint.h>

#include "base/slice.h"

#define UTF16_LOOK 8

struct utf16 {
	bool big;   /* the first byte is the larger one */
	bool begun; /* behind the mark */
	bool half;  /* `first` is of the next unit */
	unsigned char first;
	uint32_t high;	      /* surrogate that waits, or 0 */
	unsigned char out[8]; /* made, not yet given */
	size_t pos, n;
};

bool utf16_begins(struct slice);
void utf16_init(struct utf16 *);
void utf16_step(
    struct utf16 *, struct slice *in, unsigned char **dst, size_t *cap);
bool utf16_torn(const struct utf16 *);

#endif
