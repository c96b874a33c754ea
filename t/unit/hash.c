#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Keys that differ a little, in parts of a table. */
static void
test_spread(void **state)
{
	static unsigned int n[256];
	unsigned char key[16];

	(void)state;
	hash_init();
	for (unsigned int i = 0; i < 65536; i++) {
		size_t len = (size_t)snprintf((char *)key, sizeof(key), "%X",
		    i * 16);

		n[hash_bytes(slice_of(key, len), 0) & 255]++;
	}
	for (size_t i = 0; i < 256; i++)
		assert_in_range(n[i], 128, 400);
}

static void
test_same(void **state)
{
	static const char text[] = "abcdefghijklmnopqrstuvwxyz";
	struct slice s = SLICE("abcdefghijklmnopqrstuvwxyz");

	(void)state;
	hash_init();
	for (size_t n = 0; n <= s.len; n++) {
		struct slice a = slice_sub(s, 0, n);
		uint64_t h = hash_bytes(a, 1);

		assert_true(h == hash_bytes(slice_of(text, n), 1));
		assert_true(h != hash_bytes(a, 2));
		assert_true(n == 0 || h != hash_bytes(slice_sub(s, 0, n - 1),
		    1));
	}
	assert_true(hash_bytes(SLICE("a"), 0) != hash_bytes(SLICE("a\0"), 0));
	hash_init();
	assert_true(hash_bytes(s, 3) == hash_bytes(s, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
