/*
 * mxquote - the original bytes that records rest on
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"
#include "source/opt.h"
#include "source/origin.h"
#include "source/quote.h"
#include "source/records.h"
#include "source/runlog.h"
#include "source/window.h"
#include "view/text.h"

#define OUT_FULL	((size_t)256 * 1024)	/* written when so full */

static const char help[] =
"usage: mxquote [-aetqv] [--root DIR] [--as SRC=FILE] [FILE ...]\n"
"Print the log lines that records rest on, byte for byte, in their order.\n"
"Reads records (mxtrace | mxgrep | mxquote), or logs, which are traced first.\n"
"\n"
"  -t, --tls            also the line that proves the TLS status\n"
"  -a, --all            a line each time that a record names it, not once\n"
"      --root DIR       sources lie beneath DIR (an image, a copied case);\n"
"                       without it they may lie below . and /var/log only\n"
"      --as SRC=FILE    this file is the source SRC; --as -=FILE for what was\n"
"                       standard input\n"
"  -e, --events         of logs, every line\n"
"  -s, --since TIME     messages with a line from TIME on\n"
"  -u, --until TIME     messages with a line before TIME\n"
"      --no-sandbox     do not confine the process; --sandbox=require: or fail\n"
"      --run-log FILE   write down arguments, versions, times and hashes\n"
"  -q quiet   -v verbose   -h this help   -V version\n"
"\n"
"A source is quoted when its bytes have the SHA-256 of its source record.\n"
"\n"
"  mxtrace /var/log/mail.log* | mxgrep -m status=bounced | mxquote\n"
"Exit status: 0 all quoted, 1 nothing to quote, 2 not all, or not checked.\n";

enum { OPT_ROOT = OPT_TOOL, OPT_AS };

static const struct option longs[] = {
	OPT_LONG,
	{ "tls", no_argument, NULL, 't' },
	{ "all", no_argument, NULL, 'a' },
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "as", required_argument, NULL, OPT_AS },
	{ NULL, 0, NULL, 0 }
};

struct mxquote {
	struct opt	 opt;
	bool		 tls, all;
	const char	**root, **as;
	size_t		 nroot, nas;
	struct window	 window;
	struct quote	*quote;
	bool		 failed;
	struct err	 err;
	struct rec_out	 out;
	bool		 terminal;
};

static void
options(struct mxquote *m, int argc, char **argv)
{
	int c;

	opt_init(&m->opt);
	m->root = mem_alloc((size_t)argc + 1, sizeof(*m->root));
	m->as = mem_alloc((size_t)argc + 1, sizeof(*m->as));
	while ((c = opt_next(argc, argv, "at" OPT_LETTERS, longs)) != -1) {
		if (opt_common(&m->opt, c, optarg, help))
			continue;
		switch (c) {
		case 't':
			m->tls = true;
			break;
		case 'a':
			m->all = true;
			break;
		case OPT_ROOT:
			m->root[m->nroot++] = optarg;
			break;
		case OPT_AS:
			m->as[m->nas++] = optarg;
			break;
		default:
			opt_unknown(c, optarg, NULL);
		}
	}
	opt_check(&m->opt);
}

/* One record of the input. */
static bool
take(void *arg, const struct rec *r)
{
	struct mxquote *m = arg;

	if (!window_has(&m->window, &m->opt, r))
		return true;
	m->failed = quote_take(m->quote, r, &m->err) != RC_OK;
	return !m->failed;
}

/* One line to standard output; false if that is over. */
static bool
put(struct mxquote *m, struct slice line)
{
	struct buf *b = &m->out.buf;

	/* A terminal would obey what is in there. */
	if (m->terminal)
		text_clean(b, line, "");
	else
		(void)buf_add(b, line);
	(void)buf_addc(b, '\n');
	return b->len < OUT_FULL || rec_flush(&m->out);
}

static int
write_lines(struct mxquote *m, int status)
{
	struct slice line;
	struct err e;
	enum rc rc;

	while ((rc = quote_next(m->quote, &line, &e)) == RC_OK)
		if (!put(m, line))
			return status;
	return rc == RC_END ? status : msg_err("temporary file", rc, &e);
}

/*
 * Read the records confined: what they name may be read only where origins
 * allows it.
 */
static int
read_records(struct mxquote *m, const struct inputs *in,
    struct origins *origins)
{
	struct opt opt = m->opt;
	struct err e;

	if (sandbox_enter(opt.sandbox, origins_allowed(origins), &e) != RC_OK)
		exit(msg_err("sandbox", RC_FAIL, &e));
	if (origins_start(origins, &e) != RC_OK)
		exit(msg_err("standard input", RC_FAIL, &e));
	opt.sandbox = SANDBOX_OFF;	/* it is on */
	return records_run(in, &opt, RECORDS_ANY, take, m);
}

/* A descriptor that is closed must not become a temporary file. */
static void
check_descriptors(void)
{
	if (fcntl(STDIN_FILENO, F_GETFD) == -1 &&
	    open("/dev/null", O_WRONLY) != STDIN_FILENO)
		exit(msg_error("standard input: %s", strerror(EBADF)));
	if (fcntl(STDOUT_FILENO, F_GETFD) == -1)
		exit(msg_error("standard output: write: %s", strerror(EBADF)));
}

int
main(int argc, char *argv[])
{
	struct mxquote m = { 0 };
	struct origins *origins;
	struct inputs in;
	int status, found;

	msg_init(argv[0]);
	options(&m, argc, argv);
	check_descriptors();
	m.terminal = isatty(STDOUT_FILENO) == 1;
	runlog_open(&m.opt, argc, argv);
	rec_out_open(&m.out, STDOUT_FILENO, REC_JSON);
	inputs_find(&in, argv + optind, argc - optind);
	origins = origins_open(&in, m.root, m.nroot, m.as, m.nas);
	m.quote = quote_open(origins, m.tls, m.all);
	window_init(&m.window);
	status = read_records(&m, &in, origins);
	if (m.failed)
		status = msg_err("temporary file", RC_FAIL, &m.err);
	else {
		found = quote_find(m.quote);
		if (found == EXIT_NO && status == EXIT_YES)
			msg_note("nothing to quote");
		/* 1 from the reader: nothing of Postfix, so nothing here. */
		if (status != EXIT_TROUBLE)
			status = found;
		status = write_lines(&m, status);
	}
	status = records_out_close(&m.out, status);
	quote_close(m.quote);
	origins_free(origins);
	window_free(&m.window);
	inputs_free(&in);
	opt_free(&m.opt);
	mem_free(m.root);
	mem_free(m.as);
	return runlog_close(status);
}
