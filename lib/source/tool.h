/*
 * tool - what the life of every tool has in common
 *
 * A tool reads records or raw evidence, judges or converts, and writes.  It
 * is src/NAME.c with a help text, what it does with one record, and
 *
 *	static bool
 *	put(void *arg, const struct rec *r)
 *	{
 *		struct tool *t = arg;
 *
 *		return !tool_within(t, r) || rec_put(&t->out, r);
 *	}
 *
 *	int
 *	main(int argc, char *argv[])
 *	{
 *		static const struct tool_usage usage = { .help = help };
 *		struct tool t;
 *
 *		tool_options(&t, argc, argv, &usage, NULL);
 *		tool_open(&t, argv + optind, argc - optind);
 *		tool_output(&t);
 *		return tool_end(&t, tool_records(&t, RECORDS_ANY, put, &t));
 *	}
 *
 * A tool with state of its own has a struct with the struct tool in it, and
 * gives that to `option` and to the function for records.  Options of its
 * own stand in `letters` (before OPT_LETTERS) and `longs` (beside OPT_LONG,
 * values from OPT_TOOL on); `option` is asked first about each option and is
 * false for those that are not its own.  It may look at -o and leave it.
 *
 * Order matters: what asks for the terminal (paint_init) comes before
 * tool_open; whatever opens files (a spool) before tool_records, which
 * confines the process.  Mistakes in the command end the program.  tool_end
 * gives the exit status: that of the tool, or 2 with a message when output
 * or run log could not be written.
 */
#ifndef SOURCE_TOOL_H
#define SOURCE_TOOL_H

#include "source/opt.h"
#include "source/records.h"
#include "source/window.h"

typedef bool	tool_option_fn(void *arg, int c, const char *value);

struct tool_usage {
	const char		*help;
	const char		*letters;	/* NULL: OPT_LETTERS */
	const struct option	*longs;		/* NULL: OPT_LONG */
	const char		*formats;	/* own words of -o, or NULL */
	tool_option_fn		*option;	/* NULL: none of its own */
};

struct tool {
	struct opt	 opt;
	struct inputs	 in;
	struct window	 window;
	struct rec_out	 out;
	bool		 writes;	/* out is open */
	int		 argc;
	char	       **argv;
};

/* Begins the program; `arg` is for usage->option. */
void	tool_options(struct tool *, int argc, char **argv,
	    const struct tool_usage *, void *arg);
/* Find the inputs and begin the run log. */
void	tool_open(struct tool *, char **files, int nfiles);
/* Open standard output for records, as -o and -f say. */
void	tool_output(struct tool *);
/* True if --since and --until keep this record. */
bool	tool_within(struct tool *, const struct rec *);
/* Confine the process and read; source/records.h. */
int	tool_records(struct tool *, enum records_mode, records_fn *, void *arg);
int	tool_end(struct tool *, int status);

#endif
