/*
 * hist - how long things took, in steps: percentiles in little memory
 *
 * Values are milliseconds up to HIST_MAX; higher ones count as that.  Up to
 * 16 the steps are single values, then each doubling has 16 steps, so that
 * a percentile, which is the upper end of its step, is at most one sixteenth
 * (6.25 percent) above the true value, and never below it.
 */
#ifndef REPORT_HIST_H
#define REPORT_HIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define HIST_MAX	UINT32_MAX
#define HIST_STEPS	464

struct hist {
	uint32_t	n[HIST_STEPS];
	uint64_t	total;
	uint64_t	max;		/* as it was */
};

void		hist_add(struct hist *, uint64_t ms);
/* One that was added is none; the longest of those left is then a step's end. */
void		hist_take_back(struct hist *, uint64_t ms);
/* The value that `percent` (1 to 100) of all do not exceed; 0 if empty. */
uint64_t	hist_percentile(const struct hist *, unsigned int percent);
/* Seconds as logged (12, 0.34) to milliseconds, rounded up. */
bool		hist_seconds(struct slice, uint64_t *ms);

#endif
