/*
 * bouncelog - what the bounce, defer and trace logs say of a recipient
 *
 * The logs of a message are text, an entry for each recipient and attempt.
 * The old form is one line, "<address>: reason"; the new one is lines
 * name=value, often behind a line of the old form; blank lines stand between
 * entries.  bouncelog_next takes an entry off the front of the text; false
 * when there is no other.  What an entry does not say is an absent slice;
 * offset is UINT64_MAX then.  Addresses are in quoted form.  The slices point
 * into the text.  Facts: reference/postfix-queue-files.md 15.
 */
#ifndef FMT_BOUNCELOG_H
#define FMT_BOUNCELOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct bouncelog {
	size_t		pos;		/* of its first line in the text */
	size_t		len;
	struct slice	recipient, original;
	uint64_t	offset;		/* of the recipient record */
	struct slice	orcpt, status, action, reason;
	struct slice	diag_type, diag_text, mta_name;
};

/* *pos is where to go on in the whole text; 0 at first. */
bool	bouncelog_next(struct slice text, size_t *pos, struct bouncelog *);
/* Does it look like one? */
bool	bouncelog_begins(struct slice text);

#endif
