/*
 * queueshape - how old the mail in the queues is, by domain
 *
 * Takes the `file` and `recipient` records of queueread in their order and
 * counts pending recipients (or messages by sender domain) in classes of
 * age, each twice as old as the one before: below 5, 10, 20 ... 1280 minutes
 * and above.  The age counts from the arrival (without one: from the mtime)
 * to `now`.  At most
 * QUEUESHAPE_DOMAINS domains are kept apart; the rest is counted as OTHERS.
 * Facts: what qshape(1) shows.
 */
#ifndef SOURCE_QUEUESHAPE_H
#define SOURCE_QUEUESHAPE_H

#include <stdio.h>

#include "base/field.h"
#include "rec/rec.h"

#define QUEUESHAPE_AGES		10
#define QUEUESHAPE_DOMAINS	100000

struct queueshape;

struct queueshape *queueshape_new(bool by_sender, int64_t now);
void	queueshape_add(struct queueshape *, const struct rec *);
/* A table of at most `width` columns, the largest first. */
void	queueshape_table(struct queueshape *, FILE *, size_t rows,
	    size_t width);
bool	queueshape_records(struct queueshape *, struct rec_out *);
void	queueshape_free(struct queueshape *);

#endif
