/*
 * clock - from the stamps of one source to points in time
 *
 * Stamps that are points in time already are taken as they are.  A BSD stamp
 * needs the year of the source's first line (clock_year), from which the
 * year is counted on: a step back of more than a week is a new year, unless
 * that year would be later than `limit` (then a step of half a year makes the
 * year unknown from there on, a smaller one is a clock set back); a stamp of
 * the last days of December in early January is a late line of the year
 * before.  Without a year `known` stays false; an arbitrary
 * one is counted with, so that differences are right.  Stamps without zone
 * need a zone: the one given, an offset that was inferred, or UTC, assumed.
 * A container's stamp gives year and zone of the stamp inside.  29 February
 * of a year without one is no time: it has no place in the order either, and
 * the note says no-such-day.
 *
 * The note says in words what is not the evidence's own; it lives as long as
 * the clock.
 */
#ifndef SOURCE_CLOCK_H
#define SOURCE_CLOCK_H

#include "fmt/event.h"
#include "fmt/stamp.h"
#include "io/zone.h"

#define CLOCK_NOTES	128
#define CLOCK_NO_SUCH_DAY "no-such-day"

/* What a time rests on, as bits of a note. */
#define CLOCK_YEAR_MASK		0x07	/* enum clock_year */
#define CLOCK_ZONE_ASSUMED	0x08
#define CLOCK_ZONE_INFERRED	0x10
#define CLOCK_DST		0x20	/* an hour that the clock showed twice,
					 * or not at all */
#define CLOCK_JUMP		0x40	/* the clock went back */

enum clock_year {
	CLOCK_YEAR_NONE,	/* not known */
	CLOCK_YEAR_GIVEN,	/* --year */
	CLOCK_YEAR_DATED,	/* a dated line, or the container */
	CLOCK_YEAR_QUEUE_ID,	/* a long queue ID */
	CLOCK_YEAR_GZIP,	/* the gzip header */
	CLOCK_YEAR_MTIME,	/* the file's modification time */
	CLOCK_YEAR_NAME		/* a date in the file's name */
};

struct clock {
	const struct zone	*zone;		/* -z, or NULL */
	bool			 inferred;
	int32_t			 east;		/* when inferred */
	enum clock_year		 from;
	int			 year;		/* of the latest stamp */
	bool			 begun;		/* a BSD stamp was seen */
	int			 yday;		/* of the latest stamp, by month
						 * and day, 31 days a month */
	uint64_t		 impossible;	/* stamps of no day of their year */
	bool			 doubted;	/* the year went past the limit */
	bool			 bounded;
	int64_t			 limit;		/* no stamp is later */
	bool			 has_latest;
	int64_t			 latest;	/* latest second so far */
	/* The day at hand, when its offset is the same all day. */
	uint8_t			 mon, day;
	bool			 day_known;
	int64_t			 day_sec;
	/* The stamp before, when the same one gives the same again. */
	struct stamp		 same;		/* kind NONE: there is none */
	struct event_time	 same_time;
	struct slice		 same_note;
	struct {
		unsigned char	text[80];
		size_t		len;
		bool		made;
	}			 note[CLOCK_NOTES];
};

void	clock_init(struct clock *, const struct zone *);
/* The year of the first line; CLOCK_YEAR_NONE if it is not known. */
void	clock_year(struct clock *, enum clock_year, int year);
void	clock_read(struct clock *, const struct stamp *,
	    const struct stamp *outer, struct event_time *, struct slice *note);
/* Is it the stamp before, but for the fraction of its second? */
static inline bool
clock_is_same(const struct clock *c, const struct stamp *s)
{
	return s->kind == c->same.kind && s->sec == c->same.sec &&
	    s->day == c->same.day && s->mon == c->same.mon;
}

/* The time of a line; *note is absent when there is nothing to say. */
static inline void
clock_time(struct clock *c, const struct stamp *s, const struct stamp *outer,
    struct event_time *t, struct slice *note)
{
	if (s->kind == STAMP_NONE || outer->kind != STAMP_NONE ||
	    !clock_is_same(c, s)) {
		clock_read(c, s, outer, t, note);
		return;
	}
	*t = c->same_time;
	/* Seldom: what is written in parts is slow to be copied as a whole. */
	if (c->same_time.nsec != s->nsec || c->same_time.digits != s->digits) {
		t->nsec = s->nsec;
		t->digits = s->digits;
	}
	*note = c->same_note;
}
/*
 * Is a container's stamp, a point in time, farther from the one in it than
 * any zone?  Then it says nothing about the zone.
 */
bool	clock_late(const struct stamp *, const struct stamp *outer);
/*
 * A queue ID made at that time stands on a line with this stamp: where the
 * zone was inferred, it follows the IDs.  True if the offset has changed;
 * the time of the line is then to be asked for again.
 */
bool	clock_check(struct clock *, const struct stamp *, int64_t id_sec);
/* The year in which a month and day is nearest to a time. */
int	clock_year_near(uint8_t mon, uint8_t day, int64_t sec);
/*
 * The year in which a month and day is nearest below limit (seconds since
 * the epoch, a day of slack); 0 if there is none.
 */
int	clock_year_before(uint8_t mon, uint8_t day, int64_t limit);

#endif
