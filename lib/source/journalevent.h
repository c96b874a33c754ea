/*
 * journalevent - an entry of a journal that was found in an image, as an event
 *
 * journalevent_put hands it to find_line (source/finds.h) as a line of the
 * run *s->runs; false: give up.  Its confidence is `high`, `medium` when fields
 * are lost, `low` when the hash is wrong.  The frame must have a time.  That of
 * a text alone is `medium` if the hash is proven, else `low`; it has no time,
 * and the note `entry-lost`.  journalevent_alone makes a frame of such a text.
 * journalevent_line appends what tells an entry from all others, for copies
 * and --known, to an empty buffer of JOURNALEVENT_LINE bytes at most.
 */
#ifndef SOURCE_JOURNALEVENT_H
#define SOURCE_JOURNALEVENT_H

#include "source/finds.h"
#include "source/journals.h"

#define JOURNALEVENT_LINE ((size_t)2 * FRAMING_LINE_MAX)

struct journalevent {
	struct slice src;
	uint64_t off, len; /* in src */
	bool inside;	   /* src is a journal in the image, not the image */
	unsigned int flaws;
	bool lost;  /* lines before it are */
	bool alone; /* a text without its entry */
	bool proven;
};

bool journalevent_put(const struct stream *s, const struct frame *,
    const struct journalevent *, struct buf *text);
void journalevent_alone(struct slice text, struct frame *);
/* Is the event of a record one of these? */
bool journalevent_is_alone(const struct event *);
struct slice journalevent_line(struct buf *, const struct frame *);

#endif
