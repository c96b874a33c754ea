/*
 * claims: against an array with an entry for each byte
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/claims.h"

#define BYTES	512

/* Claims at places that look random agree with the array. */
static void
against_bytes(void **state)
{
	uint32_t x = 12345;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct claims c = { .n = 0 };
		unsigned int owner[BYTES] = { 0 };
		size_t i = 0;

		for (int k = 0; k < 40; k++) {
			uint64_t off, len;
			unsigned int class;

			x = x * 1103515245 + 12345;
			off = x >> 16 & (BYTES - 1);
			x = x * 1103515245 + 12345;
			len = x >> 16 & 31;
			class = 1 + (x >> 24 & 1);
			if (off + len > BYTES)
				len = BYTES - off;
			claims_add(&c, off, len, class);
			for (uint64_t b = off; b < off + len; b++)
				if (owner[b] == 0)
					owner[b] = class;
		}
		for (uint64_t b = 0; b < BYTES; b++) {
			const struct claim *at = claims_at(&c, b);

			if (owner[b] == 0) {
				assert_true(at == NULL || at->off > b);
				continue;
			}
			assert_non_null(at);
			assert_true(at->off <= b && b < at->end);
			assert_int_equal(at->class, owner[b]);
		}
		for (i = 1; i < c.n; i++)
			assert_true(c.v[i - 1].end < c.v[i].off ||
			    (c.v[i - 1].end == c.v[i].off &&
			    c.v[i - 1].class != c.v[i].class));
		claims_free(&c);
	}
}

/* A claim that would pass the end of all offsets ends there. */
static void
at_the_end(void **state)
{
	struct claims c = { .n = 0 };

	(void)state;
	claims_add(&c, UINT64_MAX - 5, 100, 1);
	claims_add(&c, 7, 0, 1);
	assert_int_equal(c.n, 1);
	assert_true(c.v[0].end == UINT64_MAX);
	assert_non_null(claims_at(&c, 0));
	claims_free(&c);
	assert_null(claims_at(&c, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_bytes),
		cmocka_unit_test(at_the_end)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
