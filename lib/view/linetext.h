/*
 * linetext - the timeline as one line a message
 *
 * Time, status, sender -> first recipient (+n for the others), client, TLS
 * of the inbound and the worst of the outbound hops, queue ID.  linetext_open,
 * linetext_item for every item of a timeline in TIMELINE_BLOCKS order,
 * linetext_close.  A first line names the columns and the zone.  The date is
 * shown without its year when all times lie in one, which is named at the
 * top.  What belongs to no message is counted, not shown.  The options'
 * `verbose` changes nothing.
 */
#ifndef VIEW_LINETEXT_H
#define VIEW_LINETEXT_H

#include "view/sheet.h"

#define LINETEXT_RCPTS	512	/* recipients told apart for +n */

struct linetext;

struct linetext	*linetext_open(const struct sheet_options *);
void		 linetext_item(struct linetext *, const struct timeline_item *);
/* Items that were not shown. */
uint64_t	 linetext_hidden(const struct linetext *);
void		 linetext_close(struct linetext *);

#endif
