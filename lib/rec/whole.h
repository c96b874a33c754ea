/*
 * whole - whole messages, or whole paths, that a chosen record belongs to
 *
 * Hand over every record of a stream with whole_add, and what is known of
 * it; then whole_select once, which says how many messages (or paths) were
 * chosen; then whole_next for the records of those, in the order they came,
 * until RC_END.
 *
 * A record belongs to the message that its `trace` names.  With `paths` it
 * also belongs to the `path` it names, and what its `parent` names is the
 * same path: a `link` record joins two, a notice is kept with the message it
 * is about.  A record without trace and path is a message of its own.
 *
 * WHOLE_MATCH	the record was asked for
 * WHOLE_INSIDE	it lies in the window; a message needs one record that
 *		matches and one inside, which need not be the same
 * WHOLE_ALWAYS	hand it out in any case (source, coverage)
 *
 * Records wait in a spool (io/spool: at most 64 MB of memory, then an
 * unlinked file under TMPDIR, which whole_open opens).  Besides, each message
 * that matches, each that is inside when there is a window, and each that is
 * joined to another costs about 40 bytes, for at most WHOLE_MAX of them.
 * With `text` false records are counted only and nothing is spooled.
 *
 * RC_DAMAGED: a record too large, or too many messages; RC_FAIL: the
 * temporary file.  Slices of whole_next live until the next call.
 */
#ifndef REC_WHOLE_H
#define REC_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"

#define WHOLE_MAX	((uint32_t)1 << 26)

#define WHOLE_MATCH	1U
#define WHOLE_INSIDE	2U
#define WHOLE_ALWAYS	4U

struct whole;

struct whole	*whole_open(bool paths, bool window, bool text);
void		 whole_close(struct whole *);
enum rc		 whole_add(struct whole *, const struct rec *,
		    unsigned int flags, struct err *);
enum rc		 whole_select(struct whole *, uint64_t *chosen, struct err *);
enum rc		 whole_next(struct whole *, struct rec *, struct err *);

#endif
