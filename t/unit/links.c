/* Who waits for a queue ID, compared with a plain list of the newest. */
#include "track/links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ADDED	(LINKS_MAX * 3 + 1000)

/* What the n-th link waits for: in few buckets, many of each. */
static uint64_t
hash(uint32_t n)
{
	uint64_t h = (n * UINT64_C(0x9e3779b97f4a7c15)) >> 52;

	/* Bucket, mark, and more that only tells entries apart. */
	return (h & 255) | (h >> 8 & 3) << 32 | (h >> 10) << 60;
}

static void
expect(const struct links *t, uint64_t want, uint32_t added)
{
	uint32_t i = 0, n = added,
	    oldest = added > LINKS_MAX ? added - LINKS_MAX : 0;

	for (;;) {
		while (n > oldest && hash(n - 1) != want)
			n--;
		i = links_next(t, want, i);
		if (n == oldest) {
			assert_int_equal(i, 0);
			return;
		}
		assert_int_not_equal(i, 0);
		assert_int_equal(links_get(t, i)->node.idx, --n);
	}
}

static void
test_model(void **state)
{
	struct links t = { .v = NULL };

	(void)state;
	expect(&t, 7, 0);
	for (uint32_t n = 0; n < ADDED; n++) {
		struct link l = { .hash = hash(n), .node = { .idx = n } };

		links_add(&t, &l);
		if (n % 997 == 0 || n == LINKS_MAX || n == LINKS_MAX - 1) {
			expect(&t, hash(n), n + 1);
			expect(&t, hash(n / 2), n + 1);
			/* The same bucket, another mark; another bucket. */
			expect(&t, hash(n) ^ UINT64_C(1) << 35, n + 1);
			expect(&t, hash(n) | 256, n + 1);
		}
	}
	links_free(&t);
}

/* Where all are forgotten nothing is looked for. */
static void
test_forgotten(void **state)
{
	struct links t = { .v = NULL };

	(void)state;
	for (uint32_t n = 0; n < LINKS_MAX * 2; n++) {
		struct link l = { .hash = n < LINKS_MAX ? n & 255 :
			256 | (n & 255) };

		links_add(&t, &l);
	}
	for (size_t i = 0; i < 256; i++) {
		assert_int_equal(t.bucket[i].marks, 0);
		assert_int_equal(t.bucket[i + 256].marks, 1);
	}
	links_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_forgotten),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
