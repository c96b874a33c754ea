#include "fmt/queueid.h"

#include "base/num.h"

#include "base/banned.h"

#define SHORT_USEC	5		/* hexadecimal digits of microseconds */
#define LONG_USEC	4		/* base 52 digits of microseconds */
#define LONG_SEC	6		/* least base 52 digits of seconds */
#define LONG_INODE	12
#define SEC_MIN		INT64_C(631152000)	/* 1990-01-01 */
#define SEC_MAX		INT64_C(4133980800)	/* 2101-01-01 */

#define Z	0x80	/* the separator, also value 51 */
#define HEX	0x40	/* also an upper-case hexadecimal digit */

/* Value of each character of the base 52 alphabet plus 1, flags above. */
static const unsigned char digit52[256] = {
	['0'] = HEX | 1, ['1'] = HEX | 2, ['2'] = HEX | 3, ['3'] = HEX | 4,
	['4'] = HEX | 5, ['5'] = HEX | 6, ['6'] = HEX | 7, ['7'] = HEX | 8,
	['8'] = HEX | 9, ['9'] = HEX | 10, ['B'] = HEX | 11, ['C'] = HEX | 12,
	['D'] = HEX | 13, ['F'] = HEX | 14, ['G'] = 15, ['H'] = 16,
	['J'] = 17, ['K'] = 18, ['L'] = 19, ['M'] = 20, ['N'] = 21,
	['P'] = 22, ['Q'] = 23, ['R'] = 24, ['S'] = 25, ['T'] = 26,
	['V'] = 27, ['W'] = 28, ['X'] = 29, ['Y'] = 30, ['Z'] = 31,
	['b'] = 32, ['c'] = 33, ['d'] = 34, ['f'] = 35, ['g'] = 36,
	['h'] = 37, ['j'] = 38, ['k'] = 39, ['l'] = 40, ['m'] = 41,
	['n'] = 42, ['p'] = 43, ['q'] = 44, ['r'] = 45, ['s'] = 46,
	['t'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51,
	['z'] = Z | 52, ['A'] = HEX, ['E'] = HEX,
};

/* Value of an upper-case hexadecimal digit. */
static unsigned int
hex(unsigned char c)
{
	return c <= '9' ? c - (unsigned int)'0' : c - (unsigned int)'A' + 10;
}

/* Digits in base 52 (the inode in base 51) as a number; false on overflow. */
static bool
number(struct slice s, uint64_t base, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint64_t d = digit52[s.ptr[i]] & 0x3f;

		if (d == 0 || d > base || !num_mul(v, base, &v) ||
		    !num_add(v, d - 1, &v))
			return false;
	}
	*out = v;
	return true;
}

static bool
parse_short(struct slice s, struct queueid *q)
{
	uint64_t inode = 0;
	uint32_t usec = 0;

	if (s.len < SHORT_USEC + 1 || s.len > SHORT_USEC + 16)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if ((digit52[s.ptr[i]] & HEX) == 0)
			return false;
		if (i < SHORT_USEC)
			usec = usec << 4 | hex(s.ptr[i]);
		else
			inode = inode << 4 | hex(s.ptr[i]);
	}
	if (usec >= 1000000 || (s.ptr[SHORT_USEC] == '0' &&
	    s.len > SHORT_USEC + 1))
		return false;
	*q = (struct queueid){ .usec = usec, .inode = inode };
	return true;
}

static bool
parse_long(struct slice s, struct queueid *q)
{
	size_t z = slice_rchr(s, 'z');
	uint64_t sec, usec, inode;
	struct slice rest;

	if (z == SLICE_NONE || z < LONG_SEC + LONG_USEC)
		return false;
	rest = slice_from(s, z + 1);
	if (rest.len == 0 || rest.len > LONG_INODE ||
	    (rest.ptr[0] == '0' && rest.len > 1))
		return false;
	if (z > LONG_SEC + LONG_USEC + 5 ||
	    !number(slice_sub(s, 0, z - LONG_USEC), 52, &sec) ||
	    !number(slice_sub(s, z - LONG_USEC, LONG_USEC), 52, &usec) ||
	    !number(rest, 51, &inode))
		return false;
	if (usec >= 1000000 || sec < SEC_MIN || sec > SEC_MAX)
		return false;
	*q = (struct queueid){ .has_time = true, .sec = (int64_t)sec,
		.usec = (uint32_t)usec, .inode = inode };
	return true;
}

bool
queueid_valid(struct slice s)
{
	struct queueid q;

	return parse_short(s, &q) || parse_long(s, &q);
}

bool
queueid_long(struct slice s)
{
	struct queueid q;

	return !parse_short(s, &q) && parse_long(s, &q);
}

enum rc
queueid_parse(struct slice s, struct queueid *q, struct err *e)
{
	if (parse_short(s, q) || parse_long(s, q))
		return RC_OK;
	return err_damaged(e, 0, "not a queue ID");
}
