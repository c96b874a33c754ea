/*
 * runlog - what was run on what, with which result: --run-log FILE
 *
 * One JSON object a run is appended to FILE, with one write, at the end:
 *
 *	type		run
 *	tool version	the program
 *	arguments	as given, the program's name first
 *	directory	the working directory
 *	start end	by the clock, or --now
 *	libraries	name and version of each
 *	sandbox		what was in force
 *	inputs		path, size, sha256 of each file read; what is not
 *			known is absent
 *	output		size, sha256 of standard output, or error
 *	status		of exit
 *
 * A file that exists must be a run log already: evidence is never appended
 * to.  Standard output is hashed on its way by a pump (io/pump.h), whoever
 * writes it; until runlog_close it is a pipe, and SIGPIPE is ignored.
 *
 * Use: runlog_open before confinement and before the first byte of output,
 * but after isatty was asked; runlog_start after confinement, before input is
 * read (records_run does it); runlog_input for each file; runlog_close at the
 * end of main.  Without --run-log all of them do nothing.  A program that
 * ends early by exit is recorded as well.  The state is the process's.
 */
#ifndef SOURCE_RUNLOG_H
#define SOURCE_RUNLOG_H

#include "base/err.h"
#include "io/reader.h"
#include "source/opt.h"

/* A file that cannot be used ends the program. */
void	runlog_open(const struct opt *, int argc, char **argv);
enum rc	runlog_start(struct err *);
/* A file that was read; NULL for what is not known. */
void	runlog_input(const char *path, const struct reader_total *);
/* `status`, or 2 with a message when output or run log were not written. */
int	runlog_close(int status);

#endif
