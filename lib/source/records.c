#include "source/records.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/loopback.h"
#include "base/mem.h"
#include "base/msg.h"
#include "fmt/prefix.h"
#include "io/progress.h"
#include "track/coverage.h"
#include "source/merge.h"
#include "source/run.h"
#include "source/runlog.h"
#include "source/years.h"

#define KEPT_MAX	(64 << 20)	/* bytes of source records kept */

/* A hop inside the host, as to and from a content filter. */
static bool
on_loopback(const struct rec *r)
{
	struct slice a = rec_get(r, rec_has(r, F_RELAY) ? F_RELAY_ADDR :
	    F_CLIENT_ADDR);

	return loopback_is(a);
}

/* A record of the tracker. */
static bool
give_traced(void *arg, const struct rec *r)
{
	struct run *x = arg;

	if (rec_has(r, F_TLS_WHY) &&
	    slice_eq(r->v[F_TLS_WHY], SLICE("not-logged")) &&
	    (x->opt->loopback || !on_loopback(r)))
		x->unlogged++;
	return run_give(x, r);
}

/* Bytes to be read, or 0 where they are not known. */
static uint64_t
total_size(const struct feed *v, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (!v[i].input->regular || v[i].only != 0 ||
		    (v[i].container != NULL && v[i].container[0] != '\0'))
			return 0;
		sum += v[i].input->size;
	}
	return sum;
}

static void
merge_feeds(struct run *x, struct feed *v, size_t n)
{
	struct progress progress;
	struct merge m;
	struct feed *f;

	progress_init(&progress, total_size(v, n));
	merge_init(&m, v, n, x->opt->hash);
	while (!x->stopped && (f = merge_next(&m)) != NULL) {
		if (f->damaged + f->breaks != f->told) {
			f->told = f->damaged + f->breaks;
			run_damage(x, buf_slice(&f->last_host));
		}
		if (f->item == FEED_EVENT) {
			progress_line(&progress, f->event.len + 1);
			if (x->spooled.has)
				run_files_before(x, f);
			x->shared = merge_shared(&m, TWINS_SECONDS);
			run_event(x, f);
			run_usual(x, f, &progress);
		}
		else if (f->item == FEED_RECORD)
			run_record(x, f, &f->event.rec);
	}
	run_files_before(x, NULL);
	progress_clear(&progress);
	merge_free(&m);
	for (size_t i = 0; i < x->nlost; i++)
		coverage_damage(x->coverage, buf_slice(&x->lost[i]));
}

/* Records are handed on in the order of the inputs. */
static void
pass_records(struct run *x)
{
	for (size_t i = 0; i < x->nfeed && !x->stopped; i++) {
		struct feed *f = &x->feed[i];
		enum feed_item item;

		if (!f->survey.records || f->done)
			continue;
		if (!feed_open(f, x->opt->hash))
			continue;
		while (!x->stopped && (item = feed_next(f)) != FEED_END)
			run_record(x, f, &f->event.rec);
		feed_close(f);
	}
}

/* The events of a feed, in the order of the file. */
static void
write_events(struct run *x, struct feed *f)
{
	enum feed_item item;

	if (!feed_open(f, x->opt->hash))
		return;
	do {
		item = feed_next(f);
		if (f->damaged != f->told) {
			f->told = f->damaged;
			(void)piece_break(run_give_record, x);
		}
		if (item == FEED_EVENT)
			run_event(x, f);
	} while (item != FEED_END && !x->stopped);
	feed_close(f);
}

/* Each input as a piece; those that are pieces already as they are. */
static void
write_pieces(struct run *x)
{
	struct coverage *all = x->coverage;
	const struct feed *first = x->feed;

	pass_records(x);
	for (size_t i = 0; i < x->nfeed && !x->stopped; i++) {
		struct feed *f = &x->feed[i];

		if (f->survey.records)
			continue;
		x->coverage = coverage_new();
		(void)piece_head(f, x->opt, run_give_record, x);
		write_events(x, f);
		(void)coverage_write(x->coverage, run_give_record, x);
		x->lines += coverage_postfix_lines(x->coverage);
		coverage_free(x->coverage);
		if (f->input != first->input)
			first = f;
		if (i + 1 == x->nfeed || f[1].input != f->input)
			run_give_source(x, first, (size_t)(f - first) + 1);
	}
	x->coverage = all;
}

struct prefix *
records_prefix(const struct opt *opt)
{
	char what[256];
	size_t pos = 0;
	struct prefix *p;

	if (opt->prefix == NULL)
		return NULL;
	p = prefix_compile(opt->prefix, what, sizeof(what), &pos);
	if (p == NULL) {
		(void)msg_error("--prefix: %s\n  %s\n  %*s^", what, opt->prefix,
		    (int)pos, "");
		exit(EXIT_TROUBLE);
	}
	return p;
}

int
records_run(const struct inputs *in, const struct opt *opt,
    enum records_mode mode, records_fn *fn, void *arg)
{
	struct run x = { .opt = opt, .mode = mode, .fn = fn, .arg = arg,
		.status = EXIT_YES };
	struct track_opt to = { .events = opt->events,
		.tls_failures = opt->tls_failures, .no_refs = opt->no_refs };
	struct prefix *prefix = records_prefix(opt);
	struct err e;
	size_t cap = 0, n;
	int status;

	if (mode == RECORDS_TRACE)
		pieces_open(&x.pieces);
	spooled_open(&x.spooled, in, opt);
	if (sandbox_enter(opt->sandbox, in, &e) != RC_OK)
		return msg_err("sandbox", RC_FAIL, &e);
	if (runlog_start(&e) != RC_OK)
		return msg_err("--run-log", RC_FAIL, &e);
	buf_init(&x.kept, KEPT_MAX);
	for (size_t i = 0; i < RUN_LOST; i++)
		buf_init(&x.lost[i], 4096);
	x.coverage = coverage_new();
	for (size_t i = 0; i < in->n; i++)
		run_add(&x, &in->v[i], prefix, &cap);
	run_drop_found(&x);
	x.nfeed = pieces_once(x.feed, x.nfeed);
	for (size_t i = 0; i < x.nfeed; i++)
		x.feed[i].undated = mode == RECORDS_PIECES &&
		    piece_leaves_open(&x.feed[i], opt);
	years_decide(x.feed, x.nfeed, opt);
	for (size_t i = 0; i < x.nfeed; i++)
		x.has_records = x.has_records || x.feed[i].survey.records;
	n = x.nfeed;
	if (mode == RECORDS_ANY) {
		pass_records(&x);
		n = run_evidence_first(x.feed, x.nfeed);
	}
	if (mode == RECORDS_PIECES) {
		write_pieces(&x);
		n = 0;
	} else if (mode != RECORDS_EVENTS)
		x.track = track_new(&to, give_traced, &x);
	for (size_t i = 0; i < x.nfeed; i++)
		x.feed[i].track = x.track;
	if (mode == RECORDS_ANY || mode == RECORDS_TRACE)
		spooled_sort(&x.spooled, in->failed);
	merge_feeds(&x, x.feed, n);
	if (x.track != NULL && !x.stopped) {
		track_end(x.track);
		run_say_lost(&x);
	}
	run_give_ends(&x);
	if (!x.stopped)
		run_say_unknown(&x);
	status = run_status(&x, in);
	track_free(x.track);
	coverage_free(x.coverage);
	buf_free(&x.kept);
	twins_free(&x.twins);
	for (size_t i = 0; i < RUN_LOST; i++)
		buf_free(&x.lost[i]);
	prefix_free(prefix);
	for (size_t i = 0; i < x.nfeed; i++)
		run_free_feed(&x.feed[i]);
	mem_free(x.feed);
	for (size_t i = 0; i < x.nqueue; i++)
		run_free_feed(&x.queue[i]);
	mem_free(x.queue);
	spooled_close(&x.spooled);
	if (mode == RECORDS_TRACE)
		pieces_close(&x.pieces);
	return status;
}

void
records_out(struct rec_out *out, const struct opt *opt)
{
	struct slice bad;
	char text[128];

	rec_out_open(out, STDOUT_FILENO, opt->format);
	if (opt->columns != NULL && !rec_out_columns(out,
	    slice_cstr(opt->columns), &bad))
		msg_usage("-f: unknown key '%s'; mxrecord(5) lists the keys",
		    msg_quote(text, sizeof(text), bad));
}

int
records_out_close(struct rec_out *out, int status)
{
	struct err e;
	enum rc rc = rec_out_close(out, &e);

	if (rc == RC_OK)
		return status;
	/* A reader that has enough is no trouble. */
	if (e.sys == EPIPE)
		return status;
	return msg_err("standard output", rc, &e);
}

bool
records_type(struct slice s)
{
	static const char *const type[] = { "event", "message", "delivery",
		"link", "finding", "file", "source", "coverage", "piece",
		"shape", "run" };

	for (size_t i = 0; i < sizeof(type) / sizeof(type[0]); i++)
		if (slice_is(s, type[i]))
			return true;
	return false;
}
