/*
 * mxlog - mail log lines of any framing, one event record each
 */
#include "source/tool.h"

static const char help[] =
"usage: mxlog [options] [file ...]\n"
"Write one event record for each line of mail logs, in time order.\n"
"Logs, journals, compressed, bundles, directories; none or - is standard input.\n"
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

static bool
put(void *arg, const struct rec *r)
{
	struct tool *t = arg;

	return !window_has_event(&t->opt, r) || rec_put(&t->out, r);
}

int
main(int argc, char *argv[])
{
	static const struct tool_usage usage = { .help = help };
	struct tool t;

	tool_options(&t, argc, argv, &usage, NULL);
	tool_open(&t, argv + optind, argc - optind);
	tool_output(&t);
	return tool_end(&t, tool_records(&t, RECORDS_EVENTS, put, &t));
}
