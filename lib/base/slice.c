#include "base/slice.h"

size_t
slice_any_far(struct slice s, size_t pos, unsigned char a, unsigned char b,
    unsigned char c)
{
#ifdef __SSE2__
	unsigned int mask;

	for (; s.len - pos >= 16; pos += 16) {
		mask = slice_mask(s.ptr + pos, a, b, c);
		if (mask != 0)
			return pos + (size_t)__builtin_ctz(mask);
	}
	if (s.len >= 16) {
		/* The last 16 bytes, without those before pos. */
		mask = slice_mask(s.ptr + s.len - 16, a, b, c) >>
		    (16 - (s.len - pos));
		return mask == 0 ? s.len : pos + (size_t)__builtin_ctz(mask);
	}
#endif
	while (pos < s.len && s.ptr[pos] != a && s.ptr[pos] != b &&
	    s.ptr[pos] != c)
		pos++;
	return pos;
}

struct slice
slice_cstr(const char *s)
{
	size_t len = 0;

	if (s == NULL)
		return slice_of(NULL, 0);
	while (s[len] != '\0')
		len++;
	return slice_of(s, len);
}

size_t
slice_find(struct slice s, struct slice needle)
{
	const unsigned char *p;

	if (needle.len == 0)
		return 0;
	if (s.len < needle.len)
		return SLICE_NONE;
	p = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return p == NULL ? SLICE_NONE : (size_t)(p - s.ptr);
}

size_t
slice_rfind(struct slice s, struct slice needle)
{
	size_t n, pos;

	if (needle.len == 0)
		return s.len;
	if (s.len < needle.len)
		return SLICE_NONE;
	for (n = s.len - needle.len + 1; n > 0; n = pos) {
		pos = slice_rchr(slice_of(s.ptr, n), needle.ptr[0]);
		if (pos == SLICE_NONE ||
		    memcmp(s.ptr + pos, needle.ptr, needle.len) == 0)
			return pos;
	}
	return SLICE_NONE;
}

/* Split around n bytes at pos. */
static bool
split(struct slice s, size_t pos, size_t n, struct slice *head,
    struct slice *tail)
{
	if (pos == SLICE_NONE)
		return false;
	*head = slice_sub(s, 0, pos);
	*tail = slice_from(s, pos + n);
	return true;
}

bool
slice_cut_str(struct slice s, struct slice sep, struct slice *head,
    struct slice *tail)
{
	return split(s, slice_find(s, sep), sep.len, head, tail);
}

bool
slice_rcut(struct slice s, unsigned char c, struct slice *head,
    struct slice *tail)
{
	return split(s, slice_rchr(s, c), 1, head, tail);
}

bool
slice_eq_nocase(struct slice a, struct slice b)
{
	size_t i = 0;
	uint64_t x, y;

	if (a.len != b.len)
		return false;
	for (; a.len - i >= sizeof(x); i += sizeof(x)) {
		memcpy(&x, a.ptr + i, sizeof(x));
		memcpy(&y, b.ptr + i, sizeof(y));
		if (x != y && ascii_tolower8(x) != ascii_tolower8(y))
			return false;
	}
	for (; i < a.len; i++)
		if (ascii_tolower(a.ptr[i]) != ascii_tolower(b.ptr[i]))
			return false;
	return true;
}

bool
slice_ends_nocase(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len &&
	    slice_eq_nocase(slice_from(s, s.len - suffix.len), suffix);
}

int
slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);

	if (c != 0)
		return c;
	return a.len < b.len ? -1 : a.len > b.len;
}

struct slice
slice_trim(struct slice s)
{
	while (s.len > 0 && (*s.ptr == ' ' || *s.ptr == '\t')) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 &&
	    (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}

bool
slice_digits(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_digit(s.ptr[i]))
			return false;
	return s.len > 0;
}

bool
slice_bytes(struct slice s, uint64_t *out)
{
	static const char units[] = "KMGT";
	uint64_t unit = 1;

	for (size_t i = 0; i < sizeof(units) - 1 && s.len > 0; i++)
		if (s.ptr[s.len - 1] == (unsigned char)units[i]) {
			unit = UINT64_C(1) << (10 * (i + 1));
			s.len--;
			break;
		}
	if (!slice_u64(s, UINT64_MAX / 2 / unit, out))
		return false;
	*out *= unit;
	return true;
}
