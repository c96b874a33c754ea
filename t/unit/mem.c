#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define N	64

static bool
is_all(const unsigned char *p, size_t n, unsigned char c)
{
	return n == 0 || (p[0] == c && memcmp(p, p + 1, n - 1) == 0);
}

/* What was given back comes again, in other sizes, too; nobody shares it. */
static void
test_pages(void **state)
{
	static const size_t size[] = { 1, 65536, 65537, 200000, 1 << 20,
		(2 << 20) - 1, 2 << 20, (5 << 20) + 1 };
	struct {
		unsigned char	*p;
		size_t		 n;
	} v[N] = { { NULL, 0 } };
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t i, k;

		seed = seed * 1664525 + 1013904223;
		i = seed >> 20 & (N - 1);
		if (v[i].p != NULL) {
			assert_true(is_all(v[i].p, v[i].n, (unsigned char)i));
			mem_pages_free(v[i].p, v[i].n);
			v[i].p = NULL;
			continue;
		}
		k = seed >> 12 & 7;
		/* Mostly small ones: the large ones take their time. */
		v[i].n = size[k > 3 && round % 16 != 0 ? k - 4 : k];
		v[i].p = mem_pages(v[i].n);
		assert_true(is_all(v[i].p, v[i].n, 0));
		memset(v[i].p, (int)i, v[i].n);
	}
	for (size_t i = 0; i < N; i++)
		if (v[i].p != NULL) {
			assert_true(is_all(v[i].p, v[i].n, (unsigned char)i));
			mem_pages_free(v[i].p, v[i].n);
		}
}

/* What is new in an array is zero, what was there stays. */
static void
test_grow(void **state)
{
	unsigned char *p = NULL;
	size_t n = 0;

	(void)state;
	for (size_t more = 1; more < 3000000; more *= 3) {
		p = mem_grow(p, n, n + more, 1);
		assert_true(is_all(p, n, 'x'));
		assert_true(is_all(p + n, more, 0));
		n += more;
		memset(p, 'x', n);
	}
	mem_free(p);
	p = mem_grow(NULL, 0, 0, 8);
	assert_non_null(p);
	mem_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_grow),
	};

	mem_init();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
