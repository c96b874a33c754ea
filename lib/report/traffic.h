/*
 * traffic - the delivery summary: how much mail, and what became of it
 *
 * traffic_take is told of every message and delivery record of the period.
 *
 * Mail is counted once, however many queues it passes: a message by the
 * first queue of its path (`hop` 1), a delivery unless the queue that it went
 * to is in the evidence, too (`next_host`): that one's own deliveries count
 * then, and this one is `passed`.  Delivery to a pipe that hands the mail in
 * again is known by the message that came of it only, so the latest
 * TRAFFIC_PIPES of them are remembered and taken back, and so are the parents
 * of messages whose records come first.  A link that was learned late leaves
 * both counted; `doubtful` says how many.
 *
 * What was refused as a whole did not come in, and what discard(8) drops is
 * no delivery; what a DISCARD action or a milter drops came in, and has none.
 *
 * Rows of `reason` are "STATUS CODE CLASS" (NUL between), with the first
 * text as note; of `to` and `from` addresses; of `domain` recipient domains,
 * beside `delay`, whose entries are NULL past TRAFFIC_HISTS.  The rest is
 * counted as dropped.
 */
#ifndef REPORT_TRAFFIC_H
#define REPORT_TRAFFIC_H

#include "base/field.h"
#include "report/counts.h"
#include "report/days.h"
#include "report/hist.h"

#define TRAFFIC_ROWS	((size_t)65536)
#define TRAFFIC_HISTS	((size_t)4096)
#define TRAFFIC_PIPES	1024
#define TRAFFIC_PARENTS	16384

enum traffic_origin {
	TRAFFIC_NETWORK,	/* a client, not authenticated */
	TRAFFIC_AUTHENTICATED,
	TRAFFIC_HERE,		/* handed in on the host itself */
	TRAFFIC_NOTICE,		/* made by Postfix */
	TRAFFIC_UNSEEN,		/* the arrival is not in the evidence */
	TRAFFIC_ORIGIN_N
};

enum traffic_fate {
	TRAFFIC_SENT_OUT,	/* to another server */
	TRAFFIC_SENT_HERE,	/* to a mailbox or program here */
	TRAFFIC_DROPPED,	/* to no one, by discard */
	TRAFFIC_DEFERRED,	/* attempts */
	TRAFFIC_BOUNCED,
	TRAFFIC_REFUSED,	/* a recipient refused after the message had
				 * a queue ID */
	TRAFFIC_OTHER,
	TRAFFIC_FATE_N
};

struct traffic_pipe {
	uint64_t	trace;		/* 0: taken back */
	int64_t		sec;
	size_t		to, domain;	/* rows + 1; 0: none */
	uint64_t	ms;
};

struct traffic {
	struct days		*days;
	uint64_t		 in[TRAFFIC_ORIGIN_N];
	uint64_t		 fate[TRAFFIC_FATE_N];
	uint64_t		 expired;	/* messages, for some recipient */
	uint64_t		 discarded;	/* messages, before they were queued */
	uint64_t		 rejected;	/* without a queue ID */
	uint64_t		 bytes;		/* of the messages that came in */
	uint64_t		 passed, doubtful, untimed;
	struct counts		 reason, from, to, domain;
	struct hist		**delay;
	size_t			 ndelay;
	struct traffic_pipe	*pipe;		/* the latest */
	size_t			 npipe;
	uint64_t		*parent;	/* traces that passed mail on */
};

void	traffic_init(struct traffic *, struct days *);
void	traffic_free(struct traffic *);
/* All is told: before anything is read. */
void	traffic_settle(struct traffic *);
/* `sec` is the record's time, or INT64_MAX. */
void	traffic_take(struct traffic *, const struct rec *, int64_t sec);
/* A link record, whenever it was. */
void	traffic_link(struct traffic *, const struct rec *);

#endif
