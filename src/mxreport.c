/*
 * mxreport - the compliance report: was mail protected, and how is it known
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/msg.h"
#include "report/render.h"
#include "source/judging.h"
#include "source/period.h"
#include "source/tool.h"

#define ARGS	((size_t)1 << 20)

static const char help[] =
"usage: mxreport -p POLICY [options] [FILE ...]\n"
"Report on the TLS of mail, and on the mail, from logs or mxtrace's records.\n"
"\n"
"  -p, --policy POLICY  a policy file, or the name of a built-in one\n"
"      --period PERIOD  yesterday, last-week, last-month, 2026-11, A..B, ...\n"
"      --show-tz ZONE   where days begin and end; else -z, else UTC\n"
"  -o, --output FORMAT  text, html, json, csv, tap, mail, tlsrpt\n"
"      --to ADDRESS     of -o mail: whom it is for; may be repeated\n"
"      --from ADDRESS   of -o mail: the sender; else the first --to\n"
"      --subject TEXT   of -o mail: instead of what the report found\n"
"      --rows N         rows of long lists, 50\n"
"      --table NAME     of csv, only this table\n"
"      --organization NAME, --contact ADDRESS  of -o tlsrpt: whose it is\n"
"      --pseudonyms KEYFILE  people by keyed pseudonyms\n"
"      --pseudonyms-hosts    hosts and addresses, too\n"
"      --nexthop DOMAIN=[HOST]:PORT  what Postfix used as next hop\n"
"      --main-cf FILE   next hops from relayhost and transport_maps\n"
"      --unknown-limit N   unknown hops allowed, or N%; the policy's own: 0\n"
"      --now TIME       instead of the clock: the same report again\n"
"  -s, --since TIME     messages with a line from TIME on\n"
"  -u, --until TIME     messages with a line before TIME\n"
"  -z, --tz ZONE        zone of stamps without one\n"
"  -y, --year YEAR      year of the first line, for stamps without one\n"
"  -q quiet   -v verbose   -h this help   -V version\n"
"\n"
"  mxreport -p no-plaintext --period last-week -o html mail.log* >week.html\n"
"Exit status: 0 compliant, 1 violations, 2 cannot say.\n";

enum { OPT_PERIOD = JUDGING_TOOL, OPT_ROWS, OPT_TABLE, OPT_TO,
	OPT_FROM, OPT_SUBJECT, OPT_PSEUDONYMS, OPT_PSEUDONYMS_HOSTS,
	OPT_ORGANIZATION, OPT_CONTACT };

static const struct option longs[] = {
	OPT_LONG,
	{ "policy", required_argument, NULL, 'p' },
	{ "nexthop", required_argument, NULL, JUDGING_NEXTHOP },
	{ "main-cf", required_argument, NULL, JUDGING_MAIN_CF },
	{ "unknown-limit", required_argument, NULL, JUDGING_UNKNOWN_LIMIT },
	{ "period", required_argument, NULL, OPT_PERIOD },
	{ "rows", required_argument, NULL, OPT_ROWS },
	{ "table", required_argument, NULL, OPT_TABLE },
	{ "to", required_argument, NULL, OPT_TO },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "subject", required_argument, NULL, OPT_SUBJECT },
	{ "organization", required_argument, NULL, OPT_ORGANIZATION },
	{ "contact", required_argument, NULL, OPT_CONTACT },
	{ "pseudonyms", required_argument, NULL, OPT_PSEUDONYMS },
	{ "pseudonyms-hosts", no_argument, NULL, OPT_PSEUDONYMS_HOSTS },
	{ NULL, 0, NULL, 0 }
};

struct mxreport {
	struct tool		 tool;
	struct judging		 judging;
	struct render		 render;
	const char		*period;
	size_t			 rows;
	const char		*key_file;
	bool			 hide_hosts;
	struct pseudonyms	 names;
	struct report_options	 options;
	struct buf		 read_args, period_args, names_args;
	struct report		 report;
};

static bool
option(void *arg, int c, const char *value)
{
	struct mxreport *m = arg;
	uint64_t n;

	switch (c) {
	case 'o':
		if (!render_find(slice_cstr(value), &m->render.form))
			opt_unknown('o', value, RENDER_FORMATS);
		return true;
	case OPT_PERIOD:
		m->period = value;
		return true;
	case OPT_TABLE:
		m->render.table = value;
		return true;
	case OPT_ORGANIZATION:
		m->render.sender.organization =
		    render_line("--organization", value);
		return true;
	case OPT_CONTACT:
		m->render.sender.contact = render_address("--contact",
		    value);
		return true;
	case OPT_PSEUDONYMS:
		m->key_file = value;
		return true;
	case OPT_PSEUDONYMS_HOSTS:
		m->hide_hosts = true;
		return true;
	case OPT_TO:
		render_to(&m->render, value);
		return true;
	case OPT_FROM:
		m->render.mail.from = render_address("--from", value);
		return true;
	case OPT_SUBJECT:
		m->render.mail.subject = render_line("--subject",
		    value);
		return true;
	case OPT_ROWS:
		if (!slice_u64(slice_cstr(value), WORST_MAX, &n) || n == 0)
			msg_usage("bad --rows: use a number from 1 to %d",
			    WORST_MAX);
		m->rows = (size_t)n;
		return true;
	default:
		return judging_option(&m->judging, c, value);
	}
}

static void
read_period(struct mxreport *m, struct report_options *o)
{
	const struct opt *opt = &m->tool.opt;
	struct period p;
	struct err e;
	char text[128];

	if (opt->has_since || opt->has_until)
		msg_usage("--period does not go with --since and --until");
	if (period_parse(&p, slice_cstr(m->period), o->zone, opt->now, &e) !=
	    RC_OK)
		msg_usage("bad --period '%s': %s", msg_quote(text,
		    sizeof(text), slice_cstr(m->period)), e.what);
	o->has_period = true;
	o->before = p.before;
	o->from = p.from;
	o->until = p.until;
}

static void
remember(struct buf *b, const char *option, const char *value)
{
	if (value == NULL)
		return;
	judging_word(b, option);
	judging_word(b, value);
}

/* What the commands need that a report names. */
static void
remember_args(struct mxreport *m, char **file, int n)
{
	const struct opt *opt = &m->tool.opt;
	char year[16];

	buf_init(&m->read_args, ARGS);
	buf_init(&m->period_args, ARGS);
	buf_init(&m->names_args, ARGS);
	remember(&m->period_args, "--period", m->period);
	remember(&m->period_args, "-s", opt->since_text);
	remember(&m->period_args, "-u", opt->until_text);
	remember(&m->period_args, "--show-tz", opt->show_tz);
	remember(&m->period_args, "--now", opt->now_text);
	remember(&m->names_args, "--pseudonyms", m->key_file);
	if (m->hide_hosts)
		judging_word(&m->names_args, "--pseudonyms-hosts");
	remember(&m->read_args, "-z", opt->tz);
	remember(&m->read_args, "--prefix", opt->prefix);
	for (size_t i = 0; i < opt->nalias; i++)
		remember(&m->read_args, "--host-alias", opt->alias[i]);
	if (opt->year != 0) {
		(void)snprintf(year, sizeof(year), "%d", opt->year);
		remember(&m->read_args, "-y", year);
	}
	for (int i = 0; i < n; i++)
		judging_word(&m->read_args, file[i]);
}

/* Read the key, or end the program. */
static void
load_key(struct mxreport *m)
{
	char text[256];
	struct err e;
	enum rc rc;

	if (m->key_file == NULL) {
		if (m->hide_hosts)
			msg_usage("--pseudonyms-hosts needs --pseudonyms");
		return;
	}
	rc = pseudonym_open(&m->names, m->key_file, m->hide_hosts, &e);
	if (rc != RC_OK)
		exit(msg_err(msg_quote(text, sizeof(text),
		    slice_cstr(m->key_file)), rc, &e));
	m->options.names = &m->names;
}

static void
set_options(struct mxreport *m)
{
	const struct opt *opt = &m->tool.opt;
	struct report_options *o = &m->options;

	*o = (struct report_options){ .policy = &m->judging.policy,
		.nexthops = &m->judging.nexthops, .rows = m->rows,
		.zone = opt->show_zone != NULL ? opt->show_zone : opt->zone,
		.zone_name = opt->show_tz != NULL ? opt->show_tz : opt->tz,
		.has_since = opt->has_since, .has_until = opt->has_until,
		.since = opt->since, .to = opt->until, .slack = opt->slack,
		.now = opt->now, .judge_args = judging_args(&m->judging),
		.period_args = buf_slice(&m->period_args),
		.names_args = buf_slice(&m->names_args),
		.read_args = buf_slice(&m->read_args),
		.tool = SLICE("mxreport " VERSION) };
	load_key(m);
	if (m->period != NULL)
		read_period(m, o);
	render_check(&m->render);
	o->tlsrpt = m->render.form == RENDER_TLSRPT;
	if (o->tlsrpt)
		m->tool.opt.events = true;	/* they say why */
	if (opt->columns != NULL)
		msg_usage("-f picks columns of records: a report has tables, "
		    "see --table");
}

static bool
take(void *arg, const struct rec *r)
{
	struct mxreport *m = arg;

	return !tool_within(&m->tool, r) || report_take(&m->report, r);
}

int
main(int argc, char *argv[])
{
	static const struct tool_usage usage = { .help = help,
		.letters = "p:" OPT_LETTERS, .longs = longs,
		.formats = RENDER_FORMATS, .option = option };
	struct mxreport m = { .period = NULL };
	int status;

	judging_init(&m.judging);
	tool_options(&m.tool, argc, argv, &usage, &m);
	m.tool.opt.tls_failures = true;
	m.tool.opt.no_refs = true;
	judging_load(&m.judging, m.tool.opt.now);
	m.tool.opt.loopback = m.judging.policy.loopback;
	remember_args(&m, argv + optind, argc - optind);
	set_options(&m);
	tool_open(&m.tool, argv + optind, argc - optind);
	tool_output(&m.tool);
	report_open(&m.report, &m.options);
	status = tool_records(&m.tool, RECORDS_ANY, take, &m);
	report_end(&m.report, status);
	status = report_status(&m.report);
	m.tool.out.buf.limit = RENDER_MAX;
	if (!render_put(&m.tool.out.buf, &m.report, &m.render))
		status = EXIT_TROUBLE;
	(void)rec_flush(&m.tool.out);
	report_close(&m.report);
	status = tool_end(&m.tool, status);
	judging_free(&m.judging);
	if (m.key_file != NULL)
		pseudonym_free(&m.names);
	buf_free(&m.read_args);
	buf_free(&m.period_args);
	buf_free(&m.names_args);
	return status;
}
