#include "source/carver.h"

#include "base/mem.h"
#include "base/msg.h"
#include "fmt/prefix.h"
#include "io/progress.h"
#include "source/carverjob.h"
#include "source/carverknown.h"
#include "source/carvermap.h"
#include "source/carverrun.h"
#include "source/carveryear.h"
#include "source/extracts.h"
#include "source/journalevent.h"
#include "source/rest.h"
#include "source/runlog.h"
#include "source/years.h"
#include "track/coverage.h"

struct carver {
	const struct carver_opt	*o;
	struct inputs		*in;
	struct carverjob	*job;
	size_t			 njob;
	struct carverjob	*cur;
	struct found		*found;
	struct finds		*finds;
	struct prefix		*prefix;
	struct coverage		*coverage;
	struct progress		 progress;
	struct imagemap		 map;
	struct carveryear	 year;
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
	struct carver *c = arg;

	imagehash_add(&c->cur->hash, s);
	if (c->o->map)
		carvermap_bytes(&c->map, off, s);
}

/* What is made of the claims on an image. */
static void
use_claims(struct carver *c, const struct carverjob *j, uint64_t until)
{
	const struct claims *claims = finds_claims(c->finds);
	struct err e;
	enum rc rc;

	if (c->o->map)
		carvermap_claims(&c->map, claims);
	if (c->o->map && c->o->magic != NULL)
		carvermap_types(&c->map, j->image, c->o->magic);
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
carve(struct carver *c, struct carverjob *j)
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
	rc = carverrun_begin(o, j->path, j->image, &e);
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
	c->status = carverjob_tell(j, c->status);
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
		carveryear_event(&c->year, &ev, line);
		if (line && event_read(&ev) && !journalevent_is_alone(&ev))
			coverage_event(c->coverage, &ev);
		if (!fn(arg, &ev.rec))
			return false;
	}
	if (rc == RC_END)
		return true;
	c->status = msg_err("temporary file", rc, &e);
	return false;
}

static bool
give_sources(struct carver *c, records_fn *fn, void *arg)
{
	bool more = true;

	for (size_t i = 0; more && i < c->njob; i++)
		more = carverjob_source(&c->job[i], fn, arg);
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
	years_announce(assumed, 0);
	carveryear_tell(&c->year, yearless);
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
		c->status =
		    carverknown_read(c->found, c->o->known[i], c->status);
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
