#include "base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N	1000
#define SIZE	40

static void
test_take(void **state)
{
	static unsigned char *v[N];
	size_t total = 0;
	struct pool p;

	(void)state;
	pool_init(&p, SIZE);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < N; i++) {
			v[i] = pool_take(&p);
			assert_int_equal((uintptr_t)v[i] % 16, 0);
			for (size_t k = 0; k < SIZE; k++)
				assert_int_equal(v[i][k], 0);
			memset(v[i], (int)(i & 0xff), SIZE);
		}
		for (size_t i = 0; i < N; i++)
			for (size_t k = 0; k < SIZE; k++)
				assert_int_equal(v[i][k], i & 0xff);
		/* What was given back comes first. */
		if (round > 0)
			assert_int_equal(p.total, total);
		total = p.total;
		for (size_t i = 0; i < N; i++)
			pool_give(&p, v[i]);
	}
	pool_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
