/*
 * twins - lines that several sources have, which happened once
 *
 * Syslog daemons write mail to mail.log, mail.info and syslog alike, and
 * copies of a log are soon made.  A line is a twin if a source before, in
 * the merged order, has the same line: same stamp, host, tag, process and
 * text.  What one source has twice has happened twice: of a line that the
 * sources have two and three times three are no twins.
 *
 * A framing that loses the program's name is no other tag: the process ID is
 * the same, and a host gives it to one process at a time.
 *
 * A log that was rotated within a second is no copy: what a source has of its
 * own first moment is a twin only if the other source began then, too, or if
 * a process logs such a line once: an arrival, a delivery, a refusal that has
 * a queue ID, what cleanup and qmgr say of a message, a start.
 *
 * Two loggers, as journald and rsyslog, stamp one line each on its own.  So
 * the same line of another source is a twin, too, if the stamps are within
 * TWINS_APART seconds and either a process logs such a line once, or the two
 * sources had such a line before, or both had begun by then: a process that
 * says the same again may do it in the next file of a rotated log, but does
 * not change from file to file and back.
 *
 * `hosts` counts arrivals and deliveries that two sources have under two
 * names of a host: they are no twins, until --host-alias says so.
 *
 * `zoned` counts arrivals and deliveries that two sources have whole quarters
 * of an hour apart, as when the zone of one of them is wrong: no twins either.
 * The latest of them are remembered for that, TWINS_FAR, and one of 64 longer.
 *
 * A line may stand a little later in the merged order in a source
 * that has more lines, if stamps step back.  So lines are remembered, as
 * seeded hashes of 64 bits, for TWINS_SECONDS of merged time and only where
 * another source has lines of about that time (`shared`); at most TWINS_MAX,
 * the latest.
 */
#ifndef SOURCE_TWINS_H
#define SOURCE_TWINS_H

#include "source/feed.h"

#define TWINS_MAX ((size_t)1 << 15) /* a power of two */
#define TWINS_SECONDS 10
#define TWINS_APART 2	/* seconds between two loggers */
#define TWINS_FAR 16384 /* a power of two */
#define TWINS_PAIRS 64	/* sources that have the same lines, the latest */
#define TWINS_STEPS 64	/* lines looked at for one */
#define TWINS_SOURCES 4096 /* of records, first line known; a power of two */

/* A point in merged time. */
struct twin_time {
	int64_t sec;
	uint32_t nsec;
};

struct twin {
	uint64_t hash; /* of process ID and text */
	uint64_t host; /* hash of its name */
	uint64_t tag;  /* hash of the tag, 0 where the framing lost it */
	uint64_t of;   /* hash of the source it was kept for */
	uint64_t src;  /* of the latest that has it, too */
	struct twin_time stamp;
	struct twin_time first; /* when the first source began */
	int64_t sec;		/* merged time */
	uint32_t own;		/* times in that source */
	uint32_t most;		/* times in one before */
	uint32_t next;		/* number of the next older one of its
				 * chain, + 1; one that is gone ends it */
};

struct twins {
	struct twin *ring; /* the latest ones; NULL: none yet */
	uint32_t *chain;   /* by hash: number of the newest, + 1 */
	uint32_t from, to; /* numbers of the oldest, of the next */
	/* Sources that records speak of: hash, 0 for none, and first time;
	 * twice as many places as there are sources. */
	struct twin_source {
		uint64_t src;
		struct twin_time time;
	} * first;
	size_t nfirst;
	/* Lines that may stand in another source hours before or after. */
	struct twin_far {
		uint64_t hash;
		uint64_t src; /* 0: none */
		int64_t sec;
	} * far;
	uint64_t zoned;		    /* of which that is so */
	int64_t off;		    /* seconds between such */
	uint64_t pair[TWINS_PAIRS]; /* hashes of two sources that have them */
	size_t npair;
	uint64_t hosts; /* lines of a host with two names */
	char name[128]; /* one of them */
};

void twins_free(struct twins *);
bool twins_look(struct twins *, const struct feed *, bool shared, bool many);
/*
 * Is the line at hand, an event of that feed, one that was there before?
 * many: there are more sources than one.
 */
static inline bool
twins_had(struct twins *t, const struct feed *f, bool shared, bool many)
{
	/* Of one source there is nothing to look for. */
	return (many || shared || t->from != t->to) &&
	    twins_look(t, f, shared, many);
}

#endif
