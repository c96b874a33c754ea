#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_limit(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 300);
	assert_true(buf_add(&b, slice_of(NULL, 0)));
	for (size_t i = 0; i < 300; i++)
		assert_true(buf_addc(&b, (unsigned char)i));
	assert_false(buf_addc(&b, 0));
	assert_false(buf_add(&b, SLICE("x")));
	assert_false(buf_reserve(&b, SIZE_MAX));
	assert_true(buf_reserve(&b, 0));
	assert_int_equal(b.len, 300);
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(b.ptr[i], (unsigned char)i);
	b.len = 280;
	assert_true(buf_addu(&b, UINT64_MAX));
	assert_false(buf_addu(&b, 1));
	buf_free(&b);
	buf_free(&b);
	assert_int_equal(buf_slice(&b).len, 0);
	assert_true(buf_add(&b, SLICE("again")));
	assert_true(slice_eq(buf_slice(&b), SLICE("again")));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
