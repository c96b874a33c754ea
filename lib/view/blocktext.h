/*
 * blocktext - the timeline as blocks of text, one a message
 *
 * blocktext_open, then blocktext_item for every item of a timeline in
 * TIMELINE_BLOCKS order, then blocktext_close.  The zone (NULL: UTC) and the
 * facts are the caller's and must live as long.  Of a message with more
 * than BLOCKTEXT_STEPS deliveries the others are counted, except that the
 * first BLOCKTEXT_STEPS of those that were not sent are shown too; `verbose`
 * shows all, and the lines that say nothing new.
 *
 * Retry waits are worked out per recipient, for the first BLOCKTEXT_RCPTS
 * recipients of a message.  Memory does not grow with the evidence.  Output
 * errors stay with the stream in paint.out.
 */
#ifndef VIEW_BLOCKTEXT_H
#define VIEW_BLOCKTEXT_H

#include <stdbool.h>

#include "io/zone.h"
#include "view/paint.h"
#include "view/timeline.h"

#define BLOCKTEXT_STEPS	20
#define BLOCKTEXT_RCPTS	512

struct blocktext;

struct blocktext_options {
	struct paint			 paint;
	const struct zone		*zone;		/* NULL: UTC */
	const char			*zone_name;
	const struct timeline_facts	*facts;
	bool				 verbose;
};

struct blocktext	*blocktext_open(const struct blocktext_options *);
void			 blocktext_item(struct blocktext *,
			    const struct timeline_item *);
/* Events that were not shown for want of verbose. */
uint64_t		 blocktext_hidden(const struct blocktext *);
void			 blocktext_close(struct blocktext *);

#endif
