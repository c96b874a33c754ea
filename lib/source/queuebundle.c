#include "source/queuebundle.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"
#include "fmt/queuefile.h"
#include "fmt/queuepath.h"
#include "io/atfile.h"
#include "io/newfile.h"
#include "io/reader.h"
#include "io/sniff.h"

void
queuebundle_init(struct queuebundle *b, int temp)
{
	*b = (struct queuebundle){ .temp = temp };
}

void
queuebundle_free(struct queuebundle *b)
{
	for (size_t i = 0; i < b->n; i++) {
		mem_free(b->v[i].path);
		mem_free((void *)(uintptr_t)b->v[i].copy);
	}
	for (size_t i = 0; i < b->nsource; i++)
		mem_free(b->source[i].path);
	mem_free(b->source);
	mem_free(b->v);
	mem_free(b->queue);
	*b = (struct queuebundle){ .temp = -1 };
}

bool
queuebundle_is(const struct input *in, struct atfile *peek)
{
	struct queuepath p;
	enum sniff kind;
	struct err e;

	queuepath_parse(slice_cstr(in->path), &p);
	if (!in->regular || in->copy != NULL || p.queue.ptr != NULL ||
	    atfile_open(peek, in->path, in->found, -1, &e) != RC_OK)
		return false;
	kind = sniff(slice_sub(atfile_at(peek, 0, SNIFF_LEN), 0, SNIFF_LEN));
	atfile_close(peek);
	return kind != SNIFF_NONE;
}

/* The first bytes of the stream at hand, as many as tell what it is. */
static struct slice
head(struct reader *r)
{
	struct slice w;
	uint64_t off;
	struct err e;
	bool eof;

	do
		w = reader_window(r, &off, &eof);
	while (w.len < QUEUEREC_LOOK && !eof && reader_more(r, &e) == RC_OK);
	return slice_sub(reader_window(r, &off, &eof), 0, QUEUEREC_LOOK);
}

/* By its place in a queue, or by what it holds. */
static bool
is_queue(struct slice path, struct slice bytes)
{
	struct queuepath p;

	queuepath_parse(path, &p);
	return (p.queue.ptr != NULL && (p.qid.ptr != NULL || p.temp)) ||
	    queuefile_begins(bytes);
}

/* The bytes of the stream at hand, to the end of the copy. */
static enum rc
copy(struct queuebundle *b, struct reader *r, uint64_t *size, struct err *e)
{
	enum rc rc = RC_OK;

	*size = 0;
	for (;;) {
		uint64_t off;
		bool eof;
		struct slice w = reader_window(r, &off, &eof);

		if (w.len > 0) {
			if (b->used > QUEUEBUNDLE_MAX - w.len) {
				errno = EFBIG;
				return err_fail(e, "holds too much");
			}
			if (newfile_pwrite(b->temp, w.ptr, w.len, b->used, e) !=
			    RC_OK)
				return RC_FAIL;
			b->used += w.len;
			*size += w.len;
			reader_consume(r, w.len);
		}
		if (eof)
			return rc;
		rc = reader_more(r, e);
		if (rc == RC_END || rc == RC_FAIL)
			return rc == RC_END ? RC_OK : rc;
	}
}

enum rc
queuebundle_keep(struct queuebundle *b, struct reader *r, const struct reader_stream *s,
    struct err *e)
{
	struct input_copy *c;
	struct input in = { .found = true, .regular = true };
	enum rc rc;

	if (b->temp == -1 || b->n == QUEUEBUNDLE_FILES) {
		errno = b->temp == -1 ? ESPIPE : EFBIG;
		return err_fail(e, "cannot be copied to TMPDIR");
	}
	c = mem_alloc(1, sizeof(*c));
	*c = (struct input_copy){ .fd = b->temp, .off = b->used,
		.has_mtime = s->has_mtime };
	in.path = mem_dup(s->path.ptr, s->path.len);
	in.mtime = s->has_mtime ? s->mtime : 0;
	in.copy = c;
	rc = copy(b, r, &in.size, e);
	if ((b->n & (b->n - 1)) == 0)
		b->v = mem_grow(b->v, b->n, b->n == 0 ? 1 : 2 * b->n,
		    sizeof(*b->v));
	b->v[b->n++] = in;
	return rc;
}

static void
note_stream(struct queuebundle *b, bool queue)
{
	size_t n = b->nstream;

	if ((n & (n - 1)) == 0)
		b->queue = mem_grow(b->queue, n, n == 0 ? 1 : 2 * n,
		    sizeof(*b->queue));
	b->queue[b->nstream++] = queue;
}

/* The container as it is stored. */
static void
note_source(struct queuebundle *b, const struct input *in, struct reader *r)
{
	size_t n = b->nsource;
	struct err e;

	if ((n & (n - 1)) == 0)
		b->source = mem_grow(b->source, n, n == 0 ? 1 : 2 * n,
		    sizeof(*b->source));
	if (slice_eq(slice_cstr(in->path), SLICE("-")) ||
	    reader_finish(r, &b->source[n].total, &e) != RC_OK)
		return;
	b->source[n].path = mem_dup(in->path, strlen(in->path));
	b->nsource++;
}

/* What stands on standard input is read again by others. */
static enum rc
open_reader(struct reader **r, const struct input *in, bool hash,
    struct err *e)
{
	off_t base;

	if (!slice_eq(slice_cstr(in->path), SLICE("-")))
		return reader_open(r, in->path, in->found, hash, e);
	base = lseek(STDIN_FILENO, 0, SEEK_CUR);
	if (base < 0)
		return err_fail(e, "cannot be read twice");
	return reader_open_at(r, in->path, false, STDIN_FILENO, (uint64_t)base,
	    e);
}

enum rc
queuebundle_read(struct queuebundle *b, const struct input *in, bool hash)
{
	struct reader_stream s;
	struct reader *r;
	size_t before = b->n;
	char name[256];
	struct err e;
	enum rc rc, worst = RC_OK;

	b->nstream = 0;
	rc = open_reader(&r, in, hash, &e);
	if (rc == RC_OK) {
		while ((rc = reader_stream(r, &s, &e)) == RC_OK) {
			bool queue = is_queue(s.path, head(r));

			note_stream(b, queue);
			rc = queue ? queuebundle_keep(b, r, &s, &e) : RC_OK;
			if (rc == RC_FAIL)
				break;
			if (rc != RC_OK) {
				worst = rc;
				(void)msg_err(msg_quote(name, sizeof(name),
				    s.path), rc, &e);
			}
			/* The rest of a log need not be unpacked for this. */
			if (!queue && slice_chr(s.path, '!') == SLICE_NONE) {
				rc = RC_END;
				break;
			}
		}
		if (rc == RC_END && b->n > before)
			note_source(b, in, r);
		reader_close(r);
	}
	if (rc == RC_END)
		return worst;
	(void)msg_err(msg_quote(name, sizeof(name), slice_cstr(in->path)), rc,
	    &e);
	return rc;
}
