#include "io/segments.h"

#include "io/image.h"

#define SUFFIX 4U   /* bytes of ".001" and ".E01" */
#define DECIMAL 99U /* EWF files that are numbered */
#define LETTERS 26U

enum segments_kind
segments_kind(struct slice name, struct slice head)
{
	struct slice end;

	if (name.len <= SUFFIX)
		return SEGMENTS_NONE;
	end = slice_from(name, name.len - SUFFIX);
	if (slice_eq(end, SLICE(".001")))
		return SEGMENTS_SPLIT;
	if ((slice_eq(end, SLICE(".E01")) || slice_eq(end, SLICE(".e01"))) &&
	    slice_starts(head, SLICE("EVF\x09\x0d\x0a\xff\x00")))
		return SEGMENTS_EWF;
	return SEGMENTS_NONE;
}

/* At least three digits. */
static void
add_number(struct buf *b, unsigned int n)
{
	for (unsigned int least = 100; n < least && least > 1; least /= 10)
		(void)buf_addc(b, '0');
	(void)buf_addu(b, n);
}

/* The three letters or digits of an EWF file, the first of which is e. */
static bool
add_ewf(struct buf *b, unsigned char e, unsigned int n)
{
	unsigned char a = (unsigned char)(e - 'E' + 'A');
	unsigned int rest = n - DECIMAL - 1;

	if (n <= DECIMAL) {
		(void)buf_addc(b, e);
		(void)buf_addc(b, (unsigned char)('0' + n / 10));
		return buf_addc(b, (unsigned char)('0' + n % 10));
	}
	if (rest / LETTERS / LETTERS > (unsigned int)('Z' - 'E'))
		return false;
	(void)buf_addc(b, (unsigned char)(e + rest / LETTERS / LETTERS));
	(void)buf_addc(b, (unsigned char)(a + rest / LETTERS % LETTERS));
	return buf_addc(b, (unsigned char)(a + rest % LETTERS));
}

bool
segments_name(struct buf *b, struct slice first, unsigned int n)
{
	unsigned char e;

	b->len = 0;
	if (first.len <= SUFFIX || n == 0 || n >= IMAGE_SEGMENTS ||
	    !buf_add(b, slice_sub(first, 0, first.len - SUFFIX + 1)))
		return false;
	e = first.ptr[first.len - SUFFIX + 1];
	if (e == 'E' || e == 'e')
		return add_ewf(b, e, n);
	add_number(b, n);
	return true;
}
