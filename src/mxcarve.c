/*
 * mxcarve - mail logs in the raw bytes of disk images
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/msg.h"
#include "io/magictype.h"
#include "io/newfile.h"
#include "source/carver.h"
#include "source/dfxml.h"
#include "source/extracts.h"
#include "source/scout.h"
#include "source/tool.h"
#include "view/blockmap.h"

static const char help[] =
"usage: mxcarve [options] [image ...]\n"
"Find the lines of mail logs in disk images, wherever they lie: deleted,\n"
"compressed, cut off; and queue files of Postfix, also in pieces.  Records in\n"
"time order, each with its offset.\n"
"An image is raw, split (.001), EWF (.E01), a device; none or - is standard\n"
"input.\n"
"\n"
"      --known FILE     a log that survives: only_here of a record says whether\n"
"                       its line is not in there\n"
"      --disk-order     in the order of the disk, not of time\n"
"      --copies         a line each time that it stands in the image\n"
"      --offset BYTES   begin there (K, M, G)    --length BYTES  so far\n"
"      --unallocated    only what an ext2, ext3 or ext4 file system says is free\n"
"      --hash md5,sha1  these hashes of the image, too\n"
"      --checkpoint FILE  written now and then; after an interruption, the same\n"
"                       command goes on from there\n"
"      --extract DIR    write what was found to files in a new directory\n"
"      --map FILE       where in the image it lies: FILE.svg, else text; -: text\n"
"                       on standard output, and no records\n"
"      --rest FILE      what is none of it, at the same offsets, with holes\n"
"  -j, --jobs N         threads that look through a raw image (1)\n"
"  -o json|tsv|csv|dfxml  output format (json)\n"
"  -f KEY,KEY           only these keys\n"
"  -s, --since TIME     events from TIME on      -u, --until TIME  before TIME\n"
"  -z, --tz ZONE        zone of stamps without one (Europe/Berlin, +02:00)\n"
"  -y, --year YEAR      year of the first line of every run of lines\n"
"      --prefix REGEX   own line prefix: groups stamp, host, tag, pid, text\n"
"      --no-hash        no SHA-256 of the image\n"
"      --no-sandbox     do not confine the process; --sandbox=require: or fail\n"
"      --run-log FILE   write down arguments, versions, times and hashes\n"
"  -q quiet   -v verbose   -h this help   -V version\n"
"\n"
"  mxcarve disk.img | mxtrace | mxtime\n"
"Exit status: 0 all read, 1 no line of a log in it, 2 damaged or unread.\n";

enum {
	OPT_KNOWN = OPT_TOOL,
	OPT_DISK_ORDER,
	OPT_COPIES,
	OPT_OFFSET,
	OPT_LENGTH,
	OPT_HASH,
	OPT_UNALLOCATED,
	OPT_MAP,
	OPT_REST,
	OPT_EXTRACT,
	OPT_CHECKPOINT
};

static const struct option longs[] = {
	OPT_LONG,
	{ "known", required_argument, NULL, OPT_KNOWN },
	{ "disk-order", no_argument, NULL, OPT_DISK_ORDER },
	{ "copies", no_argument, NULL, OPT_COPIES },
	{ "offset", required_argument, NULL, OPT_OFFSET },
	{ "length", required_argument, NULL, OPT_LENGTH },
	{ "hash", required_argument, NULL, OPT_HASH },
	{ "unallocated", no_argument, NULL, OPT_UNALLOCATED },
	{ "map", required_argument, NULL, OPT_MAP },
	{ "rest", required_argument, NULL, OPT_REST },
	{ "jobs", required_argument, NULL, 'j' },
	{ "checkpoint", required_argument, NULL, OPT_CHECKPOINT },
	{ "extract", required_argument, NULL, OPT_EXTRACT },
	{ NULL, 0, NULL, 0 } };

struct mxcarve {
	struct tool		 tool;
	struct carver_opt	 carver;
	const char		*map;		/* --map */
	FILE			*map_out;
	const char		*rest;		/* --rest */
	const char		*extract;	/* --extract */
	const char		*checkpoint;	/* --checkpoint */
	bool			 dfxml;		/* -o dfxml */
};

static uint64_t
bytes(const char *name, const char *arg)
{
	uint64_t v = 0;

	if (!slice_bytes(slice_cstr(arg), &v))
		msg_usage("bad --%s: use bytes, or 4K, 1M, 2G", name);
	return v;
}

static void
hashes(struct carver_opt *o, const char *arg)
{
	struct slice rest = slice_cstr(arg), word;

	while (rest.len > 0) {
		if (!slice_cut(rest, ',', &word, &rest)) {
			word = rest;
			rest.len = 0;
		}
		if (slice_is(word, "md5"))
			o->md5 = true;
		else if (slice_is(word, "sha1"))
			o->sha1 = true;
		else if (!slice_is(word, "sha256"))
			msg_usage("bad --hash: use md5, sha1, sha256");
	}
}

static bool
option(void *arg, int c, const char *value)
{
	struct mxcarve *m = arg;
	struct carver_opt *o = &m->carver;
	uint64_t n;

	switch (c) {
	case OPT_KNOWN:
		if (o->nknown == CARVER_KNOWN)
			msg_usage("--known: too many files");
		o->known[o->nknown++] = value;
		return true;
	case OPT_DISK_ORDER:
		o->disk_order = true;
		return true;
	case OPT_COPIES:
		o->copies = true;
		return true;
	case OPT_OFFSET:
		o->offset = bytes("offset", value);
		return true;
	case OPT_LENGTH:
		o->length = bytes("length", value);
		o->has_length = true;
		return true;
	case OPT_HASH:
		hashes(o, value);
		return true;
	case OPT_UNALLOCATED:
		o->unallocated = true;
		return true;
	case OPT_MAP:
		m->map = value;
		o->map = true;
		return true;
	case 'j':
		if (!slice_u64(slice_cstr(value), SCOUT_MAX, &n) || n == 0)
			msg_usage("bad -j: use 1 to %d", SCOUT_MAX);
		o->threads = (unsigned int)n;
		return true;
	case OPT_CHECKPOINT:
		m->checkpoint = value;
		return true;
	case OPT_EXTRACT:
		m->extract = value;
		return true;
	case 'o':
		m->dfxml = slice_is(SLICE("dfxml"), value);
		o->files = o->source_first = m->dfxml;
		return m->dfxml;
	case OPT_REST:
		m->rest = value;
		return true;
	default:
		return false;
	}
}

static bool
put(void *arg, const struct rec *r)
{
	struct mxcarve *m = arg;
	struct tool *t = &m->tool;

	if (m->dfxml && slice_is(rec_get(r, F_TYPE), "source"))
		dfxml_source(stdout, r);
	else if (m->dfxml && slice_is(rec_get(r, F_TYPE), "file"))
		dfxml_file(stdout, r);
	return !t->writes || !window_has_event(&t->opt, r) ||
	    rec_put(&t->out, r);
}

/* What cannot be made ends it. */
static void
need(enum rc rc, const char *option, const char *path, const struct err *e)
{
	char name[256];

	if (rc == RC_OK)
		return;
	(void)msg_quote(name, sizeof(name), slice_cstr(path));
	exit(msg_error("%s %s: %s", option, name, strerror(e->sys)));
}

/* A new file for an output that is no record. */
static int
new_file(const char *option, const char *path)
{
	struct err e;
	int fd = -1;

	need(newfile_open(path, &fd, &e), option, path, &e);
	return fd;
}

/* Outputs are opened before the process is confined. */
static void
open_outputs(struct mxcarve *m)
{
	const struct inputs *in = &m->tool.in;
	struct carver_opt *o = &m->carver;
	bool one = in->n == 1;
	bool again = one && !slice_is(slice_cstr(in->v[0].path), "-");
	struct err e;

	o->rest = -1;
	if (in->n == 0)
		return;
	if ((m->map != NULL || m->dfxml) && !one)
		msg_usage("%s: of one image", m->dfxml ? "-o dfxml" : "--map");
	if (m->rest != NULL && !again)
		msg_usage("--rest: of one image, not of standard input");
	if (m->extract != NULL && !again)
		msg_usage("--extract: of one image, not of standard input");
	if (m->dfxml && m->map != NULL && slice_is(slice_cstr(m->map), "-"))
		msg_usage("-o dfxml or --map -, not both");
	if (m->checkpoint != NULL && (!again || m->extract != NULL))
		msg_usage("--checkpoint: of one image, not of standard input, "
		    "and without --extract");
	if (m->checkpoint != NULL)
		need(checkpoint_open(&o->checkpoint, m->checkpoint, &e),
		    "--checkpoint", m->checkpoint, &e);
	if (m->extract != NULL)
		need(extracts_open(&o->extracts, m->extract, &e), "--extract",
		    m->extract, &e);
	if (m->rest != NULL)
		o->rest = new_file("--rest", m->rest);
	if (m->map == NULL)
		return;
	if (again && magictype_open(&o->magic, &e) != RC_OK) {
		o->magic = NULL;
		msg_note("--map: what other bytes are is not said: %s",
		    e.what);
	}
	m->map_out = slice_is(slice_cstr(m->map), "-") ?
	    stdout :
	    fdopen(new_file("--map", m->map), "w");
	if (m->map_out == NULL)
		exit(msg_error("--map: out of memory"));
}

static int
write_map(struct mxcarve *m, const struct carver *c, int status)
{
	struct slice path = slice_cstr(m->map == NULL ? "" : m->map);
	struct slice name =
	    m->tool.in.n == 0 ? path : slice_cstr(m->tool.in.v[0].path);
	bool bad;

	if (m->map_out == NULL)
		return status;
	if (slice_ends(path, SLICE(".svg")))
		blockmap_svg(m->map_out, carver_map(c), name);
	else
		blockmap_text(m->map_out, carver_map(c), name);
	bad = ferror(m->map_out) != 0;
	if (m->map_out == stdout)
		bad |= fflush(stdout) != 0;
	else
		bad |= fclose(m->map_out) != 0;
	return bad ? msg_error("--map: it could not be written") : status;
}

static int
end_dfxml(int status)
{
	dfxml_end(stdout);
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return msg_error("standard output: it could not be written");
	return status;
}

int
main(int argc, char *argv[])
{
	static const struct tool_usage usage = { .help = help,
		.letters = "j:" OPT_LETTERS, .longs = longs,
		.formats = "dfxml", .option = option };
	struct mxcarve m = { .carver = { .opt = &m.tool.opt } };
	struct carver *c;
	int status;

	tool_options(&m.tool, argc, argv, &usage, &m);
	tool_open(&m.tool, argv + optind, argc - optind);
	open_outputs(&m);
	c = carver_open(&m.carver, &m.tool.in);
	if (m.dfxml)
		dfxml_begin(stdout);
	else if (m.map_out != stdout)
		tool_output(&m.tool);
	status = carver_run(c, put, &m);
	if (m.dfxml)
		status = end_dfxml(status);
	status = write_map(&m, c, status);
	carver_close(c);
	magictype_close(m.carver.magic);
	return tool_end(&m.tool, status);
}
