#include "view/text.h"

#include <stdio.h>

#include "base/utf8.h"

#define MARKS_MAX	4	/* combining marks in a row that are shown */
#define DOTS_WIDTH	(sizeof(TEXT_DOTS) - 1)

struct range {
	uint32_t	lo, hi;
};

static bool
in_ranges(const struct range *r, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n; i++)
		if (cp >= r[i].lo && cp <= r[i].hi)
			return true;
	return false;
}

size_t
text_columns_of(uint32_t cp)
{
	/* Whole blocks: rather one column too many than one too few. */
	static const struct range wide[] = {
		{ 0x1100, 0x115f }, { 0x231a, 0x231b }, { 0x2329, 0x232a },
		{ 0x23e9, 0x23f3 }, { 0x25fd, 0x25fe }, { 0x2600, 0x27bf },
		{ 0x2b1b, 0x2b55 }, { 0x2e80, 0xa4cf }, { 0xa960, 0xa97f },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe10, 0xfe19 },
		{ 0xfe30, 0xfe6f }, { 0xff01, 0xff60 }, { 0xffe0, 0xffe6 },
		{ 0x16fe0, 0x1b2ff }, { 0x1d300, 0x1d37f },
		{ 0x1f000, 0x1faff }, { 0x20000, 0x3fffd },
	};
	/* The marks of living scripts that names are written in. */
	static const struct range mark[] = {
		{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
		{ 0x064b, 0x065f }, { 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a },
		{ 0x0e47, 0x0e4e }, { 0x1ab0, 0x1ace }, { 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20f0 }, { 0xfe20, 0xfe2f },
	};

	if (cp < 0x0300)
		return 1;
	if (in_ranges(mark, sizeof(mark) / sizeof(*mark), cp))
		return 0;
	return in_ranges(wide, sizeof(wide) / sizeof(*wide), cp) ? 2 : 1;
}

void
text_clean(struct buf *b, struct slice s, const char *stop)
{
	struct slice stops = slice_cstr(stop);
	size_t pos = 0, marks = 0;

	while (pos < s.len) {
		uint32_t cp;
		size_t len = utf8_next(slice_from(s, pos), &cp);
		char esc[16];
		int n;

		marks = cp != UTF8_BAD && text_columns_of(cp) == 0 ?
		    marks + 1 : 0;
		if (cp == UTF8_BAD)
			n = snprintf(esc, sizeof(esc), "\\x%02x",
			    s.ptr[pos]);
		else if (!utf8_unsafe(cp) && marks <= MARKS_MAX &&
		    (cp >= 0x80 ||
		    slice_chr(stops, (unsigned char)cp) == SLICE_NONE))
			n = 0;
		else
			n = snprintf(esc, sizeof(esc), cp < 0x80 ? "\\x%02x" :
			    cp < 0x10000 ? "\\u%04x" : "\\U%08x",
			    (unsigned int)cp);
		if (!buf_add(b, n == 0 ? slice_sub(s, pos, len) :
		    slice_of(esc, (size_t)n)))
			return;
		pos += len;
	}
}

/* Bytes of the character or escape that clean text begins with. */
static size_t
unit(struct slice s, size_t *width)
{
	uint32_t cp;
	size_t n = utf8_next(s, &cp), want;

	*width = cp == UTF8_BAD ? 1 : text_columns_of(cp);
	if (cp != '\\' || s.len < 2)
		return n;
	want = s.ptr[1] == 'x' ? 4 : s.ptr[1] == 'u' ? 6 :
	    s.ptr[1] == 'U' ? 10 : 0;
	if (want == 0 || s.len < want)
		return n;
	for (size_t i = 2; i < want; i++)
		if (!ascii_hex(s.ptr[i]))
			return n;
	*width = want;
	return want;
}

size_t
text_width(struct slice s)
{
	size_t width = 0, w;

	for (size_t pos = 0; pos < s.len; width += w)
		pos += unit(slice_from(s, pos), &w);
	return width;
}

size_t
text_part(struct slice s, size_t width)
{
	size_t pos = 0, used = 0, w;

	while (pos < s.len) {
		size_t n = unit(slice_from(s, pos), &w);

		if (used + w > width && pos > 0)
			break;
		used += w;
		pos += n;
	}
	return pos;
}

void
text_cut_middle(struct buf *b, struct slice s, size_t width)
{
	size_t all = text_width(s), head, tail, used = 0, pos = 0, w, n;

	if (all <= width) {
		(void)buf_add(b, s);
		return;
	}
	if (width < TEXT_LEAST)
		width = TEXT_LEAST;
	head = (width - DOTS_WIDTH + 1) / 2;
	tail = width - DOTS_WIDTH - head;
	while (pos < s.len) {
		n = unit(slice_from(s, pos), &w);
		if (used + w > head)
			break;
		used += w;
		pos += n;
	}
	(void)buf_add(b, slice_sub(s, 0, pos));
	(void)buf_add(b, SLICE(TEXT_DOTS));
	while (pos < s.len && all - used > tail) {
		pos += unit(slice_from(s, pos), &w);
		used += w;
	}
	/* Marks belong to the character that was dropped. */
	while (pos < s.len && (n = unit(slice_from(s, pos), &w), w == 0))
		pos += n;
	(void)buf_add(b, slice_from(s, pos));
}

void
text_cut_end(struct buf *b, struct slice s, size_t width)
{
	size_t used = 0, pos = 0, w, n;

	if (text_width(s) <= width) {
		(void)buf_add(b, s);
		return;
	}
	if (width < TEXT_LEAST)
		width = TEXT_LEAST;
	while (pos < s.len) {
		n = unit(slice_from(s, pos), &w);
		if (used + w > width - DOTS_WIDTH)
			break;
		used += w;
		pos += n;
	}
	(void)buf_add(b, slice_sub(s, 0, pos));
	(void)buf_add(b, SLICE(TEXT_DOTS));
}

size_t
text_elapsed(char dst[TEXT_ELAPSED], const struct text_time *from,
    const struct text_time *to)
{
	int64_t d = to->sec - from->sec;
	int64_t nsec = (int64_t)to->nsec - (int64_t)from->nsec;
	bool fraction = from->digits > 0 && to->digits > 0;
	int64_t tenths;
	char sign;
	int n;

	if (!fraction)
		nsec = 0;
	sign = d < 0 || (d == 0 && nsec < 0) ? '-' : '+';
	if (sign == '-') {
		d = -d;
		nsec = -nsec;
	}
	if (nsec < 0) {
		d--;
		nsec += 1000000000;
	}
	/* To the tenth of a second below ten, to the second above. */
	tenths = (nsec + 50000000) / 100000000;
	if (d >= 10)
		d += tenths >= 5;
	else if (tenths == 10) {
		d++;
		tenths = 0;
	}
	if (fraction && d < 10)
		n = snprintf(dst, TEXT_ELAPSED, "%c%d.%ds", sign, (int)d,
		    (int)tenths);
	else if (d < 60)
		n = snprintf(dst, TEXT_ELAPSED, "%c%ds", sign, (int)d);
	else if (d < 3600)
		n = snprintf(dst, TEXT_ELAPSED, "%c%dm%02ds", sign,
		    (int)(d / 60), (int)(d % 60));
	else if (d < 86400)
		n = snprintf(dst, TEXT_ELAPSED, "%c%dh%02dm", sign,
		    (int)(d / 3600), (int)(d / 60 % 60));
	else if (d < 100 * 86400)
		n = snprintf(dst, TEXT_ELAPSED, "%c%dd%02dh", sign,
		    (int)(d / 86400), (int)(d / 3600 % 24));
	else
		n = snprintf(dst, TEXT_ELAPSED, "%c%lldd", sign,
		    (long long)(d / 86400));
	return n < 0 ? 0 : (size_t)n;
}

size_t
text_wait(char dst[TEXT_ELAPSED], int64_t sec)
{
	int64_t min = sec / 60 + (sec % 60 >= 30), hours = sec / 3600;
	int n;

	if (sec < 120)
		n = snprintf(dst, TEXT_ELAPSED, "%d s", (int)sec);
	else if (min < 120)
		n = snprintf(dst, TEXT_ELAPSED, "%d min", (int)min);
	else if (hours < 48)
		n = snprintf(dst, TEXT_ELAPSED, min % 60 == 0 ? "%d h" :
		    "%d h %d min", (int)(min / 60), (int)(min % 60));
	else
		n = snprintf(dst, TEXT_ELAPSED, hours % 24 == 0 ? "%lld d" :
		    "%lld d %lld h", (long long)(hours / 24),
		    (long long)(hours % 24));
	return n < 0 ? 0 : (size_t)n;
}
