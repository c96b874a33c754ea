/* Memory without its zeroes: the same again, and no longer than promised. */
#include "base/sparse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST	(SPARSE_UNIT * 40)

/* Some bytes that are not zero: of a hundred, so many. */
static void
test_any(void **state)
{
	unsigned char from[MOST], packed[SPARSE_MAX(MOST)], back[MOST + 1];
	uint32_t seed = 1;

	(void)state;
	for (size_t n = 0; n <= MOST; n += SPARSE_UNIT)
		for (unsigned some = 0; some <= 100; some += 5) {
			size_t len, zeroes = 0;

			for (size_t i = 0; i < n; i++) {
				seed = seed * 1103515245 + 12345;
				from[i] = seed >> 16 & 255;
				seed = seed * 1103515245 + 12345;
				if ((seed >> 16) % 100 >= some)
					from[i] = 0;
			}
			for (size_t i = 0; i < n; i += 2)
				zeroes += from[i] == 0 && from[i + 1] == 0;
			memset(packed, 0xa5, sizeof(packed));
			len = sparse_put(packed, from, n);
			assert_int_equal(len,
			    n + n / SPARSE_UNIT - zeroes * 2);
			memset(back, 0x5a, sizeof(back));
			assert_int_equal(sparse_get(back, packed, n), len);
			assert_memory_equal(back, from, n);
			assert_int_equal(back[n], 0x5a);
		}
}

/* Each pair by itself, and all but one. */
static void
test_single(void **state)
{
	unsigned char from[SPARSE_UNIT * 2], back[sizeof(from)];
	unsigned char packed[SPARSE_MAX(sizeof(from))];

	(void)state;
	for (size_t i = 0; i < sizeof(from); i++)
		for (int all = 0; all < 2; all++) {
			memset(from, all ? 1 : 0, sizeof(from));
			from[i] = all ? 0 : 128;
			(void)sparse_put(packed, from, sizeof(from));
			(void)sparse_get(back, packed, sizeof(from));
			assert_memory_equal(back, from, sizeof(from));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_single),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
