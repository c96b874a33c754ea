#include "source/queuesource.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/msg.h"
#include "base/num.h"
#include "io/sandbox.h"
#include "io/srcpath.h"
#include "source/runlog.h"

bool
queuesource_whole(const char *dir)
{
	struct slice rest = slice_cstr(QUEUESOURCE_WHOLE), queue;
	char path[4096];
	struct stat st;
	bool more;
	int n;

	do {
		more = slice_cut(rest, ' ', &queue, &rest);
		if (!more)
			queue = rest;
		n = snprintf(path, sizeof(path), "%s/%.*s", dir,
		    (int)queue.len, (const char *)queue.ptr);
		if (n < 0 || (size_t)n >= sizeof(path) ||
		    lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
			return false;
	} while (more);
	return true;
}

void
queuesource_make(struct rec *r, struct slice dir, bool damaged)
{
	rec_clear(r);
	rec_set(r, F_TYPE, SLICE("source"));
	if (dir.ptr != NULL) {
		rec_set(r, F_SRC, dir);
		rec_set(r, F_QUEUE, SLICE(QUEUESOURCE_WHOLE));
	}
	rec_set(r, F_FORMAT, SLICE("queue"));
	if (damaged)
		rec_set(r, F_DAMAGED, SLICE("damaged"));
	rec_set(r, F_TOOL, slice_cstr(msg_tool()));
	rec_set(r, F_VERSION, slice_cstr(VERSION));
	rec_set(r, F_SANDBOX, slice_cstr(sandbox_state()));
}

bool
queuesource_bundles(const struct queuebundle *b, bool damaged, queueread_fn *fn,
    void *arg)
{
	unsigned char num[NUM_MAX];
	struct buf src;
	bool ok = true;
	struct rec r;

	srcpath_init(&src);
	for (size_t i = 0; ok && i < b->nsource; i++) {
		const struct reader_total *t = &b->source[i].total;

		srcpath_file(&src, slice_cstr(b->source[i].path));
		queuesource_make(&r, slice_of(NULL, 0), damaged);
		rec_set(&r, F_SRC, buf_slice(&src));
		rec_set(&r, F_SIZE, slice_of(num, num_u64(num, t->size)));
		if (t->has_sha256)
			rec_set(&r, F_SHA256, slice_cstr(t->sha256));
		runlog_input(b->source[i].path, t);
		ok = fn(arg, &r);
	}
	buf_free(&src);
	return ok;
}

bool
queuesource_all(const struct queueread *q, queueread_fn *fn, void *arg)
{
	bool damaged = q->damaged > 0 || q->unread > 0 || q->gone > 0;
	bool any = false, ok;
	struct buf src;
	struct rec r;

	ok = queuesource_bundles(&q->bundle, damaged, fn, arg);
	srcpath_init(&src);
	for (size_t i = 0; ok && q->unread == 0 && q->in->failed == 0 &&
	    i < q->in->nroots; i++) {
		if (!q->whole[i])
			continue;
		srcpath_file(&src, slice_cstr(q->in->roots[i]));
		queuesource_make(&r, buf_slice(&src), damaged);
		ok = fn(arg, &r);
		any = true;
	}
	buf_free(&src);
	if (any || !ok)
		return ok;
	queuesource_make(&r, slice_of(NULL, 0), damaged);
	return fn(arg, &r);
}
