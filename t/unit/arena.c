#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
check(struct arena a)
{
	struct slice s;

	for (int round = 0; round < 3; round++) {
		unsigned char *last = NULL;

		for (size_t n = 1; n < 1000; n += 7) {
			unsigned char *p = arena_alloc(&a, n);

			assert_non_null(p);
			assert_true(p != last);
			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xaa, n);
			last = p;
		}
		s = arena_dup(&a, SLICE("copy"));
		assert_true(slice_eq(s, SLICE("copy")));
		assert_null(arena_alloc(&a, 1 << 20));
		assert_null(arena_alloc(&a, SIZE_MAX));
		assert_null(arena_alloc(&a, SIZE_MAX - 15));
		arena_reset(&a);
	}
	/* More than any block has. */
	assert_non_null(arena_alloc(&a, 300000));
	arena_free(&a);
}

static void
test_alloc(void **state)
{
	struct arena small, large;

	(void)state;
	arena_init(&small, 1 << 20);
	check(small);
	arena_init_large(&large, 1 << 20);
	check(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
