#include "fmt/queueid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "chance.h"

struct id_case {
	const char	*in;
	size_t		 len;		/* of the ID at the start, 0: none */
	int64_t		 sec;		/* 0: short */
	uint32_t	 usec;
	uint64_t	 inode;
};

/* 2026-09-01T10:04:05Z */
#define SEP1	INT64_C(1788257045)
#define NO(in)	{ in, 0, 0, 0, 0 }

static const struct id_case cases[] = {
	/* short */
	{ "1E240140202", 11, 0, 123456, 0x140202 },
	{ "000001", 6, 0, 0, 1 },
	{ "F423F1", 6, 0, 999999, 1 },
	{ "000000", 6, 0, 0, 0 },
	{ "00007140244", 11, 0, 7, 0x140244 },
	{ "12345FFFFFFFFFFFFFFFF", 21, 0, 0x12345, UINT64_MAX },
	{ "1E240140202: x", 11, 0, 123456, 0x140202 },
	{ "1E240140202_", 11, 0, 123456, 0x140202 },
	{ "1E240140202 for delivery", 11, 0, 123456, 0x140202 },
	NO("12345FFFFFFFFFFFFFFFFF"),	/* 17 digits */
	NO("12345"),			/* no inode */
	NO("F42401"),			/* a million microseconds */
	NO("1234501"),			/* padded inode */
	NO("1e240140202"), NO("1E240140202a"), NO("1E24014020G"),
	NO("NOQUEUE"), NO("DEADBEEFx"), NO(""), NO(" 1E240140202"),
	NO("statistics"), NO("TLSRPT"),
	/* before a colon, with text behind it */
	{ "1E240140: removed", 8, 0, 123456, 0x140 },
	{ "1E240140202: removed", 11, 0, 123456, 0x140202 },
	{ "1E240FFFFFFFFFF: removed", 15, 0, 123456, 0xFFFFFFFFFF },
	{ "1E240FFFFFFFFFFF: removed", 16, 0, 123456, 0xFFFFFFFFFFF },
	{ "1E24014: removed", 7, 0, 123456, 0x14 },
	NO("F4240140202: removed"), NO("1234501402: removed"),
	NO("1e240140202: removed"), NO("1E24014020G: removed"),
	{ "1E240140@02: removed", 8, 0, 123456, 0x140 },
	{ "1E2401402\xc1: removed", 9, 0, 123456, 0x1402 },
	NO("1E240/40202: removed"), NO("\xb1" "E240140202: removed"),
	/* long */
	{ "4hZ1fY0sf8z9s6S", 15, SEP1, 123456, 1311234 },
	{ "4hZ1fY000zz9s6S", 15, SEP1, 51, 1311234 },
	{ "4hZ1fY0sf8z0", 12, SEP1, 123456, 0 },
	{ "4hZ1fY0sf8z9s6S: removed", 15, SEP1, 123456, 1311234 },
	NO("4hZ1fY7Rx7z1"),		/* a million or more */
	NO("4hZ1fY0sf8z"),		/* no inode */
	NO("4hZ1fY0sf8z01"),		/* padded inode */
	NO("4hZ1fY0sfz9s6S"),		/* the z too early */
	NO("4hZ1fY0sf8z9s6A"),		/* a vowel */
	NO("4hZ1fY0sf8z9s6SE"), NO("4hZ1fY0sf8-9s6S"),
	NO("0000000sf8z1"),		/* 1970 */
	NO("zzzzzzzzzzz0sf8z1"),	/* far in the future */
	NO("zzzzzzzzzzzzzzz0sf8z1"),
	NO("4hZ1fY0sf8zyyyyyyyyyyyy"),	/* an inode of over 64 bits */
	NO("4hZ1fY0sf8z1111111111111"),	/* 13 digits */
	{ "4hZ1fY0sf8zyyyyyyyyyyy", 22, SEP1, 123456,
	    INT64_C(6071163615208263050) },
	{ "1fJkBS0000z1", 12, 631152000, 0, 1 },
	{ "BsNl2m75plz1", 12, INT64_C(4133980800), 999999, 1 },
	NO("1fJkBR75plz1"), NO("BsNl2n0000z1"), NO("4hZ1fY75pmz1"),
	NO("4hZ1fY0sf8zE"), NO("4hZ1fY0sf8z1z1"),
};

static const char digit[] =
    "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";

/* The seconds, microseconds and inode number as Postfix writes them. */
static size_t
make_long(char *dst, uint64_t sec, uint64_t usec, uint64_t inode)
{
	char back[16];
	size_t n = 0, len = 10;

	for (size_t i = 6; i-- > 0; sec /= 52)
		dst[i] = digit[sec % 52];
	for (size_t i = 10; i-- > 6; usec /= 52)
		dst[i] = digit[usec % 52];
	dst[len++] = 'z';
	do
		back[n++] = digit[inode % 51];
	while ((inode /= 51) > 0);
	while (n > 0)
		dst[len++] = back[--n];
	return len;
}

/* Before a colon, where it is found by many bytes at once, and elsewhere. */
static void
check_both(const char *id, size_t len)
{
	unsigned char text[64];
	struct slice s = { text, sizeof(text) };
	size_t alone = queueid_len(slice_of((const unsigned char *)id, len));

	memset(text, ' ', sizeof(text));
	memcpy(text, id, len);
	assert_int_equal(queueid_len(s), alone);
	text[len] = ':';
	assert_int_equal(queueid_len(s), alone);
	alone = text[alone] == ':' ? alone : 0;
	assert_int_equal(queueid_label_len(s), alone);
	/* Nothing behind it that may be read. */
	assert_int_equal(queueid_label_len(slice_sub(s, 0, len + 1)), alone);
}

/* Long IDs by chance, whole and with a byte that is another. */
static void
test_long(void **state)
{
	char id[32];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint64_t sec = 631152000 + chance_bits() % 3502828801;
		uint64_t usec = chance(1000000);
		uint64_t inode = (chance(1U << 31) << 32 | chance(1U << 31)) >>
		    chance(63);
		size_t len = make_long(id, sec, usec, inode);
		struct slice s = slice_of((unsigned char *)id, len);
		struct queueid q;

		assert_int_equal(queueid_len(s), len);
		assert_true(queueid_long(s));
		assert_int_equal(queueid_parse(s, &q, NULL), RC_OK);
		assert_true(q.has_time && q.sec == (int64_t)sec &&
		    q.usec == usec && q.inode == inode);
		check_both(id, len);
		id[chance(len)] = (char)chance(256);
		check_both(id, len);
		id[chance(len)] = digit[chance(sizeof(digit) - 1)];
		check_both(id, len);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strlen(cases[i].in) < 32)
			check_both(cases[i].in, strlen(cases[i].in));
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct id_case *c = &cases[i];
		struct slice s = slice_cstr(c->in), id;
		struct queueid q;

		assert_int_equal(queueid_len(s), c->len);
		assert_int_equal(queueid_valid(s),
		    c->len > 0 && c->len == s.len);
		id = slice_sub(s, 0, c->len);
		assert_int_equal(queueid_parse(id, &q, NULL),
		    c->len > 0 ? RC_OK : RC_DAMAGED);
		assert_int_equal(queueid_long(id), c->sec != 0);
		if (c->len == 0)
			continue;
		assert_int_equal(q.has_time, c->sec != 0);
		assert_int_equal(q.sec, c->sec);
		assert_int_equal(q.usec, c->usec);
		assert_true(q.inode == c->inode);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
