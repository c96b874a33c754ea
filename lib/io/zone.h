/*
 * zone - time zones by name or offset
 *
 * zone_open takes an IANA name ("Europe/Berlin", a file below
 * /usr/share/zoneinfo), "UTC", "Z", or an offset ("+02:00", "-0530", "+01");
 * NULL means UTC.  Everything that can be asked later is read then, by way
 * of libc, into a table of changes from 1970 to 2100; before and after it
 * the first and the last offset hold.  It sets TZ and restores it, so it is
 * called before threads are started and before the sandbox; the other
 * functions touch memory only and may be called from several threads.
 *
 * RC_FAIL with err.sys 0 is a name that is no zone.  Out of memory exits.
 * The zone is freed with zone_free; abbreviations live as long as it does.
 */
#ifndef IO_ZONE_H
#define IO_ZONE_H

#include <stdint.h>

#include "base/err.h"

struct zone;

enum zone_local {
	ZONE_OK,
	ZONE_AMBIGUOUS,	/* the hour is repeated: *utc is the earlier one */
	ZONE_SKIPPED	/* no such local time: *utc is as if the offset before
			 * the gap still held, an instant after the gap */
};

enum rc		 zone_open(struct zone **, const char *name, struct err *);
void		 zone_free(struct zone *);
/* Seconds east of UTC at that time; *abbrev (may be NULL) is its name. */
int32_t		 zone_offset(const struct zone *, int64_t utc,
		    const char **abbrev);
/* Seconds since the epoch, as if UTC, on a clock in that zone. */
enum zone_local	 zone_utc(const struct zone *, int64_t local, int64_t *utc);

#endif
