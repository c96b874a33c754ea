/*
 * quote - the lines that records rest on, in the order of the records
 *
 * Use: quote_open before confinement, quote_take for every record of the
 * stream, quote_find once at its end, quote_next until RC_END, quote_close.
 * Of a record with `refs` these are the lines, in their order, else the one
 * of src, off and len; with `tls` also the one that proves the TLS status,
 * behind them.  The same bytes of the same source are given once, at the
 * first place, unless `all` is set.  Lines come without line end.
 *
 * The `source` records at the end of the stream say what the files must be,
 * so nothing is read before quote_find.  Until then places wait in a spool;
 * the lines found wait in a second one.  Each holds QUOTE_MEMORY.
 *
 * quote_take and quote_next: RC_FAIL when the temporary file fails.
 * quote_find reports what cannot be quoted (source/origin.h) and gives the
 * status: EXIT_YES, EXIT_NO if there was nothing to quote, EXIT_TROUBLE.
 */
#ifndef SOURCE_QUOTE_H
#define SOURCE_QUOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"
#include "base/slice.h"
#include "source/origin.h"

#define QUOTE_MEMORY	((size_t)24 * 1024 * 1024)

struct quote;

struct quote	*quote_open(struct origins *, bool tls, bool all);
enum rc		 quote_take(struct quote *, const struct rec *, struct err *);
int		 quote_find(struct quote *);
enum rc		 quote_next(struct quote *, struct slice *line, struct err *);
void		 quote_close(struct quote *);

#endif
