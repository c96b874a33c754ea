#include "scan/queuefind.h"

#include "base/mem.h"
#include "fmt/bouncelog.h"
#include "fmt/queuefile.h"

#include "base/banned.h"

#define CHAIN 5		/* records in a row that are a run */
#define RECORD_MAX 8192 /* longest of a run */
#define LOG_LOOK 4096
/* So far before the end of a run that breaks the search may go on. */
#define BACK (QUEUEREC_HEAD + RECORD_MAX + QUEUEFIND_GRID)

void
queuefind_init(struct queuefind *q, uint64_t off)
{
	*q = (struct queuefind){ .grid = off, .pos = off };
}

void
queuefind_free(struct queuefind *q)
{
	mem_free(q->head);
	mem_free(q->run);
	q->head = NULL;
	q->run = NULL;
}

static void
add_head(struct queuefind *q, uint64_t off, enum queuehead_kind kind)
{
	if (q->nhead == QUEUEFIND_MAX) {
		q->dropped++;
		return;
	}
	if (q->nhead == q->caphead) {
		size_t cap = q->caphead == 0 ? 64 : 2 * q->caphead;

		q->head = mem_grow(q->head, q->caphead, cap, sizeof(*q->head));
		q->caphead = cap;
	}
	q->head[q->nhead++] = (struct queuehead){ off, kind };
}

static void
add_run(struct queuefind *q)
{
	if (q->nrun == QUEUEFIND_MAX) {
		q->dropped++;
		return;
	}
	if (q->nrun == q->caprun) {
		size_t cap = q->caprun == 0 ? 64 : 2 * q->caprun;

		q->run = mem_grow(q->run, q->caprun, cap, sizeof(*q->run));
		q->caprun = cap;
	}
	q->run[q->nrun++] = q->now;
}

/* A log of the new form: what one of mail's users may write looks like it. */
static bool
is_log(struct slice s)
{
	struct bouncelog b;
	size_t pos = 0;

	return bouncelog_begins(s) && bouncelog_next(s, &pos, &b) &&
	    b.recipient.ptr != NULL && b.status.len >= 5 && b.action.len > 0 &&
	    b.reason.ptr != NULL && b.pos <= 1;
}

/* What begins at a place where a file may begin. */
static void
look(struct queuefind *q, struct slice s, uint64_t off)
{
	switch (s.ptr[0]) {
	case 'C':
	case 'T':
		if (queuefile_begins(slice_sub(s, 0, QUEUEREC_LOOK)))
			add_head(q, off,
			    s.ptr[0] == 'C' ? QUEUEHEAD_FILE :
					      QUEUEHEAD_MAILDROP);
		break;
	case '\n':
	case '<':
	case 'r':
		if (is_log(slice_sub(s, 0, LOG_LOOK)))
			add_head(q, off, QUEUEHEAD_LOG);
		break;
	default:
		break;
	}
}

static void
find_heads(struct queuefind *q, struct slice w, uint64_t off, uint64_t until)
{
	uint64_t at =
	    (q->grid + QUEUEFIND_GRID - 1) / QUEUEFIND_GRID * QUEUEFIND_GRID;

	for (; at < until; at += QUEUEFIND_GRID)
		look(q, slice_from(w, (size_t)(at - off)), at);
	q->grid = until > q->grid ? until : q->grid;
}

/* A record of a run at pos; *next is where another must begin. */
static bool
record(struct slice w, size_t pos, enum queue_segment *seg, size_t *next)
{
	struct slice s = slice_sub(w, pos, QUEUEREC_HEAD + RECORD_MAX);
	struct queuerec_head h;

	if (s.len < 2 || !queuerec_legal(s.ptr[0], *seg) ||
	    !queuerec_head(s, &h) || h.len > RECORD_MAX ||
	    h.len > s.len - h.head ||
	    !queuerec_plausible(&h, slice_sub(s, h.head, h.len), *seg, true))
		return false;
	*next = pos + h.head + h.len;
	*seg = queuerec_behind(h.type, *seg);
	return true;
}

/* The next record's type, as the length at pos has it, can be one. */
static bool
may_follow(struct slice w, size_t pos)
{
	size_t len, next;

	if (w.len - pos < 3)
		return false;
	if (w.ptr[pos] == 'X')
		return w.ptr[pos + 1] == 0 && w.ptr[pos + 2] != 'N' &&
		    queuerec_legal(w.ptr[pos + 2], QUEUE_EXTRACTED);
	len = w.ptr[pos + 1] & 0x7f;
	next = pos + 2;
	if ((w.ptr[pos + 1] & 0x80) != 0) {
		if ((w.ptr[pos + 2] & 0x80) != 0)
			return false;
		len |= (size_t)w.ptr[pos + 2] << 7;
		next++;
	}
	return len < w.len - next &&
	    queuerec_legal(w.ptr[next + len], QUEUE_CONTENT);
}

/* Do enough records begin at pos? */
static bool
is_chain(struct slice w, size_t pos)
{
	enum queue_segment seg = QUEUE_CONTENT;

	for (unsigned int n = 0; n < CHAIN; n++) {
		if (seg == QUEUE_END)
			return n > 1;
		if (!record(w, pos, &seg, &pos))
			return false;
	}
	return true;
}

/* Where another file may begin behind the beginning of the last record. */
static uint64_t
edge(const struct queuefind *q)
{
	return (q->last / QUEUEFIND_GRID + 1) * QUEUEFIND_GRID;
}

/* Go on with the run as far as the window goes; false: more is needed. */
static bool
follow(
    struct queuefind *q, struct slice w, uint64_t off, uint64_t until, bool eof)
{
	while (q->segment != QUEUE_END) {
		size_t next;

		if (q->pos / QUEUEFIND_CUT != q->now.off / QUEUEFIND_CUT)
			break;
		if (q->pos >= until && !eof)
			return false;
		if (!record(w, (size_t)(q->pos - off), &q->segment, &next))
			break;
		q->last = q->pos;
		q->pos = off + next;
	}
	q->now.end = q->pos;
	q->now.ended = q->segment == QUEUE_END;
	q->in_run = false;
	add_run(q);
	if (!q->now.ended &&
	    q->pos / QUEUEFIND_CUT == q->now.off / QUEUEFIND_CUT) {
		if (edge(q) < q->pos)
			q->pos = edge(q);
	} else if (!q->now.ended)
		q->pos -= q->pos % QUEUEFIND_CUT;
	return true;
}

/* Look for the beginning of a run. */
static void
find_run(struct queuefind *q, struct slice w, uint64_t off, uint64_t until)
{
	size_t pos = (size_t)(q->pos - off), stop = (size_t)(until - off);

	for (;; pos++) {
		pos = slice_any_from(slice_sub(w, 0, stop), pos, 'N', 'L', 'X');
		if (pos >= stop)
			break;
		if (!may_follow(w, pos) || !is_chain(w, pos))
			continue;
		q->in_run = true;
		q->segment = QUEUE_CONTENT;
		q->pos = q->last = q->now.off = off + pos;
		return;
	}
	q->pos = until;
}

size_t
queuefind_window(struct queuefind *q, struct slice w, uint64_t off, bool eof)
{
	uint64_t end = off + w.len, until = end;

	if (!eof)
		until = w.len > QUEUEFIND_KEEP ? end - QUEUEFIND_KEEP + BACK :
						 off;
	if (q->grid < off)
		q->grid = off;
	if (q->pos < off) {
		if (q->in_run) {
			q->now.end = q->pos;
			q->now.ended = false;
			add_run(q);
		}
		q->in_run = false;
		q->pos = off;
	}
	find_heads(q, w, off, until);
	while (q->pos < until || (q->in_run && eof)) {
		if (!q->in_run)
			find_run(q, w, off, until);
		else if (!follow(q, w, off, until, eof))
			break;
	}
	if (q->in_run && edge(q) < until)
		until = edge(q);
	return until > off ? (size_t)(until - off) : 0;
}
