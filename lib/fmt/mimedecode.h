/*
 * mimedecode - base64 and quoted-printable, piece by piece
 *
 * mimedecode_init, then mimedecode_put for the pieces of a line and
 * mimedecode_line at its end; fn gets what they stand for, in pieces, before
 * the call returns.  Line ends are LF.  Nothing fails: in base64 what is no
 * letter of its alphabet is skipped, and = ends a group, after which another
 * may follow; in quoted-printable a = that begins no code stands for itself,
 * and = before the end of a line joins it with the next.  Facts: RFC 2045 6.
 *
 * mimedecode_line returns whether the end of the line is data: the caller
 * gives it, since the last one before a boundary belongs to that.
 */
#ifndef FMT_MIMEDECODE_H
#define FMT_MIMEDECODE_H

#include <stdbool.h>

#include "base/slice.h"

enum mimedecode_as {
	MIMEDECODE_NOTHING,		/* 7bit, 8bit, binary */
	MIMEDECODE_BASE64,
	MIMEDECODE_QUOTED
};

typedef void	mimedecode_fn(void *arg, struct slice);

struct mimedecode {
	enum mimedecode_as	 as;
	uint32_t		 bits;		/* base64: not given yet */
	unsigned int		 nbits;
	unsigned char		 held[16];	/* quoted: from = on */
	size_t			 nheld;
};

void	mimedecode_init(struct mimedecode *, enum mimedecode_as);
void	mimedecode_put(struct mimedecode *, struct slice, mimedecode_fn *,
	    void *arg);
bool	mimedecode_line(struct mimedecode *, mimedecode_fn *, void *arg);
/* The six bits of a letter of base64, or 64 for what is none. */
uint32_t	mimedecode_sextet(unsigned char);

#endif
