/*
 * caltime - calendar arithmetic and RFC 3339 text, in UTC
 *
 * Proleptic Gregorian, years 1 to 9999; no leap seconds (second 60 is taken
 * as 59).  caltime_sec returns false when a number is out of range or the
 * day does not exist in that month and year.
 */
#ifndef BASE_CALTIME_H
#define BASE_CALTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define CALTIME_DAY	11	/* bytes of "YYYY-MM-DDT" */
#define CALTIME_SEC	20	/* bytes of "YYYY-MM-DDTHH:MM:SSZ" */
#define CALTIME_LATE	8	/* a power of two */
#define CALTIME_MAX	30	/* bytes of the longest RFC 3339 text */

struct caltime {
	int	year;
	int	mon;	/* 1 to 12 */
	int	day;	/* 1 to 31 */
	int	hour;
	int	min;
	int	sec;
};

/*
 * The day of the time written last, and its text; and some seconds of late,
 * by their lowest bits.  All zero: none.
 */
struct caltime_day {
	struct caltime_date {
		bool		known;
		int64_t		start;
		unsigned char	text[CALTIME_DAY];
	}		date;
	struct caltime_late {
		int64_t		sec;
		bool		known;
		unsigned char	text[CALTIME_SEC];
	}		late[CALTIME_LATE];
};

bool	caltime_sec(const struct caltime *, int64_t *sec);
void	caltime_of(int64_t sec, struct caltime *);
bool	caltime_leap(int year);
/* YYYY-MM-DDTHH:MM:SS[.digits]Z; returns the length, 0 if out of range. */
size_t	caltime_text(unsigned char dst[CALTIME_MAX], int64_t sec, uint32_t nsec,
	    unsigned int digits);
/* The same, quicker for a time of that day, which it sets. */
size_t	caltime_text_day(struct caltime_day *, unsigned char dst[CALTIME_MAX],
	    int64_t sec, uint32_t nsec, unsigned int digits);
/*
 * Read RFC 3339 in UTC or with an offset, 0 to 9 fraction digits; false if
 * it is anything else.
 */
bool	caltime_parse(struct slice, int64_t *sec, uint32_t *nsec,
	    unsigned int *digits);

#endif
