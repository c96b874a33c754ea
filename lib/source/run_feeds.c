#include "source/run.h"

#include "base/mem.h"
#include "base/msg.h"
#include "fmt/queuefile.h"
#include "io/srcpath.h"

#include "base/banned.h"

/* Those that are evidence, moved to the front; their number. */
size_t
run_evidence_first(struct feed *v, size_t n)
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

void
run_free_feed(struct feed *f)
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
	run_free_feed(&whole);
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
			run_record(x, f, &f->event.rec);
		else if (!f->pieces)
			run_tell_pieces(f);
	}
	feed_close(f);
	x->queue = mem_grow(x->queue, x->nqueue, x->nqueue + 1,
	    sizeof(*x->queue));
	x->queue[x->nqueue++] = *f;
	x->has_records = true;
	x->nfeed--;
}

/* Is everything in the bundle a queue file? */
static bool
only_queue(const struct queuebundle *b)
{
	for (size_t i = 0; i < b->nstream; i++)
		if (!b->queue[i])
			return false;
	return b->nstream > 0;
}

/* A queue file on a pipe is copied, to be read as others are. */
static bool
take_pipe(struct run *x, struct feed *f)
{
	uint64_t off;
	bool eof;

	if (f->reader == NULL || !f->in_stream ||
	    !queuefile_begins(slice_sub(reader_window(f->reader, &off, &eof), 0,
	    QUEUEREC_LOOK)))
		return false;
	if (x->mode == RECORDS_PIECES)
		take_queue_file(x, f->input);
	else if (!spooled_pipe(&x->spooled, f->reader, &f->stream))
		x->status = EXIT_TROUBLE;
	reader_close(f->reader);
	f->reader = NULL;
	return true;
}

/* One feed for an input, or one for each stream of a bundle. */
void
run_add(struct run *x, const struct input *in, const struct prefix *prefix,
    size_t *cap)
{
	struct feed *f;
	unsigned int n = 1;
	bool apart = false;

	if (x->mode != RECORDS_EVENTS && spooled_is(&x->spooled, in)) {
		take_queue_file(x, in);
		return;
	}
	x->spooled.bundle.nstream = 0;
	if ((x->mode == RECORDS_TRACE || x->mode == RECORDS_ANY) &&
	    !spooled_unpack(&x->spooled, in))
		x->status = EXIT_TROUBLE;
	if (only_queue(&x->spooled.bundle))
		return;
	/* The feeds of a bundle tell of it, too. */
	spooled_known(&x->spooled, in);
	for (unsigned int k = 0; k < n; k++) {
		/* Read already, with the other queue files. */
		if (apart && k < x->spooled.bundle.nstream &&
		    x->spooled.bundle.queue[k])
			continue;
		if (x->nfeed == *cap) {
			size_t old = *cap;

			*cap = old == 0 ? 16 : old * 2;
			x->feed = mem_grow(x->feed, old, *cap,
			    sizeof(*x->feed));
		}
		f = &x->feed[x->nfeed++];
		*f = (struct feed){ .input = in, .prefix = prefix,
			.only = apart ? k + 1 : 0,
			.part = apart ? k + 1 : 0 };
		srcpath_init(&f->name);
		srcpath_file(&f->name, slice_cstr(in->path));
		buf_init(&f->host, 4096);
		buf_init(&f->last_host, 4096);
		buf_init(&f->last_src, 65536);
		feed_survey(f, x->opt->hash && k == 0, &x->spooled);
		if (f->damaged > 0)
			x->status = EXIT_TROUBLE;
		if (x->mode != RECORDS_EVENTS && !in->regular &&
		    take_pipe(x, f)) {
			x->nfeed--;
			run_free_feed(f);
			return;
		}
		if (!apart && f->nstreams > 0) {
			n = f->nstreams;
			apart = true;
			x->nfeed--;
			run_free_feed(f);
			k = UINT32_MAX;	/* begin again, by stream */
		} else if (f->survey.pieces && x->mode == RECORDS_TRACE)
			add_pieces(x, cap);
		else if (f->survey.queue && x->mode == RECORDS_TRACE)
			read_queue(x, f);
	}
}

/* A file found in a directory that holds no log line is no evidence. */
void
run_drop_found(struct run *x)
{
	size_t k = 0, dropped = 0;

	for (size_t i = 0; i < x->nfeed; i++) {
		const struct feed *f = &x->feed[i];

		if (f->input->found && f->survey.readable &&
		    !f->survey.timed && !f->survey.records &&
		    !f->survey.journal) {
			dropped++;
			run_free_feed(&x->feed[i]);
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
