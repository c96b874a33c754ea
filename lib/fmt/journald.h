/*
 * journald - entries of journalctl -o json and -o export
 *
 * journald_json fills stamp, host, tag, pid and text of an empty frame from
 * one line; false, and the frame still empty, if it is not such an entry.
 * Decoded members are put at the end of *scratch, which must have room for
 * line.len bytes more.  The sender's own time is preferred over the
 * journal's, SYSLOG_PID over _PID, SYSLOG_IDENTIFIER over _COMM; of several
 * members of one name the first counts.
 *
 * An export entry is a sequence of NAME=value lines and of binary fields
 * (NAME, newline, 64-bit little-endian length, bytes, newline), ended by an
 * empty line or the end of data.  journald_export fills the frame, frame.line
 * included, and gives what to consume in *used:
 *
 *   JOURNALD_DONE  an entry; one that is cut short by a line that is no
 *                 field ends before that line
 *   JOURNALD_MORE  more data is needed (never with eof)
 *   JOURNALD_OVER  the entry goes on for limit bytes or more: it
 *                 is given without the field at *used and what follows, for
 *                 journald_skip to step over; *used may be 0
 *
 * A binary length that is not followed by its newline, or is larger than
 * what journald stores, ends the entry before the field.
 *
 * journald_fields fills an empty frame from the fields of an entry that was
 * read from a journal file, "NAME=value" each; the journal's own time and
 * number stand among them as in an export.  journald_wants tells which
 * fields are of use.
 *
 * journald_skip steps over a part of what is left of an entry, says in *r
 * what is to be skipped unseen after it, and returns how much to consume: 0
 * when more data is needed, or with r->entry false before a line that is no
 * field.  Facts: reference/postfix-logs.md 1.7.
 */
#ifndef FMT_JOURNALD_H
#define FMT_JOURNALD_H

#include "fmt/framing.h"

struct journald_rest {
	uint64_t	bytes;	/* of a binary field, with its newline */
	bool		line;	/* up to the next newline */
	bool		entry;	/* up to the empty line */
};

enum journald_got {
	JOURNALD_MORE,
	JOURNALD_DONE,
	JOURNALD_OVER
};

bool	journald_json(struct slice line, struct buf *scratch,
	    struct frame *);
/* True if the line can be the first of an export entry. */
bool	journald_is_export(struct slice line, bool inside);
enum journald_got journald_export(struct slice data, size_t limit, bool eof,
	    size_t *used, struct frame *);
void	journald_fields(const struct slice *field, size_t n, struct frame *);
bool	journald_wants(struct slice name);
size_t	journald_skip(struct slice data, bool eof,
	    struct journald_rest *r);

#endif
