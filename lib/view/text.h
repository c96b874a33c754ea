/*
 * text - evidence as text on a terminal: cleaned, measured, cut
 *
 * text_clean is the one way of evidence to a terminal: bytes that are not
 * UTF-8 and C0 controls become \xNN, other characters that utf8_unsafe names
 * \uXXXX or \UXXXXXXXX, and so do the characters in `stop` (the delimiter
 * that the caller puts around the value) and the fifth combining mark in a
 * row.  What it writes is valid UTF-8 without controls.
 *
 * text_width counts columns: East Asian wide characters and emoji take two,
 * combining marks none.  Where terminals differ it never counts too few.  It
 * knows nothing of the locale.
 *
 * text_cut copies clean text that is too wide with TEXT_DOTS in the middle or
 * at the end, never inside a character or an escape; width is at least
 * TEXT_LEAST.  text_part gives the bytes that fit in width columns, at least
 * one character.
 *
 * text_elapsed writes the time between two steps in at most seven columns
 * (+0.3s +42s +5m12s +3h07m +2d03h +1234d), text_wait the same in words for
 * prose (42 s, 5 min, 2 h 5 min, 3 d 4 h).  Fractions are shown below ten
 * seconds, when both times have them.
 *
 * Limits: what the buf allows; past it text ends early.  Nothing fails.
 */
#ifndef VIEW_TEXT_H
#define VIEW_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define TEXT_DOTS	"..."
#define TEXT_LEAST	5
#define TEXT_ELAPSED	24	/* bytes that text_elapsed, text_wait need */

/* A time as the timeline keeps it. */
struct text_time {
	int64_t		sec;		/* since the epoch */
	uint32_t	nsec;
	unsigned int	digits;		/* fraction digits in the evidence */
	bool		known;
};

void	text_clean(struct buf *, struct slice, const char *stop);
size_t	text_width(struct slice clean);
size_t	text_part(struct slice clean, size_t width);
void	text_cut_middle(struct buf *, struct slice clean, size_t width);
void	text_cut_end(struct buf *, struct slice clean, size_t width);

/* The length of the text in dst, which ends with NUL. */
size_t	text_elapsed(char dst[TEXT_ELAPSED], const struct text_time *from,
	    const struct text_time *to);
size_t	text_wait(char dst[TEXT_ELAPSED], int64_t sec);

/* Columns that one character takes: 0, 1 or 2. */
size_t	text_columns_of(uint32_t cp);

#endif
