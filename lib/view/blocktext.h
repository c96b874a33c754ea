/*
 * blocktext - the timeline as blocks of text, one a message
 *
 * blocktext_open, then blocktext_item for every item of a timeline in
 * TIMELINE_BLOCKS order, then blocktext_close.  Of a message with more than
 * BLOCKTEXT_STEPS deliveries the others are counted, except that the
 * first BLOCKTEXT_STEPS of those that were not sent are shown too; `verbose`
 * shows all, and the lines that say nothing new.
 *
 * Retry waits are worked out per recipient, for the first BLOCKTEXT_RCPTS
 * recipients of a message.
 */
#ifndef VIEW_BLOCKTEXT_H
#define VIEW_BLOCKTEXT_H

#include "view/sheet.h"

#define BLOCKTEXT_STEPS	20
#define BLOCKTEXT_RCPTS	512

struct blocktext;

struct blocktext	*blocktext_open(const struct sheet_options *);
void			 blocktext_item(struct blocktext *,
			    const struct timeline_item *);
/* Events that were not shown for want of verbose. */
uint64_t		 blocktext_hidden(const struct blocktext *);
void			 blocktext_close(struct blocktext *);

#endif
