/*
 * sheet - what the text layouts of the timeline write on
 *
 * A painter, the clock, and the message at hand.  Text is made in `b`:
 * sheet_start empties it, sheet_phrase puts it behind the phrase before,
 * sheet_left into a column, sheet_below on lines of its own; an empty one
 * leaves no trace.  Evidence comes into `b` by the sheet_put functions, which
 * clean it (view/text.h), and by text_clean.
 *
 * The zone (NULL: UTC) and the facts are the caller's and must live as long.
 * Memory does not grow with the evidence; past its limits text is cut.
 * Output errors stay with the stream in paint.out.
 */
#ifndef VIEW_SHEET_H
#define VIEW_SHEET_H

#include <stdbool.h>

#include "io/zone.h"
#include "view/paint.h"
#include "view/showtime.h"
#include "view/timeline.h"

#define SHEET_STAMP	17	/* columns of [Sep  1 10:04:05] */
#define SHEET_PHRASE	((size_t)4 * 1024 * 1024)

struct sheet_options {
	struct paint			 paint;
	const struct zone		*zone;		/* NULL: UTC */
	const char			*zone_name;
	const struct timefacts	*facts;
	bool				 verbose;
};

struct sheet {
	struct paint	 paint;
	struct showtime	 clock;
	const struct timefacts *facts;
	bool		 verbose;
	struct buf	 b;		/* what is being written */
	struct buf	 cut;		/* scratch */
	struct buf	 kept;
	struct rec	 msg;		/* in `kept` */
};

void	sheet_init(struct sheet *, const struct sheet_options *);
void	sheet_free(struct sheet *);

struct buf *sheet_start(struct sheet *);
/* In plain colour, behind ", ". */
void	sheet_phrase(struct sheet *);
void	sheet_phrase_as(struct sheet *, enum paint_colour,
	    const char *separator);
/* Words of our own as a phrase: `b` is left alone. */
void	sheet_words(struct sheet *, enum paint_colour, const char *);
/* Cut in the middle to that width; with or without blanks up to it. */
void	sheet_left(struct sheet *, enum paint_colour, size_t width);
void	sheet_column(struct sheet *, enum paint_colour, size_t width);
void	sheet_below(struct sheet *, size_t lines);

/* <address> */
void	sheet_put_address(struct buf *, struct slice);
void	sheet_put_name(struct buf *, struct slice);
/* (words), with a blank before; nothing if there are none. */
void	sheet_put_aside(struct buf *, struct slice);
/* [Sep  1 10:04:05]; nothing if it is empty. */
void	sheet_put_stamp(struct buf *, struct slice);
/* Times: and the zone, which begin every layout. */
void	sheet_put_zone(struct sheet *);

/* Make this record, which does not stay, the message at hand. */
void	sheet_keep(struct sheet *, const struct rec *);

#endif
