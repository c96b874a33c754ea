/*
 * mxtrace - what happened to every message, hop by hop, with its TLS status
 */
#include "source/tool.h"

static const char help[] =
"usage: mxtrace [options] [file ...]\n"
"Reconstruct messages and deliveries from mail logs, queue files or records.\n"
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
"  mxtrace mail.log /var/spool/postfix | mxtime      the queue as evidence, too\n"
"Exit status: 0 all read, 1 nothing of Postfix in it, 2 damaged or unread.\n";

static bool
put(void *arg, const struct rec *r)
{
	struct tool *t = arg;

	return !tool_within(t, r) || rec_put(&t->out, r);
}

/* A piece: events, without what only people read. */
static bool
put_piece(void *arg, const struct rec *r)
{
	struct tool *t = arg;
	struct rec copy = *r;

	if (slice_eq(rec_get(r, F_TYPE), SLICE("event")) &&
	    !rec_has(r, F_INSTANCE))
		rec_unset(&copy, F_TEXT);
	return rec_put(&t->out, &copy);
}

int
main(int argc, char *argv[])
{
	static const struct tool_usage usage = { .help = help };
	struct tool t;

	tool_options(&t, argc, argv, &usage, NULL);
	tool_open(&t, argv + optind, argc - optind);
	tool_output(&t);
	return tool_end(&t, t.opt.partial ?
	    tool_records(&t, RECORDS_PIECES, put_piece, &t) :
	    tool_records(&t, RECORDS_TRACE, put, &t));
}
