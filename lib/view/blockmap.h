/*
 * blockmap - a picture of where the evidence lies in an image
 *
 * Made from an imagemap: rows of BLOCKMAP_COLUMNS cells, in order of offsets,
 * read like a page.  A cell shows the class of mail evidence that it holds,
 * however little that is (pale, in the SVG, when under a tenth), the rarest
 * of them when there are several; cells without any show which of text, zero
 * and other bytes they hold most of.
 *
 * The SVG stands alone, is readable in light and dark, and has a title for
 * each run of like cells.  The text has a letter for each
 * few cells, and a blank for what was not read.  Both begin
 * with the image's name, which is escaped, and end with a legend that has the
 * bytes of each class.  Where it is known what runs of other bytes begin as, the
 * titles say it, and the text ends with a table of it.  Errors stay with the
 * stream.
 */
#ifndef VIEW_BLOCKMAP_H
#define VIEW_BLOCKMAP_H

#include <stdio.h>

#include "base/slice.h"
#include "io/imagemap.h"

#define BLOCKMAP_COLUMNS	128
#define BLOCKMAP_LINE		64	/* characters of a line of text */
#define BLOCKMAP_TYPES		20	/* lines of them */
#define BLOCKMAP_LETTERS	4096	/* of all lines, at most twice that */

void	blockmap_svg(FILE *, const struct imagemap *, struct slice name);
void	blockmap_text(FILE *, const struct imagemap *, struct slice name);

#endif
