/*
 * filter_vocab - values that a key never has, though they look like it; for
 * filter
 *
 * tls=TLS or status=bounce finds nothing in any log, and the answer "nothing
 * found" would be taken for one.  Keys whose words are all ours (mxrecord(5))
 * take no other word; status holds what Postfix logs, so that only a word
 * that is nearly one of the usual is doubted.  No value ends with
 * the comma that stands behind it in a log line, and none is a list.
 */
#ifndef REC_FILTER_VOCAB_H
#define REC_FILTER_VOCAB_H

#include "base/field.h"

/* NULL if the key may have that value, else what it should have been. */
const char	*filter_vocab_meant(enum field, struct slice value);
/* The same of punctuation; not for free text. */
const char	*filter_vocab_pasted(enum field, struct slice value);

#endif
