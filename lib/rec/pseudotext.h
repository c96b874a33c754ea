/*
 * pseudotext - free text without names; internal to rec/pseudonym
 *
 * Appends s to p->text with everything replaced that could name somebody
 * (rec/pseudonym.h says what stays).  `r` is the record that the text is
 * from: it knows addresses, hosts and domains.  The time is linear in the
 * text.  False when p->text is full.
 */
#ifndef REC_PSEUDOTEXT_H
#define REC_PSEUDOTEXT_H

#include "rec/pseudonym.h"

bool	pseudotext_put(struct pseudonyms *, struct slice,
	    const struct rec *);

#endif
