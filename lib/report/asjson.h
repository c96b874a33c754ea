/*
 * asjson - a report as one JSON object
 *
 *	answer	sentence, status, exit, hops, compliant, violation, unknown,
 *		exempt, not_applicable, doubts
 *	period	from, until, zone, covered
 *	policy	name
 *	made	by, at
 *	TABLE	for each table an array of objects, by the columns' keys; what
 *		is not known is absent
 *	cut	for each table that has more rows: shown, total, command
 *	notes	for each table that could not follow all names: the text
 *
 * Strings are escaped as in records (rec/rec.h).
 */
#ifndef REPORT_ASJSON_H
#define REPORT_ASJSON_H

#include "report/page.h"

void	asjson_put(struct buf *, const struct page *);

#endif
