#include "source/run.h"

#include "base/msg.h"
#include "base/same.h"
#include "source/journalevent.h"
#include "track/coverage.h"

#include "base/banned.h"

/* --host-alias A=B */
static void
alias_host(const struct opt *opt, struct rec *r)
{
	struct slice host = rec_get(r, F_HOST), from, to;

	for (size_t i = 0; i < opt->nalias; i++)
		if (slice_cut(slice_cstr(opt->alias[i]), '=', &from, &to) &&
		    slice_eq(host, from)) {
			rec_set(r, F_HOST, to);
			return;
		}
}

static bool
type_is(const struct rec *r, struct slice type)
{
	return slice_eq(rec_get(r, F_TYPE), type);
}

/* Are source and coverage records kept for the end? */
static bool
keeps_ends(const struct run *x)
{
	return x->mode == RECORDS_TRACE || x->mode == RECORDS_EVENTS;
}

/* The source that this host's lines come from is damaged here. */
void
run_damage(struct run *x, struct slice host)
{
	struct buf *b = &x->lost[x->nlost < RUN_LOST ? x->nlost++ : 0];

	b->len = 0;
	(void)buf_add(b, host);
}

/* A record of a queue file, for the tracker. */
static bool
trace_file(void *arg, struct event *ev, const struct track_spool *spool)
{
	struct run *x = arg;

	track_qfile(x->track, ev, spool);
	return !x->stopped;
}

/* Queue files whose arrival is not later than the item at hand. */
void
run_files_before(struct run *x, const struct feed *f)
{
	struct spooled *s = &x->spooled;

	while (!x->stopped && s->has && (f == NULL || s->sec < f->sec ||
	    (s->sec == f->sec && s->nsec < f->nsec)))
		(void)spooled_next(s, trace_file, x);
}

/* A record of a feed that is no event, or not to be traced. */
void
run_record(struct run *x, struct feed *f, struct rec *r)
{
	char name[256];

	if (x->mode == RECORDS_TRACE && type_is(r, SLICE("piece"))) {
		if (f->damaged++ == 0)
			(void)msg_error("%s: a piece was changed since it was "
			    "written, and cannot be merged", msg_quote(name,
			    sizeof(name), slice_cstr(f->input->path)));
		return;
	}
	if (x->track != NULL && x->mode == RECORDS_TRACE &&
	    spooled_record(r)) {
		x->nrecords++;
		(void)spooled_late(&x->spooled, r, trace_file, x);
		return;
	}
	if (type_is(r, SLICE("source"))) {
		x->sourced = true;
		f->ended = true;
		if (f->piece.is && rec_has(r, F_DAMAGED))
			x->status = EXIT_TROUBLE;
		if (keeps_ends(x)) {
			(void)rec_json(&x->kept, r);
			(void)buf_addc(&x->kept, '\n');
			return;
		}
	} else if (type_is(r, SLICE("coverage")) && keeps_ends(x)) {
		if (f->piece.is) {
			coverage_counts(x->coverage, r);
			return;
		}
		coverage_merge(x->coverage, r);
		if (slice_ends(rec_get(r, F_GAPS), SLICE(";damage")))
			run_damage(x, rec_get(r, F_HOST));
		return;
	}
	x->nrecords++;
	(void)run_give(x, r);
}

/* After damage, the host's next line says that lines were lost before it. */
static void
say_lost(struct run *x, struct feed *f)
{
	const struct event *ev = &f->event;
	struct slice host = rec_get(&ev->rec, F_HOST);

	for (size_t i = 0; i < x->nlost; i++) {
		if (!slice_eq(buf_slice(&x->lost[i]), host))
			continue;
		if (!event_lines_lost(ev))
			feed_note(f, SLICE("lines-lost"));
		x->lost[i].len = 0;
		(void)buf_addc(&x->lost[i], 0);
		if (i + 1 == x->nlost)
			x->nlost--;
		return;
	}
}

/* What follows the end of a stream is another one. */
void
run_tell_pieces(struct feed *f)
{
	char name[256];

	f->pieces = true;
	f->damaged++;
	(void)msg_error("%s: records of several pieces, one behind the "
	    "other: give each as a file of its own, so that they are "
	    "merged in time order", msg_quote(name, sizeof(name),
	    slice_cstr(f->input->path)));
}

/* A line that another source has, too. */
static void
count_twin(struct run *x, const struct event *ev)
{
	if (x->twice++ == 0)
		(void)msg_quote(x->twin, sizeof(x->twin), ev->src);
	coverage_copy(x->coverage, ev);
}

/* Whose line is at hand. */
static void
note_host(struct feed *f)
{
	struct slice host = rec_get(&f->event.rec, F_HOST);

	if (same_text(buf_slice(&f->last_host), host))
		return;
	f->last_host.len = 0;
	(void)buf_add(&f->last_host, host);
}

void
run_event(struct run *x, struct feed *f)
{
	struct event *ev = &f->event;
	struct event_text text;

	if (f->survey.records && x->track != NULL &&
	    rec_has(&ev->rec, F_QUEUE)) {
		run_record(x, f, &ev->rec);
		return;
	}
	if (f->ended && !f->pieces)
		run_tell_pieces(f);
	/* When, where and by whom is not known: it proves nothing. */
	if (f->survey.records && x->track != NULL && !x->opt->unknown &&
	    journalevent_is_alone(ev)) {
		x->alone++;
		if (x->opt->events)
			(void)run_give(x, &ev->rec);
		return;
	}
	if (x->opt->nalias > 0)
		alias_host(x->opt, &ev->rec);
	if (x->nlost > 0)
		say_lost(x, f);
	note_host(f);
	/* Coverage of records is in the stream's own coverage records. */
	x->odd += event_odd_qid(ev);
	if (!f->survey.records)
		coverage_event(x->coverage, ev);
	else if (f->piece.is)
		coverage_uncounted(x->coverage, ev);
	if (x->track != NULL) {
		if (!x->opt->unknown) {
			if (!twins_had(&x->twins, f, x->shared ||
			    (f->survey.records && !f->piece.is),
			    x->nfeed > 1 || f->survey.records))
				track_event(x->track, ev);
			else
				count_twin(x, ev);
		}
		else if (ev->class == LINE_UNKNOWN) {
			event_write(ev, &text);
			(void)run_give(x, &ev->rec);
		}
		return;
	}
	if (x->opt->unknown && ev->class != LINE_UNKNOWN)
		return;
	if (!f->survey.records)
		event_write(ev, &text);
	(void)run_give(x, &ev->rec);
}

/*
 * Is it the only source, a log, and is there nothing to be asked for each of
 * its lines?
 */
static bool
is_plain(const struct run *x, const struct feed *f)
{
	return x->track != NULL && x->nfeed == 1 && !f->survey.records &&
	    !f->piece.is && !x->opt->unknown && x->opt->nalias == 0 &&
	    x->nlost == 0 && !x->spooled.has;
}

void
run_usual(struct run *x, struct feed *f, struct progress *p)
{
	struct event *ev = &f->event;
	uint64_t lines = p->lines;

	if (!is_plain(x, f))
		return;
	while (!x->stopped && feed_usual(f)) {
		progress_line(p, ev->len + 1);
		x->odd += event_odd_qid(ev);
		coverage_event(x->coverage, ev);
		track_event(x->track, ev);
	}
	if (p->lines != lines)
		note_host(f);
}
