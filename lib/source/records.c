#include "source/records.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "fmt/prefix.h"
#include "io/progress.h"
#include "io/srcpath.h"
#include "track/coverage.h"
#include "track/track.h"
#include "source/merge.h"
#include "source/piece.h"
#include "source/runlog.h"
#include "source/spooled.h"
#include "source/years.h"

#define KEPT_MAX	(64 << 20)	/* bytes of source records kept */

#define LOST_MAX	16	/* hosts whose lines were just lost */

/* One run: what flows where. */
struct run {
	const struct opt	*opt;
	enum records_mode	 mode;
	records_fn		*fn;
	void			*arg;
	bool			 stopped;
	struct feed		*feed;
	size_t			 nfeed;
	struct pieces		 pieces;
	struct spooled		 spooled;	/* queue files */
	struct feed		*queue;		/* streams of mxqueue, read */
	size_t			 nqueue;
	struct coverage		*coverage;
	uint64_t		 lines;		/* of Postfix, in pieces written */
	struct track		*track;
	struct buf		 kept;		/* source records of other tools */
	size_t			 nrecords;	/* records read */
	bool			 sourced;	/* a source record was read */
	bool			 has_records;	/* some input is records */
	struct buf		 lost[LOST_MAX];	/* damage; not yet said */
	size_t			 nlost;
	uint64_t		 unlogged;	/* hops over a network, TLS not logged */
	uint64_t		 odd;		/* lines with odd queue IDs */
	int			 status;
};

static bool
give(struct run *x, const struct rec *r)
{
	if (!x->stopped && !x->fn(x->arg, r))
		x->stopped = true;
	return !x->stopped;
}

/* A hop inside the host, as to and from a content filter. */
static bool
on_loopback(const struct rec *r)
{
	struct slice a = rec_get(r, rec_has(r, F_RELAY) ? F_RELAY_ADDR :
	    F_CLIENT_ADDR);

	return slice_starts(a, SLICE("127.")) || slice_eq(a, SLICE("::1"));
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
	return give(x, r);
}

static bool
give_record(void *arg, const struct rec *r)
{
	return give(arg, r);
}

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
static void
note_damage(struct run *x, struct slice host)
{
	struct buf *b = &x->lost[x->nlost < LOST_MAX ? x->nlost++ : 0];

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
static void
files_before(struct run *x, const struct feed *f)
{
	struct spooled *s = &x->spooled;

	while (!x->stopped && s->has && (f == NULL || s->sec < f->sec ||
	    (s->sec == f->sec && s->nsec < f->nsec)))
		(void)spooled_next(s, trace_file, x);
}

/* A record of a feed that is no event, or not to be traced. */
static void
on_record(struct run *x, struct feed *f, struct rec *r)
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
			note_damage(x, rec_get(r, F_HOST));
		return;
	}
	x->nrecords++;
	(void)give(x, r);
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
static void
tell_pieces(struct feed *f)
{
	char name[256];

	f->pieces = true;
	f->damaged++;
	(void)msg_error("%s: records of several pieces, one behind the "
	    "other: give each as a file of its own, so that they are "
	    "merged in time order", msg_quote(name, sizeof(name),
	    slice_cstr(f->input->path)));
}

static void
on_event(struct run *x, struct feed *f)
{
	struct event *ev = &f->event;
	struct event_text text;

	if (f->survey.records && x->track != NULL &&
	    rec_has(&ev->rec, F_QUEUE)) {
		on_record(x, f, &ev->rec);
		return;
	}
	if (f->ended && !f->pieces)
		tell_pieces(f);
	if (x->opt->nalias > 0)
		alias_host(x->opt, &ev->rec);
	if (x->nlost > 0)
		say_lost(x, f);
	if ((ev->writer == 0 || ev->writer != f->last_writer) &&
	    !slice_eq(buf_slice(&f->last_host), rec_get(&ev->rec, F_HOST))) {
		f->last_host.len = 0;
		(void)buf_add(&f->last_host, rec_get(&ev->rec, F_HOST));
	}
	f->last_writer = ev->writer;
	/* Coverage of records is in the stream's own coverage records. */
	x->odd += event_odd_qid(ev);
	if (!f->survey.records)
		coverage_event(x->coverage, ev);
	else if (f->piece.is)
		coverage_uncounted(x->coverage, ev);
	if (x->track != NULL) {
		if (!x->opt->unknown)
			track_event(x->track, ev);
		else if (ev->class == LINE_UNKNOWN) {
			event_write(ev, &text);
			(void)give(x, &ev->rec);
		}
		return;
	}
	if (x->opt->unknown && ev->class != LINE_UNKNOWN)
		return;
	if (!f->survey.records)
		event_write(ev, &text);
	(void)give(x, &ev->rec);
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
	uint64_t lines = 0, bytes = 0;

	progress_init(&progress, total_size(v, n));
	merge_init(&m, v, n, x->opt->hash);
	while (!x->stopped && (f = merge_next(&m)) != NULL) {
		if (f->damaged + f->breaks != f->told) {
			f->told = f->damaged + f->breaks;
			note_damage(x, buf_slice(&f->last_host));
		}
		if (f->item == FEED_EVENT) {
			bytes += f->event.len + 1;
			if (++lines % 65536 == 0)
				progress_step(&progress, bytes, lines);
			if (x->spooled.has)
				files_before(x, f);
			on_event(x, f);
		}
		else if (f->item == FEED_RECORD)
			on_record(x, f, &f->event.rec);
	}
	files_before(x, NULL);
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
			on_record(x, f, &f->event.rec);
		feed_close(f);
	}
}

/* Those that are evidence, moved to the front; their number. */
static size_t
evidence_first(struct feed *v, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (!v[i].survey.records) {
			struct feed t = v[k];

			if (i != k) {
				v[k] = v[i];
				v[i] = t;
			}
			k++;
		}
	return k;
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
static void
give_source(struct run *x, const struct feed *v, size_t n)
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
	(void)give(x, &r);
	buf_free(&format);
	buf_free(&path);
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
			(void)piece_break(give_record, x);
		}
		if (item == FEED_EVENT)
			on_event(x, f);
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
		(void)piece_head(f, x->opt, give_record, x);
		write_events(x, f);
		(void)coverage_write(x->coverage, give_record, x);
		x->lines += coverage_postfix_lines(x->coverage);
		coverage_free(x->coverage);
		if (f->input != first->input)
			first = f;
		if (i + 1 == x->nfeed || f[1].input != f->input)
			give_source(x, first, (size_t)(f - first) + 1);
	}
	x->coverage = all;
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
			(void)give(x, &r);
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
		runlog_input(s->in.v[i].path, NULL);
	for (size_t i = 0; i < s->nroot; i++) {
		if (!s->root[i].spool.whole)
			continue;
		queueread_source(&r, slice_of(s->root[i].path.text,
		    s->root[i].path.len), s->damaged > 0);
		(void)give(x, &r);
		any = true;
	}
	if (any)
		return;
	queueread_source(&r, slice_of(NULL, 0), s->damaged > 0);
	(void)give(x, &r);
}

static void
give_ends(struct run *x)
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
			give_source(x, &x->feed[i], end - i);
	}
	if (x->mode != RECORDS_PIECES)
		(void)coverage_write(x->coverage, give_record, x);
}

static void
free_feed(struct feed *f)
{
	buf_free(&f->name);
	buf_free(&f->host);
	buf_free(&f->last_host);
	buf_free(&f->last_src);
}

/* The latest feed holds pieces: one feed for each of them. */
static void
add_pieces(struct run *x, size_t *cap)
{
	struct feed whole = x->feed[x->nfeed - 1], *v;
	size_t n;

	v = pieces_find(&x->pieces, &whole, x->opt, &n);
	x->nfeed--;
	if (whole.damaged > 0)
		x->status = EXIT_TROUBLE;
	if (x->nfeed + n > *cap) {
		x->feed = mem_grow(x->feed, *cap, x->nfeed + n,
		    sizeof(*x->feed));
		*cap = x->nfeed + n;
	}
	for (size_t i = 0; i < n; i++)
		x->feed[x->nfeed++] = v[i];
	mem_free(v);
	free_feed(&whole);
}

static void
take_queue_file(struct run *x, const struct input *in)
{
	char name[256];

	if (x->mode != RECORDS_PIECES) {
		spooled_take(&x->spooled, in);
		return;
	}
	if (x->status != EXIT_TROUBLE)
		(void)msg_error("%s: a queue file is no piece of a log; leave "
		    "queue files out here, and give them to the merge",
		    msg_quote(name, sizeof(name), slice_cstr(in->path)));
	x->status = EXIT_TROUBLE;
}

/* A stream of mxqueue is not in time order: read it before the others. */
static void
read_queue(struct run *x, struct feed *f)
{
	enum feed_item item;

	if (!feed_open(f, x->opt->hash)) {
		x->status = EXIT_TROUBLE;
		return;
	}
	while ((item = feed_next(f)) != FEED_END) {
		const struct rec *r = &f->event.rec;

		if (spooled_record(r)) {
			x->nrecords++;
			spooled_put(&x->spooled, r);
			continue;
		}
		spooled_source(&x->spooled, r);
		if (item == FEED_RECORD)
			on_record(x, f, &f->event.rec);
		else if (!f->pieces)
			tell_pieces(f);
	}
	feed_close(f);
	x->queue = mem_grow(x->queue, x->nqueue, x->nqueue + 1,
	    sizeof(*x->queue));
	x->queue[x->nqueue++] = *f;
	x->has_records = true;
	x->nfeed--;
}

/* One feed for an input, or one for each stream of a bundle. */
static void
add_feeds(struct run *x, const struct input *in, const struct prefix *prefix,
    size_t *cap)
{
	struct feed *f;
	unsigned int n = 1;

	if (x->mode != RECORDS_EVENTS && spooled_is(&x->spooled, in)) {
		take_queue_file(x, in);
		return;
	}
	for (unsigned int k = 0; k < n; k++) {
		if (x->nfeed == *cap) {
			size_t old = *cap;

			*cap = old == 0 ? 16 : old * 2;
			x->feed = mem_grow(x->feed, old, *cap,
			    sizeof(*x->feed));
		}
		f = &x->feed[x->nfeed++];
		*f = (struct feed){ .input = in, .prefix = prefix,
			.only = n > 1 ? k + 1 : 0,
			.part = n > 1 ? k + 1 : 0 };
		srcpath_init(&f->name);
		srcpath_file(&f->name, slice_cstr(in->path));
		buf_init(&f->host, 4096);
		buf_init(&f->last_host, 4096);
		buf_init(&f->last_src, 65536);
		feed_survey(f, x->opt->hash && k == 0, &x->spooled);
		if (f->damaged > 0)
			x->status = EXIT_TROUBLE;
		if (k == 0 && f->nstreams > 1) {
			n = f->nstreams;
			x->nfeed--;
			free_feed(f);
			k = UINT32_MAX;	/* begin again, by stream */
		} else if (f->survey.pieces && x->mode == RECORDS_TRACE)
			add_pieces(x, cap);
		else if (f->survey.queue && x->mode == RECORDS_TRACE)
			read_queue(x, f);
	}
}

/* A file found in a directory that holds no log line is no evidence. */
static void
drop_found(struct run *x)
{
	size_t k = 0, dropped = 0;

	for (size_t i = 0; i < x->nfeed; i++) {
		const struct feed *f = &x->feed[i];

		if (f->input->found && f->survey.readable &&
		    !f->survey.timed && !f->survey.records &&
		    !f->survey.journal) {
			dropped++;
			free_feed(&x->feed[i]);
			continue;
		}
		if (k != i)
			x->feed[k] = x->feed[i];
		k++;
	}
	x->nfeed = k;
	if (dropped > 0)
		msg_note("%zu %s without log lines left out", dropped,
		    dropped == 1 ? "file" : "files");
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

/* What the user should know before trusting the answer. */
static void
say_what_is_unknown(const struct run *x)
{
	char name[256];
	uint64_t n;

	for (size_t i = 0; i < x->nfeed; i++) {
		const struct feed *f = &x->feed[i];

		(void)msg_quote(name, sizeof(name), slice_cstr(f->input->path));
		if (f->clock.impossible > 0)
			msg_note("%s: %llu time stamps name a day that their "
			    "year does not have, and give no time: is --year "
			    "right?", name,
			    (unsigned long long)f->clock.impossible);
		if (f->clock.doubted)
			msg_note("%s: the stamps run past the year that the "
			    "file's own time allows: from there on records "
			    "have no time; give the year of the first line "
			    "with --year", name);
	}
	if (coverage_forged(x->coverage) > 0)
		msg_note("%llu lines in Postfix's name are NOT BY POSTFIX: "
		    "journald says that other programs wrote them; they make "
		    "no facts; mxlog shows them, with the note not-by-postfix",
		    (unsigned long long)coverage_forged(x->coverage));
	if (x->odd > 0)
		msg_note("%llu lines have queue IDs that Postfix does not "
		    "make, as in an edited log; they are taken as they are, "
		    "with the note odd-queue-id in mxlog",
		    (unsigned long long)x->odd);
	n = coverage_class(x->coverage, LINE_UNKNOWN);
	if (x->mode == RECORDS_TRACE && n > 0 && !x->opt->unknown &&
	    coverage_class(x->coverage, LINE_UNDERSTOOD) > 0)
		msg_note("%llu Postfix lines were not understood: "
		    "mxlog --unknown shows them", (unsigned long long)n);
	if (x->unlogged > 0)
		msg_note("the TLS status of %llu hops is UNKNOWN because TLS "
		    "was not logged; to change that from now on, set "
		    "smtp_tls_loglevel = 1, lmtp_tls_loglevel = 1 and "
		    "smtpd_tls_loglevel = 1 in main.cf",
		    (unsigned long long)x->unlogged);
	if (x->mode == RECORDS_TRACE && x->has_records && !x->sourced)
		msg_note("the records end without a source record: the tool "
		    "that wrote them was cut short");
}

/* Limits that were met. */
static void
say_what_was_lost(struct run *x)
{
	struct track_lost l = track_lost(x->track);

	if (l.unjoined > 0) {
		x->status = EXIT_TROUBLE;
		(void)msg_error("%llu lines were not joined to messages, "
		    "because there are too many different hosts or programs; "
		    "give fewer files at a time",
		    (unsigned long long)l.unjoined);
	}
	if (l.words) {
		x->status = EXIT_TROUBLE;
		(void)msg_error("too many different handshakes: the details "
		    "of some are left out");
	}
	if (l.early > 0)
		msg_note("%llu messages were still open when there were too "
		    "many of them; what came later of these stands apart",
		    (unsigned long long)l.early);
}

static int
final_status(struct run *x, const struct inputs *in)
{
	uint64_t unknown = coverage_class(x->coverage, LINE_UNKNOWN);
	uint64_t lines = coverage_class(x->coverage, LINE_UNDERSTOOD) +
	    x->lines;

	for (size_t i = 0; i < x->nfeed; i++)
		if (x->feed[i].damaged > 0)
			x->status = EXIT_TROUBLE;
	for (size_t i = 0; i < x->nqueue; i++)
		if (x->queue[i].damaged > 0)
			x->status = EXIT_TROUBLE;
	if (x->spooled.damaged > 0 || x->spooled.cut > 0 ||
	    x->spooled.rc == RC_FAIL)
		x->status = EXIT_TROUBLE;
	if (in->failed > 0)
		x->status = EXIT_TROUBLE;
	if (x->status != EXIT_YES || lines > 0 || x->nrecords > 0 ||
	    x->spooled.files > 0)
		return x->status;
	if (unknown > 0 && !x->stopped)
		msg_note("none of the lines that may be Postfix's was "
		    "understood, %llu in all: see what they look like with "
		    "mxlog --unknown, and describe their beginning with "
		    "--prefix", (unsigned long long)unknown);
	else if (in->n > 0 && !x->stopped)
		msg_note("no line of Postfix in what was given; if there should "
		    "be, see what the lines look like with mxlog, and --prefix");
	return EXIT_NO;
}

int
records_run(const struct inputs *in, const struct opt *opt,
    enum records_mode mode, records_fn *fn, void *arg)
{
	struct run x = { .opt = opt, .mode = mode, .fn = fn, .arg = arg,
		.status = EXIT_YES };
	struct track_opt to = { .events = opt->events,
		.tls_failures = opt->tls_failures };
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
	for (size_t i = 0; i < LOST_MAX; i++)
		buf_init(&x.lost[i], 4096);
	x.coverage = coverage_new();
	for (size_t i = 0; i < in->n; i++)
		add_feeds(&x, &in->v[i], prefix, &cap);
	drop_found(&x);
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
		n = evidence_first(x.feed, x.nfeed);
	}
	if (mode == RECORDS_PIECES) {
		write_pieces(&x);
		n = 0;
	} else if (mode != RECORDS_EVENTS)
		x.track = track_new(&to, give_traced, &x);
	if (mode == RECORDS_ANY || mode == RECORDS_TRACE)
		spooled_sort(&x.spooled, in->failed);
	merge_feeds(&x, x.feed, n);
	if (x.track != NULL && !x.stopped) {
		track_end(x.track);
		say_what_was_lost(&x);
	}
	give_ends(&x);
	if (!x.stopped)
		say_what_is_unknown(&x);
	status = final_status(&x, in);
	track_free(x.track);
	coverage_free(x.coverage);
	buf_free(&x.kept);
	for (size_t i = 0; i < LOST_MAX; i++)
		buf_free(&x.lost[i]);
	prefix_free(prefix);
	for (size_t i = 0; i < x.nfeed; i++)
		free_feed(&x.feed[i]);
	mem_free(x.feed);
	for (size_t i = 0; i < x.nqueue; i++)
		free_feed(&x.queue[i]);
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
