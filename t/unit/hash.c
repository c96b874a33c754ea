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

/* Only the case of ASCII letters does not matter, at every length. */
static void
test_lower(void **state)
{
	unsigned char text[40], other[40];

	(void)state;
	hash_init();
	for (unsigned int c = 0; c < 256; c++) {
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		for (size_t n = 1; n <= sizeof(text); n++) {
			memset(text, 'x', n);
			memset(other, 'X', n);
			text[n / 3] = (unsigned char)c;
			other[n / 3] = (unsigned char)(c ^ 0x20);
			assert_true((hash_lower(slice_of(text, n), 3) ==
			    hash_lower(slice_of(other, n), 3)) == letter);
			for (size_t k = 0; k < n; k++)
				other[k] = ascii_tolower(text[k]);
			assert_true(hash_lower(slice_of(text, n), 3) ==
			    hash_bytes(slice_of(other, n), 3));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_lower),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
