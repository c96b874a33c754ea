/*
 * queuejoin - any bytes as an image with queue files: what is found does not
 * depend on how the bytes come, pieces lie inside, a file that is called
 * whole is read as a sound one, and the end is reached
 */
#include "scan/queuejoin.h"

#include <stdlib.h>

#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static uint8_t *copy; /* what was asked for last */

/* Memory of its own, gone with the next call. */
static struct slice
at(void *arg, uint64_t off, size_t n)
{
	const struct slice *s = arg;
	struct slice got;

	must(n <= QUEUEFILE_ASK);
	got =
	    off < s->len ? slice_sub(*s, (size_t)off, n) : slice_of(s->ptr, 0);
	free(copy);
	copy = malloc(got.len + (got.len == 0));
	must(copy != NULL);
	memcpy(copy, got.ptr, got.len);
	return slice_of(copy, got.len);
}

static void
find(struct queuefind *q, struct slice s, size_t step)
{
	size_t off = 0, have = 0, n;
	bool eof;

	queuefind_init(q, 0);
	do {
		have = s.len - off < have + step ? s.len - off : have + step;
		eof = off + have == s.len;
		n = queuefind_window(q, slice_sub(s, off, have), off, eof);
		must(n <= have && have - n <= QUEUEFIND_KEEP + step);
		off += n;
		have -= n;
	} while (!eof);
}

static void
same(const struct queuefind *a, const struct queuefind *b)
{
	must(a->nhead == b->nhead && a->nrun == b->nrun);
	for (size_t i = 0; i < a->nhead; i++)
		must(a->head[i].off == b->head[i].off &&
		    a->head[i].kind == b->head[i].kind);
	for (size_t i = 0; i < a->nrun; i++)
		must(a->run[i].off == b->run[i].off &&
		    a->run[i].end == b->run[i].end);
}

/* With so much behind it that windows end within it. */
static void
find_wide(struct slice s)
{
	uint8_t *wide = calloc(1, s.len + QUEUEFIND_KEEP);
	struct queuefind a, b;

	must(wide != NULL);
	memcpy(wide, s.ptr, s.len);
	s = slice_of(wide, s.len + QUEUEFIND_KEEP);
	find(&a, s, s.len);
	find(&b, s, 1000);
	same(&a, &b);
	queuefind_free(&a);
	queuefind_free(&b);
	free(wide);
}

static void
check(struct pieces *p, enum queuejoin_kind kind, size_t size)
{
	struct queuefile_src src = {
		.at = pieces_at, .arg = p, .size = p->size
	};
	uint64_t sum = 0, whole;

	for (size_t i = 0; i < p->n; i++) {
		must(p->v[i].len > 0 && p->v[i].off <= size &&
		    p->v[i].len <= size - p->v[i].off);
		sum += p->v[i].len;
	}
	must(sum == p->size);
	if (kind == QUEUEJOIN_WHOLE || kind == QUEUEJOIN_JOINED ||
	    kind == QUEUEJOIN_GUESS)
		must(queuewalk_whole(&src, &whole) && whole == p->size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct queuefind a;
	struct queuejoin j;
	size_t from = 0;
	uint64_t off, len;

	find(&a, s, size + 1);
	find_wide(s);
	queuejoin_init(&j, &a, at, &s);
	if (size % 4 != 0)
		j.block = 1024;
	for (size_t i = 0; i < a.nhead; i++) {
		struct pieces p;
		enum queuejoin_kind kind;
		uint64_t row = 0;

		if (a.head[i].kind == QUEUEHEAD_LOG)
			continue;
		pieces_init(&p, at, &s);
		kind = queuejoin_row(at, &s, a.head[i].off, size, true, &row);
		if (kind == QUEUEJOIN_WHOLE)
			must(pieces_add(&p, a.head[i].off, row));
		else
			kind = queuejoin_file(&j, a.head[i].off, size, &p);
		if (kind != QUEUEJOIN_NONE)
			check(&p, kind, size);
		if (kind == QUEUEJOIN_WHOLE || kind == QUEUEJOIN_JOINED)
			queuejoin_claim(&j, &p);
		pieces_free(&p);
	}
	queuejoin_torn(&j, size);
	for (size_t i = 0; i < a.nhead; i++) {
		uint64_t row;

		if (a.head[i].kind != QUEUEHEAD_LOG &&
		    queuejoin_row(at, &s, a.head[i].off, size, true, &row) ==
			QUEUEJOIN_WHOLE)
			(void)queuejoin_sure(&j, a.head[i].off, row, size);
	}
	while (queuejoin_rest(&j, &from, &off, &len))
		must(off < size && len <= size - off);
	queuejoin_free(&j);
	queuefind_free(&a);
	free(copy);
	copy = NULL;
	return 0;
}
