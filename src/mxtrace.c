/*
 * mxtrace - what happened to every message, hop by hop, with its TLS status
 */
#include <stdio.h>
#include <unistd.h>

#include "base/msg.h"
#include "source/opt.h"
#include "source/records.h"
#include "source/runlog.h"
#include "source/window.h"

static const char help[] =
"usage: mxtrace [options] [file ...]\n"
"Reconstruct messages and deliveries from mail logs or mxlog's records.\n"
"Files may be compressed, bundled, or directories; none or - is standard input.\n"
"\n"
"  -e, --events         write the event records too\n"
"  -o json|tsv|csv      output format (json)\n"
"  -f KEY,KEY           only these keys\n"
"  -s, --since TIME     messages with a line from TIME on\n"
"  -u, --until TIME     messages with a line before TIME\n"
"  -z, --tz ZONE        zone of stamps without one (Europe/Berlin, +02:00)\n"
"  -y, --year YEAR      year of the first line, for stamps without one\n"
"      --prefix REGEX   own line prefix: groups stamp, host, tag, pid, text\n"
"      --host-alias A=B host A is host B\n"
"      --partial        a piece of a larger log: write what its merge needs\n"
"      --unknown        only the lines that were not understood\n"
"      --no-hash        no SHA-256 of the sources\n"
"      --no-sandbox     do not confine the process; --sandbox=require: or fail\n"
"      --run-log FILE   write down arguments, versions, times and hashes\n"
"  -q quiet   -v verbose   -h this help   -V version\n"
"\n"
"  mxtrace /var/log/mail.log* | mxgrep -m from=alice@example.org | mxtime\n"
"Exit status: 0 all read, 1 nothing of Postfix in it, 2 damaged or unread.\n";

static const struct option longs[] = { OPT_LONG, { NULL, 0, NULL, 0 } };

struct sink {
	const struct opt	*opt;
	struct rec_out		 out;
	struct window		 window;
};

static bool
put(void *arg, const struct rec *r)
{
	struct sink *s = arg;

	return !window_has(&s->window, s->opt, r) || rec_put(&s->out, r);
}

/* A piece: events, without what only people read. */
static bool
put_piece(void *arg, const struct rec *r)
{
	struct sink *s = arg;
	struct rec copy = *r;

	if (slice_eq(rec_get(r, F_TYPE), SLICE("event")) &&
	    !rec_has(r, F_INSTANCE))
		rec_unset(&copy, F_TEXT);
	return rec_put(&s->out, &copy);
}

int
main(int argc, char *argv[])
{
	struct sink sink;
	struct opt opt;
	struct inputs in;
	int c, status;

	msg_init(argv[0]);
	opt_init(&opt);
	while ((c = opt_next(argc, argv, OPT_LETTERS, longs)) != -1)
		if (!opt_common(&opt, c, optarg, help))
			opt_unknown(c, optarg, NULL);
	opt_check(&opt);
	runlog_open(&opt, argc, argv);
	sink.opt = &opt;
	window_init(&sink.window);
	records_out(&sink.out, &opt);
	inputs_find(&in, argv + optind, argc - optind);
	if (opt.partial)
		status = records_run(&in, &opt, RECORDS_PIECES, put_piece,
		    &sink);
	else
		status = records_run(&in, &opt, RECORDS_TRACE, put, &sink);
	status = records_out_close(&sink.out, status);
	window_free(&sink.window);
	inputs_free(&in);
	opt_free(&opt);
	return runlog_close(status);
}
