/*
 * astext - a report as text, for terminals and mail
 *
 * Sentences are broken at ASTEXT_WIDTH columns.  A table that fits in it is
 * one; of a wider one each row is a few lines.  Long cells are cut in the
 * middle with dots only in tables; what was left out is said behind each.
 */
#ifndef REPORT_ASTEXT_H
#define REPORT_ASTEXT_H

#include "report/page.h"

#define ASTEXT_WIDTH	78

void	astext_put(struct buf *, const struct page *);

#endif
