/*
 * pump - look at what passes through a descriptor
 *
 * A pump puts a pipe in the place of a descriptor and moves every byte
 * between the two in a thread of its own, showing it to fn on the way, so
 * that whoever reads or writes the descriptor need not know.  pump_in stands
 * before one that is read, pump_out behind one that is written.  Call them
 * before confinement and pump_start after it, before the first byte.
 *
 * pump_finish waits until everything has passed and frees the pump.  It closes
 * the descriptor of a pump_out; that of a pump_in must have been read to its
 * end and stays open.  RC_FAIL: the
 * descriptor could not be read or written; a writer that goes on gets EPIPE,
 * for which SIGPIPE must be ignored.  Opening fails when no pipe can be had.
 * fn runs in the thread, pump_finish in the caller's when there was none.
 */
#ifndef IO_PUMP_H
#define IO_PUMP_H

#include "base/err.h"
#include "base/slice.h"

struct pump;

typedef void	pump_fn(void *arg, struct slice);

struct pump	*pump_in(int fd, pump_fn *, void *arg);
struct pump	*pump_out(int fd, pump_fn *, void *arg);
enum rc		 pump_start(struct pump *, struct err *);
enum rc		 pump_finish(struct pump *, struct err *);

#endif
