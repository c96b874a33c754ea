/*
 * collector - log lines that a log collector has made JSON objects of
 *
 * One object a line, as rsyslog (jsonmesg and the usual templates for a
 * search engine), syslog-ng (format-json), fluent-bit, vector, the beats and
 * logstash write it, and as search engines export it ("_source", "result").
 * Members are found by their names (fmt/members.h).  There are two shapes:
 *
 *   taken apart   the object names the program; text, host, pid and time are
 *                 other members.  What is called tag, process or service must
 *                 have a pid or colon or be Postfix's
 *   left whole    it names none: then the text must be a line with a tag.  Not
 *                 if there is a level or name, as in the logs of programs that
 *                 write JSON themselves, and what strangers tell them
 *
 * The time at which a line was collected may be days later: it gives the year
 * of a whole line's stamp that has none (which becomes STAMP_LOCAL, its text
 * a date and time), and is the line's own only if that has no stamp at all.
 *
 * Decoded text is put at the end of *scratch, which must have room for
 * line.len + COLLECTOR_ROOM bytes more.  False: not such a line, and the
 * frame as it was.
 */
#ifndef FMT_COLLECTOR_H
#define FMT_COLLECTOR_H

#include "base/buf.h"
#include "fmt/framing.h"

#define COLLECTOR_ROOM	64

bool	collector_json(struct slice line, struct framing_memo *, struct buf *,
	    struct frame *);
/* The time of collection alone; kind STAMP_NONE without. */
struct stamp	collector_time(struct slice line, struct buf *);

#endif
