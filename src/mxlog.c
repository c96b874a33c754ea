/*
 * mxlog - mail log lines of any framing, one event record each
 */
#include <stdio.h>
#include <unistd.h>

#include "base/msg.h"
#include "source/opt.h"
#include "source/records.h"
#include "source/runlog.h"
#include "source/window.h"

static const char help[] =
"usage: mxlog [options] [file ...]\n"
"Write one event record for each line of mail logs, in time order.\n"
"Files may be compressed, bundled, or directories; none or - is standard input.\n"
"\n"
"  -o json|tsv|csv      output format (json)\n"
"  -f KEY,KEY           only these keys\n"
"  -s, --since TIME     events from TIME on      -u, --until TIME  before TIME\n"
"  -z, --tz ZONE        zone of stamps without one (Europe/Berlin, +02:00)\n"
"  -y, --year YEAR      year of the first line, for stamps without one\n"
"      --prefix REGEX   own line prefix: groups stamp, host, tag, pid, text\n"
"      --host-alias A=B host A is host B\n"
"      --unknown        only the lines that were not understood\n"
"      --no-hash        no SHA-256 of the sources\n"
"      --no-sandbox     do not confine the process; --sandbox=require: or fail\n"
"      --run-log FILE   write down arguments, versions, times and hashes\n"
"  -q quiet   -v verbose   -h this help   -V version\n"
"\n"
"  mxlog /var/log/mail.log* | jq -r 'select(.event==\"reject\") | .client_addr'\n"
"Exit status: 0 all read, 1 nothing of Postfix in it, 2 damaged or unread.\n";

static const struct option longs[] = { OPT_LONG, { NULL, 0, NULL, 0 } };

/* Where events go. */
struct sink {
	const struct opt	*opt;
	struct rec_out		 out;
};

static bool
put(void *arg, const struct rec *r)
{
	struct sink *s = arg;

	return !window_has_event(s->opt, r) || rec_put(&s->out, r);
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
	records_out(&sink.out, &opt);
	inputs_find(&in, argv + optind, argc - optind);
	status = records_run(&in, &opt, RECORDS_EVENTS, put, &sink);
	status = records_out_close(&sink.out, status);
	inputs_free(&in);
	opt_free(&opt);
	return runlog_close(status);
}
