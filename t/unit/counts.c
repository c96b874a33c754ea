#include "report/counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"

#include "chance.h"

#define NAMES	3000

/* A name of its own for each number, some longer than what waits. */
static struct slice
name_of(char dst[256], uint64_t i)
{
	int n = snprintf(dst, 256, "%0*llu@example.org", i % 7 == 0 ? 120 : 1,
	    (unsigned long long)i);

	return slice_of((unsigned char *)dst, (size_t)n);
}

/* What is added later is what is added at once, row by row, in order. */
static void
test_add(void **state)
{
	struct counts late, now;
	char text[256], trace[256];

	(void)state;
	counts_init(&late, 2000, 1 << 20);
	counts_init(&now, 2000, 1 << 20);
	for (int i = 0; i < 40000; i++) {
		struct slice name = name_of(text, chance(NAMES) *
		    chance(NAMES) / NAMES);
		struct counts_more more = { .n = { 1, chance(9), 0,
			chance(2) }, .once = i % 3 == 0 ? 2 : COUNTS_N,
			.trace = name_of(trace, chance(2)) };
		struct counts_row *r = counts_find(&now, name);

		counts_add(&late, name, &more);
		if (r == NULL)
			continue;
		for (size_t k = 0; k < COUNTS_N; k++)
			r->n[k] += more.n[k];
	}
	counts_settle(&late);
	assert_int_equal(late.n, now.n);
	assert_int_equal(late.n, 2000);
	assert_true(late.dropped > 0);
	assert_int_equal(late.dropped, now.dropped);
	for (size_t i = 0; i < now.n; i++) {
		assert_true(slice_eq(late.row[i]->name, now.row[i]->name));
		assert_int_equal(late.row[i]->i, i);
		for (size_t k = 0; k < COUNTS_N; k++)
			if (k != 2)
				assert_true(late.row[i]->n[k] ==
				    now.row[i]->n[k]);
	}
	counts_free(&late);
	counts_free(&now);
}

/* Once a message: again after another, and not for its second delivery. */
static void
test_once(void **state)
{
	static const char *const trace[] = { "a", "a", "b", "b", "b", "a" };
	struct counts c;

	(void)state;
	counts_init(&c, 10, 1000);
	for (size_t i = 0; i < sizeof(trace) / sizeof(*trace); i++) {
		struct counts_more more = { .n = { 1 }, .once = 1,
			.trace = slice_cstr(trace[i]) };

		counts_add(&c, SLICE("mx"), &more);
		counts_add(&c, SLICE("other"), &more);
	}
	/* It does what waits. */
	assert_int_equal(counts_find(&c, SLICE("mx"))->n[0], 6);
	assert_int_equal(counts_find(&c, SLICE("mx"))->n[1], 3);
	assert_int_equal(counts_find(&c, SLICE("other"))->n[1], 3);
	counts_free(&c);
}

/* Keys are folded as a whole, wherever the letters stand. */
static void
test_fold(void **state)
{
	struct counts_key k;
	char text[64];

	(void)state;
	for (size_t len = 0; len < 40; len++)
		for (size_t at = 0; at < len; at++) {
			memset(text, '@', len);
			text[at] = 'Q';
			counts_key_begin(&k);
			counts_key(&k, SLICE("SIDE"));
			counts_key_host(&k, slice_of((unsigned char *)text,
			    len));
			text[at] = 'q';
			assert_int_equal(k.len, 5 + len);
			assert_memory_equal(k.text, "SIDE\0", 5);
			assert_memory_equal(k.text + 5, text, len);
		}
	counts_key_begin(&k);
	counts_key_mail(&k, SLICE("Ann@Example.ORG"));
	assert_true(slice_eq(counts_key_slice(&k), SLICE("Ann@example.org")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_fold),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
