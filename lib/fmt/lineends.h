/*
 * lineends - where lines end, found many at a time
 *
 * To look for one line end after the other costs most at its end, which no
 * processor can foresee.  So a stretch of data is looked through at once, and
 * of each line that ends in it is remembered where it ends and whether all of
 * its bytes are plain (base/plain.h).
 *
 * Positions count the bytes of a stream, which do not change; the window that
 * is looked at may move in memory and grow between calls.  A stream begins
 * with lineends_forget.
 */
#ifndef FMT_LINEENDS_H
#define FMT_LINEENDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define LINEENDS_N	256		/* lines remembered */
#define LINEENDS_STRETCH (16 * 1024)	/* bytes looked through at once */

struct lineends {
	uint64_t	from;		/* what the ends are counted from */
	uint64_t	to;		/* looked through so far */
	bool		odd;		/* since the last end: a byte that is
					 * not plain */
	uint32_t	i, n;
	uint32_t	end[LINEENDS_N];	/* of a newline, times 2; plus 1
						 * after a plain line */
};

static inline void
lineends_forget(struct lineends *l)
{
	l->i = l->n = 0;
	l->to = 0;
	l->odd = false;
}

/* Look on from pos, where data begins; false if no line ends in data. */
bool	lineends_look(struct lineends *, uint64_t pos, struct slice data);

/*
 * The length of the line at pos, where data begins, and whether it is known
 * to be plain; SLICE_NONE if it does not end in data.
 */
static inline size_t
lineends_next(struct lineends *l, uint64_t pos, struct slice data, bool *plain)
{
	uint64_t end;

	do {
		if (l->i == l->n && !lineends_look(l, pos, data))
			return SLICE_NONE;
		end = l->from + l->end[l->i] / 2;
		l->i += end < pos;	/* it was taken since */
	} while (end < pos);
	if (end - pos >= data.len)
		return SLICE_NONE;
	*plain = (l->end[l->i] & 1) != 0;
	return (size_t)(end - pos);
}

/* That line is taken; the next one may be asked for without telling so. */
static inline void
lineends_taken(struct lineends *l)
{
	l->i++;
}

#endif
