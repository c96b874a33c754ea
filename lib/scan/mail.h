/*
 * mail - messages (RFC 5322) in raw bytes, by their Received headers
 *
 * mail_header looks at the header that holds a Received field at `at` of s,
 * which has MAIL_BEFORE bytes before it and MAIL_HEADER behind, or all there
 * are.  The header begins with the first of the fields that stand in a row
 * before it, or with the "From " line of an mbox, and ends with a blank line
 * (cut is set if the bytes end first, or cease to be a header).  It is one if
 * it has a Received field with a host and a date, another of From, To, Date,
 * Subject and Message-ID, and MAIL_FIELDS fields in all.  If it is none,
 * `past` tells how far the bytes were looked at: other Received fields in
 * there are of none either.
 *
 * mail_field gives the fields one by one, *pos is 0 at first.
 *
 * mail_body tells how many bytes of s, which begin behind the blank line,
 * are the body: up to the last delimiter of its MIME parts, the next "From "
 * line of an mbox, or the first byte that no text has.  MAIL_MORE: s ended
 * before any of these.  The length is an estimate but for the first two.
 *
 * Slices point into s.  Facts: RFC 5322, 2046, 4155.
 */
#ifndef SCAN_MAIL_H
#define SCAN_MAIL_H

#include <stdbool.h>

#include "base/slice.h"

#define MAIL_BEFORE ((size_t)8 * 1024)
#define MAIL_HEADER ((size_t)56 * 1024)
#define MAIL_FIELDS 3
#define MAIL_LINE 4096 /* longest line of a header */

struct mail {
	struct slice header; /* with the "From " line */
	size_t start;	     /* of it in s */
	size_t past;
	bool mbox;
	bool cut;
	unsigned int nhop;
	struct slice boundary; /* of its MIME parts */
};

enum mail_end { MAIL_DELIMITER, MAIL_NEXT, MAIL_BYTE, MAIL_MORE };

bool mail_header(struct slice s, size_t at, struct mail *m);
bool mail_field(struct slice header, size_t *pos, struct slice *name,
    struct slice *value, struct slice *whole);
size_t mail_body(struct slice s, const struct mail *m, enum mail_end *);

#endif
