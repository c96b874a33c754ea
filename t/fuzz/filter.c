/*
 * filter - an expression, a newline, a record: what is compiled matches the
 * same way each time, its negation the other way, and a mistake lies inside
 * the expression
 */
#include "rec/filter.h"

#include "base/slice.h"
#include "rec/rec.h"
#include "must.h"

#define LIMIT	((size_t)16 * 1024 * 1024)

/* "not (EXPR)" is true where EXPR is false. */
static void
negated(struct slice expr, const struct rec *r, bool want)
{
	struct filter_error e;
	struct filter *f;
	struct buf b;

	buf_init(&b, LIMIT);
	must(buf_add(&b, SLICE("not (")) && buf_add(&b, expr) &&
	    buf_add(&b, SLICE("\n)")));
	f = filter_compile(buf_slice(&b), &e);
	/* A group may end values at a `)`, and may be one too many. */
	if (f != NULL && slice_chr(expr, '(') == SLICE_NONE &&
	    slice_chr(expr, ')') == SLICE_NONE) {
		bool m = filter_match(f, r);

		must(filter_hits(f) > 0 || m != want);
	}
	filter_free(f);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice s = slice_of(data, len), expr, line;
	struct filter_error e;
	struct filter *f;
	struct buf scratch;
	struct rec r;
	struct err damage;
	bool m;

	if (len == 0 || !slice_cut(s, '\n', &expr, &line)) {
		expr = s;
		line = SLICE("{}");
	}
	f = filter_compile(expr, &e);
	if (f == NULL) {
		must(e.off <= expr.len && e.text[0] != '\0');
		return 0;
	}
	buf_init(&scratch, LIMIT);
	(void)rec_parse_json(&r, line, &scratch, &damage);
	m = filter_match(f, &r);
	if (filter_hits(f) == 0) {
		must(filter_match(f, &r) == m);
		negated(expr, &r, m);
	}
	filter_free(f);
	buf_free(&scratch);
	return 0;
}
