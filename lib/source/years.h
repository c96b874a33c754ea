/*
 * years - in which year, and in which zone, each source begins
 *
 * Files are grouped into sets: a log and its rotated forms (mail.log,
 * mail.log.1, mail.log.2.gz; maillog-20260901.gz).  The year of a file's
 * first BSD stamp comes from, in this order: --year (for the set's first
 * file in time, counted on from there), dated lines or long queue IDs in
 * it or, counted from its neighbours, in another file of its set, the gzip
 * header, the modification time.  Without any, the year stays unknown.
 * Without -z, twenty long queue IDs that agree on an offset give the zone of
 * all files of the set.  Pieces (source/piece.h) stand for their files;
 * where two have the same name, their hosts make the sets.
 *
 * years_decide fills clock, and survey.first where there is a time.  It says
 * once what was assumed.
 */
#ifndef SOURCE_YEARS_H
#define SOURCE_YEARS_H

#include "source/feed.h"
#include "source/opt.h"

void	years_decide(struct feed *, size_t n, const struct opt *);

#endif
