#include "base/chains.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chance.h"

#define HASHES	40000

/* What the table should hold: a number for each hash, or 0. */
static struct {
	uint64_t	hash;
	uint32_t	first;
} want[HASHES];

static void
check(const struct chains *c, size_t n)
{
	uint32_t held = 0;

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(chains_first(c, want[i].hash), want[i].first);
		held += want[i].first != 0;
	}
	assert_int_equal(c->n, held);
	assert_true(c->n <= c->nslot / 8 * 5);
}

/* Put in, replace and take out at random; mask: the bits of a hash in use. */
static void
churn(uint64_t mask, size_t n, int rounds)
{
	struct chains c;

	chains_init(&c);
	for (size_t i = 0; i < n; i++) {
		/* Each low half once: what differs above it is the same. */
		want[i].hash = (i & mask) | ((chance_bits() & ~mask) & 0xffffffff) |
		    chance_bits() << 32;
		for (size_t k = 0; k < i; k++)
			if ((uint32_t)want[k].hash == (uint32_t)want[i].hash) {
				want[i].hash = chance_bits();
				k = (size_t)-1;
			}
		want[i].first = 0;
	}
	for (int r = 0; r < rounds; r++) {
		/* Grow, then shrink. */
		unsigned int take = r % 2 == 0 ? 2 : 6;

		for (size_t i = 0; i < n; i++) {
			size_t k = (size_t)(chance_bits() % n);

			want[k].first = chance_bits() % 8 < take ? 0 :
			    (uint32_t)(chance_bits() % 1000) + 1;
			chains_ahead(&c, want[k].hash);
			chains_set(&c, want[k].hash, want[k].first);
			assert_int_equal(chains_first(&c, want[k].hash),
			    want[k].first);
		}
		check(&c, n);
	}
	for (size_t i = 0; i < n; i++) {
		chains_set(&c, want[i].hash, 0);
		want[i].first = 0;
	}
	check(&c, n);
	for (uint32_t i = 0; i < c.nslot / 16; i++)
		assert_true(c.marks[i] == 0);
	chains_free(&c);
}

static void
test_random(void **unused)
{
	(void)unused;
	churn(0, 3000, 20);
}

/* Places next to each other, about the end of the table, too. */
static void
test_crowded(void **unused)
{
	struct chains c;

	(void)unused;
	churn(0x3f, 1500, 20);
	chains_init(&c);
	for (uint64_t i = 1; i <= 100; i++)
		chains_set(&c, i << 13 | 0x1ffe, (uint32_t)i);
	for (uint64_t i = 1; i <= 100; i += 2)
		chains_set(&c, i << 13 | 0x1ffe, 0);
	for (uint64_t i = 1; i <= 100; i++)
		assert_int_equal(chains_first(&c, i << 13 | 0x1ffe),
		    i % 2 == 0 ? i : 0);
	assert_int_equal(chains_first(&c, 0x1fff), 0);
	chains_free(&c);
}

/* 32 bits of a hash are compared. */
static void
test_key(void **unused)
{
	struct chains c;

	(void)unused;
	chains_init(&c);
	chains_set(&c, UINT64_C(0x100000007), 1);
	assert_int_equal(chains_first(&c, UINT64_C(0x900000007)), 1);
	assert_int_equal(chains_first(&c, UINT64_C(0x107)), 0);
	chains_set(&c, UINT64_C(0x200000007), 2);
	assert_int_equal(chains_first(&c, UINT64_C(0x100000007)), 2);
	chains_set(&c, 8, 0);
	assert_int_equal(c.n, 1);
	chains_free(&c);
}

/* More than any table has at first. */
static void
test_grows(void **unused)
{
	struct chains c;

	(void)unused;
	chains_init(&c);
	for (size_t i = 0; i < HASHES; i++) {
		want[i].hash = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);
		want[i].first = (uint32_t)i + 1;
		chains_set(&c, want[i].hash, want[i].first);
	}
	check(&c, HASHES);
	chains_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_crowded),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_grows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
