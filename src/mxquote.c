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
#include "source/origin.h"
#include "source/quote.h"
#include "source/tool.h"
#include "view/text.h"

#define OUT_FULL	((size_t)256 * 1024)	/* written when so full */

static const char help[] =
"usage: mxquote [-aetqv] [--root DIR] [--as SRC=FILE] [--keys]\n"
"               [FILE ...]\n"
"Print the log lines that records rest on, byte for byte, in their order.\n"
"Reads records (mxtrace | mxgrep | mxquote), or logs, which are traced first.\n"
"\n"
"  -t, --tls            also the line that proves the TLS status\n"
"  -a, --all            a line each time that a record names it, not once\n"
"      --root DIR       sources lie beneath DIR (an image, a copied case);\n"
"                       without it they may lie below . and /var/log only\n"
"      --as SRC=FILE    this file is the source SRC; --as -=FILE for what was\n"
"                       standard input\n"
"      --keys           private keys, too, where mxcarve found some\n"
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

enum { OPT_ROOT = OPT_TOOL, OPT_AS, OPT_KEYS };

static const struct option longs[] = {
	OPT_LONG,
	{ "tls", no_argument, NULL, 't' },
	{ "all", no_argument, NULL, 'a' },
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "as", required_argument, NULL, OPT_AS },
	{ "keys", no_argument, NULL, OPT_KEYS },
	{ NULL, 0, NULL, 0 }
};

struct mxquote {
	struct tool	 tool;
	bool		 tls, all, keys;
	uint64_t	 nkeys;		/* left out */
	const char	**root, **as;
	size_t		 nroot, nas;
	struct quote	*quote;
	bool		 failed;
	struct err	 err;
	bool		 terminal;
};

static bool
option(void *arg, int c, const char *value)
{
	struct mxquote *m = arg;

	switch (c) {
	case 't':
		m->tls = true;
		return true;
	case 'a':
		m->all = true;
		return true;
	case OPT_ROOT:
		m->root[m->nroot++] = value;
		return true;
	case OPT_AS:
		m->as[m->nas++] = value;
		return true;
	case OPT_KEYS:
		m->keys = true;
		return true;
	default:
		return false;
	}
}

/* Is it of a private key, which should not get onto a terminal by chance? */
static bool
is_secret(const struct rec *r)
{
	struct slice kind = rec_get(r, F_KEY_KIND);

	return kind.ptr != NULL && !slice_eq(kind, SLICE("certificate"));
}

/* One record of the input. */
static bool
take(void *arg, const struct rec *r)
{
	struct mxquote *m = arg;

	if (!tool_within(&m->tool, r))
		return true;
	if (!m->keys && is_secret(r)) {
		m->nkeys++;
		return true;
	}
	m->failed = quote_take(m->quote, r, &m->err) != RC_OK;
	return !m->failed;
}

/* One line to standard output; false if that is over. */
static bool
put(struct mxquote *m, struct slice line)
{
	struct buf *b = &m->tool.out.buf;

	struct slice first;

	/* A terminal would obey what is in there; entries have many lines. */
	if (m->terminal) {
		while (slice_cut(line, '\n', &first, &line)) {
			text_clean(b, first, "");
			(void)buf_addc(b, '\n');
		}
		text_clean(b, line, "");
	} else
		(void)buf_add(b, line);
	(void)buf_addc(b, '\n');
	return b->len < OUT_FULL || rec_flush(&m->tool.out);
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
read_records(struct mxquote *m, struct origins *origins)
{
	struct opt *opt = &m->tool.opt;
	struct err e;

	if (sandbox_enter(opt->sandbox, origins_allowed(origins), &e) != RC_OK)
		exit(msg_err("sandbox", RC_FAIL, &e));
	if (origins_start(origins, &e) != RC_OK)
		exit(msg_err("standard input", RC_FAIL, &e));
	opt->sandbox = SANDBOX_OFF;	/* it is on */
	return tool_records(&m->tool, RECORDS_ANY, take, m);
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
	static const struct tool_usage usage = { .help = help,
	    .letters = "at" OPT_LETTERS, .longs = longs, .option = option };
	struct mxquote m = { .failed = false };
	struct origins *origins;
	int status, found;

	m.root = mem_alloc((size_t)argc + 1, sizeof(*m.root));
	m.as = mem_alloc((size_t)argc + 1, sizeof(*m.as));
	tool_options(&m.tool, argc, argv, &usage, &m);
	check_descriptors();
	m.terminal = isatty(STDOUT_FILENO) == 1;
	tool_open(&m.tool, argv + optind, argc - optind);
	/* Lines come out, not records: -o and -f mean nothing. */
	m.tool.opt.format = REC_JSON;
	m.tool.opt.columns = NULL;
	tool_output(&m.tool);
	origins = origins_open(&m.tool.in, m.root, m.nroot, m.as, m.nas);
	m.quote = quote_open(origins, m.tls, m.all);
	status = read_records(&m, origins);
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
		if (m.nkeys > 0)
			status = msg_error("private keys left out: %llu "
			    "(--keys quotes them)",
			    (unsigned long long)m.nkeys);
	}
	quote_close(m.quote);
	origins_free(origins);
	mem_free(m.root);
	mem_free(m.as);
	return tool_end(&m.tool, status);
}
