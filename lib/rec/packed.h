/*
 * packed - a record as bytes, to be kept in memory or in a spool
 *
 * packed_put appends a record, packed_get reads one back: its slices point
 * into the bytes.  packed_put fails when the buf is at its limit or a value
 * longer than PACKED_VALUE, packed_get when the bytes are not a packed
 * record.
 */
#ifndef REC_PACKED_H
#define REC_PACKED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/field.h"

#define PACKED_VALUE	((size_t)16 * 1024 * 1024)

bool	packed_put(struct buf *, const struct rec *);
bool	packed_get(struct slice, struct rec *);

#endif
