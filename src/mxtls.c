/*
 * mxtls - was the mail protected, by this policy, and how is that known
 */
#include "base/msg.h"
#include "policy/audit.h"
#include "source/asked.h"
#include "source/doubts.h"
#include "source/judging.h"
#include "source/tool.h"
#include "view/explain.h"
#include "view/tallytext.h"
#include "view/text.h"

static const char help[] =
"usage: mxtls -p POLICY [options] [FILE ...]\n"
"Judge the TLS of every hop in logs, or in mxtrace's records, by a policy.\n"
"\n"
"  -p, --policy POLICY  a policy file, or the name of a built-in one\n"
"  -a, --all            compliant hops, too, and those not judged\n"
"  -o FORMAT            json, tsv, csv: findings; tap, text: the figures\n"
"      --check          only test the policy\n"
"      --match DOMAIN   only say which lines of the policy would apply\n"
"      --show NAME      print a built-in policy; --show list: their names\n"
"      --explain QID    why: verdict, rule and evidence of one message\n"
"      --nexthop DOMAIN=[HOST]:PORT  what Postfix used as next hop\n"
"      --main-cf FILE   next hops from relayhost and transport_maps\n"
"      --unknown-limit N   unknown hops allowed, or N%; the policy's own: 0\n"
"  -f KEY,KEY           only these keys\n"
"  -s, --since TIME     messages with a line from TIME on\n"
"  -u, --until TIME     messages with a line before TIME\n"
"  -z, --tz ZONE        zone of stamps without one\n"
"  -y, --year YEAR      year of the first line, for stamps without one\n"
"  -q quiet   -v verbose   -h this help   -V version\n"
"\n"
"  mxtls -p no-plaintext /var/log/mail.log* | mxgrep -o tsv -f to,rule,reason \\\n"
"      verdict=violation\n"
"Exit status: 0 compliant, 1 violations, 2 cannot say.\n";

enum { OPT_CHECK = JUDGING_TOOL, OPT_MATCH, OPT_SHOW, OPT_EXPLAIN };

static const struct option longs[] = {
	OPT_LONG,
	{ "policy", required_argument, NULL, 'p' },
	{ "nexthop", required_argument, NULL, JUDGING_NEXTHOP },
	{ "main-cf", required_argument, NULL, JUDGING_MAIN_CF },
	{ "unknown-limit", required_argument, NULL, JUDGING_UNKNOWN_LIMIT },
	{ "all", no_argument, NULL, 'a' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "match", required_argument, NULL, OPT_MATCH },
	{ "show", required_argument, NULL, OPT_SHOW },
	{ "explain", required_argument, NULL, OPT_EXPLAIN },
	{ NULL, 0, NULL, 0 }
};

#define FORMATS	"tap text"

enum form {
	FORM_RECORDS,
	FORM_TAP,
	FORM_TEXT
};

struct mxtls {
	struct tool		 tool;
	struct judging		 judging;
	const char		*match;
	struct asked		 asked;		/* of --explain */
	bool			 all, check;
	enum form		 form;
	struct audit		*audit;
	struct searched		 searched;
	bool			 ended;		/* audit_end was called */
	bool			 told;		/* that TLS was not logged */
	bool			 events;	/* some were read */
	bool			 failed;
	const struct policy_line *line;		/* of the finding at hand */
};

static bool
option(void *arg, int c, const char *value)
{
	struct mxtls *m = arg;

	switch (c) {
	case 'o':
		if (slice_eq(slice_cstr(value), SLICE("tap")))
			m->form = FORM_TAP;
		else if (slice_eq(slice_cstr(value), SLICE("text")))
			m->form = FORM_TEXT;
		else
			return false;
		return true;
	case 'a':
		m->all = true;
		return true;
	case OPT_CHECK:
		m->check = true;
		return true;
	case OPT_MATCH:
		m->match = value;
		return true;
	case OPT_SHOW:
		judging_show(value);
	case OPT_EXPLAIN:
		m->asked.qid = value;
		return true;
	default:
		return judging_option(&m->judging, c, value);
	}
}

static bool
put_record(void *arg, const struct rec *f)
{
	struct mxtls *m = arg;

	return rec_put(&m->tool.out, f);
}

static bool
put_explained(void *arg, const struct rec *f)
{
	struct mxtls *m = arg;

	explain_put(&m->tool.out.buf, f, m->line);
	return true;
}

/* One hop was judged, or one peer. */
static bool
judged(void *arg, const struct judgement *j, const struct rec *hop,
    const struct rec *finding)
{
	const struct policy *p;
	struct mxtls *m = arg;

	p = &m->judging.policy;
	if (m->asked.qid != NULL) {
		if (hop == NULL || !asked_is(&m->asked, hop))
			return true;
		m->line = j->line;
		return audit_findings(p, j, hop, true, put_explained, m);
	}
	if (m->form != FORM_RECORDS)
		return true;
	if (hop != NULL)
		return audit_findings(p, j, hop, m->all, put_record, m);
	return (!m->all && slice_eq(rec_get(finding, F_VERDICT),
	    verdict_word[VERDICT_COMPLIANT])) || put_record(m, finding);
}

/* The findings come before what the stream ends with. */
static bool
end(struct mxtls *m)
{
	bool ended = m->ended;

	m->ended = true;
	return ended || audit_end(m->audit);
}

/* A source or coverage record. */
static bool
take_end(struct mxtls *m, const struct rec *r)
{
	m->told = m->told || slice_eq(rec_get(r, F_TOOL),
	    slice_cstr(msg_tool()));
	m->failed = !asked_take(&m->asked, r) || m->failed;
	if (!end(m))
		return false;
	return m->form != FORM_RECORDS || m->asked.qid != NULL ||
	    rec_put(&m->tool.out, r);
}

static bool
take(void *arg, const struct rec *r)
{
	struct mxtls *m = arg;

	if (searched_add(&m->searched, r))
		return take_end(m, r);
	if (!tool_within(&m->tool, r))
		return true;
	if (asked_is(&m->asked, r) && !asked_take(&m->asked, r)) {
		m->failed = true;
		return false;
	}
	m->events = m->events || slice_eq(rec_get(r, F_TYPE), SLICE("event"));
	if (m->ended)
		m->failed = true;	/* records behind the end */
	return audit_add(m->audit, r, judge_time(r));
}

static void
say_figures(const struct tally *t)
{
	struct buf line;

	buf_init(&line, 4096);
	tallytext_line(&line, t);
	msg_note("%.*s", (int)line.len, (const char *)line.ptr);
	buf_free(&line);
}

/* Figures, notes and the status, when reading gave `status`. */
static int
finish(struct mxtls *m, int status)
{
	const struct tally *t = audit_tally(m->audit);
	struct doubts d = { .audit = m->audit, .searched = &m->searched,
		.opt = &m->tool.opt, .told = m->told, .failed = m->failed };

	if (!end(m) || m->tool.out.failed)
		return EXIT_YES;	/* closed: tool_end tells */
	if (status == EXIT_NO)
		return EXIT_TROUBLE;	/* nothing of Postfix in it */
	if (m->form == FORM_TAP)
		tallytext_tap(&m->tool.out.buf, t);
	else if (m->form == FORM_TEXT)
		tallytext_put(&m->tool.out.buf, t);
	if (m->searched.records > 0)
		say_figures(t);
	d.failed = m->failed;
	d.unread = status == EXIT_TROUBLE;
	d.no_events = !m->events && !m->told;
	if (doubts_say(&d))
		status = msg_join(status, EXIT_TROUBLE);
	return msg_join(status, tally_status(t));
}

/* The lines that the message of --explain rests on. */
static int
explain_lines(struct mxtls *m, int status)
{
	struct buf *b = &m->tool.out.buf;
	struct slice line;
	struct err e;
	enum rc rc;

	status = asked_find(&m->asked, status);
	while ((rc = asked_next(&m->asked, &line, &e)) == RC_OK) {
		(void)buf_add(b, SLICE("  | "));
		text_clean(b, line, "");
		(void)buf_addc(b, '\n');
	}
	return rc == RC_END ? status : msg_err("temporary file", rc, &e);
}

/* Judge the evidence by the policy. */
static int
judge_all(struct mxtls *m)
{
	int status;

	asked_open(&m->asked, &m->tool.in);
	searched_init(&m->searched);
	m->audit = audit_open(&m->judging.policy, &m->judging.nexthops, judged,
	    m);
	asked_confine(&m->asked, &m->tool.opt);
	status = tool_records(&m->tool, RECORDS_ANY, take, m);
	status = finish(m, status);
	status = explain_lines(m, status);
	if (m->form != FORM_RECORDS || m->asked.qid != NULL)
		(void)rec_flush(&m->tool.out);
	audit_close(m->audit);
	searched_free(&m->searched);
	asked_close(&m->asked);
	return status;
}

/* What needs no evidence. */
static int
policy_alone(struct mxtls *m)
{
	m->tool.opt.columns = NULL;
	m->tool.opt.format = REC_JSON;
	tool_output(&m->tool);
	if (m->match != NULL)
		explain_match(&m->tool.out.buf, &m->judging.policy,
		    &m->judging.nexthops, slice_cstr(m->match));
	else
		msg_note("%s: no mistakes", m->judging.policy_arg);
	return EXIT_YES;
}

int
main(int argc, char *argv[])
{
	static const struct tool_usage usage = { .help = help,
		.letters = "ap:" OPT_LETTERS, .longs = longs,
		.formats = FORMATS, .option = option };
	struct mxtls m = { .form = FORM_RECORDS };
	int status;

	judging_init(&m.judging);
	tool_options(&m.tool, argc, argv, &usage, &m);
	m.tool.opt.tls_failures = true;
	m.tool.opt.no_refs = true;
	judging_load(&m.judging, m.tool.opt.now);
	m.tool.opt.loopback = m.judging.policy.loopback;
	if (m.match != NULL || m.check)
		status = policy_alone(&m);
	else {
		tool_open(&m.tool, argv + optind, argc - optind);
		tool_output(&m.tool);
		status = judge_all(&m);
	}
	status = tool_end(&m.tool, status);
	judging_free(&m.judging);
	return status;
}
