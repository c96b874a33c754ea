#include "fmt/lineends.h"

#include "base/plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"

#define SIZE	100000

/* Bytes of which one in `lines` is a newline and one in `odds` not plain. */
static void
fill(unsigned char *p, size_t n, size_t lines, size_t odds)
{
	static const unsigned char odd[] = { 0, 9, 13, 31, '"', '\\', 127, 128,
		194, 255 };

	for (size_t i = 0; i < n; i++) {
		do
			p[i] = (unsigned char)(' ' + chance(95));
		while (!plain_byte(p[i]));
		if (chance(odds) == 0)
			p[i] = odd[chance(sizeof(odd))];
		if (chance(lines) == 0)
			p[i] = '\n';
	}
}

/* All lines, in windows of memory of their own that grow by up to `step`. */
static void
walk(const unsigned char *data, size_t n, size_t step, bool jump)
{
	struct lineends l;
	size_t pos = 0, end = 0;

	lineends_forget(&l);
	while (pos < n) {
		size_t len = end - pos, got;
		unsigned char *window = malloc(len + (len == 0));
		const unsigned char *newline;
		bool plain = false;

		assert_non_null(window);
		if (len > 0)
			memcpy(window, data + pos, len);
		newline = len == 0 ? NULL : memchr(window, '\n', len);
		got = lineends_next(&l, pos, slice_of(window, len), &plain);
		if (newline == NULL)
			assert_true(got == SLICE_NONE);
		else {
			assert_int_equal(got, newline - window);
			assert_int_equal(plain, plain_is(slice_of(window,
			    got)));
			/* The same again: nothing was taken. */
			assert_int_equal(lineends_next(&l, pos,
			    slice_of(window, len), &plain), got);
			pos += got + 1;
			/* Over some more lines, to the start of one. */
			for (size_t k = jump ? chance(4) : 0; k > 0; k--) {
				newline = memchr(data + pos, '\n', end - pos);
				if (newline == NULL)
					break;
				pos = (size_t)(newline - data) + 1;
			}
		}
		free(window);
		if (got == SLICE_NONE) {
			if (end == n)
				break;
			end += 1 + chance(step);
			end = end < n ? end : n;
		}
	}
}

static void
test_walk(void **x)
{
	static const size_t lines[] = { 1, 2, 20, 150, 5000, 90000 };
	static const size_t odds[] = { 1, 3, 100, 2000, 1000000 };
	static unsigned char data[SIZE];

	(void)x;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (size_t k = 0; k < sizeof(odds) / sizeof(odds[0]); k++) {
			size_t n = lines[i] < 20 ? 3000 : SIZE;

			fill(data, n, lines[i], odds[k]);
			walk(data, n, 30000, k % 2 == 1);
			walk(data, n, 3000, k % 2 == 0);
			walk(data, n < 2000 ? n : 2000, 70, true);
			walk(data, n < 500 ? n : 500, 2, false);
		}
}

/* A stream that ended: the next one begins anew. */
static void
test_forget(void **x)
{
	struct lineends l;
	bool plain;

	(void)x;
	lineends_forget(&l);
	assert_int_equal(lineends_next(&l, 0, SLICE("ab\ncd\n"), &plain), 2);
	assert_true(plain);
	lineends_forget(&l);
	assert_int_equal(lineends_next(&l, 3, SLICE("a\"bcdefg\n"), &plain), 8);
	assert_false(plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_forget),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
