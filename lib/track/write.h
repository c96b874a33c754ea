/*
 * write - the records of a message
 *
 * Private.  write.c makes the message record of what a message's journal
 * holds, write_delivery.c those of its deliveries, outcome.c says what
 * became of it, write_put.c has the pieces that all of them share.  Values
 * that are no evidence are put into a write_numbers, which must live as long
 * as the record.
 */
#ifndef TRACK_WRITE_H
#define TRACK_WRITE_H

#include "track/core.h"

/* Text of the numbers of one record. */
struct write_numbers {
	unsigned char	text[16][32];
	unsigned char	pad[FIELD_PAD];
	size_t		n;
};

/* write_put.c */
void	write_number(struct rec *, struct write_numbers *, enum field,
	    uint64_t);
/* The text of a time; none if it is not known. */
void	write_time(struct track *, struct rec *, struct write_numbers *,
	    enum field, const struct event_time *);
/* src, off, len of a line. */
void	write_ref(const struct track *, struct rec *, struct write_numbers *,
	    const struct ref *);
/* The verdict and the line that proves it; own, as write_ref put it, if none. */
void	write_verdict(const struct track *, struct rec *,
	    struct write_numbers *, const struct verdict *,
	    const struct ref *own);
void	write_instance(const struct instance *, struct rec *);
void	write_tag(const struct tag *, struct rec *);
/* OFF+LEN of a line in t->refs; "@SRC" behind one of another source. */
void	write_line(struct track *, const struct message *,
	    const struct ref *);
/* Give t->out away. */
void	write_out(struct track *);

/* outcome.c: one word for what became of the message, ready */
struct slice	outcome_status(const struct message *);
/* complete, and what was not seen. */
void	outcome_complete(const struct message *, struct rec *);

/* write_delivery.c: the deliveries held, in time order */
void	write_deliveries(struct track *, const struct message *,
	    const struct rec *base);

#endif
