#include "source/queuecheck.h"

static int64_t
apart(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

bool
queuecheck_in(const struct queuerecord *x, struct slice name)
{
	return slice_eq(x->path.queue, name);
}

bool
queuecheck_original(const struct queuerecord *x)
{
	return x->path.qid.ptr != NULL && x->base == 0 && !x->file->copied &&
	    x->path.id.inode == x->file->st.stx_ino;
}

/* Name, inode and times against each other. */
void
queuecheck_file(const struct queuerecord *x, struct queuefacts *f)
{
	const struct statx *st = &x->file->st;
	const struct queueid *id = &x->path.id;
	int64_t mtime = st->stx_mtime.tv_sec, ctime = st->stx_ctime.tv_sec;

	if (x->path.queue.ptr != NULL && x->path.qid.ptr == NULL)
		queuefacts_bad(f, x->path.temp ? SLICE("temporary-name") :
		    SLICE("name-no-queue-id"));
	if (x->path.hash_wrong)
		queuefacts_bad(f, SLICE("hash-directory"));
	if (x->path.qid.ptr == NULL || x->file->copied || x->base != 0)
		return;
	if (x->path.queue.ptr != NULL && id->inode != st->stx_ino)
		queuefacts_bad(f, SLICE("inode"));
	if (id->has_time && f->has_created &&
	    (f->created < id->sec - 1 || f->created > id->sec + 10))
		queuefacts_bad(f, SLICE("id-time-created"));
	if (id->has_time && f->has_time && f->sec > id->sec + 1)
		queuefacts_bad(f, SLICE("id-time-arrival"));
	if (!queuecheck_original(x))
		return;
	if ((st->stx_mask & STATX_BTIME) != 0 && id->has_time &&
	    apart(st->stx_btime.tv_sec, id->sec) > 1)
		queuefacts_bad(f, SLICE("id-time-birth"));
	if (f->has_created && f->created > ctime + 1)
		queuefacts_bad(f, SLICE("created-after-change"));
	if (queuecheck_in(x, SLICE("deferred")) && f->has_created &&
	    mtime - ctime > 300 && mtime - ctime < 4000 &&
	    apart(2 * ctime - mtime, f->created) > 10)
		queuefacts_bad(f, SLICE("mtime-touched"));
	if (st->stx_nlink != 1)
		queuefacts_bad(f, SLICE("links"));
	if (x->path.queue.ptr != NULL && (st->stx_mode & 0700) == 0700 &&
	    !x->whole)
		queuefacts_bad(f, SLICE("ready-but-not-whole"));
	if (x->path.queue.ptr != NULL && x->whole && !queuecheck_in(x,
	    SLICE("corrupt")) && (st->stx_mode & 0700) != 0700)
		queuefacts_bad(f, SLICE("whole-but-not-ready"));
	if (x->path.queue.ptr != NULL && (st->stx_mode & 07777 &
	    (queuecheck_in(x, SLICE("maildrop")) ? ~0754U : ~0750U)) != 0)
		queuefacts_bad(f, SLICE("mode"));
}

/* Entries of the logs against the recipients. */
void
queuecheck_logs(const struct queuerecord *x, const struct queuelogs *logs,
    struct queuefacts *f)
{
	if (x->log_cut)
		queuefacts_bad(f, SLICE("log-too-large-to-join"));
	for (size_t k = 0; k < 2; k++) {
		if (logs->strange[k])
			queuefacts_bad(f, k == 0 ? SLICE("bounce-log-offset") :
			    SLICE("defer-log-offset"));
		if (k == 0 && logs->pending[k])
			queuefacts_bad(f, SLICE("bounced-but-pending"));
	}
}
