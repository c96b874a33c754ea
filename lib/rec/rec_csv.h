/*
 * rec_csv - one record as a line of CSV, for spreadsheets; internal to rec
 *
 * RFC 4180 with LF.  An absent value is empty, a known empty one "".  A text
 * that a spreadsheet could take for a formula (first character, after blanks
 * and quotes, one of = + - @ tab CR LF, or their full-width forms) gets an
 * apostrophe before it; numbers do not.  Controls and unsafe characters are
 * escaped as in JSON; a backslash is not, so this is one-way.
 */
#ifndef REC_REC_CSV_H
#define REC_REC_CSV_H

#include "base/buf.h"
#include "base/field.h"

/* Append a line with its newline; false: over the limit, buf as before. */
bool	rec_csv(struct buf *, const struct rec *, const enum field *column,
	    size_t ncolumn);

/* One value, without what stands between values; `number`: it may be one. */
bool	rec_csv_value(struct buf *, struct slice, bool number);

#endif
