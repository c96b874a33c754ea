/*
 * rec_json - one record as a JSON object; internal to rec
 *
 * rec_json_columns appends the columns listed, in that order, or all keys in
 * table order when ncolumn is 0, and then `tail` (a newline, or nothing).
 * False when the buffer's limit is reached; the buffer is as before then.
 */
#ifndef REC_REC_JSON_H
#define REC_REC_JSON_H

#include "base/buf.h"
#include "base/field.h"

bool	rec_json_columns(struct buf *, const struct rec *,
	    const enum field *column, size_t ncolumn, struct slice tail);

#endif
