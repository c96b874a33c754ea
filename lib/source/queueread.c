#include "source/queueread.h"

#include <errno.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"
#include "fmt/bouncelog.h"
#include "io/spool.h"
#include "io/srcpath.h"
#include "source/queueone.h"
#include "source/queueparts.h"
#include "source/queuerecord.h"
#include "source/queuesource.h"
#include "source/runlog.h"

/* A log among the inputs. */
struct queueslot {
	const struct input	*in;	/* NULL: free */
	bool			 used;	/* its message was read */
};

static const struct slice log_queue[3] = {
	{ (const unsigned char *)"bounce", 6 },
	{ (const unsigned char *)"defer", 5 },
	{ (const unsigned char *)"trace", 5 }
};

static uint64_t
key(struct slice root, struct slice queue, struct slice qid)
{
	return hash_bytes(root, hash_bytes(queue, hash_bytes(qid, 0)));
}

/* The slot of a log, or a free one. */
static struct queueslot *
find_log(struct queueread *q, struct slice root, struct slice queue,
    struct slice qid)
{
	size_t i = (size_t)key(root, queue, qid) & (q->nslot - 1);

	for (;; i = (i + 1) & (q->nslot - 1)) {
		struct queuepath p;

		if (q->slot[i].in == NULL)
			return &q->slot[i];
		queuepath_parse(slice_cstr(q->slot[i].in->path), &p);
		if (slice_eq(p.root, root) && slice_eq(p.queue, queue) &&
		    slice_eq(p.qid, qid))
			return &q->slot[i];
	}
}

void
queueread_open(struct queueread *q, const struct inputs *in,
    const struct opt *opt, queueread_fn *fn, void *arg)
{
	*q = (struct queueread){ .in = in, .opt = opt, .fn = fn, .arg = arg,
		.temp = -1 };
	q->whole = mem_alloc(in->nroots, sizeof(*q->whole));
	for (size_t i = 0; i < in->nroots; i++)
		q->whole[i] = queuesource_whole(in->roots[i]);
	queuefacts_init(&q->facts);
	queuespool_init(&q->spool);
	srcpath_init(&q->src);
	for (size_t i = 0; i < 3; i++)
		buf_init(&q->log[i], QUEUEREAD_LOG);
	q->temp = spool_temp();
	queuebundle_init(&q->bundle, q->temp == -1 ? -1 : spool_temp());
}

/* The logs by root and queue ID. */
static void
index_logs(struct queueread *q)
{
	const struct inputs *in = q->in;
	struct queuepath p;
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++) {
		queuepath_parse(slice_cstr(in->v[i].path), &p);
		n += p.log && p.qid.ptr != NULL;
	}
	for (q->nslot = 16; q->nslot < 2 * n; q->nslot *= 2)
		continue;
	q->slot = mem_alloc(q->nslot, sizeof(*q->slot));
	for (size_t i = 0; n > 0 && i < in->n; i++) {
		queuepath_parse(slice_cstr(in->v[i].path), &p);
		if (p.log && p.qid.ptr != NULL)
			find_log(q, p.root, p.queue, p.qid)->in = &in->v[i];
	}
}

void
queueread_start(struct queueread *q)
{
	const struct inputs *in = q->in;
	bool *is = mem_alloc(in->n, sizeof(*is)), any = false;
	struct inputs *all = &q->all;

	for (size_t i = 0; i < in->n; i++) {
		is[i] = queuebundle_is(&in->v[i], &q->file);
		if (!is[i])
			continue;
		if (queuebundle_read(&q->bundle, &in->v[i], q->opt->hash) !=
		    RC_OK)
			q->unread++;
		any = true;
	}
	if (any) {
		/* What was found in them, behind the others. */
		all->v = mem_alloc(in->n + q->bundle.n, sizeof(*all->v));
		all->failed = in->failed;
		for (size_t i = 0; i < in->n; i++)
			if (!is[i])
				all->v[all->n++] = in->v[i];
		for (size_t i = 0; i < q->bundle.n; i++)
			all->v[all->n++] = q->bundle.v[i];
		all->roots = in->roots;
		all->nroots = in->nroots;
		q->in = all;
	}
	mem_free(is);
	index_logs(q);
}

void
queueread_close(struct queueread *q)
{
	if (q->temp != -1)
		(void)close(q->temp);
	if (q->bundle.temp != -1)
		(void)close(q->bundle.temp);
	queuebundle_free(&q->bundle);
	mem_free(q->all.v);
	atfile_free(&q->file);
	queuefacts_free(&q->facts);
	queuespool_free(&q->spool);
	buf_free(&q->src);
	for (size_t i = 0; i < 3; i++)
		buf_free(&q->log[i]);
	mem_free(q->slot);
	mem_free(q->whole);
}

static struct slice
at(void *arg, uint64_t off, size_t n)
{
	return atfile_at(arg, off, n);
}

/* The whole text of the file at hand; false if only a part of it fits. */
static bool
read_text(struct atfile *f, struct buf *b)
{
	uint64_t off = 0;
	struct slice s;

	b->len = 0;
	while ((s = slice_sub(atfile_at(f, off, ATFILE_ASK), 0,
	    ATFILE_ASK)).len > 0) {
		if (!buf_add(b, s))
			return false;
		off += s.len;
	}
	return true;
}

enum rc
queueread_input(struct queueread *q, const struct input *in, struct err *e)
{
	if (in->copy == NULL)
		return atfile_open(&q->file, in->path, in->found, q->temp, e);
	atfile_open_copy(&q->file, in);
	return RC_OK;
}

/* The logs of the message whose file is read next. */
static void
read_logs(struct queueread *q, const struct queuepath *p)
{
	q->log_cut = false;
	for (size_t i = 0; i < 3; i++) {
		struct queueslot *s;
		struct err e;

		q->log[i].len = 0;
		if (p->queue.ptr == NULL || p->qid.ptr == NULL)
			continue;
		s = find_log(q, p->root, log_queue[i], p->qid);
		if (s->in == NULL || queueread_input(q, s->in, &e) != RC_OK)
			continue;
		s->used = true;
		q->log_time[i] = q->file.st.stx_mtime.tv_sec;
		q->log_cut = !read_text(&q->file, &q->log[i]) || q->log_cut;
		atfile_close(&q->file);
	}
}

static bool
give(void *arg, const struct rec *r)
{
	struct queueread *q = arg;

	if (!q->stopped && !q->fn(q->arg, r))
		q->stopped = true;
	return !q->stopped;
}

/* Of a file without a name of its own, the ID that it tells of. */
static void
tell_qid(struct queueread *q, struct queuerecord *x)
{
	if (x->path.qid.ptr != NULL || (x->path.queue.ptr != NULL &&
	    x->base == 0))
		return;
	x->path.qid = queuefacts_qid(&q->facts);
	x->told_qid = queueid_parse(x->path.qid, &x->path.id, NULL) == RC_OK;
	if (!x->told_qid)
		x->path.qid = slice_of(NULL, 0);
}

/* One queue file from an offset on; *next is where another begins, or 0. */
static void
read_one(struct queueread *q, const char *path, struct queuerecord *x,
    uint64_t base, uint64_t *next)
{
	struct queuefile_src src = { .at = at, .arg = &q->file, .base = base,
		.size = q->file.size - base };
	struct queuefile walk;
	struct queueone one = { .file = &q->file, .facts = &q->facts };
	struct queueone_loss loss;
	char name[256];

	*next = 0;
	/* Name and logs are those of the first one. */
	if (x->told_qid || base != 0)
		x->path.qid = slice_of(NULL, 0);
	for (size_t i = 0; base != 0 && i < 3; i++)
		x->log[i].len = 0;
	x->told_qid = false;
	x->base = base;
	queueone_walk(&one, &src, &walk, &loss, next);
	if (*next != 0) {
		/* What follows is a file of its own. */
		queuefile_free(&walk);
		src.size = *next - base;
		queueone_walk(&one, &src, &walk, &loss, NULL);
	}
	x->size = src.size;
	if (x->path.queue.ptr == NULL && queuefacts_none(&q->facts)) {
		/* Named, but nothing of Postfix. */
		msg_note("%s: no queue file", msg_quote(name, sizeof(name),
		    buf_slice(&q->src)));
		queuerecord_file(x, SLICE("unknown"), give, q);
		queuefile_free(&walk);
		return;
	}
	queueone_end(&one, &src, &walk, &loss);
	tell_qid(q, x);
	queuefacts_end(&q->facts, &walk, x->path.qid);
	x->whole = walk.ended && queuefacts_whole(&q->facts);
	queuespool_check(&q->spool, path, x, &q->facts);
	if (loss.what != NULL) {
		q->damaged++;
		if (!msg_is_quiet())
			(void)msg_err(msg_quote(name, sizeof(name),
			    buf_slice(&q->src)), RC_DAMAGED, &(struct err){
			    .what = loss.what, .off = loss.off });
	}
	q->files++;
	queuerecord_write(x, &q->facts, give, q);
	if (q->parts != NULL && !q->stopped)
		(void)queueparts_write(q->parts, &src, x, &q->facts, give, q);
	queuefile_free(&walk);
}

/* Not all of a log is told: said once. */
static void
too_large(struct queueread *q)
{
	char name[256];

	q->damaged++;
	if (!msg_is_quiet())
		(void)msg_err(msg_quote(name, sizeof(name),
		    buf_slice(&q->src)), RC_DAMAGED, &(struct err){
		    .what = "too large; the rest is left out",
		    .off = QUEUEREAD_LOG });
}

/* A log: the file; if its message is not there, what it says. */
static void
read_log(struct queueread *q, struct queuerecord *x, bool joined)
{
	size_t k = 0;

	x->size = q->file.size;
	if (joined) {
		queuerecord_file(x, SLICE("bounce-log"), give, q);
		return;
	}
	while (k < 2 && !slice_eq(x->path.queue, log_queue[k]))
		k++;
	if (!read_text(&q->file, &q->log[k]))
		too_large(q);
	q->files++;
	queuerecord_log(x, buf_slice(&q->log[k]), give, q);
}

static bool
unread(struct queueread *q, const struct input *in, enum rc rc,
    const struct err *e)
{
	char name[256];

	q->unread++;
	(void)msg_err(msg_quote(name, sizeof(name), slice_cstr(in->path)), rc,
	    e);
	return true;
}

/* Was it there when its directory was read, and is no more? */
static bool
is_gone(const struct input *in, enum rc rc, const struct err *e)
{
	return rc == RC_FAIL && e->sys == ENOENT && in->found &&
	    in->copy == NULL;
}

/* It has a place of its own among the inputs. */
static bool
is_listed(const struct queueread *q, const char *path)
{
	for (size_t i = 0; i < q->in->n; i++)
		if (slice_is(slice_cstr(q->in->v[i].path), path))
			return true;
	return false;
}

/* Read what is gone where Postfix has moved it to. */
static bool
read_moved(
    struct queueread *q, const struct input *in, const struct queuepath *p)
{
	struct input now = *in;
	struct buf path;

	buf_init(&path, SRCPATH_MAX);
	q->missed = q->moving = true;
	for (size_t i = 0; q->missed && queuepath_moved(p, i, &path); i++) {
		q->missed = false;
		now.path = (char *)path.ptr;
		(void)queueread_file(q, &now);
	}
	q->moving = false;
	if (q->missed)
		q->gone++;
	buf_free(&path);
	return !q->stopped;
}

/* For the run log; the hash of its only queue file is that of the file. */
static void
note_input(const struct queueread *q, const struct input *in,
    const struct queuerecord *x)
{
	struct reader_total t = { .size = q->file.size };

	if (x->base == 0 && x->size == q->file.size && x->sha256[0] != '\0') {
		t.has_sha256 = true;
		memcpy(t.sha256, x->sha256, sizeof(t.sha256));
	}
	runlog_input(in->path, &t);
}

bool
queueread_file(struct queueread *q, const struct input *in)
{
	struct queuerecord x = { .file = &q->file, .src = slice_of(NULL, 0),
		.hash = q->opt->hash };
	struct queueslot *slot = NULL;
	struct slice head;
	uint64_t base = 0, next = 0;
	struct err e;
	enum rc rc;

	queuepath_parse(slice_cstr(in->path), &x.path);
	if (x.path.log && x.path.qid.ptr != NULL) {
		/* With its message, if that is anywhere in the tree. */
		if (!q->rest)
			return !q->stopped;
		slot = find_log(q, x.path.root, x.path.queue, x.path.qid);
	} else
		read_logs(q, &x.path);
	if (in->copy == NULL)
		srcpath_file(&q->src, slice_cstr(in->path));
	else {
		q->src.len = 0;
		(void)buf_add(&q->src, slice_cstr(in->path));
	}
	x.src = buf_slice(&q->src);
	x.log_cut = q->log_cut;
	for (size_t i = 0; i < 3; i++) {
		x.log[i] = buf_slice(&q->log[i]);
		x.log_time[i] = q->log_time[i];
	}
	rc = queueread_input(q, in, &e);
	if (is_gone(in, rc, &e)) {
		q->missed = true;
		return q->moving ? !q->stopped : read_moved(q, in, &x.path);
	}
	if (rc != RC_OK)
		return unread(q, in, rc, &e);
	if (q->moving && is_listed(q, in->path)) {
		atfile_close(&q->file);
		return !q->stopped;
	}
	head = slice_sub(atfile_at(&q->file, 0, QUEUEREC_LOOK), 0,
	    QUEUEREC_LOOK);
	if (x.path.log || (x.path.queue.ptr == NULL &&
	    bouncelog_begins(head)))
		read_log(q, &x, slot != NULL && slot->used);
	else if (in->found && x.path.queue.ptr == NULL &&
	    !queuefile_begins(head))
		q->other++;
	else
		do {
			read_one(q, in->path, &x, base, &next);
			base = next;
		} while (next != 0 && !q->stopped);
	if (in->copy == NULL)
		note_input(q, in, &x);
	if (q->file.failed && q->file.sys != 0) {
		e = (struct err){ .what = "cannot read", .sys = q->file.sys };
		(void)unread(q, in, RC_FAIL, &e);
	}
	atfile_close(&q->file);
	return !q->stopped;
}

void
queueread_rest(struct queueread *q)
{
	struct queuepath p;

	q->rest = true;
	for (size_t i = 0; i < q->in->n && !q->stopped; i++) {
		queuepath_parse(slice_cstr(q->in->v[i].path), &p);
		if (p.log && p.qid.ptr != NULL)
			(void)queueread_file(q, &q->in->v[i]);
	}
	if (q->gone > 0)
		(void)msg_error("files that went away while they were read are "
		    "left out: %llu; the spool is in use",
		    (unsigned long long)q->gone);
}

int
queueread_status(const struct queueread *q)
{
	if (q->damaged > 0 || q->unread > 0 || q->gone > 0 ||
	    q->in->failed > 0)
		return EXIT_TROUBLE;
	return q->files > 0 ? EXIT_YES : EXIT_NO;
}
