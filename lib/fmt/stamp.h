/*
 * stamp - the time at the start of a log line, as far as it says it
 *
 * STAMP_BSD has neither year nor zone (Sep  1 10:04:05, also with a
 * fraction); STAMP_LOCAL has a date but no zone that can be trusted
 * (2026-09-01T10:04:05, or a zone abbreviation); STAMP_ZONED is a point in
 * time.  All fields are range-checked; 29 February is accepted in a BSD
 * stamp, because the year is not known here.  Second 60 is taken as 59.
 *
 * stamp_take_* take a stamp off the front of *s, without the blank after
 * it; false and *s unchanged if there is none.  What follows the stamp is
 * not looked at: the caller wants a blank or the end there.  With a memo
 * (may be NULL) the digits of the stamp before are compared first: lines of
 * the same second cost one comparison.
 *
 * stamp_of_* want the whole slice.  The text of a stamp lives as long as
 * what it was read from.  Facts: reference/postfix-logs.md 1.4 to 1.8.
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
	uint8_t		digits;		/* fraction digits, 0 to 9 */
	uint32_t	nsec;
	int64_t		sec;		/* BSD: second of the day; LOCAL: since
					 * the epoch as if UTC; ZONED: since
					 * the epoch */
	struct slice	text;		/* as logged */
};

#define STAMP_BSD_LEN	15	/* Sep  1 10:04:05 */
#define STAMP_ISO_LEN	19	/* 2026-09-01T10:04:05 */

struct stamp_memo {
	unsigned char	bsd_key[STAMP_BSD_LEN];
	unsigned char	iso_key[STAMP_ISO_LEN];
	bool		has_bsd;
	bool		has_iso;
	uint8_t		mon;
	uint8_t		day;
	int64_t		bsd_sec;
	int64_t		iso_sec;
};

/* Sep  1 10:04:05, Sep 01 10:04:05, with .f to .fffffffff */
bool	stamp_read_bsd(struct slice *s, struct stamp *, struct stamp_memo *);
static inline bool
stamp_take_bsd(struct slice *s, struct stamp *st, struct stamp_memo *memo)
{
	/* The stamp of the line before, without a fraction. */
	if (memo == NULL || !memo->has_bsd || s->len <= STAMP_BSD_LEN ||
	    s->ptr[STAMP_BSD_LEN] != ' ' ||
	    !slice_same(s->ptr, memo->bsd_key, STAMP_BSD_LEN))
		return stamp_read_bsd(s, st, memo);
	*st = (struct stamp){ .kind = STAMP_BSD, .mon = memo->mon,
		.day = memo->day, .sec = memo->bsd_sec,
		.text = slice_of(s->ptr, STAMP_BSD_LEN) };
	*s = slice_of(s->ptr + STAMP_BSD_LEN, s->len - STAMP_BSD_LEN);
	return true;
}
/*
 * 2026-09-01T10:04:05[.f][zone], T or blank or (svlogd, UTC) _, Z, +02:00,
 * +0200, +02 or none
 */
bool	stamp_take_iso(struct slice *s, struct stamp *, struct stamp_memo *);
/* Tue 2026-09-01 10:04:05[.f] CEST */
bool	stamp_take_full(struct slice *s, struct stamp *);
/* 1788257045.123456 */
bool	stamp_take_unix(struct slice *s, struct stamp *);
/* 1788257045, with 0 to 9 fraction digits and a blank behind */
bool	stamp_take_epoch(struct slice *s, struct stamp *);
/*
 * 2026 Sep  1 10:04:05, Sep  1 2026 10:04:05 or 2026/09/01 10:04:05, with a
 * fraction or without
 */
bool	stamp_take_dated(struct slice *s, struct stamp *);
/* @4000000066d4b5a53b9aca00: TAI64N as multilog, svlogd and s6-log write it */
bool	stamp_take_tai(struct slice *s, struct stamp *);

/* Microseconds since the epoch, as journald writes them. */
bool	stamp_of_usec(struct slice, struct stamp *);
/* The same as a number, with the text that said it. */
bool	stamp_of_count(uint64_t usec, struct slice, struct stamp *);
/* Seconds since the epoch with 0 to 9 fraction digits. */
bool	stamp_of_epoch(struct slice, struct stamp *);

#endif
