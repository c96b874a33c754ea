#include "source/carver.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "fmt/prefix.h"
#include "io/imagehash.h"
#include "io/progress.h"
#include "io/srcpath.h"
#include "scan/blockclass.h"
#include "source/carve.h"
#include "source/extracts.h"
#include "source/journalcarve.h"
#include "source/rest.h"
#include "source/runlog.h"
#include "source/years.h"
#include "track/coverage.h"

#define BAD_TOLD	8	/* places that could not be read, in messages */

/* One image and what became of it. */
struct job {
	const char		*path;
	struct image		*image;
	struct imagehash	 hash;
	struct carve_total	 total;
	struct finds_count	 n;
	bool			 failed;
};

struct carver {
	const struct carver_opt	*o;
	struct inputs		*in;
	struct job		*job;
	size_t			 njob;
	struct job		*cur;
	struct found		*found;
	struct finds		*finds;
	struct prefix		*prefix;
	struct coverage		*coverage;
	struct progress		 progress;
	struct imagemap		 map;
	uint64_t		 runs;
	int			 status;
};

struct carver *
carver_open(const struct carver_opt *o, struct inputs *in)
{
	struct carver *c = mem_alloc(1, sizeof(*c));

	c->o = o;
	c->in = in;
	c->njob = in->n;
	c->job = mem_alloc(in->n + 1, sizeof(*c->job));
	for (size_t i = 0; i < in->n; i++) {
		c->job[i].path = in->v[i].path;
		c->job[i].image = image_find(in->v[i].path, in);
	}
	for (size_t i = 0; i < o->nknown; i++) {
		in->roots = mem_grow(
		    in->roots, in->nroots, in->nroots + 1, sizeof(*in->roots));
		in->roots[in->nroots++] =
		    mem_dup(o->known[i], slice_cstr(o->known[i]).len);
	}
	c->found = found_open(o->disk_order, o->copies);
	c->finds = finds_open(c->found);
	finds_files(c->finds, o->extracts, o->files);
	finds_log(c->finds, o->checkpoint);
	return c;
}

void
carver_close(struct carver *c)
{
	for (size_t i = 0; i < c->njob; i++)
		image_close(c->job[i].image);
	finds_close(c->finds);
	found_close(c->found);
	prefix_free(c->prefix);
	coverage_free(c->coverage);
	imagemap_free(&c->map);
	mem_free(c->job);
	mem_free(c);
}

/* Bytes of the image at hand, before anything is looked for in them. */
static void
on_bytes(void *arg, uint64_t off, struct slice s)
{
	static const enum imagemap_class class[] = {
		[BLOCKCLASS_ZERO] = IMAGEMAP_ZERO,
		[BLOCKCLASS_TEXT] = IMAGEMAP_TEXT,
		[BLOCKCLASS_OTHER] = IMAGEMAP_OTHER
	};
	struct carver *c = arg;

	imagehash_add(&c->cur->hash, s);
	while (c->o->map && s.len > 0) {
		size_t n = IMAGEMAP_BLOCK - (size_t)(off % IMAGEMAP_BLOCK);
		struct slice block = slice_sub(s, 0, n);

		imagemap_background(
		    &c->map, off, block.len, class[blockclass(block)]);
		off += block.len;
		s = slice_from(s, block.len);
	}
}

/* What is made of the claims on an image. */
static void
use_claims(struct carver *c, const struct job *j, uint64_t until)
{
	const struct claims *claims = finds_claims(c->finds);
	struct err e;
	enum rc rc;

	if (c->o->map)
		for (size_t i = 0; i < claims->n; i++)
			imagemap_claim(&c->map, claims->v[i].off,
			    claims->v[i].end,
			    (enum imagemap_class)claims->v[i].class);
	if (claims->lost > 0 && (c->o->map || c->o->rest != -1))
		msg_note("finds that --map and --rest leave out, because there "
			 "are too many of them: %llu",
		    (unsigned long long)claims->lost);
	if (c->o->rest == -1)
		return;
	rc = rest_write(j->image, claims, c->o->offset, until, c->o->rest, &e);
	if (rc != RC_OK)
		c->status = msg_err("--rest", rc, &e);
}

const struct imagemap *
carver_map(const struct carver *c)
{
	return c->o->map ? &c->map : NULL;
}

static bool
on_tick(void *arg, uint64_t bytes, uint64_t lines)
{
	struct carver *c = arg;

	progress_step(&c->progress, bytes, lines);
	return true;
}

/* Say what could not be read. */
static void
tell_bad(struct carver *c, const struct job *j)
{
	const struct image_bad *v;
	uint64_t bytes;
	size_t n = image_bad(j->image, &v, &bytes);
	char name[256];

	if (n == 0)
		return;
	(void)msg_quote(name, sizeof(name), slice_cstr(j->path));
	(void)msg_error("%s: %llu bytes cannot be read; zeroes stand for "
			"them",
	    name, (unsigned long long)bytes);
	for (size_t i = 0; i < n && i < BAD_TOLD; i++)
		(void)msg_error("%s: offset %llu: %llu bytes unreadable", name,
		    (unsigned long long)v[i].off, (unsigned long long)v[i].len);
	c->status = EXIT_TROUBLE;
}

/* Say what was found and left out. */
static void
tell(struct carver *c, const struct job *j)
{
	const struct carve_total *t = &j->total;
	char name[256];

	(void)msg_quote(name, sizeof(name), slice_cstr(j->path));
	if (t->damaged > 0)
		msg_note("%s: compressed files with log lines that are cut off "
			 "or damaged: %llu; the lines before the damage were "
			 "taken",
		    name, (unsigned long long)t->damaged);
	if (t->skipped > 0) {
		(void)msg_error("%s: compressed files that would take too much "
				"work left out: %llu",
		    name, (unsigned long long)t->skipped);
		c->status = EXIT_TROUBLE;
	}
	if (j->hash.stored && j->hash.wrong) {
		(void)msg_error("%s: the data does not have the hash that the "
				"image says it has",
		    name);
		c->status = EXIT_TROUBLE;
	} else if (j->hash.stored &&
	    (j->hash.md5_hex[0] != '\0' || j->hash.sha1_hex[0] != '\0'))
		msg_note("%s: the data has the hash that is stored in the "
			 "image",
		    name);
}

/* What a run is of, so that another one does not go on with it. */
static enum rc
begin_checkpoint(struct carver *c, const struct job *j, struct err *e)
{
	const struct carver_opt *o = c->o;
	const uint64_t num[] = { o->offset, o->has_length ? o->length :
	    UINT64_MAX, (uint64_t)o->opt->year, o->disk_order, o->copies,
	    o->unallocated, o->files };
	const char *text[] = { VERSION, o->opt->tz, o->opt->prefix, j->path };
	unsigned char head[4096];
	struct buf run;
	uint64_t size = 0;
	size_t got = 0;
	enum rc rc;

	if (o->checkpoint == NULL)
		return RC_OK;
	buf_init(&run, 64 * 1024);
	(void)image_size(j->image, &size);
	(void)image_read(j->image, 0, head, sizeof(head), &got, e);
	(void)buf_addu(&run, size);
	for (size_t i = 0; i < sizeof(num) / sizeof(num[0]); i++) {
		(void)buf_addc(&run, ' ');
		(void)buf_addu(&run, num[i]);
	}
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		(void)buf_addc(&run, 0);
		(void)buf_add(&run, slice_cstr(text[i] == NULL ? "" :
		    text[i]));
	}
	for (size_t i = 0; i < o->nknown; i++) {
		(void)buf_addc(&run, 1);
		(void)buf_add(&run, slice_cstr(o->known[i]));
	}
	(void)buf_add(&run, slice_of(head, got));
	rc = checkpoint_begin(o->checkpoint, buf_slice(&run), e);
	buf_free(&run);
	return rc;
}

static void
close_checkpoint(struct carver *c)
{
	struct err e;
	enum rc rc = c->o->checkpoint == NULL ? RC_OK :
	    checkpoint_close(c->o->checkpoint, &e);

	if (rc != RC_OK)
		c->status = msg_err("--checkpoint", rc, &e);
}

static void
carve(struct carver *c, struct job *j)
{
	const struct carver_opt *o = c->o;
	bool part = o->offset > 0 || o->has_length || o->unallocated;
	struct carve_opt co = { .opt = o->opt,
		.prefix = c->prefix,
		.src = slice_cstr(j->path),
		.from = o->offset,
		.until = UINT64_MAX,
		.runs = &c->runs,
		.finds = c->finds,
		.unallocated = o->unallocated,
		.threads = o->threads,
		.tick = on_tick,
		.bytes = on_bytes,
		.arg = c };
	uint64_t size;
	struct err e, spool;
	enum rc rc;

	c->cur = j;
	finds_image(c->finds, &j->n);
	rc = image_open(j->image, &e);
	if (rc != RC_OK) {
		c->status = msg_err(j->path, rc, &e);
		j->failed = true;
		return;
	}
	rc = begin_checkpoint(c, j, &e);
	if (rc != RC_OK) {
		c->status = msg_err("--checkpoint", rc, &e);
		j->failed = true;
		return;
	}
	co.checkpoint = o->checkpoint;
	co.resumes = co.checkpoint != NULL && checkpoint_resumes(co.checkpoint);
	if (o->has_length && o->length < UINT64_MAX - o->offset)
		co.until = o->offset + o->length;
	progress_init(&c->progress, image_size(j->image, &size) ? size : 0);
	imagehash_start(
	    &j->hash, j->image, !part, o->opt->hash, o->md5, o->sha1);
	co.exact = o->map || imagehash_exact(&j->hash);
	rc = carve_image(j->image, &co, &j->total, &e);
	progress_clear(&c->progress);
	image_verify(j->image);
	if (!image_size(j->image, &size))
		size = j->total.size;
	imagehash_end(&j->hash, size,
	    rc == RC_OK && finds_state(c->finds, &spool) == RC_OK);
	if (rc != RC_OK) {
		c->status = msg_err(j->path, rc, &e);
		j->failed = true;
	} else
		use_claims(c, j, co.until);
	if (j->n.doubts > 0)
		c->status = EXIT_TROUBLE;
	tell_bad(c, j);
	tell(c, j);
}

/* The lines of a log that survives. */
static void
read_known(struct carver *c, const char *path)
{
	struct reader_stream rs;
	struct reader *r;
	struct err e;
	enum rc rc = reader_open(&r, path, false, false, &e);
	bool full = false;

	while (rc == RC_OK && (rc = reader_stream(r, &rs, &e)) == RC_OK) {
		bool end = false;

		if (journals_here(r)) {
			full |= !journalcarve_known(c->found, r);
			continue;
		}
		for (;;) {
			struct slice line, rest, w;
			uint64_t off;
			bool eof;

			w = reader_window(r, &off, &eof);
			if (!slice_cut(w, '\n', &line, &rest)) {
				if (!end) {
					end = reader_more(r, NULL) != RC_OK;
					continue;
				}
				line = w;
				if (w.len == 0)
					break;
				reader_consume(r, w.len);
			} else
				reader_consume(r, line.len + 1);
			if (line.len > 0 && line.ptr[line.len - 1] == '\r')
				line.len--;
			full |= !found_known(c->found, line);
		}
	}
	if (rc != RC_END)
		c->status = msg_err(path, rc, &e);
	else
		reader_close(r);
	if (full) {
		(void)msg_error("--known: more than %u lines; the others are "
				"taken for lines that are only in the image",
		    (unsigned int)FOUND_KNOWN);
		c->status = EXIT_TROUBLE;
	}
}

/* The events in order, and what they cover. */
static bool
give_events(struct carver *c, records_fn *fn, void *arg)
{
	struct event ev;
	struct err e;
	enum rc rc = finds_state(c->finds, &e);
	bool line;

	if (rc == RC_OK)
		rc = found_sort(c->found, &e);
	while (rc == RC_OK) {
		rc = found_next(c->found, &ev.rec, &line, &e);
		if (rc != RC_OK)
			break;
		if (line && event_read(&ev))
			coverage_event(c->coverage, &ev);
		if (!fn(arg, &ev.rec))
			return false;
	}
	if (rc == RC_END)
		return true;
	c->status = msg_err("temporary file", rc, &e);
	return false;
}

/* The framings that were met, in words. */
static void
put_format(struct buf *b, const struct job *j)
{
	(void)buf_add(b, slice_cstr(image_format(j->image)));
	for (size_t k = FRAMING_BSD; k < FRAMING_N; k++) {
		if ((j->total.framings >> k & 1) == 0)
			continue;
		(void)buf_addc(b, ' ');
		(void)buf_add(b, framing_name[k]);
	}
}

static void
set_num(struct rec *r, enum field f, unsigned char num[NUM_MAX], uint64_t v)
{
	rec_set(r, f, slice_of(num, num_u64(num, v)));
}

static void
set_hash(struct rec *r, enum field f, const char *hex)
{
	if (hex[0] != '\0')
		rec_set(r, f, slice_cstr(hex));
}

static bool
give_source(const struct job *j, records_fn *fn, void *arg)
{
	static const enum field key[4] = { F_UNDERSTOOD, F_IGNORED, F_FOREIGN,
		F_UNKNOWN };
	unsigned char num[6][NUM_MAX];
	const struct image_bad *bad;
	uint64_t lines = 0, bytes, size;
	struct buf format, path;
	struct rec r;
	bool good;

	rec_clear(&r);
	buf_init(&format, 4096);
	srcpath_init(&path);
	put_format(&format, j);
	srcpath_file(&path, slice_cstr(j->path));
	rec_set(&r, F_TYPE, SLICE("source"));
	rec_set(&r, F_SRC, buf_slice(&path));
	if (image_size(j->image, &size))
		set_num(&r, F_SIZE, num[0], size);
	set_hash(&r, F_SHA256, j->hash.sha256_hex);
	set_hash(&r, F_MD5, j->hash.md5_hex);
	set_hash(&r, F_SHA1, j->hash.sha1_hex);
	rec_set(&r, F_FORMAT, buf_slice(&format));
	for (size_t k = 0; k < 4; k++) {
		set_num(&r, key[k], num[1 + k], j->n.line[k]);
		lines += j->n.line[k];
	}
	set_num(&r, F_LINES, num[5], lines);
	if (j->failed)
		rec_set(&r, F_DAMAGED, SLICE("unreadable"));
	else if (image_bad(j->image, &bad, &bytes) > 0)
		rec_set(&r, F_DAMAGED, SLICE("bad-sectors"));
	else if (j->hash.wrong)
		rec_set(&r, F_DAMAGED, SLICE("stored-hash"));
	else if (j->total.damaged > 0)
		rec_set(&r, F_DAMAGED, SLICE("damaged"));
	rec_set(&r, F_TOOL, slice_cstr(msg_tool()));
	rec_set(&r, F_VERSION, slice_cstr(VERSION));
	rec_set(&r, F_SANDBOX, slice_cstr(sandbox_state()));
	good = fn(arg, &r);
	buf_free(&format);
	buf_free(&path);
	return good;
}

static bool
give_sources(struct carver *c, records_fn *fn, void *arg)
{
	bool more = true;

	for (size_t i = 0; more && i < c->njob; i++)
		more = give_source(&c->job[i], fn, arg);
	return more;
}

/* The extracts are complete, or something must be said. */
static void
close_extracts(struct carver *c)
{
	uint64_t left_out;
	struct err e;
	enum rc rc;

	if (c->o->extracts == NULL)
		return;
	rc = extracts_close(c->o->extracts, &left_out, &e);
	if (rc != RC_OK)
		c->status = msg_err("--extract", rc, &e);
	if (left_out > 0)
		msg_note("--extract: finds at the same place as others left "
			 "out: %llu",
		    (unsigned long long)left_out);
}

/* What the user should know of the whole. */
static void
tell_all(struct carver *c)
{
	size_t assumed = 0, yearless = 0;

	for (size_t i = 0; i < c->njob; i++) {
		assumed += c->job[i].total.assumed;
		yearless += c->job[i].total.yearless;
	}
	years_announce(assumed, yearless);
	if (found_copies(c->found) > 0)
		msg_note("lines that stand in the image more than once, given "
			 "once: %llu copies left out (--copies)",
		    (unsigned long long)found_copies(c->found));
}

static int
final_status(const struct carver *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->njob; i++) {
		for (size_t k = 0; k < 4; k++)
			n += c->job[i].n.line[k];
		for (size_t k = 0; k < FIND_N; k++)
			n += c->job[i].n.found[k];
	}
	if (c->in->failed > 0)
		return EXIT_TROUBLE;
	return c->status != EXIT_YES || n > 0 ? c->status : EXIT_NO;
}

int
carver_run(struct carver *c, records_fn *fn, void *arg)
{
	struct err e;
	bool more;

	c->prefix = records_prefix(c->o->opt);
	if (sandbox_enter(c->o->opt->sandbox, c->in, &e) != RC_OK)
		return msg_err("sandbox", RC_FAIL, &e);
	if (runlog_start(&e) != RC_OK)
		return msg_err("--run-log", RC_FAIL, &e);
	c->coverage = coverage_new();
	imagemap_init(&c->map);
	c->status = EXIT_YES;
	for (size_t i = 0; i < c->o->nknown; i++)
		read_known(c, c->o->known[i]);
	for (size_t i = 0; i < c->njob; i++) {
		struct reader_total t = { .has_mtime = false };

		carve(c, &c->job[i]);
		if (!image_size(c->job[i].image, &t.size))
			t.size = c->job[i].total.size;
		t.has_sha256 = c->job[i].hash.sha256_hex[0] != '\0';
		memcpy(t.sha256, c->job[i].hash.sha256_hex, sizeof(t.sha256));
		runlog_input(c->job[i].path, c->job[i].failed ? NULL : &t);
	}
	close_extracts(c);
	close_checkpoint(c);
	more = !c->o->source_first || give_sources(c, fn, arg);
	more = more && give_events(c, fn, arg);
	if (more && !c->o->source_first)
		more = give_sources(c, fn, arg);
	if (more)
		(void)coverage_write(c->coverage, fn, arg);
	tell_all(c);
	return final_status(c);
}
