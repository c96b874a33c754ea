/*
 * years - in which year, and in which zone, each source begins
 *
 * Files are grouped into sets: a log and its rotated forms (mail.log,
 * mail.log.1, mail.log.2.gz; maillog-20260901.gz).  The year of a file's
 * first BSD stamp comes from, in this order: --year (for the set's first
 * file in time, counted on from there), dated lines or long queue IDs in
 * it or, counted from its neighbours, in another file of its set, the gzip
 * header or else the modification time, or a date in the file's name if that is
 * earlier (source/yearguess.h); a date in its name near the lines also mends
 * what was counted from a neighbour; a log that was not written to when it was last modified follows on
 * the one before it whose name has a date.  Without any, the year stays unknown.
 * Without -z, twenty long queue IDs that agree on an offset give the zone of
 * all files of the set.  Pieces (source/piece.h) stand for their files;
 * where two have the same name, their hosts make the sets.
 *
 * years_decide fills clock, and survey.first where there is a time.  It says
 * once what was assumed.  years_alone decides for one source that has no
 * neighbours, and says nothing; years_assumed and years_yearless tell what
 * years_announce then is to say of all of them.
 */
#ifndef SOURCE_YEARS_H
#define SOURCE_YEARS_H

#include "source/feed.h"
#include "source/opt.h"

void	years_decide(struct feed *, size_t n, const struct opt *);
void	years_alone(struct feed *, const struct opt *);
bool	years_assumed(const struct feed *, const struct opt *);
bool	years_yearless(const struct feed *);
void	years_announce(size_t assumed, size_t yearless);

#endif
