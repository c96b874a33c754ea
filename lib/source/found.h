/*
 * found - records of what was found anywhere, put in order of time
 *
 * found_put takes events, found_record other records, as they are found on a
 * disk.  found_sort is called
 * once, then found_next gives them by time, at the same time the more
 * plausible first, then as found; those whose time is not known come behind
 * all others as found.  With `disk` set the order is that of finding.
 *
 * The same line at the same time in two places is a copy (a rotated log, what
 * an editor left): a run's n-th occurrence of a line is one if another run
 * had n of them before.  Copies are left out and counted, unless `copies` is
 * set; in order of disk they are not looked for.
 *
 * known_add takes lines of logs that survive, `only_here` of every event then
 * says whether its line is none of them.  At most FOUND_KNOWN lines are
 * remembered, by a hash; known_add is false past that.
 *
 * found_demote says that bytes of a source (not of a nested stream) hold a file
 * that is less sure than its records say: with recovered `whole` these become
 * guesses, not complete, and all are of low confidence.
 *
 * Events wait in a spool (io/spool.h) that is opened by found_open, before
 * confinement.  RC_FAIL: it cannot be written or read.
 */
#ifndef SOURCE_FOUND_H
#define SOURCE_FOUND_H

#include "base/err.h"
#include "source/checkpoint.h"
#include "source/logrun.h"

#define FOUND_MEMORY	((size_t)40 * 1024 * 1024)
#define FOUND_KNOWN	((uint32_t)2000000)

struct found;

struct found_time {
	bool			 known;
	int64_t			 sec;
	uint32_t		 nsec;
	enum logrun_confidence	 confidence;
};

struct found *found_open(bool disk, bool copies);
void found_close(struct found *);
/* What is found is written there, too; found_restore takes such an entry. */
void found_log(struct found *, struct checkpoint *);
enum rc found_restore(struct found *, struct slice entry, struct err *);
bool found_known(struct found *, struct slice line);
/* An entry of a journal that survives; the line as find_line gets it. */
bool found_known_entry(struct found *, struct slice line);
enum rc found_put(struct found *, const struct logrun_line *, struct err *);
/* A record that is no log line: never a copy of another. */
enum rc found_record(struct found *, const struct rec *,
    const struct found_time *, struct err *);
void found_demote(
    struct found *, struct slice src, uint64_t off, uint64_t len);
enum rc found_sort(struct found *, struct err *);
/* The record lives until the next call; *line: it is that of a log line. */
enum rc found_next(struct found *, struct rec *, bool *line, struct err *);
uint64_t found_copies(const struct found *);

#endif
