/*
 * paint - lines of a fixed width, with colour, on standard output
 *
 * A line is made of left columns and then phrases.  paint_left writes text
 * as it is; paint_phrase puts a phrase behind the last one with its separator,
 * or on a new line at the indent when it does not fit, and cuts what is wider
 * than a line (or, with `whole` set, breaks it).  All text given is clean
 * (text_clean).  Errors stay with the stream: ask ferror at the end.
 *
 * paint_init looks at COLUMNS, the terminal, NO_COLOR and TERM; call it
 * before confinement.
 */
#ifndef VIEW_PAINT_H
#define VIEW_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/slice.h"

#define PAINT_COLUMNS	100	/* when nothing says how many */
#define PAINT_LEAST	76

enum paint_colour {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_RED,
	PAINT_YELLOW,
	PAINT_GREEN
};

enum paint_cut {
	PAINT_MIDDLE,	/* addresses and names */
	PAINT_END	/* prose */
};

struct paint {
	FILE	*out;
	size_t	 columns;
	bool	 colour;
	bool	 whole;		/* cut nothing */
	size_t	 indent;	/* where phrases begin */
	size_t	 at;		/* columns written of this line */
	bool	 more;		/* a phrase stands before */
};

void	paint_init(struct paint *, FILE *);
void	paint_left(struct paint *, enum paint_colour, struct slice);
/* Blanks up to that column. */
void	paint_to(struct paint *, size_t column);
void	paint_phrase(struct paint *, enum paint_colour, enum paint_cut,
	    const char *separator, struct slice);
/* Prose on at most `lines` lines of its own, broken at blanks. */
void	paint_below(struct paint *, enum paint_colour, size_t lines,
	    struct slice);
/* End the line. */
void	paint_end(struct paint *);

#endif
