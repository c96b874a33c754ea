/*
 * rec_tsv - one record as a line of TSV; internal to rec
 *
 * Columns are separated by one tab.  An absent value is \N.  In values tab,
 * newline, CR and backslash are \t \n \r \\, other controls and bytes that
 * are not UTF-8 \xNN, unsafe characters \uXXXX (a surrogate pair above
 * U+FFFF).  The reader takes these and nothing else behind a backslash.
 *
 * The writers append a line with its newline; false when the buffer's limit
 * is reached, the buffer is as before then.
 */
#ifndef REC_REC_TSV_H
#define REC_REC_TSV_H

#include "base/buf.h"
#include "base/err.h"
#include "base/field.h"

bool	rec_tsv(struct buf *, const struct rec *, const enum field *column,
	    size_t ncolumn);
/* The names of the columns, joined by sep. */
bool	rec_tsv_header(struct buf *, const enum field *column, size_t ncolumn,
	    unsigned char sep);
/* A line without its newline; columns that are FIELD_N are skipped. */
enum rc	rec_tsv_parse(struct rec *, const enum field *column, size_t ncolumn,
	    struct slice line, struct buf *scratch, struct err *);

#endif
