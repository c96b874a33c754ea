/*
 * ascsv - a report as CSV, for spreadsheets
 *
 * One line for each cell: the table's name, the number of the row, the
 * column's key, the value.  The table `answer` has the verdict's numbers,
 * `cut` how many rows of each table are not here.  With the name of a table
 * ascsv_table writes only that, as a table; false if there is none of that
 * name.  Guarded against formulas as records are (rec/rec_csv.h).
 */
#ifndef REPORT_ASCSV_H
#define REPORT_ASCSV_H

#include "report/page.h"

void	ascsv_put(struct buf *, const struct page *);
bool	ascsv_table(struct buf *, const struct page *, struct slice name);

#endif
