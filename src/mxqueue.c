/*
 * mxqueue - Postfix queue files and spool trees as evidence
 */
#include "source/tool.h"

#include <stdio.h>

#include "base/msg.h"
#include "io/spool.h"
#include "source/queuedump.h"
#include "source/queueparts.h"
#include "source/queuesource.h"
#include "source/queueread.h"
#include "source/queueshape.h"
#include "source/runlog.h"

static const char help[] =
"usage: mxqueue [options] [file | directory ...]\n"
"Read Postfix queue files and the logs of bounce, defer and trace: whole,\n"
"damaged or alone.  Nothing is changed; none or - is standard input.\n"
"\n"
"  (default)            a file record and event records for each queue file\n"
"      --dump           every record: offset, type, name, length, value\n"
"      --message        the message itself, byte for byte\n"
"      --parts          records of its MIME parts, too: type, size, SHA-256\n"
"      --extract DIR    the same, and the parts as files in DIR, made new\n"
"      --shape[=sender] how old the mail is, by domain of pending recipients\n"
"      --now TIME       that is now, for --shape\n"
"  -o json|tsv|csv      output format (json)\n"
"  -f KEY,KEY           only these keys\n"
"  -s, --since TIME     records from TIME on     -u, --until TIME  before TIME\n"
"      --no-hash        no SHA-256 of the files\n"
"      --no-sandbox     do not confine the process; --sandbox=require: or fail\n"
"      --run-log FILE   write down arguments, versions, times and hashes\n"
"  -q quiet   -v verbose   -h this help   -V version\n"
"\n"
"  mxqueue /mnt/evidence/var/spool/postfix | jq 'select(.contradicts)'\n"
"Exit status: 0 all read, 1 no queue file in it, 2 damaged or unread.\n";

enum { OPT_DUMP = OPT_TOOL, OPT_MESSAGE, OPT_SHAPE, OPT_PARTS, OPT_EXTRACT };

enum mode { MODE_RECORDS, MODE_DUMP, MODE_MESSAGE, MODE_SHAPE };

struct mxqueue {
	struct tool		 t;
	enum mode		 mode;
	bool			 by_sender;
	bool			 formatted;	/* -o was given */
	struct queueread	 q;
	struct queueshape	*shape;
	bool			 parts;
	const char		*extract;	/* directory, or NULL */
};

static const struct option longs[] = {
	{ "dump", no_argument, NULL, OPT_DUMP },
	{ "message", no_argument, NULL, OPT_MESSAGE },
	{ "shape", optional_argument, NULL, OPT_SHAPE },
	{ "parts", no_argument, NULL, OPT_PARTS },
	{ "extract", required_argument, NULL, OPT_EXTRACT },
	OPT_LONG,
	{ NULL, 0, NULL, 0 }
};

static void
set_mode(struct mxqueue *x, enum mode mode)
{
	if (x->mode != MODE_RECORDS && x->mode != mode)
		msg_usage("one of --dump, --message, --shape");
	x->mode = mode;
}

static bool
option(void *arg, int c, const char *value)
{
	struct mxqueue *x = arg;

	switch (c) {
	case OPT_DUMP:
		set_mode(x, MODE_DUMP);
		return true;
	case OPT_MESSAGE:
		set_mode(x, MODE_MESSAGE);
		return true;
	case OPT_SHAPE:
		set_mode(x, MODE_SHAPE);
		x->by_sender = value != NULL &&
		    slice_is(SLICE("sender"), value);
		if (value != NULL && !x->by_sender)
			msg_usage("--shape=sender, or --shape for recipients");
		return true;
	case OPT_EXTRACT:
		x->extract = value;
		/* FALLTHROUGH */
	case OPT_PARTS:
		x->parts = true;
		return true;
	case 'o':
		x->formatted = true;
		return false;
	default:
		return false;
	}
}

static bool
put(void *arg, const struct rec *r)
{
	struct mxqueue *x = arg;

	if (x->mode == MODE_SHAPE) {
		queueshape_add(x->shape, r);
		return true;
	}
	return !tool_within(&x->t, r) || rec_put(&x->t.out, r);
}

static bool
put_source(void *arg, const struct rec *r)
{
	struct mxqueue *x = arg;

	return rec_put(&x->t.out, r);
}

static int
put_table(struct mxqueue *x)
{
	struct err e;

	queueshape_table(x->shape, stdout, 40, 120);
	if (fflush(stdout) != 0 || ferror(stdout))
		return msg_err("standard output", err_fail(&e,
		    "cannot write"), &e);
	return EXIT_YES;
}

/* Records, or the shape that is made of them. */
static int
run_records(struct mxqueue *x)
{
	const struct inputs *in = x->q.in;

	for (size_t i = 0; i < in->n; i++)
		if (!queueread_file(&x->q, &in->v[i]))
			break;
	queueread_rest(&x->q);
	if (x->q.other > 0)
		msg_note("%llu files that are no queue files left out",
		    (unsigned long long)x->q.other);
	if (x->mode == MODE_RECORDS)
		(void)queuesource_all(&x->q, put_source, x);
	else if (x->formatted)
		(void)queueshape_records(x->shape, &x->t.out);
	else if (put_table(x) != EXIT_YES)
		return EXIT_TROUBLE;
	return queueread_status(&x->q);
}

/* --dump, --message: of each file. */
static int
run_bytes(struct mxqueue *x)
{
	const struct inputs *in = x->q.in;
	struct atfile *f = &x->q.file;
	int status = in->failed > 0 ? EXIT_TROUBLE : EXIT_YES;
	char name[256];
	struct err e;

	for (size_t i = 0; i < in->n; i++) {
		enum rc rc = queueread_input(&x->q, &in->v[i], &e);

		if (rc == RC_OK)
			rc = x->mode == MODE_DUMP ?
			    queuedump_records(f, stdout, &e) :
			    queuedump_message(f, stdout, &e);
		atfile_close(f);
		if (rc != RC_OK)
			status = msg_err(msg_quote(name, sizeof(name),
			    slice_cstr(in->v[i].path)), rc, &e);
	}
	return status;
}

int
main(int argc, char *argv[])
{
	static const struct tool_usage usage = { .help = help,
		.letters = OPT_LETTERS, .longs = longs, .option = option };
	static struct mxqueue x;
	struct err e;
	int status;

	tool_options(&x.t, argc, argv, &usage, &x);
	if (x.parts && x.mode != MODE_RECORDS)
		msg_usage("--parts and --extract go with records");
	tool_open(&x.t, argv + optind, argc - optind);
	if (x.mode == MODE_RECORDS || (x.mode == MODE_SHAPE && x.formatted))
		tool_output(&x.t);
	if (x.mode == MODE_SHAPE)
		x.shape = queueshape_new(x.by_sender, x.t.opt.now);
	queueread_open(&x.q, &x.t.in, &x.t.opt, put, &x);
	if (x.parts && queueparts_open(&x.q.parts, x.extract, &e) != RC_OK)
		return msg_err(x.extract != NULL ? x.extract : "--parts",
		    RC_FAIL, &e);
	if (sandbox_enter(x.t.opt.sandbox, &x.t.in, &e) != RC_OK)
		return msg_err("sandbox", RC_FAIL, &e);
	if (runlog_start(&e) != RC_OK)
		return msg_err("--run-log", RC_FAIL, &e);
	queueread_start(&x.q);
	status = x.mode == MODE_DUMP || x.mode == MODE_MESSAGE ?
	    run_bytes(&x) : run_records(&x);
	if (x.q.parts != NULL && queueparts_close(x.q.parts, &e) != RC_OK)
		status = msg_err(x.extract, RC_FAIL, &e);
	queueread_close(&x.q);
	if (x.shape != NULL)
		queueshape_free(x.shape);
	return tool_end(&x.t, status);
}
