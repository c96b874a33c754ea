#include "base/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_text(void **state)
{
	(void)state;
	for (uint64_t v = 1; v <= UINT64_MAX / 3; v *= 3)
		for (uint64_t w = v - 1; w <= v + 1; w++) {
			unsigned char dst[NUM_MAX];
			char want[32];
			size_t n = num_u64(dst, w);

			assert_int_equal(n, snprintf(want, sizeof(want),
			    "%llu", (unsigned long long)w));
			assert_memory_equal(dst, want, n);
		}
}

static void
test_limits(void **state)
{
	unsigned char dst[NUM_MAX];
	uint64_t v;

	(void)state;
	assert_int_equal(num_u64(dst, UINT64_MAX), NUM_MAX);
	assert_memory_equal(dst, "18446744073709551615", NUM_MAX);
	assert_int_equal(num_u64(dst, 0), 1);
	assert_true(num_add(UINT64_MAX - 1, 1, &v) && v == UINT64_MAX);
	assert_false(num_add(UINT64_MAX, 1, &v));
	assert_true(num_mul(UINT32_MAX, UINT32_MAX, &v));
	assert_false(num_mul(UINT64_MAX, 2, &v));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_limits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
