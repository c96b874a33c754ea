/* mxtime - the timeline of mail, for people and for timeline programs */

#include <errno.h>
#include <stdio.h>

#include "base/msg.h"
#include "io/spool.h"
#include "source/tool.h"
#include "view/blocktext.h"
#include "view/showtime.h"
#include "view/flattext.h"
#include "view/linetext.h"
#include "view/summary.h"
#include "view/timeline.h"

static const char help[] =
"usage: mxtime [-1eqv] [-f KEY,...] [-o FORMAT] [-s TIME] [-u TIME]\n"
"              [-y YEAR] [-z ZONE] [--show-tz ZONE] [FILE ...]\n"
"\n"
"The timeline of mail: what happened to each message, step by step.  Reads\n"
"records (mxtrace | mxtime), or logs, which are traced first.\n"
"\n"
"  -1, --one-line         one line a message\n"
"  -o, --output FORMAT    text; body, for mactime; timesketch; csv; json or\n"
"                         tsv, the records in the order of time\n"
"  -e, --events           of logs, the other lines of each message, too\n"
"  -v, --verbose          cut nothing, show all deliveries and lines\n"
"  -s, --since TIME       only messages with a line at or after TIME\n"
"  -u, --until TIME       and before TIME\n"
"  -z, --tz ZONE          zone of stamps that have none\n"
"      --show-tz ZONE     show times in this zone, not in UTC\n"
"  -y, --year YEAR        year of the first line, where stamps have none\n"
"  -f, --fields KEY,...   columns of csv, json and tsv\n"
"  -q, --quiet            no summary at the end\n"
"  -h, --help             this text; -V, --version\n"
"\n"
"Status: 0 all read, 1 nothing of Postfix in it, 2 trouble.  See mxtime(1)\n"
"for more options and how to read the text.\n";

enum format {
	FORMAT_TEXT,
	FORMAT_LINES,
	FORMAT_BODY,
	FORMAT_TIMESKETCH,
	FORMAT_CSV,
	FORMAT_RECORDS
};

struct mxtime {
	struct tool		 tool;
	bool			 one;		/* -1 */
	enum format		 format;
	struct paint		 paint;
	struct timeline		*timeline;
	struct summary		 summary;
	struct err		 err;
	bool			 failed;	/* the temporary file */
	uint64_t		 hidden;
};

static const struct option longs[] = {
	OPT_LONG,
	{ "one-line", no_argument, NULL, '1' },
	{ NULL, 0, NULL, 0 }
};

/* The -o words of this tool. */
static bool
format_find(struct slice word, enum format *format)
{
	if (slice_eq(word, SLICE("text")))
		*format = FORMAT_TEXT;
	else if (slice_eq(word, SLICE("body")))
		*format = FORMAT_BODY;
	else if (slice_eq(word, SLICE("timesketch")))
		*format = FORMAT_TIMESKETCH;
	else
		return false;
	return true;
}

static bool
option(void *arg, int c, const char *value)
{
	struct mxtime *m = arg;

	if (c == '1')
		m->one = true;
	else if (c != 'o')
		return false;
	else if (!format_find(slice_cstr(value), &m->format)) {
		m->format = FORMAT_RECORDS;
		return false;
	}
	return true;
}

/* What the format is, all options considered. */
static void
check_format(struct mxtime *m)
{
	if (m->one && m->format != FORMAT_TEXT)
		msg_usage("-1 is a form of text: leave -o out");
	if (m->one)
		m->format = FORMAT_LINES;
	if (m->tool.opt.columns != NULL && m->format != FORMAT_RECORDS)
		msg_usage("-f picks columns of csv, json and tsv only");
	if (m->format == FORMAT_RECORDS && m->tool.opt.format == REC_CSV)
		m->format = FORMAT_CSV;
}

/* One record of the input. */
static bool
take(void *arg, const struct rec *r)
{
	struct mxtime *m = arg;

	summary_take(&m->summary, r);
	if (timeline_put(m->timeline, r, &m->err) == RC_OK)
		return true;
	m->failed = true;
	return false;
}

static struct sheet_options
sheet(const struct mxtime *m)
{
	return (struct sheet_options){ .paint = m->paint,
	    .zone = m->tool.opt.show_zone, .zone_name = m->tool.opt.show_tz,
	    .facts = timeline_facts(m->timeline),
	    .verbose = m->tool.opt.verbose };
}

static enum rc
write_text(struct mxtime *m, struct timeline_item *i, struct err *e)
{
	struct sheet_options o = sheet(m);
	struct blocktext *t = blocktext_open(&o);
	enum rc rc;

	while ((rc = timeline_next(m->timeline, i, e)) == RC_OK)
		blocktext_item(t, i);
	m->hidden = blocktext_hidden(t);
	blocktext_close(t);
	return rc;
}

static enum rc
write_lines(struct mxtime *m, struct timeline_item *i, struct err *e)
{
	struct sheet_options o = sheet(m);
	struct linetext *t = linetext_open(&o);
	enum rc rc;

	while ((rc = timeline_next(m->timeline, i, e)) == RC_OK)
		linetext_item(t, i);
	m->hidden = linetext_hidden(t);
	linetext_close(t);
	return rc;
}

static enum rc
write_flat(struct mxtime *m, struct timeline_item *i, struct err *e)
{
	struct flattext *t = flattext_open(stdout,
	    m->format == FORMAT_BODY ? FLAT_BODY :
	    m->format == FORMAT_CSV ? FLAT_CSV : FLAT_TIMESKETCH,
	    m->tool.opt.columns);
	enum rc rc;

	while ((rc = timeline_next(m->timeline, i, e)) == RC_OK)
		flattext_put(t, i);
	m->summary.untimed += flattext_untimed(t);
	flattext_close(t);
	return rc;
}

static enum rc
write_records(struct mxtime *m, struct timeline_item *i, struct err *e)
{
	enum rc rc;

	tool_output(&m->tool);
	while ((rc = timeline_next(m->timeline, i, e)) == RC_OK)
		if (!rec_put(&m->tool.out, &i->rec))
			return RC_END;	/* tool_end says why */
	return rc;
}

static int
write_all(struct mxtime *m)
{
	struct timeline_item i;
	struct err e;
	enum rc rc;

	rc = timeline_sort(m->timeline, &e);
	if (rc == RC_FAIL)
		return msg_err("temporary file", rc, &e);
	switch (m->format) {
	case FORMAT_TEXT:
		rc = write_text(m, &i, &e);
		break;
	case FORMAT_LINES:
		rc = write_lines(m, &i, &e);
		break;
	case FORMAT_RECORDS:
		rc = write_records(m, &i, &e);
		break;
	default:
		rc = write_flat(m, &i, &e);
		break;
	}
	if (rc == RC_FAIL)
		return msg_err("temporary file", rc, &e);
	errno = 0;
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		/* A reader that has enough is no trouble. */
		if (errno == EPIPE)
			return EXIT_YES;
		(void)err_fail(&e, "cannot write");
		return msg_err("standard output", RC_FAIL, &e);
	}
	return EXIT_YES;
}

/* What stands behind the timeline. */
static void
say_end(const struct mxtime *m)
{
	struct showtime clock = { .zone = m->tool.opt.show_zone,
	    .name = m->tool.opt.show_tz };

	summary_say(&m->summary, timeline_facts(m->timeline), &clock);
	if (m->hidden > 0)
		msg_note("%llu log lines not shown: %s shows them",
		    (unsigned long long)m->hidden, m->format == FORMAT_LINES ?
		    "mxtime -v without -1" : "-v");
}

int
main(int argc, char *argv[])
{
	static const struct tool_usage usage = { .help = help,
	    .letters = "1" OPT_LETTERS, .longs = longs,
	    .formats = "text body timesketch", .option = option };
	struct mxtime m = { .format = FORMAT_TEXT };
	struct opt *opt = &m.tool.opt;
	struct timeline_options o;
	int status, written;

	tool_options(&m.tool, argc, argv, &usage, &m);
	check_format(&m);
	paint_init(&m.paint, stdout);
	tool_open(&m.tool, argv + optind, argc - optind);
	o = (struct timeline_options){
		.order = m.format == FORMAT_TEXT || m.format == FORMAT_LINES ?
		    TIMELINE_BLOCKS : TIMELINE_STEPS,
		.has_since = opt->has_since, .has_until = opt->has_until,
		.since = opt->since, .until = opt->until,
		.all = m.format == FORMAT_RECORDS };
	m.timeline = timeline_open(&o, SPOOL_MEMORY);
	summary_init(&m.summary);
	status = tool_records(&m.tool, RECORDS_ANY, take, &m);
	if (m.failed)
		status = msg_err("temporary file", RC_FAIL, &m.err);
	else {
		written = write_all(&m);
		if (written != EXIT_YES)
			status = written;
		say_end(&m);
	}
	timeline_close(m.timeline);
	summary_free(&m.summary);
	return tool_end(&m.tool, status);
}
