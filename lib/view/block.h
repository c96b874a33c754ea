/*
 * block - the parts of blocktext; internal to it
 *
 * block_head.c has the headings, block_step.c the left columns, and one file
 * each what a message, a delivery, an event and the end of a message say.  A
 * step begins with block_step, goes on with phrases (view/phrase.h) and ends
 * with paint_end.
 */
#ifndef VIEW_BLOCK_H
#define VIEW_BLOCK_H

#include "view/blocktext.h"
#include "view/text.h"

/* The last attempt for one recipient. */
struct rcpt {
	uint64_t	hash;
	uint64_t	attempts;
	int64_t		sec;
	bool		known;		/* its time */
	bool		deferred;
};

/* What may stand under one heading, one after another. */
enum run {
	RUN_NONE,
	RUN_REJECTS,
	RUN_LOOSE
};

/* One message; its record, or what is known of it, is sheet.msg. */
struct block {
	bool		 open;
	bool		 reject;
	bool		 has_msg;	/* a message record came */
	bool		 queued;	/* that line was written */
	uint32_t	 seen;		/* its events */
	bool		 has_prev;
	struct text_time prev;		/* the step before */
	bool		 has_day;
	int64_t		 day;		/* the date written last */
	uint64_t	 shown, trouble, other;
	uint64_t	 hidden, hidden_sent, hidden_deferred, hidden_bounced;
	uint64_t	 hidden_other;
	int64_t		 waited;	/* latest attempt after a wait */
	bool		 has_waited;
	size_t		 nrcpt;
};

struct blocktext {
	struct sheet	 sheet;
	struct block	 block;
	struct rcpt	 rcpt[BLOCKTEXT_RCPTS];	/* nrcpt of them */
	enum run	 run;
	struct buf	 run_host;
	bool		 run_timed;
	int64_t		 run_day;
	bool		 prefaced;
	bool		 begun;		/* a heading was written */
	bool		 undated;
	uint64_t	 quiet;		/* events not shown */
};

/* Where what has no date begins. */
void	block_undated(struct blocktext *, const struct text_time *);
void	block_heading(struct blocktext *, const struct timeline_item *);
void	block_run(struct blocktext *, const struct timeline_item *, enum run);

/* Columns left of the phrases. */
size_t	block_indent(const struct sheet *);
/* The left columns; without a record, or a time, none of its own. */
void	block_step(struct blocktext *, const struct text_time *,
	    const struct rec *, enum paint_colour, struct slice word);

void	block_received(struct blocktext *, const struct timeline_item *);
void	block_queued(struct blocktext *, const struct text_time *,
	    const struct rec *);
void	block_rejected(struct blocktext *, const struct timeline_item *);
bool	block_lacks(const struct rec *, const char *word);

void	block_delivery(struct blocktext *, const struct timeline_item *);
/* How many deliveries were not shown. */
void	block_hidden(struct blocktext *);

void	block_event(struct blocktext *, const struct timeline_item *);
bool	block_worth(const struct timeline_item *);

/* block_queue.c: an event that a queue file tells of. */
void	block_queue_event(struct blocktext *, const struct timeline_item *);
void	block_file(struct blocktext *, const struct timeline_item *);
void	block_in_queue(struct blocktext *);

void	block_ending(struct blocktext *);

static inline bool
block_saw(const struct block *k, enum event_kind ev)
{
	return (k->seen >> ev & 1) != 0;
}

#endif
