#include "base/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* By the grammar of JSON, without sign and exponent. */
static bool
is_decimal(const char *s)
{
	size_t i = 0;

	if (s[0] == '0')
		i = 1;
	else
		while (s[i] >= '0' && s[i] <= '9')
			i++;
	if (i == 0)
		return false;
	if (s[i] == '\0')
		return true;
	if (s[i++] != '.')
		return false;
	do
		if (s[i] < '0' || s[i] > '9')
			return false;
	while (s[++i] != '\0');
	return true;
}

/* How much of s is a number, by looking at one byte after the other. */
static size_t
decimal_len(const char *s)
{
	size_t n = strspn(s, "0123456789"), more;

	if (n == 0 || s[n] != '.')
		return n;
	more = strspn(s + n + 1, "0123456789");
	return more == 0 ? 0 : n + 1 + more;
}

static void
test_decimal(void **state)
{
	static const char letter[] = "019./:";
	unsigned char text[NUM_LOOK * 2];

	(void)state;
	/* All texts of one to five of these bytes, before others. */
	for (size_t n = 1; n <= 5; n++)
		for (size_t k = 0, all = 6 * 6 * 6 * 6 * 6; k < all; k++) {
			char s[6] = { 0 };

			for (size_t i = 0, x = k; i < n; i++, x /= 6)
				s[i] = letter[x % 6];
			for (int fill = '0'; fill <= 'x'; fill += 'x' - '0') {
				memset(text, fill, sizeof(text));
				memcpy(text, s, n);
				assert_int_equal(num_is_decimal(text, n),
				    is_decimal(s));
				assert_int_equal(num_decimal_len(text, n),
				    decimal_len(s));
			}
		}
	memset(text, '7', sizeof(text));
	assert_false(num_is_decimal(text, 0));
	assert_true(num_is_decimal(text, NUM_LOOK - 1));
	assert_false(num_is_decimal(text, NUM_LOOK));
	assert_false(num_is_decimal(text, SIZE_MAX));
	text[NUM_LOOK - 2] = '.';
	assert_false(num_is_decimal(text, NUM_LOOK - 1));
	text[NUM_LOOK - 3] = '.';
	text[NUM_LOOK - 2] = '7';
	assert_true(num_is_decimal(text, NUM_LOOK - 1));
	text[1] = '.';
	assert_false(num_is_decimal(text, NUM_LOOK - 1));
}

/* A number that does not end within what is looked at. */
static void
test_decimal_long(void **state)
{
	unsigned char text[NUM_LOOK * 2];

	(void)state;
	memset(text, '7', sizeof(text));
	assert_int_equal(num_decimal_len(text, NUM_LOOK - 1), NUM_LOOK - 1);
	assert_int_equal(num_decimal_len(text, NUM_LOOK), NUM_LOOK);
	assert_int_equal(num_decimal_len(text, SIZE_MAX), NUM_LOOK);
	assert_int_equal(num_decimal_len(text, 0), 0);
	text[NUM_LOOK - 1] = ',';
	assert_int_equal(num_decimal_len(text, SIZE_MAX), NUM_LOOK - 1);
	text[3] = '.';
	assert_int_equal(num_decimal_len(text, SIZE_MAX), NUM_LOOK - 1);
	text[NUM_LOOK - 1] = '7';
	assert_int_equal(num_decimal_len(text, SIZE_MAX), NUM_LOOK);
	text[3] = '7';
	text[NUM_LOOK - 1] = '.';
	assert_int_equal(num_decimal_len(text, SIZE_MAX), NUM_LOOK);
	text[NUM_LOOK - 2] = '.';
	assert_int_equal(num_decimal_len(text, NUM_LOOK - 1), 0);
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
		cmocka_unit_test(test_decimal),
		cmocka_unit_test(test_decimal_long),
		cmocka_unit_test(test_limits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
