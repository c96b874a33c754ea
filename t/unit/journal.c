#include "track/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "track/names.h"

/* What was put in comes out, in order, whatever its length. */
static void
test_round_trip(void **state)
{
	static const size_t len[] = { 0, 1, 617, 618, 619, 65535, 65536, 200000 };
	const size_t n = sizeof(len) / sizeof(len[0]);
	static const enum field key[] = { F_TO, F_REPLY, F_DSN };
	const struct field_set keys = field_set(key, 3);
	/* Near, back, far, long, another source. */
	static const struct ref line[] = { { 10, 5, 1 }, { 20, 65535, 1 },
		{ 12, 5, 1 }, { UINT64_C(1) << 33, 5, 1 },
		{ (UINT64_C(1) << 33) + 7, 65536, 1 },
		{ (UINT64_C(1) << 33) + 8, 1, 2 }, { UINT64_MAX, 9, 2 },
		{ UINT64_MAX, 9, 2 } };
	struct journal_pool pool;
	struct journal j = { .first = NULL };
	struct journal_entry e;
	struct journal_at pos = { .piece = NULL };
	struct rec r, back;
	char *text = malloc(200000);

	(void)state;
	journal_pool_init(&pool);
	assert_non_null(text);
	memset(text, 'x', 200000);
	/* An empty journal has an end. */
	assert_int_equal(journal_next(&j, &pos, &e), JOURNAL_END);
	for (size_t i = 0; i < n; i++) {
		assert_true(journal_fact(&pool, &j, F_FROM,
		    slice_of(text, len[i])));
		assert_true(journal_line(&pool, &j, &line[i]));
		rec_clear(&r);
		rec_set(&r, F_TO, slice_of(text, len[i]));
		rec_set(&r, F_REPLY, SLICE(""));
		rec_set(&r, F_HELO, SLICE("not among the keys"));
		assert_true(journal_block(&pool, &j, SLICE("head"), &r, &keys));
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(journal_next(&j, &pos, &e), JOURNAL_FACT);
		assert_int_equal(e.field, F_FROM);
		assert_true(slice_eq(e.value, slice_of(text, len[i])));
		assert_int_equal(journal_next(&j, &pos, &e), JOURNAL_LINE);
		assert_memory_equal(&e.line, &line[i], sizeof(e.line));
		assert_int_equal(journal_next(&j, &pos, &e), JOURNAL_BLOCK);
		assert_true(slice_eq(e.head, SLICE("head")));
		rec_clear(&back);
		journal_facts(e.facts, &back);
		assert_true(slice_eq(back.v[F_TO], slice_of(text, len[i])));
		assert_true(rec_has(&back, F_REPLY));
		assert_int_equal(back.v[F_REPLY].len, 0);
		assert_false(rec_has(&back, F_DSN));
		assert_false(rec_has(&back, F_HELO));
	}
	assert_int_equal(journal_next(&j, &pos, &e), JOURNAL_END);
	assert_int_equal(journal_next(&j, &pos, &e), JOURNAL_END);
	journal_drop(&pool, &j);
	assert_int_equal(j.len, 0);
	journal_pool_free(&pool);
	free(text);
}

/* Text of plain bytes is ready, numbers and all else are not. */
static void
test_ready(void **state)
{
	static const size_t len[] = { 0, 1, 31, 32, 600, 0x7ffe, 0x7fff, 0x8000,
		0x8001, 0xffff, 0x10000 };
	struct journal_pool pool;
	struct journal j = { .first = NULL };
	struct journal_at pos = { .piece = NULL };
	struct journal_entry e;
	unsigned char *s = malloc(0x10000);

	(void)state;
	assert_non_null(s);
	memset(s, 'x', 0x10000);
	journal_pool_init(&pool);
	for (size_t i = 0; i < sizeof(len) / sizeof(len[0]); i++) {
		struct slice v = slice_of(s, len[i]);

		assert_true(journal_fact(&pool, &j, F_FROM, v));
		assert_true(journal_fact(&pool, &j, F_SIZE, v));
		if (len[i] == 0)
			continue;
		s[len[i] - 1] = '"';
		assert_true(journal_fact(&pool, &j, F_FROM, v));
		s[len[i] - 1] = 'x';
	}
	for (size_t i = 0; i < sizeof(len) / sizeof(len[0]); i++)
		for (int k = 0; k < 3 - (len[i] == 0); k++) {
			assert_int_equal(journal_next(&j, &pos, &e),
			    JOURNAL_FACT);
			assert_int_equal(e.field, k == 1 ? F_SIZE : F_FROM);
			assert_int_equal(e.value.len, len[i]);
			if (k == 2)
				s[len[i] - 1] = '"';
			assert_memory_equal(e.value.ptr, s, len[i]);
			if (k == 2)
				s[len[i] - 1] = 'x';
			assert_int_equal(e.ready, k == 0 && len[i] < 0x8000);
		}
	assert_int_equal(journal_next(&j, &pos, &e), JOURNAL_END);
	journal_drop(&pool, &j);
	journal_pool_free(&pool);
	free(s);
}

/* Recycled memory holds nothing of the one before. */
static void
test_pool(void **state)
{
	struct journal_pool pool;
	struct journal j[200];
	struct journal_entry e;

	(void)state;
	journal_pool_init(&pool);
	memset(j, 0, sizeof(j));
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 200; i++)
			assert_true(journal_fact(&pool, &j[i], F_FROM,
			    slice_of("abcdef", i % 6)));
		for (size_t i = 0; i < 200; i++) {
			struct journal_at pos = { .piece = NULL };

			assert_int_equal(journal_next(&j[i], &pos, &e),
			    JOURNAL_FACT);
			assert_int_equal(e.value.len, i % 6);
			assert_int_equal(journal_next(&j[i], &pos, &e),
			    JOURNAL_END);
			journal_drop(&pool, &j[i]);
		}
	}
	journal_pool_free(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_pool)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
