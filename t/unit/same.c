/* Texts of every length that differ in one byte, or in none. */
#include "base/same.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST	(SAME_SHORT + 20)

/* Of their own memory, so that a read past the end is seen. */
static unsigned char *
text(size_t n)
{
	unsigned char *p = malloc(n == 0 ? 1 : n);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(i * 7 + 1);
	return p;
}

static void
test_lengths(void **state)
{
	(void)state;
	for (size_t n = 0; n <= MOST; n++) {
		unsigned char *a = text(n), *b = text(n);
		struct slice s = slice_of(a, n), t = slice_of(b, n);

		assert_true(same_text(s, t));
		if (n > 0)
			assert_false(same_text(s, slice_of(b, n - 1)));
		for (size_t i = 0; i < n * 8; i++) {
			b[i / 8] ^= (unsigned char)(1 << i % 8);
			assert_false(same_text(s, t));
			b[i / 8] ^= (unsigned char)(1 << i % 8);
		}
		/* Two differences are no sameness. */
		for (size_t i = 1; i < n; i++) {
			b[i] ^= 1;
			b[i - 1] ^= 1;
			assert_false(same_text(s, t));
			b[i] ^= 1;
			b[i - 1] ^= 1;
		}
		free(a);
		free(b);
	}
	assert_true(same_text(slice_of(NULL, 0), slice_of("", 0)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
