/*
 * lexicon - the words that replies of mail servers are made of
 *
 * What a reply says in these words may be shown when nothing personal may
 * be: they tell nothing of a person, not even where one of them happens to be
 * somebody's name ("user", "mail", "info").  Given names that are words of
 * English, too ("mark", "will"), are left out on purpose.  Lower case, a few
 * hundred, from the texts of Postfix and of widely used servers.
 */
#ifndef REC_LEXICON_H
#define REC_LEXICON_H

#include <stdbool.h>

#include "base/slice.h"

#define LEXICON_WORD	24	/* bytes of the longest */

/* Is it one of them, in upper or lower case? */
bool	lexicon_has(struct slice);

#endif
