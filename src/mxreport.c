/*
 * mxreport - the compliance report: was mail protected, and how is it known
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/msg.h"
#include "report/ascsv.h"
#include "report/ashtml.h"
#include "report/asjson.h"
#include "report/asmail.h"
#include "report/astap.h"
#include "report/astext.h"
#include "report/astlsrpt.h"
#include "source/judging.h"
#include "source/period.h"
#include "source/tool.h"

#define OUTPUT	((size_t)1024 * 1024 * 1024)
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
"      --organization NAME, --contact ADDRESS  of -o tlsrpt: whose report it is\n"
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

#define FORMATS	"text html json csv tap mail tlsrpt"

enum form {
	FORM_TEXT,
	FORM_HTML,
	FORM_JSON,
	FORM_CSV,
	FORM_TAP,
	FORM_MAIL,
	FORM_TLSRPT,
	FORM_N
};

struct mxreport {
	struct tool		 tool;
	struct judging		 judging;
	enum form		 form;
	const char		*period, *table;
	size_t			 rows;
	struct asmail		 mail;
	struct astlsrpt		 sender;
	const char		*key_file;
	bool			 hide_hosts;
	struct pseudonyms	 names;
	struct report_options	 options;
	struct buf		 read_args, period_args;
	struct report		 report;
};

static void
set_form(struct mxreport *m, const char *arg)
{
	struct slice word, rest = SLICE(FORMATS);

	for (int i = 0; i < FORM_N; i++) {
		if (!slice_cut(rest, ' ', &word, &rest))
			word = rest;
		if (slice_eq(slice_cstr(arg), word)) {
			m->form = (enum form)i;
			return;
		}
	}
	opt_unknown('o', arg, FORMATS);
}

/* An address of the message's header. */
static struct slice
address(const char *option, const char *value)
{
	const char *bad = asmail_address(slice_cstr(value));
	char text[128];

	if (bad != NULL)
		msg_usage("bad %s '%s': %s", option, msg_quote(text,
		    sizeof(text), slice_cstr(value)), bad);
	return slice_cstr(value);
}

static void
add_to(struct asmail *m, const char *value)
{
	if (m->nto == ASMAIL_TO)
		msg_usage("more than %d --to", ASMAIL_TO);
	m->to[m->nto++] = address("--to", value);
}

/* A line of text. */
static struct slice
one_line(const char *option, const char *value)
{
	const char *bad = asmail_subject(slice_cstr(value));
	char text[128];

	if (bad != NULL)
		msg_usage("bad %s '%s': %s", option, msg_quote(text,
		    sizeof(text), slice_cstr(value)), bad);
	return slice_cstr(value);
}

static bool
option(void *arg, int c, const char *value)
{
	struct mxreport *m = arg;
	uint64_t n;

	switch (c) {
	case 'o':
		set_form(m, value);
		return true;
	case OPT_PERIOD:
		m->period = value;
		return true;
	case OPT_TABLE:
		m->table = value;
		return true;
	case OPT_ORGANIZATION:
		m->sender.organization = one_line("--organization", value);
		return true;
	case OPT_CONTACT:
		m->sender.contact = address("--contact", value);
		return true;
	case OPT_PSEUDONYMS:
		m->key_file = value;
		return true;
	case OPT_PSEUDONYMS_HOSTS:
		m->hide_hosts = true;
		return true;
	case OPT_TO:
		add_to(&m->mail, value);
		return true;
	case OPT_FROM:
		m->mail.from = address("--from", value);
		return true;
	case OPT_SUBJECT:
		m->mail.subject = one_line("--subject", value);
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
	remember(&m->period_args, "--period", m->period);
	remember(&m->period_args, "-s", opt->since_text);
	remember(&m->period_args, "-u", opt->until_text);
	remember(&m->period_args, "--show-tz", opt->show_tz);
	remember(&m->period_args, "--now", opt->now_text);
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
		.read_args = buf_slice(&m->read_args),
		.tool = SLICE("mxreport " VERSION) };
	load_key(m);
	if (m->period != NULL)
		read_period(m, o);
	if (m->table != NULL && m->form != FORM_CSV)
		msg_usage("--table is one of -o csv");
	if (m->form == FORM_MAIL && m->mail.nto == 0)
		msg_usage("-o mail needs --to ADDRESS");
	if (m->form != FORM_MAIL && (m->mail.nto > 0 ||
	    m->mail.from.len > 0 || m->mail.subject.len > 0))
		msg_usage("--to, --from and --subject are of -o mail");
	o->tlsrpt = m->form == FORM_TLSRPT;
	if (o->tlsrpt)
		m->tool.opt.events = true;	/* they say why */
	if (o->tlsrpt && (m->sender.organization.len == 0 ||
	    m->sender.contact.len == 0))
		msg_usage("-o tlsrpt needs --organization NAME and --contact "
		    "ADDRESS");
	if (!o->tlsrpt && m->sender.organization.len +
	    m->sender.contact.len > 0)
		msg_usage("--organization and --contact are of -o tlsrpt");
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

/* Render what was gathered; false with a message if that cannot be. */
static bool
render(struct mxreport *m, struct buf *b)
{
	struct page p;
	bool ok = true;

	page_make(&p, &m->report);
	switch (m->form) {
	case FORM_HTML:
		ashtml_put(b, &p);
		break;
	case FORM_JSON:
		asjson_put(b, &p);
		break;
	case FORM_CSV:
		if (m->table == NULL)
			ascsv_put(b, &p);
		else if (!(ok = ascsv_table(b, &p, slice_cstr(m->table))))
			(void)msg_error("no table of that name; see "
			    "mxreport(1)");
		break;
	case FORM_TAP:
		astap_put(b, &p);
		break;
	case FORM_MAIL:
		if (!(ok = asmail_put(b, &p, &m->mail)))
			(void)msg_error("the message would be larger than "
			    "%zu bytes", OUTPUT);
		break;
	case FORM_TLSRPT:
		if (!(ok = astlsrpt_put(b, &m->report, &m->sender)))
			(void)msg_error("no time is known that the report "
			    "could be about: use --period");
		break;
	default:
		astext_put(b, &p);
	}
	page_free(&p);
	return ok;
}

int
main(int argc, char *argv[])
{
	static const struct tool_usage usage = { .help = help,
		.letters = "p:" OPT_LETTERS, .longs = longs,
		.formats = FORMATS, .option = option };
	struct mxreport m = { .form = FORM_TEXT };
	int status;

	judging_init(&m.judging);
	tool_options(&m.tool, argc, argv, &usage, &m);
	m.tool.opt.tls_failures = true;
	judging_load(&m.judging, m.tool.opt.now);
	remember_args(&m, argv + optind, argc - optind);
	set_options(&m);
	tool_open(&m.tool, argv + optind, argc - optind);
	tool_output(&m.tool);
	report_open(&m.report, &m.options);
	status = tool_records(&m.tool, RECORDS_ANY, take, &m);
	report_end(&m.report, status);
	status = report_status(&m.report);
	m.tool.out.buf.limit = OUTPUT;
	if (!render(&m, &m.tool.out.buf))
		status = EXIT_TROUBLE;
	(void)rec_flush(&m.tool.out);
	report_close(&m.report);
	status = tool_end(&m.tool, status);
	judging_free(&m.judging);
	if (m.key_file != NULL)
		pseudonym_free(&m.names);
	buf_free(&m.read_args);
	buf_free(&m.period_args);
	return status;
}
