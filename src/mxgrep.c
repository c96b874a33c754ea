/*
 * mxgrep - the records, or the whole messages, that match an expression
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"
#include "rec/filter.h"
#include "rec/searched.h"
#include "rec/whole.h"
#include "source/tool.h"

#define EXPR_LIMIT	((size_t)1024 * 1024)

static const char help[] =
"usage: mxgrep [-ceqvmw] [-f KEY,...] [-o FORMAT] [-s TIME] [-u TIME]\n"
"              [EXPR ... | --expr EXPR] [FILE ...]\n"
"\n"
"Write the records that match EXPR: of records (mxtrace | mxgrep ...), or of\n"
"logs, which are traced first.\n"
"\n"
"  KEY=VALUE KEY!=VALUE   the same, or not: status=bounced to=@example.org\n"
"                         client_addr=192.0.2.0/24 time=2026-09-01T10 qid=*\n"
"  KEY~REGEX KEY!~REGEX   Perl regular expression: reply~'timed out'\n"
"  KEY<N  <=  >  >=       numbers and times: size>1000000 time<2026-09-02\n"
"  WORD                   anywhere in any value, without case\n"
"  and or not ( )         terms side by side are joined by and\n"
"\n"
"  -m, --messages         the whole message of each match\n"
"  -w, --paths            its whole path: every queue it went through, and\n"
"                         the notices about it\n"
"  -c, --count            only count records (messages, paths)\n"
"      --expr EXPR        the expression; all other words are files\n"
"  -e, --events           of logs, the log lines too\n"
"  -s, --since TIME       only what has a line at or after TIME\n"
"  -u, --until TIME       and before TIME\n"
"  -o, --output FORMAT    json, tsv or csv\n"
"  -f, --fields KEY,...   only these keys\n"
"  -q, --quiet            do not say what was searched\n"
"  -h, --help             this text; -V, --version\n"
"\n"
"Status: 0 found, 1 not found, 2 trouble, or cannot say.  See mxgrep(1) for\n"
"more options, mxrecord(5) for the keys.\n";

enum { OPT_EXPR = OPT_TOOL };

static const struct option longs[] = {
	{ "messages", no_argument, NULL, 'm' },
	{ "paths", no_argument, NULL, 'w' },
	{ "count", no_argument, NULL, 'c' },
	{ "expr", required_argument, NULL, OPT_EXPR },
	OPT_LONG,
	{ NULL, 0, NULL, 0 }
};

struct grep {
	struct tool	 tool;
	bool		 messages, paths, count;
	const char	*expr_arg;	/* --expr */
	char	       **word;		/* what is no option */
	size_t		 nword;
	size_t		 ndashed;	/* of them, behind "--" */

	struct filter	*filter;
	bool		 judge_all;	/* source and coverage records, too */
	bool		 pass_on;	/* them, whatever matches */
	struct searched	 searched;
	struct whole	*whole;		/* NULL without -m and -w */
	uint64_t	 found;
	uint64_t	 undated;
	bool		 failed;	/* the spool */
};

static bool
option(void *arg, int c, const char *value)
{
	struct grep *g = arg;

	switch (c) {
	case 1:
		g->word[g->nword++] = optarg;
		return true;
	case 'c':
		g->count = true;
		return true;
	case 'm':
		g->messages = true;
		return true;
	case 'w':
		g->paths = true;
		return true;
	case OPT_EXPR:
		if (g->expr_arg != NULL)
			msg_usage("--expr given twice: join the expressions "
			    "with and, or");
		g->expr_arg = value;
		return true;
	default:
		return false;
	}
}

/* The mistake in the first n words, if there is one that can be shown. */
static void
check_words(const struct grep *g, size_t n)
{
	struct buf expr;
	struct filter_error e;
	struct filter *f;

	buf_init(&expr, EXPR_LIMIT);
	for (size_t i = 0; i < n; i++)
		if ((i > 0 && !buf_addc(&expr, ' ')) ||
		    !buf_add(&expr, slice_cstr(g->word[i])))
			break;
	f = filter_compile(buf_slice(&expr), &e);
	if (f == NULL && e.off < expr.len)
		exit(filter_complain(buf_slice(&expr), &e));
	filter_free(f);
	buf_free(&expr);
}

/*
 * A file that was taken for a word of the expression, n words long, because
 * that was missing or not complete: standard input would be waited for.
 */
static void
check_files(const struct grep *g, size_t n)
{
	char safe[128];

	if (n == 0 || n < g->nword || access(g->word[n - 1], F_OK) != 0 ||
	    (n == 1 && !isatty(STDIN_FILENO)))
		return;
	check_words(g, n - 1);
	msg_quote(safe, sizeof(safe), slice_cstr(g->word[n - 1]));
	msg_usage("%s is a file, but the expression needs a term there; "
	    "type=* is everything", safe);
}

/* Compile the expression; returns how many words it was. */
static size_t
expression(struct grep *g)
{
	struct buf expr;
	struct filter_error e;
	size_t n = 0;

	buf_init(&expr, EXPR_LIMIT);
	if (g->expr_arg != NULL)
		(void)buf_add(&expr, slice_cstr(g->expr_arg));
	else if (g->nword == 0)
		msg_usage("an expression is missing");
	else
		n = filter_words(&expr, g->word, g->nword == g->ndashed ?
		    g->nword : g->nword - g->ndashed);
	check_files(g, n);
	g->filter = filter_compile(buf_slice(&expr), &e);
	if (g->filter == NULL)
		exit(filter_complain(buf_slice(&expr), &e));
	buf_free(&expr);
	return n;
}

/* Keys that only log lines have: read them, too. */
static bool
needs_events(const struct filter *f)
{
	return filter_uses(f, F_EVENT) || filter_uses(f, F_TEXT) ||
	    filter_uses(f, F_COMMANDS) || filter_uses(f, F_SEVERITY) ||
	    filter_uses(f, F_REPEAT);
}

static bool
has_window(const struct grep *g)
{
	return g->tool.opt.has_since || g->tool.opt.has_until;
}

static bool
is_link(const struct rec *r)
{
	return slice_eq(rec_get(r, F_TYPE), SLICE("link"));
}

/* What is to be known of a record: the flags of whole_add. */
static unsigned int
judge(struct grep *g, const struct rec *r, bool ours)
{
	bool inside = tool_within(&g->tool, r);
	unsigned int flags = ours && g->pass_on ? WHOLE_ALWAYS : 0;

	if ((!ours || g->judge_all) && filter_match(g->filter, r))
		flags |= WHOLE_MATCH;
	/* A link has no time of its own: no message is inside for it. */
	if (inside && (g->whole == NULL || !is_link(r)))
		flags |= WHOLE_INSIDE;
	if ((flags & WHOLE_MATCH) != 0 && !ours && has_window(g) &&
	    !rec_has(r, F_TIME) && !is_link(r))
		g->undated++;
	return flags;
}

/* One record of the input. */
static bool
record(void *arg, const struct rec *r)
{
	struct grep *g = arg;
	bool ours = searched_add(&g->searched, r);
	unsigned int flags = judge(g, r, ours);
	struct err e;
	enum rc rc;
	bool hit;

	if (g->whole != NULL) {
		rc = whole_add(g->whole, r, flags, &e);
		if (rc == RC_OK)
			return true;
		(void)msg_err("messages", rc, &e);
		g->failed = true;
		return false;
	}
	hit = (flags & WHOLE_MATCH) != 0 && (flags & WHOLE_INSIDE) != 0;
	g->found += hit;
	if (g->count || (!hit && (flags & WHOLE_ALWAYS) == 0))
		return true;
	return rec_put(&g->tool.out, r);
}

/* Write the messages or paths that were found. */
static void
write_whole(struct grep *g)
{
	struct rec r;
	struct err e;
	enum rc rc = whole_select(g->whole, &g->found, &e);

	while (rc == RC_OK && !g->count) {
		rc = whole_next(g->whole, &r, &e);
		if (rc == RC_OK && !rec_put(&g->tool.out, &r))
			return;
	}
	if (rc == RC_OK || rc == RC_END)
		return;
	(void)msg_err("temporary file", rc, &e);
	g->failed = true;
}

/* Say what was searched; true if it answers for the window. */
static bool
report(struct grep *g)
{
	const struct opt *o = &g->tool.opt;
	struct searched_window w = { o->has_since, o->has_until, o->since,
	    o->until, o->slack };
	struct buf text, why;
	bool covered = true;

	buf_init(&text, 4096);
	buf_init(&why, 1024);
	searched_text(&g->searched, &text);
	if (has_window(g))
		covered = searched_covers(&g->searched, &w, &why);
	if (!covered && g->found > 0) {
		(void)buf_add(&text, SLICE("; the window is not covered: "));
		(void)buf_add(&text, buf_slice(&why));
	}
	msg_note("searched %.*s", (int)text.len, text.ptr);
	if (!covered && g->found == 0)
		(void)msg_error("nothing found, but that proves nothing: %.*s",
		    (int)why.len, why.ptr);
	buf_free(&text);
	buf_free(&why);
	return covered;
}

/* What went wrong besides the reading; true if something did. */
static bool
trouble(struct grep *g)
{
	uint64_t hits = filter_hits(g->filter);
	bool cut = g->searched.records > 0 && !g->searched.at_end;

	if (hits > 0)
		(void)msg_error("a regular expression was too costly and "
		    "given up %llu times: make it simpler",
		    (unsigned long long)hits);
	if (cut && !g->failed)
		(void)msg_error("the input ends without source and coverage "
		    "records: it was cut short");
	if (g->undated > 0)
		msg_note("records that match but have no time: %llu; whether "
		    "they lie in the window is not known",
		    (unsigned long long)g->undated);
	return hits > 0 || cut || g->failed;
}

/* Write the count; `status`, or 2 when that failed. */
static int
put_count(const struct grep *g, int status)
{
	struct err e;

	if (printf("%llu\n", (unsigned long long)g->found) >= 0 &&
	    fflush(stdout) == 0)
		return status;
	return msg_err("standard output", err_fail(&e, "write"), &e);
}

/* The exit status, when reading gave `status`. */
static int
finish(struct grep *g, int status)
{
	bool bad, covered;

	if (g->whole != NULL && !g->failed)
		write_whole(g);
	if (!g->count && !rec_flush(&g->tool.out))
		return EXIT_YES;	/* tool_end says why */
	bad = trouble(g) || status == EXIT_TROUBLE;
	covered = g->failed || report(g);
	if (g->found > 0)
		status = EXIT_YES;
	else
		status = bad || !covered ? EXIT_TROUBLE : EXIT_NO;
	return g->count ? put_count(g, status) : status;
}

/* Source and coverage records are passed on if their type is. */
static void
open_output(struct grep *g)
{
	if (g->count)
		return;
	tool_output(&g->tool);
	g->pass_on = g->tool.out.ncolumn == 0;
	for (size_t i = 0; i < g->tool.out.ncolumn; i++)
		if (g->tool.out.column[i] == F_TYPE)
			g->pass_on = true;
}

int
main(int argc, char *argv[])
{
	/* The dash: words come as they stand, so that "--" can be seen. */
	static const struct tool_usage usage = { .help = help,
	    .letters = "-cmw" OPT_LETTERS, .longs = longs, .option = option };
	struct grep g = { .found = 0 };
	size_t n;
	int status;

	g.word = mem_alloc((size_t)argc + 1, sizeof(*g.word));
	tool_options(&g.tool, argc, argv, &usage, &g);
	for (; optind < argc; g.ndashed++)
		g.word[g.nword++] = argv[optind++];
	n = expression(&g);
	g.judge_all = filter_names(g.filter, F_TYPE, SLICE("source")) ||
	    filter_names(g.filter, F_TYPE, SLICE("coverage"));
	g.tool.opt.events = g.tool.opt.events || needs_events(g.filter);
	tool_open(&g.tool, g.word + n, (int)(g.nword - n));
	open_output(&g);
	if (g.messages || g.paths)
		g.whole = whole_open(g.paths, has_window(&g), !g.count);
	searched_init(&g.searched);
	status = tool_records(&g.tool, RECORDS_ANY, record, &g);
	status = finish(&g, status);
	whole_close(g.whole);
	filter_free(g.filter);
	searched_free(&g.searched);
	mem_free(g.word);
	return tool_end(&g.tool, status);
}
