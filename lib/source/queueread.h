/*
 * queueread - queue files and their logs as records
 *
 * queueread_file reads one input: a `file` record, then what the file says
 * as `event` records: the arrival (client or pickup), queued, received (a
 * Received header), recipient, retry and held.  Of several queue files one
 * behind the other each has its records, `off` says where it begins.  A log
 * of bounce, defer or trace is joined to the recipients of its message when
 * both are among the inputs, and has only a `file` record of its own then;
 * one without its message gives events, too.  What is neither gives only a
 * `file` record if it was named; found in a directory it is counted in `other`
 * and left out.
 *
 * The files are read after confinement; queueread_open opens what it takes
 * to read a pipe twice, and the files of bundles (source/queuebundle.h), which
 * take the place of the bundle in `in`.  The records and their slices live
 * during the call.  Damage is reported once a file (msg_err) and counted.
 *
 * A spool may be in use.  What was found in a directory and is no longer there
 * is looked for in the queues that Postfix moves it to, and read there; what is
 * in none of them is counted in `gone`, and queueread_rest says so once.
 */
#ifndef SOURCE_QUEUEREAD_H
#define SOURCE_QUEUEREAD_H

#include "base/field.h"
#include "fmt/queuefacts.h"
#include "fmt/queuepath.h"
#include "io/atfile.h"
#include "io/inputs.h"
#include "source/opt.h"
#include "source/queuebundle.h"
#include "source/queuespool.h"

#define QUEUEREAD_LOG	((size_t)64 * 1024 * 1024)	/* of one log read */

typedef bool	queueread_fn(void *arg, const struct rec *);

struct queueread {
	struct atfile		 file;
	struct queuefacts	 facts;
	struct buf		 src;		/* path of the file at hand */
	struct buf		 log[3];	/* bounce, defer, trace */
	int64_t			 log_time[3];
	bool			 log_cut;	/* a log has more than that */
	struct queuespool	 spool;
	int			 temp;		/* for a pipe, or -1 */
	struct queuebundle	 bundle;
	struct inputs		 all;		/* if one is a bundle */
	const struct inputs	*in;		/* after queueread_start */
	const struct opt	*opt;
	bool			*whole;		/* of the inputs' directories */
	struct queueslot	*slot;		/* logs by root and ID */
	size_t			 nslot;
	struct queueparts	*parts;		/* set for MIME parts, too */
	queueread_fn		*fn;
	void			*arg;
	bool			 stopped;
	bool			 rest;		/* logs without message now */
	bool			 moving;	/* looking where a file went: */
	bool			 missed;	/* it is not there */
	uint64_t		 files, other, damaged, unread, gone;
};

void	queueread_open(struct queueread *, const struct inputs *,
	    const struct opt *, queueread_fn *, void *arg);
/* After confinement, before the first file: bundles are unpacked. */
void	queueread_start(struct queueread *);
/* Only open it: its bytes are in `file`, which atfile_close closes. */
enum rc	queueread_input(struct queueread *, const struct input *,
	    struct err *);
/* False to stop.  Logs wait until the end. */
bool	queueread_file(struct queueread *, const struct input *);
/* After all of them: the logs whose message was not among them. */
void	queueread_rest(struct queueread *);
void	queueread_close(struct queueread *);
/* 0, 1 or 2 as a converter's. */
int	queueread_status(const struct queueread *);

#endif
