#include "source/tool.h"

#include "base/msg.h"
#include "source/runlog.h"

void
tool_options(struct tool *t, int argc, char **argv,
    const struct tool_usage *u, void *arg)
{
	static const struct option common[] = { OPT_LONG,
	    { NULL, 0, NULL, 0 } };
	const char *letters = u->letters == NULL ? OPT_LETTERS : u->letters;
	const struct option *longs = u->longs == NULL ? common : u->longs;
	int c;

	msg_init(argv[0]);
	*t = (struct tool){ .argc = argc, .argv = argv };
	opt_init(&t->opt);
	while ((c = opt_next(argc, argv, letters, longs)) != -1) {
		if (u->option != NULL && u->option(arg, c, optarg))
			continue;
		if (!opt_common(&t->opt, c, optarg, u->help))
			opt_unknown(c, optarg, u->formats);
	}
	opt_check(&t->opt);
	window_init(&t->window);
}

void
tool_open(struct tool *t, char **files, int nfiles)
{
	/* A run log that is new is not among the inputs. */
	inputs_find(&t->in, files, nfiles);
	runlog_open(&t->opt, t->argc, t->argv);
}

void
tool_output(struct tool *t)
{
	records_out(&t->out, &t->opt);
	t->writes = true;
}

bool
tool_within(struct tool *t, const struct rec *r)
{
	return window_has(&t->window, &t->opt, r);
}

int
tool_records(struct tool *t, enum records_mode mode, records_fn *fn, void *arg)
{
	return records_run(&t->in, &t->opt, mode, fn, arg);
}

int
tool_end(struct tool *t, int status)
{
	if (t->writes)
		status = records_out_close(&t->out, status);
	window_free(&t->window);
	inputs_free(&t->in);
	opt_free(&t->opt);
	return runlog_close(status);
}
