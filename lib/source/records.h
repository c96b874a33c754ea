/*
 * records - the records that a tool works on, whatever it is given
 *
 * The inputs are evidence (logs of any framing, compressed or bundled) or
 * records that another tool wrote (NDJSON or TSV, told apart by the first
 * bytes).  Records are handed on as they are; evidence is read as through
 * mxtrace, with event records if opt.events is set.  Either way the last
 * records are `source` and `coverage`.  records_run confines the process
 * (unless opt.sandbox is off) before it reads, calls fn for every record in
 * order, and returns the exit status of a converter: 0 all read whole, 1
 * nothing of Postfix in it, 2 damaged or unread.  fn returns false to stop
 * (a closed pipe).  The record and its slices live during the call only.
 *
 * mxtrace itself uses RECORDS_TRACE: event records given are traced, not
 * handed on, and pieces (source/piece.h), which RECORDS_PIECES writes, are
 * taken for the evidence that they were made of.
 */
#ifndef SOURCE_RECORDS_H
#define SOURCE_RECORDS_H

#include "base/field.h"
#include "fmt/prefix.h"
#include "io/inputs.h"
#include "source/opt.h"

enum records_mode {
	RECORDS_ANY,	/* records as they are, evidence traced */
	RECORDS_TRACE,	/* event records are traced too */
	RECORDS_EVENTS,	/* events only, as mxlog writes them */
	RECORDS_PIECES	/* each input as a piece, one behind the other */
};

typedef bool	records_fn(void *arg, const struct rec *);

int	records_run(const struct inputs *, const struct opt *,
	    enum records_mode, records_fn *, void *arg);

/* The pattern of --prefix, NULL without; a mistake ends the program. */
struct prefix	*records_prefix(const struct opt *);
/* Open standard output as the options say; a mistake in -f ends the program. */
void	records_out(struct rec_out *, const struct opt *);
/* Close it: `status`, or 2 with a message when it could not be written. */
int	records_out_close(struct rec_out *, int status);

/* Is that the type of a record of ours?  Other JSON has types, too. */
bool	records_type(struct slice);
/* That TLS was not logged of so many hops, and what to set; 0: nothing. */
void	records_say_not_logged(uint64_t hops);

#endif
