/*
 * mxtls - was the mail protected, by this policy, and how is that known
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"
#include "io/smallfile.h"
#include "policy/audit.h"
#include "policy/builtin.h"
#include "policy/policy_load.h"
#include "policy/peers.h"
#include "rec/searched.h"
#include "source/quote.h"
#include "source/records.h"
#include "source/runlog.h"
#include "source/window.h"
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

enum { OPT_CHECK = OPT_TOOL, OPT_MATCH, OPT_SHOW, OPT_EXPLAIN, OPT_NEXTHOP,
	OPT_MAIN_CF, OPT_UNKNOWN_LIMIT };

static const struct option longs[] = {
	OPT_LONG,
	{ "policy", required_argument, NULL, 'p' },
	{ "all", no_argument, NULL, 'a' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "match", required_argument, NULL, OPT_MATCH },
	{ "show", required_argument, NULL, OPT_SHOW },
	{ "explain", required_argument, NULL, OPT_EXPLAIN },
	{ "nexthop", required_argument, NULL, OPT_NEXTHOP },
	{ "main-cf", required_argument, NULL, OPT_MAIN_CF },
	{ "unknown-limit", required_argument, NULL, OPT_UNKNOWN_LIMIT },
	{ NULL, 0, NULL, 0 }
};

enum form {
	FORM_RECORDS,
	FORM_TAP,
	FORM_TEXT
};

struct mxtls {
	struct opt	 opt;
	const char	*policy_arg, *match, *explain, *limit, *main_cf;
	bool		 all, check;
	enum form	 form;
	struct policy	 policy;
	struct nexthops	 nexthops;
	struct audit	*audit;
	struct rec_out	 out;
	struct window	 window;
	struct searched	 searched;
	struct quote	*quote;		/* of --explain */
	bool		 found;		/* its message */
	bool		 ended;		/* audit_end was called */
	bool		 told;		/* that TLS was not logged */
	bool		 failed;
	const struct policy_line *line;
};

/* Print a built-in policy, or their names; does not return. */
static _Noreturn void
show(const char *name)
{
	const struct builtin *b = builtin_find(slice_cstr(name));
	char text[64];

	if (b != NULL) {
		if (fwrite(b->text.ptr, 1, b->text.len, stdout) !=
		    b->text.len || fflush(stdout) != 0)
			exit(msg_error("standard output: cannot write"));
		exit(EXIT_YES);
	}
	if (slice_eq(slice_cstr(name), SLICE("list"))) {
		for (size_t i = 0; i < builtin_n; i++)
			printf("%.*s\n", (int)builtin_table[i].name.len,
			    (const char *)builtin_table[i].name.ptr);
		exit(fflush(stdout) == 0 ? EXIT_YES :
		    msg_error("standard output: cannot write"));
	}
	msg_usage("no built-in policy '%s'; --show list names them",
	    msg_quote(text, sizeof(text), slice_cstr(name)));
}

static void
set_form(struct mxtls *m, const char *arg)
{
	struct slice s = slice_cstr(arg);

	if (slice_eq(s, SLICE("tap")))
		m->form = FORM_TAP;
	else if (slice_eq(s, SLICE("text")))
		m->form = FORM_TEXT;
	else
		opt_unknown('o', arg, "tap text");
}

static void
add_nexthop(struct mxtls *m, const char *arg)
{
	const char *bad = nexthop_add(&m->nexthops, slice_cstr(arg));
	char text[128];

	if (bad != NULL)
		msg_usage("bad --nexthop '%s': %s", msg_quote(text,
		    sizeof(text), slice_cstr(arg)), bad);
}

static void
options(struct mxtls *m, int argc, char **argv)
{
	int c;

	opt_init(&m->opt);
	nexthop_init(&m->nexthops);
	while ((c = opt_next(argc, argv, "ap:" OPT_LETTERS, longs)) != -1) {
		if (opt_common(&m->opt, c, optarg, help))
			continue;
		switch (c) {
		case 'o':
			set_form(m, optarg);
			break;
		case 'p':
			m->policy_arg = optarg;
			break;
		case 'a':
			m->all = true;
			break;
		case OPT_CHECK:
			m->check = true;
			break;
		case OPT_MATCH:
			m->match = optarg;
			break;
		case OPT_SHOW:
			show(optarg);
		case OPT_EXPLAIN:
			m->explain = optarg;
			break;
		case OPT_NEXTHOP:
			add_nexthop(m, optarg);
			break;
		case OPT_MAIN_CF:
			m->main_cf = optarg;
			break;
		case OPT_UNKNOWN_LIMIT:
			m->limit = optarg;
			break;
		default:
			opt_unknown(c, optarg, "tap text");
		}
	}
	opt_check(&m->opt);
	if (m->policy_arg == NULL)
		msg_usage("a policy is missing: -p FILE, or -p NAME of a "
		    "built-in one, such as no-plaintext");
}

/* Read a file of ours, or end the program. */
static void
read_file(struct buf *b, const char *path)
{
	char name[256];
	struct err e;

	buf_init(b, POLICY_MAX);
	if (smallfile_read(b, path, &e) != RC_OK)
		exit(msg_err(msg_quote(name, sizeof(name), slice_cstr(path)),
		    RC_FAIL, &e));
}

/* The policy and the next hops, before anything else is opened. */
static void
load(struct mxtls *m)
{
	if (!policy_load(&m->policy, m->policy_arg, read_file) ||
	    (m->main_cf != NULL &&
	    !nexthop_load(&m->nexthops, m->main_cf, read_file)))
		exit(EXIT_TROUBLE);
	if (m->limit != NULL && !policy_limit(slice_cstr(m->limit),
	    &m->policy.unknown, &m->policy.percent))
		msg_usage("bad --unknown-limit: use a number, or N%%");
	policy_say_expired(&m->policy, m->opt.now);
}

static bool
put_record(void *arg, const struct rec *f)
{
	struct mxtls *m = arg;

	return rec_put(&m->out, f);
}

static bool
put_explained(void *arg, const struct rec *f)
{
	struct mxtls *m = arg;

	explain_put(&m->out.buf, f, m->line);
	return true;
}

/* Is it the message of --explain? */
static bool
is_asked(const struct mxtls *m, const struct rec *r)
{
	struct slice q = slice_cstr(m->explain);

	return slice_eq(rec_get(r, F_QID), q) ||
	    slice_eq(rec_get(r, F_TRACE), q);
}

/* One hop was judged, or one peer. */
static bool
judged(void *arg, const struct judgement *j, const struct rec *hop,
    const struct rec *finding)
{
	struct mxtls *m = arg;
	bool told = finding != NULL && (m->all || !slice_eq(rec_get(finding,
	    F_VERDICT), verdict_word[VERDICT_COMPLIANT]));

	if (m->explain != NULL) {
		if (hop == NULL || !is_asked(m, hop))
			return true;
		m->line = j->line;
		return audit_findings(&m->policy, j, hop, true, put_explained,
		    m);
	}
	if (m->form != FORM_RECORDS)
		return true;
	if (hop == NULL)
		return !told || rec_put(&m->out, finding);
	return audit_findings(&m->policy, j, hop, m->all, put_record, m);
}

/* The findings come before what the stream ends with. */
static bool
end(struct mxtls *m)
{
	bool ended = m->ended;

	m->ended = true;
	return ended || audit_end(m->audit);
}

static bool
take(void *arg, const struct rec *r)
{
	struct mxtls *m = arg;
	struct err e;

	if (searched_add(&m->searched, r)) {
		m->told = m->told || slice_eq(rec_get(r, F_TOOL),
		    slice_cstr(msg_tool()));
		if (m->quote != NULL && quote_take(m->quote, r, &e) != RC_OK)
			m->failed = true;
		return end(m) && (m->form != FORM_RECORDS ||
		    m->explain != NULL || rec_put(&m->out, r));
	}
	if (!window_has(&m->window, &m->opt, r))
		return true;
	if (m->quote != NULL && is_asked(m, r)) {
		m->found = true;
		if (quote_take(m->quote, r, &e) != RC_OK) {
			m->failed = true;
			return false;
		}
	}
	if (m->ended)
		m->failed = true;	/* records behind the end */
	return audit_add(m->audit, r);
}

static bool
has_window(const struct mxtls *m)
{
	return m->opt.has_since || m->opt.has_until;
}

/* What the figures cannot be trusted for; true if something is. */
static bool
say_doubts(const struct mxtls *m, const struct tally *t)
{
	struct audit_notes n = audit_notes(m->audit);
	const struct opt *o = &m->opt;
	struct searched_window w = { o->has_since, o->has_until, o->since,
	    o->until, o->slack };
	struct buf why;
	bool bad = false;

	if (t->not_logged > 0 && !m->told)
		msg_note("the TLS status of %llu hops is UNKNOWN because TLS "
		    "was not logged; to change that from now on, set "
		    "smtp_tls_loglevel = 1, lmtp_tls_loglevel = 1 and "
		    "smtpd_tls_loglevel = 1 in main.cf",
		    (unsigned long long)t->not_logged);
	if (n.doubtful > 0)
		msg_note("%llu hops may be counted twice: the logs of both "
		    "hosts are there, but which lines belong together was "
		    "learned late", (unsigned long long)n.doubtful);
	if (n.peers_dropped > 0)
		bad = msg_error("more than %zu peers: %llu hops are judged, "
		    "but whether TLS was lost is not followed for them",
		    PEERS_MAX, (unsigned long long)n.peers_dropped) != 0;
	if (m->searched.records > 0 && !m->searched.at_end)
		bad = msg_error("the input ends without source and coverage "
		    "records: it was cut short") != 0;
	if (m->failed)
		bad = msg_error("records behind the end of the stream, or a "
		    "temporary file failed: the figures are not whole") != 0;
	if (has_window(m)) {
		buf_init(&why, 1024);
		if (!searched_covers(&m->searched, &w, &why))
			bad = msg_error("the window is not covered: %.*s",
			    (int)why.len, (const char *)why.ptr) != 0;
		buf_free(&why);
	}
	return bad;
}

/* Figures, notes and the status, when reading gave `status`. */
static int
finish(struct mxtls *m, int status)
{
	const struct tally *t = audit_tally(m->audit);
	struct buf line;

	if (!end(m) || m->out.failed)
		return EXIT_YES;	/* closed: records_out_close tells */
	if (status == EXIT_NO)
		return EXIT_TROUBLE;	/* nothing of Postfix in it */
	if (m->form == FORM_TAP)
		tallytext_tap(&m->out.buf, t);
	else if (m->form == FORM_TEXT)
		tallytext_put(&m->out.buf, t);
	if (m->searched.records > 0) {
		buf_init(&line, 4096);
		tallytext_line(&line, t);
		msg_note("%.*s", (int)line.len, (const char *)line.ptr);
		buf_free(&line);
	}
	if (say_doubts(m, t))
		status = msg_join(status, EXIT_TROUBLE);
	return msg_join(status, tally_status(t));
}

/* The lines that the message of --explain rests on. */
static int
explain_lines(struct mxtls *m, int status)
{
	struct slice line;
	struct err e;
	enum rc rc;

	if (!m->found) {
		(void)msg_error("no message with that queue ID");
		return EXIT_TROUBLE;
	}
	if (quote_find(m->quote) == EXIT_TROUBLE && status == EXIT_YES)
		status = EXIT_TROUBLE;
	while ((rc = quote_next(m->quote, &line, &e)) == RC_OK) {
		(void)buf_add(&m->out.buf, SLICE("  | "));
		text_clean(&m->out.buf, line, "");
		(void)buf_addc(&m->out.buf, '\n');
	}
	return rc == RC_END ? status : msg_err("temporary file", rc, &e);
}

/* What needs no evidence; true if that was all. */
static bool
policy_alone(struct mxtls *m)
{
	if (m->match != NULL) {
		rec_out_open(&m->out, STDOUT_FILENO, REC_JSON);
		explain_match(&m->out.buf, &m->policy, &m->nexthops,
		    slice_cstr(m->match));
	} else if (m->check) {
		rec_out_open(&m->out, STDOUT_FILENO, REC_JSON);
		msg_note("%s: no mistakes", m->policy_arg);
	} else
		return false;
	return true;
}

/* Read the evidence, confined. */
static int
run(struct mxtls *m, const struct inputs *in, struct origins *origins)
{
	struct opt opt = m->opt;
	struct err e;

	if (origins != NULL) {
		if (sandbox_enter(opt.sandbox, origins_allowed(origins), &e) !=
		    RC_OK)
			exit(msg_err("sandbox", RC_FAIL, &e));
		if (origins_start(origins, &e) != RC_OK)
			exit(msg_err("standard input", RC_FAIL, &e));
		opt.sandbox = SANDBOX_OFF;	/* it is on */
	}
	return records_run(in, &opt, RECORDS_ANY, take, m);
}

static void
release(struct mxtls *m)
{
	nexthop_free(&m->nexthops);
	policy_free(&m->policy);
	opt_free(&m->opt);
}

int
main(int argc, char *argv[])
{
	struct mxtls m = { .form = FORM_RECORDS };
	struct origins *origins = NULL;
	struct inputs in;
	int status;

	msg_init(argv[0]);
	options(&m, argc, argv);
	load(&m);
	if (policy_alone(&m)) {
		status = records_out_close(&m.out, EXIT_YES);
		release(&m);
		return status;
	}
	runlog_open(&m.opt, argc, argv);
	records_out(&m.out, &m.opt);
	inputs_find(&in, argv + optind, argc - optind);
	if (m.explain != NULL) {
		origins = origins_open(&in, NULL, 0, NULL, 0);
		m.quote = quote_open(origins, true, false);
	}
	window_init(&m.window);
	searched_init(&m.searched);
	m.audit = audit_open(&m.policy, &m.nexthops, judged, &m);
	status = finish(&m, run(&m, &in, origins));
	if (m.explain != NULL)
		status = explain_lines(&m, status);
	if (m.form != FORM_RECORDS || m.explain != NULL)
		(void)rec_flush(&m.out);
	status = records_out_close(&m.out, status);
	audit_close(m.audit);
	quote_close(m.quote);
	origins_free(origins);
	searched_free(&m.searched);
	window_free(&m.window);
	inputs_free(&in);
	release(&m);
	return runlog_close(status);
}
