#include "io/spool.h"
#include "rec/packed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEY	2

/* Numbers that look random and are the same every time. */
static uint32_t
next(uint32_t *state)
{
	*state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
	return *state >> 8;
}

/*
 * Put n entries with keys below `keys`, and check that they come back in
 * order, the same keys in the order in which they were put.
 */
static void
sort_case(size_t memory, uint32_t n, uint32_t keys, size_t pad, bool spills)
{
	struct spool *s = spool_open(KEY, memory);
	unsigned char key[KEY], last[KEY] = { 0 }, *value;
	uint32_t state = 42, count = 0, before = 0;
	const unsigned char *k;
	struct slice v;
	struct err e;
	enum rc rc;

	value = calloc(1, 4 + pad);
	assert_non_null(value);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t r = next(&state) % keys;

		key[0] = (unsigned char)(r >> 8);
		key[1] = (unsigned char)(r & 0xff);
		memcpy(value, &i, 4);
		assert_int_equal(spool_put(s, key, slice_of(value, 4 +
		    next(&state) % (pad + 1)), &e), RC_OK);
	}
	assert_int_equal(spool_sort(s, &e), RC_OK);
	assert_int_equal(spool_spilled(s), spills);
	while ((rc = spool_next(s, &k, &v, &e)) == RC_OK) {
		uint32_t i;
		int c = memcmp(last, k, KEY);

		assert_true(v.len >= 4 && v.len <= 4 + pad);
		memcpy(&i, v.ptr, 4);
		assert_true(count == 0 || c < 0 || (c == 0 && before < i));
		memcpy(last, k, KEY);
		before = i;
		count++;
	}
	assert_int_equal(rc, RC_END);
	assert_int_equal(count, n);
	assert_int_equal(spool_next(s, &k, &v, &e), RC_END);
	spool_close(s);
	free(value);
}

static void
test_sort(void **state)
{
	(void)state;
	sort_case(1 << 20, 0, 1, 0, false);
	sort_case(1 << 20, 1, 1, 0, false);
	sort_case(1 << 20, 1000, 1, 10, false);
	sort_case(1 << 20, 5000, 65536, 50, false);
	/* A few runs; more than are merged at once; more than that squared. */
	sort_case(4096, 1000, 300, 20, true);
	sort_case(512, 5000, 300, 20, true);
	sort_case(64, 9000, 60000, 4, true);
	/* Entries larger than memory, and than what is read at once. */
	sort_case(64, 200, 50, 20000, true);
	sort_case(1024, 30, 5, 200000, true);
	/* One key only: the order of putting, over all runs. */
	sort_case(256, 3000, 1, 30, true);
}

static void
test_limits(void **state)
{
	struct spool *s;
	unsigned char key[KEY] = { 0 }, *big;
	const unsigned char *k;
	struct slice v;
	struct err e;

	(void)state;
	s = spool_open(KEY, 1 << 20);
	big = calloc(1, SPOOL_ENTRY + 1);
	assert_non_null(big);
	assert_int_equal(spool_put(s, key, slice_of(big, SPOOL_ENTRY + 1), &e),
	    RC_DAMAGED);
	assert_int_equal(spool_put(s, key, SLICE("kept"), &e), RC_OK);
	assert_int_equal(spool_put(s, key, slice_of(big, SPOOL_ENTRY), &e),
	    RC_OK);
	assert_int_equal(spool_sort(s, &e), RC_OK);
	assert_int_equal(spool_next(s, &k, &v, &e), RC_OK);
	assert_true(slice_eq(v, SLICE("kept")));
	assert_int_equal(spool_next(s, &k, &v, &e), RC_OK);
	assert_int_equal(v.len, SPOOL_ENTRY);
	assert_int_equal(spool_next(s, &k, &v, &e), RC_END);
	spool_close(s);
	free(big);
	spool_close(NULL);
}

/* No file: nothing is wrong until one is needed. */
static void
test_no_file(void **state)
{
	unsigned char key[KEY] = { 0 };
	const unsigned char *k;
	struct spool *s;
	struct slice v;
	struct err e;
	enum rc rc = RC_OK;

	(void)state;
	assert_int_equal(setenv("TMPDIR", "/nonexistent/directory", 1), 0);
	s = spool_open(KEY, 1 << 20);
	assert_int_equal(spool_put(s, key, SLICE("a"), &e), RC_OK);
	assert_int_equal(spool_sort(s, &e), RC_OK);
	assert_int_equal(spool_next(s, &k, &v, &e), RC_OK);
	assert_false(spool_spilled(s));
	spool_close(s);

	s = spool_open(KEY, 64);
	for (int i = 0; i < 100 && rc == RC_OK; i++)
		rc = spool_put(s, key, SLICE("0123456789"), &e);
	assert_int_equal(rc, RC_FAIL);
	assert_true(e.sys != 0);
	spool_close(s);
	assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void
test_i64(void **state)
{
	static const int64_t v[] = { INT64_MIN, -1000, -1, 0, 1, 255, 256,
	    INT64_C(1) << 40, INT64_MAX };
	unsigned char a[SPOOL_I64], b[SPOOL_I64];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(v) / sizeof(*v); i++) {
		spool_i64(a, v[i]);
		spool_i64(b, v[i + 1]);
		assert_true(memcmp(a, b, SPOOL_I64) < 0);
	}
}

static void
test_pack(void **state)
{
	struct rec r, back;
	struct buf b;

	(void)state;
	rec_clear(&r);
	for (size_t f = 0; f < FIELD_N; f++)
		if (f % 3 != 0)
			rec_set(&r, (enum field)f, f % 5 == 0 ? SLICE("") :
			    field_info[f].name);
	buf_init(&b, 1 << 20);
	assert_true(packed_put(&b, &r));
	assert_true(packed_get(buf_slice(&b), &back));
	for (size_t f = 0; f < FIELD_N; f++) {
		assert_int_equal(rec_has(&r, (enum field)f),
		    rec_has(&back, (enum field)f));
		assert_true(slice_eq(rec_get(&r, (enum field)f),
		    rec_get(&back, (enum field)f)));
	}
	/* Whatever is cut off is no record, or one with fewer keys. */
	for (size_t n = 0; n < b.len; n++)
		(void)packed_get(slice_sub(buf_slice(&b), 0, n), &back);
	assert_false(packed_get(slice_sub(buf_slice(&b), 0, b.len - 1),
	    &back));
	assert_false(packed_get(SLICE("\xff\0\0\0\0"), &back));
	assert_false(packed_get(SLICE("\0\xff\xff\xff\xff" "abc"), &back));
	buf_free(&b);
	buf_init(&b, 100);
	assert_false(packed_put(&b, &r));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_i64),
		cmocka_unit_test(test_pack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
