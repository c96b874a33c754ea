/*
 * stamp - the time at the start of a log line, as far as it says it
 *
 * STAMP_BSD has neither year nor zone (Sep  1 10:04:05, also with a
 * fraction); STAMP_LOCAL has a date but no zone that can be trusted
 * (2026-09-01T10:04:05, or a zone abbreviation); STAMP_ZONED is a point in
 * time.  All fields are range-checked; 29 February is accepted in a BSD
 * stamp, because the year is not known here.  Facts:
 * reference/postfix-logs.md 1.4 to 1.8.
 */
#ifndef FMT_STAMP_H
#define FMT_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum stamp_kind {
	STAMP_NONE,
	STAMP_BSD,
	STAMP_LOCAL,
	STAMP_ZONED
};

struct stamp {
	enum stamp_kind	kind;
	uint8_t		mon;		/* STAMP_BSD: 1 to 12 */
	uint8_t		day;		/* STAMP_BSD: 1 to 31 */
	int64_t		sec;		/* BSD: second of the day; LOCAL: since
					 * the epoch as if UTC; ZONED: since
					 * the epoch */
	uint32_t	nsec;
	uint8_t		digits;		/* fraction digits, 0 to 9 */
	struct slice	text;		/* as logged */
};

/*
 * Take a stamp off the front of *s, without the blank after it; false and
 * *s unchanged if there is none.
 */
bool	stamp_take_bsd(struct slice *s, struct stamp *);	/* Sep  1 10:04:05[.ffffff] */
bool	stamp_take_iso(struct slice *s, struct stamp *);	/* 2026-09-01T10:04:05[.f][zone], T or blank */

#endif
