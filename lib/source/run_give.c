#include "source/run.h"

#include "base/msg.h"
#include "base/num.h"
#include "io/srcpath.h"
#include "source/queuesource.h"
#include "source/runlog.h"
#include "track/coverage.h"

#include "base/banned.h"

bool
run_give(struct run *x, const struct rec *r)
{
	if (!x->stopped && !x->fn(x->arg, r))
		x->stopped = true;
	return !x->stopped;
}

bool
run_give_record(void *arg, const struct rec *r)
{
	return run_give(arg, r);
}

/* The framings that were met, in words. */
static void
put_format(struct buf *b, const struct feed *f)
{
	if (f->container != NULL && f->container[0] != '\0')
		(void)buf_add(b, slice_cstr(f->container));
	for (size_t k = FRAMING_BSD; k < FRAMING_N; k++) {
		if ((f->framings >> k & 1) == 0)
			continue;
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		(void)buf_add(b, framing_name[k]);
	}
	if (f->survey.records)
		(void)buf_add(b, SLICE("records"));
}

/* The source record of the feeds of one input. */
void
run_give_source(struct run *x, const struct feed *v, size_t n)
{
	static const enum field key[4] = { F_UNDERSTOOD, F_IGNORED, F_FOREIGN,
		F_UNKNOWN };
	unsigned char num[6][NUM_MAX];
	uint64_t sum[4] = { 0 }, lines = 0;
	unsigned int damaged = 0;
	struct buf format, path;
	struct rec r;

	rec_clear(&r);
	buf_init(&format, 4096);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < 4; k++) {
			sum[k] += v[i].n[k];
			lines += v[i].n[k];
		}
		damaged += v[i].damaged;
	}
	put_format(&format, &v[0]);
	rec_set(&r, F_TYPE, SLICE("source"));
	srcpath_init(&path);
	srcpath_file(&path, slice_cstr(v[0].input->path));
	rec_set(&r, F_SRC, buf_slice(&path));
	rec_set(&r, F_SIZE, slice_of(num[0], num_u64(num[0],
	    v[0].total.size)));
	if (v[0].total.has_sha256)
		rec_set(&r, F_SHA256, slice_cstr(v[0].total.sha256));
	if (format.len > 0)
		rec_set(&r, F_FORMAT, buf_slice(&format));
	for (size_t k = 0; k < 4; k++)
		rec_set(&r, key[k], slice_of(num[1 + k], num_u64(num[1 + k],
		    sum[k])));
	rec_set(&r, F_LINES, slice_of(num[5], num_u64(num[5], lines)));
	if (!v[0].survey.readable)
		rec_set(&r, F_DAMAGED, SLICE("unreadable"));
	else if (damaged > 0)
		rec_set(&r, F_DAMAGED, SLICE("damaged"));
	rec_set(&r, F_TOOL, slice_cstr(msg_tool()));
	rec_set(&r, F_VERSION, slice_cstr(VERSION));
	rec_set(&r, F_SANDBOX, slice_cstr(sandbox_state()));
	(void)run_give(x, &r);
	buf_free(&format);
	buf_free(&path);
}

/* Source records kept from other tools' streams. */
static void
give_kept(struct run *x)
{
	struct slice rest = buf_slice(&x->kept), line;
	struct buf scratch;
	struct rec r;

	buf_init(&scratch, 1 << 22);
	while (slice_cut(rest, '\n', &line, &rest)) {
		rec_clear(&r);
		scratch.len = 0;
		if (rec_parse_json(&r, line, &scratch, NULL) == RC_OK)
			(void)run_give(x, &r);
	}
	buf_free(&scratch);
}

/* The source record of the queue files; the file records have the hashes. */
static void
give_queue_source(struct run *x)
{
	const struct spooled *s = &x->spooled;
	bool any = false;
	struct rec r;

	for (size_t i = 0; i < s->in.n; i++)
		if (s->in.v[i].copy == NULL)
			runlog_input(s->in.v[i].path, NULL);
	(void)queuesource_bundles(&s->bundle, s->damaged > 0,
	    run_give_record, x);
	for (size_t i = 0; i < s->nroot; i++) {
		if (!s->root[i].spool.whole)
			continue;
		queuesource_make(&r, slice_of(s->root[i].path.text,
		    s->root[i].path.len), s->damaged > 0);
		(void)run_give(x, &r);
		any = true;
	}
	if (any)
		return;
	queuesource_make(&r, slice_of(NULL, 0), s->damaged > 0);
	(void)run_give(x, &r);
}

void
run_give_ends(struct run *x)
{
	size_t end;

	give_kept(x);
	for (size_t i = 0; i < x->nqueue; i++)
		runlog_input(x->queue[i].input->path, &x->queue[i].total);
	if (x->spooled.in.n > 0)
		give_queue_source(x);
	for (size_t i = 0; i < x->nfeed; i = end) {
		for (end = i + 1; end < x->nfeed &&
		    x->feed[end].input == x->feed[i].input; end++)
			continue;
		if (!x->feed[i].piece.is)
			runlog_input(x->feed[i].input->path,
			    x->feed[i].done ? &x->feed[i].total : NULL);
		if (!x->feed[i].survey.records && x->mode != RECORDS_PIECES)
			run_give_source(x, &x->feed[i], end - i);
	}
	if (x->mode != RECORDS_PIECES)
		(void)coverage_write(x->coverage, run_give_record, x);
}
