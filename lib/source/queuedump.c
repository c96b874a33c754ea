#include "source/queuedump.h"

#include "base/buf.h"
#include "fmt/queuefile.h"
#include "rec/rec.h"

#define TEXT_MAX	((size_t)8 * QUEUEFILE_DATA)

static struct slice
at(void *arg, uint64_t off, size_t n)
{
	return atfile_at(arg, off, n);
}

/* The first thing that is wrong. */
static void
note(enum rc *rc, struct err *e, uint64_t off, const char *what)
{
	if (*rc == RC_OK)
		*rc = err_damaged(e, off, what);
}

static enum rc
flushed(FILE *out, enum rc rc, struct err *e)
{
	if (fflush(out) != 0 || ferror(out))
		return err_fail(e, "cannot write");
	return rc;
}

static bool
put_gap(void *arg, uint64_t off, uint64_t len)
{
	return fprintf(arg, "%llu\t-\tresidue\t%llu\t\n",
	    (unsigned long long)off, (unsigned long long)len) > 0;
}

enum rc
queuedump_records(struct atfile *f, FILE *out, struct err *e)
{
	struct queuefile_src src = { .at = at, .arg = f, .size = f->size };
	struct queuefile q;
	struct queuefile_rec r;
	enum queuefile_item item;
	enum rc rc = RC_OK;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	queuefile_init(&q, &src);
	while (!ferror(out) &&
	    (item = queuefile_next(&q, &r)) != QUEUEFILE_END) {
		struct slice name = queuerec_name(r.type, r.segment);

		if (item == QUEUEFILE_LOSS) {
			note(&rc, e, r.off, r.what);
			(void)fprintf(out, "%llu\t-\tlost\t%llu\t%s\n",
			    (unsigned long long)r.off,
			    (unsigned long long)r.lost, r.what);
			continue;
		}
		if (r.cut)
			note(&rc, e, r.off, "the file ends in a record");
		text.len = 0;
		(void)rec_json_escape(&text, r.data);
		(void)fprintf(out, "%llu\t%c\t%.*s%s\t%u\t",
		    (unsigned long long)r.off, r.type, (int)name.len,
		    name.ptr, r.cut ? " cut" : r.stray ? " stray" : "",
		    r.len);
		(void)fwrite(text.ptr, 1, text.len, out);
		(void)fputs(r.len > r.data.len ? "...\n" : "\n", out);
	}
	queuefile_gaps(&q, put_gap, out);
	if (!q.ended)
		note(&rc, e, f->size, "no end of message");
	queuefile_free(&q);
	buf_free(&text);
	return flushed(out, rc, e);
}

/* The data of a record of any length. */
static void
put_data(struct atfile *f, FILE *out, const struct queuefile_rec *r)
{
	uint64_t off = r->off + r->head, left = r->len;

	while (left > 0) {
		size_t n = left < ATFILE_ASK ? (size_t)left : ATFILE_ASK;
		struct slice s = slice_sub(atfile_at(f, off, n), 0, n);

		if (s.len == 0)
			return;
		(void)fwrite(s.ptr, 1, s.len, out);
		off += s.len;
		left -= s.len;
	}
}

enum rc
queuedump_message(struct atfile *f, FILE *out, struct err *e)
{
	struct queuefile_src src = { .at = at, .arg = f, .size = f->size };
	struct queuefile q;
	struct queuefile_rec r;
	enum queuefile_item item;
	enum rc rc = RC_OK;

	queuefile_init(&q, &src);
	while (!ferror(out) &&
	    (item = queuefile_next(&q, &r)) != QUEUEFILE_END) {
		if (item == QUEUEFILE_LOSS) {
			note(&rc, e, r.off, r.what);
			continue;
		}
		if (r.cut)
			note(&rc, e, r.off, "the file ends in a record");
		if (r.segment != QUEUE_CONTENT || r.stray ||
		    (r.type != 'N' && r.type != 'L'))
			continue;
		if (r.len == r.data.len)
			(void)fwrite(r.data.ptr, 1, r.data.len, out);
		else
			put_data(f, out, &r);
		if (r.type == 'N' && !r.cut)
			(void)fputc('\n', out);
	}
	if (!q.ended)
		note(&rc, e, f->size, "no end of message");
	queuefile_free(&q);
	return flushed(out, rc, e);
}
