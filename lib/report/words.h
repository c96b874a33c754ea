/*
 * words - sentences of a report: our own words, numbers, names from evidence
 *
 * Everything from evidence goes through words_clean (view/text.h), so that
 * what a sentence holds is safe for a terminal; HTML escapes it once more.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <stdint.h>

#include "base/buf.h"
#include "io/zone.h"

void	words(struct buf *, const char *);
void	words_u(struct buf *, uint64_t);
/* "1 hop", "2 hops" */
void	words_n(struct buf *, uint64_t, const char *one, const char *many);
/* A JSON string with its quotes, of any bytes. */
void	words_json(struct buf *, struct slice);
void	words_clean(struct buf *, struct slice);
/* A part of a whole in percent, with one digit: 12.5; 0.0 of nothing. */
void	words_share(struct buf *, uint64_t part, uint64_t whole);
/* YYYY-MM-DD HH:MM:SS by a clock in the zone. */
void	words_time(struct buf *, const struct zone *, int64_t sec);
void	words_day(struct buf *, const struct zone *, int64_t sec);
/* The same without seconds, and without 00:00. */
void	words_date(struct buf *, const struct zone *, int64_t sec);
/* Milliseconds as seconds: 0.25, 12 */
void	words_ms(struct buf *, uint64_t ms);

#endif
