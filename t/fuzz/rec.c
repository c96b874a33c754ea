/*
 * rec - any line, read as JSON and as TSV: what is read, written and read
 * back is the same record; the bytes alone, as values, survive both formats
 */
#include "rec/rec.h"

#include "rec/rec_tsv.h"
#include "must.h"

#define LIMIT	((size_t)64 * 1024 * 1024)

struct work {
	struct buf	text, scratch, scratch2;
};

static void
same(const struct rec *a, const struct rec *b)
{
	for (size_t f = 0; f < FIELD_N; f++) {
		must(rec_has(a, (enum field)f) == rec_has(b, (enum field)f));
		must(!rec_has(a, (enum field)f) ||
		    slice_eq(a->v[f], b->v[f]));
	}
}

static void
through_json(struct work *w, const struct rec *r)
{
	struct rec back;
	struct err e;

	w->text.len = 0;
	must(rec_json(&w->text, r));
	for (size_t i = 0; i < w->text.len; i++)
		must(w->text.ptr[i] >= 0x20 && w->text.ptr[i] != 0x7f);
	must(rec_parse_json(&back, buf_slice(&w->text), &w->scratch2, &e) ==
	    RC_OK);
	same(r, &back);
}

static void
through_tsv(struct work *w, const struct rec *r)
{
	enum field all[FIELD_N];
	struct slice line;
	struct rec back;
	struct err e;

	for (size_t f = 0; f < FIELD_N; f++)
		all[f] = (enum field)f;
	w->text.len = 0;
	must(rec_tsv(&w->text, r, all, FIELD_N));
	line = buf_slice(&w->text);
	must(slice_chr(line, '\n') == line.len - 1);
	must(rec_tsv_parse(&back, all, FIELD_N,
	    slice_sub(line, 0, line.len - 1), &w->scratch2, &e) == RC_OK);
	same(r, &back);
}

/* The bytes as values, the second half as that of a number. */
static void
as_values(struct work *w, struct slice s)
{
	struct rec r;

	rec_clear(&r);
	rec_set(&r, F_SUBJECT, s);
	rec_set(&r, F_SIZE, slice_from(s, s.len / 2));
	rec_set(&r, F_COMPLETE, slice_sub(s, 0, s.len / 3));
	through_json(w, &r);
	through_tsv(w, &r);
}

static void
as_stream(struct work *w, struct slice s)
{
	struct rec_in in;
	struct slice header, line;
	struct rec r;
	struct err e;

	if (!slice_cut(s, '\n', &header, &line) ||
	    !rec_in_header(&in, header))
		return;
	if (rec_in_line(&in, &r, line, &w->scratch, &e) == RC_OK)
		through_json(w, &r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice s = slice_of(data, len);
	struct work w;
	struct rec r;
	struct err e;

	buf_init(&w.text, LIMIT);
	buf_init(&w.scratch, LIMIT);
	buf_init(&w.scratch2, LIMIT);
	if (rec_parse_json(&r, s, &w.scratch, &e) == RC_OK) {
		through_json(&w, &r);
		through_tsv(&w, &r);
	} else
		must(e.off <= len);
	as_stream(&w, s);
	as_values(&w, s);
	buf_free(&w.text);
	buf_free(&w.scratch);
	buf_free(&w.scratch2);
	return 0;
}
