/*
 * Records, one JSON object a line, counted as TLS sessions: the failures
 * add up, whatever the lines say, each has a result of RFC 8460, and the
 * report can be written.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "rec/rec.h"
#include "report/astlsrpt.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static bool
is_result(struct slice s)
{
	for (size_t i = 0; i < TLSRPT_RESULT_N; i++)
		if (slice_eq(s, tlsrpt_result_word[i]))
			return true;
	return false;
}

static void
check(const struct tlsrpt *t)
{
	uint64_t failed = 0, listed = 0;

	for (size_t i = 0; i < t->domain.n; i++)
		failed += t->domain.row[i]->n[TLSRPT_REBUILT_FAILED] +
		    t->domain.row[i]->n[TLSRPT_LINES_FAILED];
	for (size_t i = 0; i < t->failure.n; i++) {
		listed += t->failure.row[i]->n[0];
		if (!is_result(counts_part(t->failure.row[i]->name, 2)))
			abort();
	}
	if (failed != listed)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct policy policy;
	struct slice line, rest = slice_of(data, len);
	struct report r = { .timed = true };
	struct astlsrpt who = { SLICE("x"), SLICE("x@example.org") };
	struct nexthops hops;
	struct buf out, scratch;
	struct rec rec;
	struct err e;

	hash_init();
	nexthop_init(&hops);
	tlsrpt_init(&r.tlsrpt, &policy, &hops);
	buf_init(&scratch, 1 << 24);
	buf_init(&out, 1 << 28);
	while (rest.len > 0) {
		if (!slice_cut(rest, '\n', &line, &rest)) {
			line = rest;
			rest = slice_from(rest, rest.len);
		}
		rec_clear(&rec);
		if (rec_parse_json(&rec, line, &scratch, &e) == RC_OK)
			tlsrpt_take(&r.tlsrpt, &rec, &rec);
	}
	check(&r.tlsrpt);
	if (!astlsrpt_put(&out, &r, &who) || out.len == 0)
		abort();
	tlsrpt_free(&r.tlsrpt);
	nexthop_free(&hops);
	buf_free(&scratch);
	buf_free(&out);
	return 0;
}
