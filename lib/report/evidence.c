#include "report/evidence.h"

#include "base/mem.h"
#include "rec/packed.h"

#include "base/banned.h"

void
evidence_init(struct evidence *e)
{
	*e = (struct evidence){ .n = { 0 } };
	arena_init(&e->mem, EVIDENCE_BYTES);
	buf_init(&e->text, EVIDENCE_BYTES);
}

void
evidence_free(struct evidence *e)
{
	arena_free(&e->mem);
	buf_free(&e->text);
	for (size_t k = 0; k < EVIDENCE_N; k++)
		mem_free(e->v[k]);
	evidence_init(e);
}

static void
keep(struct evidence *e, enum evidence_kind k, const struct rec *r)
{
	struct slice copy;
	size_t cap;

	e->total[k]++;
	e->text.len = 0;
	if (e->n[k] == EVIDENCE_RECORDS || !packed_put(&e->text, r))
		return;
	copy = arena_dup(&e->mem, buf_slice(&e->text));
	if (copy.ptr == NULL)
		return;
	if (e->n[k] == e->cap[k]) {
		cap = e->cap[k] == 0 ? 16 : e->cap[k] * 2;
		e->v[k] = mem_grow(e->v[k], e->cap[k], cap,
		    sizeof(*e->v[k]));
		e->cap[k] = cap;
	}
	e->v[k][e->n[k]++] = copy;
}

void
evidence_take(struct evidence *e, const struct rec *r)
{
	struct slice type = rec_get(r, F_TYPE);

	if (slice_eq(type, SLICE("source")))
		keep(e, EVIDENCE_SOURCES, r);
	else if (slice_eq(type, SLICE("coverage")))
		keep(e, EVIDENCE_HOSTS, r);
}

bool
evidence_get(const struct evidence *e, enum evidence_kind k, size_t i,
    struct rec *r)
{
	return i < e->n[k] && packed_get(e->v[k][i], r);
}

bool
evidence_gap(struct slice *gaps, struct slice *from, struct slice *to,
    struct slice *reason)
{
	struct slice word;

	while (gaps->len > 0) {
		if (!slice_cut(*gaps, ' ', &word, gaps)) {
			word = *gaps;
			*gaps = slice_from(*gaps, gaps->len);
		}
		if (word.len == 0)
			continue;
		if (!slice_cut(word, ';', &word, reason))
			*reason = SLICE("gap");
		if (!slice_cut(word, '/', from, to)) {
			*from = word;
			*to = SLICE("");
		}
		return true;
	}
	return false;
}

void
evidence_logging(struct slice list, uint64_t *yes, uint64_t *no)
{
	struct slice word;
	bool more;

	*yes = *no = 0;
	do {
		more = slice_cut(list, ' ', &word, &list);
		if (!more)
			word = list;
		*yes += slice_ends(word, SLICE("=yes"));
		*no += slice_ends(word, SLICE("=no-evidence"));
	} while (more);
}
