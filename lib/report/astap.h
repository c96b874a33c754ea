/*
 * astap - a report as TAP 14
 *
 * The tests of view/tallytext, and one for each thing that keeps the figures
 * from being the whole truth: that the period is covered, always.
 */
#ifndef REPORT_ASTAP_H
#define REPORT_ASTAP_H

#include "report/page.h"

void	astap_put(struct buf *, const struct page *);

#endif
