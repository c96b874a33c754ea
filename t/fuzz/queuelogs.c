/*
 * queuelogs - any recipients and any log: which entry is whose is what
 * comparing each entry with each recipient says
 *
 * Up to the first byte 0 every line is a recipient, a type and an address;
 * its record has the line's offset.  The rest is the text of a log.
 */
#include "source/queuelogs.h"

#include "must.h"

#define MANY	256

static bool
same(struct slice log, struct slice raw)
{
	size_t k = 0;

	for (size_t i = 0; i < log.len; i++) {
		if (log.ptr[i] == '"')
			continue;
		if (log.ptr[i] == '\\' && i + 1 < log.len)
			i++;
		if (k == raw.len ||
		    ascii_tolower(log.ptr[i]) != ascii_tolower(raw.ptr[k]))
			return false;
		k++;
	}
	return k == raw.len;
}

/* Is the entry about the recipient? */
static bool
about(const struct bouncelog *b, const struct queuefacts *f,
    const struct queuercpt *p)
{
	if (!same(b->recipient, p->addr) &&
	    (b->original.ptr == NULL || f->redirect.ptr != NULL ||
	    !same(b->original, p->addr)))
		return false;
	/* Where it is redirected to is no address before an alias. */
	return b->offset == UINT64_MAX || b->offset == p->off ||
	    (p->type == '>' && same(b->recipient, p->addr));
}

static void
check(const struct queuelogs *q, const struct queuefacts *f, struct slice log)
{
	bool strange = false, pending = false;
	struct bouncelog b, got;
	size_t pos, i = 0;

	for (const struct queuercpt *p = f->rcpt; p != NULL; p = p->next) {
		size_t want = SIZE_MAX;

		for (pos = 0; bouncelog_next(log, &pos, &b);)
			if (about(&b, f, p)) {
				want = b.pos;
				pending = pending || (p->type == 'R' &&
				    b.offset == p->off);
			}
		must(queuelogs_entry(q, 0, i, &got) == (want != SIZE_MAX));
		must(want == SIZE_MAX || got.pos == want);
		must(!queuelogs_entry(q, 1, i, &got));
		i++;
	}
	must(!queuelogs_entry(q, 0, i, &got));
	for (pos = 0; bouncelog_next(log, &pos, &b);) {
		bool any = b.offset == UINT64_MAX;

		for (const struct queuercpt *p = f->rcpt; p != NULL && !any;
		     p = p->next)
			any = about(&b, f, p);
		strange = strange || !any;
	}
	must(log.len == 0 || q->strange[0] == strange);
	must(log.len == 0 || q->pending[0] == pending);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), log = slice_of(data, 0);
	struct slice text[QUEUELOGS] = { { NULL, 0 } }, line;
	struct queuelogs q;
	struct queuefacts f;
	size_t zero = slice_chr(s, 0), n = 0;

	queuefacts_init(&f);
	if (zero != SLICE_NONE) {
		log = slice_from(s, zero + 1);
		s = slice_sub(s, 0, zero);
	}
	while (s.len > 0 && n++ < MANY) {
		struct queuefile_rec r = { .segment = QUEUE_ENVELOPE,
			.off = (uint64_t)(s.ptr - data) };

		if (!slice_cut(s, '\n', &line, &s)) {
			line = s;
			s.len = 0;
		}
		if (line.len == 0)
			continue;
		r.type = line.ptr[0];
		r.data = slice_from(line, 1);
		r.len = (uint32_t)r.data.len;
		if (slice_chr(SLICE("RD/>"), r.type) != SLICE_NONE)
			(void)queuefacts_take(&f, QUEUEFILE_RECORD,
			    &r);
	}
	text[0] = log;
	queuelogs_join(&q, &f, text);
	check(&q, &f, log);
	queuelogs_free(&q);
	queuefacts_free(&f);
	return 0;
}
