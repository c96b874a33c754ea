#include "source/queuerecord.h"

#include "source/making.h"
#include "source/queuecheck.h"
#include "source/queuehead.h"

/* An event of this message at its arrival. */
static void
begin_event(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, struct slice event)
{
	making_begin(m, SLICE("event"));
	if (f->has_time)
		making_time(m, F_TIME, f->sec, f->usec * 1000, f->digits);
	making_host(m, f);
	making_put(m, F_QID, x->path.qid);
	making_put(m, F_QUEUE, x->path.queue.ptr != NULL ? x->path.queue :
	    SLICE(""));
	making_put(m, F_EVENT, event);
}

static bool
write_arrival(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, queuerecord_fn *fn, void *arg)
{
	const struct queuehop *h = making_own_hop(f);
	struct slice addr = making_client(f, QA_CLIENT_ADDRESS,
	    QA_LOG_CLIENT_ADDRESS);

	begin_event(m, x, f, addr.len > 0 ? SLICE("client") :
	    h != NULL && h->r.uid.len > 0 ? SLICE("pickup") :
	    SLICE("queued"));
	making_origin(m, f);
	if (h != NULL && slice_digits(h->r.uid))
		making_put(m, F_UID, h->r.uid);
	making_num(m, F_NRCPT, f->nrcpt[0] + f->nrcpt[1]);
	making_place(m, x, 0, x->size);
	return fn(arg, &m->r);
}

static bool
write_hop(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, const struct queuehop *h, queuerecord_fn *fn,
    void *arg)
{
	begin_event(m, x, f, SLICE("received"));
	rec_unset(&m->r, F_TIME);
	m->ntime = 0;
	if (h->r.has_time)
		making_time(m, F_TIME, h->r.time, 0, 0);
	making_put(m, F_BY, h->r.by);
	making_known(m, F_CLIENT_NAME, h->r.name);
	making_known(m, F_CLIENT_ADDR, h->r.addr);
	making_known(m, F_HELO, h->r.from);
	making_known(m, F_PROTOCOL, h->r.with);
	making_known(m, F_TO, h->r.rcpt);
	making_known(m, F_ORIG_QID, h->r.id);
	making_tls(m, h);
	making_put(m, F_CLAIM, h->own ? SLICE("false") : SLICE("true"));
	making_place(m, x, h->off, h->len);
	return fn(arg, &m->r);
}

static bool
write_rcpt(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, const struct queuelogs *logs,
    const struct queuercpt *p, size_t i, queuerecord_fn *fn, void *arg)
{
	struct slice status = p->type == 'D' ? SLICE("done") :
	    p->type == '/' ? SLICE("canceled") : SLICE("pending");
	struct bouncelog hit = { .offset = 0 };

	begin_event(m, x, f, SLICE("recipient"));
	making_put(m, F_TO, p->addr);
	if (p->orig.ptr != NULL && !slice_eq(p->orig, p->addr))
		making_put(m, F_ORIG_TO, p->orig);
	making_put(m, F_ORCPT, p->orcpt);
	for (size_t k = 0; k < QUEUELOGS; k++) {
		/* A recipient that is done was deferred before. */
		if (k == 1 && p->type == 'D')
			continue;
		/* The latest attempt; a trace tells what became of it. */
		if (!queuelogs_entry(logs, k, i, &hit))
			continue;
		if (k < 2)
			status = k == 0 ? SLICE("bounced") : SLICE("deferred");
		m->ntime = 0;
		rec_unset(&m->r, F_TIME);
		making_time(m, F_TIME, x->log_time[k], 0, 0);
		break;
	}
	making_put(m, F_STATUS, status);
	making_known(m, F_ACTION, hit.action);
	making_known(m, F_DSN, hit.status);
	making_known(m, F_REASON, hit.reason);
	making_known(m, F_REPLY, hit.diag_text);
	making_known(m, F_RELAY_NAME, hit.mta_name);
	making_place(m, x, p->off, p->len);
	return fn(arg, &m->r);
}

static bool
write_state(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, queuerecord_fn *fn, void *arg)
{
	if (queuehead_next_try(x, f)) {
		begin_event(m, x, f, SLICE("retry"));
		m->ntime = 0;
		making_stamp(m, F_TIME, &x->file->st.stx_mtime);
		making_place(m, x, 0, x->size);
		if (!fn(arg, &m->r))
			return false;
	}
	if (!queuecheck_in(x, SLICE("hold")))
		return true;
	begin_event(m, x, f, SLICE("held"));
	/* The move to the queue changed the inode; a copy's is its own. */
	rec_unset(&m->r, F_TIME);
	m->ntime = 0;
	if (queuecheck_original(x))
		making_stamp(m, F_TIME, &x->file->st.stx_ctime);
	making_place(m, x, 0, x->size);
	return fn(arg, &m->r);
}

static bool
write_events(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, const struct queuelogs *logs,
    queuerecord_fn *fn, void *arg)
{
	size_t n = 0;

	/* Of a content alone nobody knows how it came. */
	if ((x->carved == NULL || f->has_time || f->has_sender) &&
	    !write_arrival(m, x, f, fn, arg))
		return false;
	for (size_t i = 0; i < f->nhop; i++)
		if (!write_hop(m, x, f, &f->hop[i], fn, arg))
			return false;
	for (const struct queuercpt *p = f->rcpt; p != NULL; p = p->next)
		if (!write_rcpt(m, x, f, logs, p, n++, fn, arg))
			return false;
	return write_state(m, x, f, fn, arg);
}

void
queuerecord_write(struct queuerecord *x, struct queuefacts *f,
    queuerecord_fn *fn, void *arg)
{
	struct queuelogs logs;
	struct making m;

	queuecheck_file(x, f);
	queuelogs_join(&logs, f, x->log);
	queuecheck_logs(x, &logs, f);
	if (queuehead_write(&m, x, f, fn, arg))
		(void)write_events(&m, x, f, &logs, fn, arg);
	queuelogs_free(&logs);
}

bool
queuerecord_part(struct queuerecord *x, const struct queuefacts *f,
    const struct queuepart *p, queuerecord_fn *fn, void *arg)
{
	struct making m;

	begin_event(&m, x, f, SLICE("part"));
	making_put(&m, F_PART, p->number);
	making_put(&m, F_MIME_TYPE, p->type);
	making_put(&m, F_MAGIC, p->magic);
	if (p->has_name)
		making_put(&m, F_FILE_NAME, p->name);
	making_num(&m, F_SIZE, p->size);
	making_put(&m, F_SHA256, p->sha256);
	making_put(&m, F_EXTRACT, p->extract);
	making_put(&m, F_COMPLETE, p->whole ? SLICE("true") : SLICE("false"));
	making_put(&m, F_SRC, x->src);
	making_num(&m, F_OFF, x->base + p->off);
	if (p->len > 0)
		making_num(&m, F_LEN, p->len);
	return fn(arg, &m.r);
}

void
queuerecord_file(struct queuerecord *x, struct slice format,
    queuerecord_fn *fn, void *arg)
{
	struct making m;

	making_begin(&m, SLICE("file"));
	queuehead_state(&m, x);
	making_put(&m, F_FORMAT, format);
	(void)fn(arg, &m.r);
}

void
queuerecord_log(struct queuerecord *x, struct slice log, queuerecord_fn *fn,
    void *arg)
{
	struct making m;
	struct bouncelog b;
	size_t pos = 0;

	making_begin(&m, SLICE("file"));
	queuehead_state(&m, x);
	making_put(&m, F_FORMAT, SLICE("bounce-log"));
	if (!fn(arg, &m.r))
		return;
	while (bouncelog_next(log, &pos, &b)) {
		making_begin(&m, SLICE("event"));
		if (!x->file->copied || x->file->dated)
			making_time(&m, F_TIME, x->file->st.stx_mtime.tv_sec, 0,
			    0);
		making_put(&m, F_QID, x->path.qid);
		making_put(&m, F_QUEUE, x->path.queue.ptr != NULL ? x->path.queue :
		    SLICE(""));
		making_put(&m, F_EVENT, SLICE("recipient"));
		making_put(&m, F_TO, b.recipient);
		making_put(&m, F_ORIG_TO, b.original);
		making_put(&m, F_ORCPT, b.orcpt);
		making_put(&m, F_STATUS, slice_eq(x->path.queue, SLICE("bounce")) ?
		    SLICE("bounced") : slice_eq(x->path.queue,
		    SLICE("defer")) ? SLICE("deferred") : b.action);
		making_known(&m, F_ACTION, b.action);
		making_known(&m, F_DSN, b.status);
		making_known(&m, F_REASON, b.reason);
		making_known(&m, F_REPLY, b.diag_text);
		making_known(&m, F_RELAY_NAME, b.mta_name);
		making_place(&m, x, b.pos, b.len);
		if (!fn(arg, &m.r))
			return;
	}
}
