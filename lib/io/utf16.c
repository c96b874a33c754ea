#include "io/utf16.h"

#include "base/utf8.h"

#include "base/banned.h"

#define MARK 0xfeff
#define UNKNOWN 0xfffd

static uint32_t
unit(bool big, unsigned char a, unsigned char b)
{
	return big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

bool
utf16_begins(struct slice s)
{
	bool big = slice_starts(s, SLICE("\xfe\xff"));
	size_t n = s.len / 2 - 1;

	if (s.len < 4 || (!big && !slice_starts(s, SLICE("\xff\xfe"))))
		return false;
	for (size_t i = 1; i <= n && i <= UTF16_LOOK; i++) {
		uint32_t c = unit(big, s.ptr[2 * i], s.ptr[2 * i + 1]);

		if (c >= 0x7f ||
		    (c < ' ' && c != '\t' && c != '\r' && c != '\n'))
			return false;
	}
	return true;
}

void
utf16_init(struct utf16 *u)
{
	*u = (struct utf16){ .begun = false };
}

bool
utf16_torn(const struct utf16 *u)
{
	return u->half || u->high != 0;
}

static void
put(struct utf16 *u, uint32_t c)
{
	u->n += utf8_put(u->out + u->n, c);
}

/* A unit, whole. */
static void
take(struct utf16 *u, uint32_t c)
{
	bool high = (c & 0xfc00) == 0xd800, low = (c & 0xfc00) == 0xdc00;

	u->pos = u->n = 0;
	if (u->high != 0 && low) {
		put(u, 0x10000 + ((u->high & 0x3ff) << 10) + (c & 0x3ff));
		u->high = 0;
		return;
	}
	if (u->high != 0)
		put(u, UNKNOWN);
	u->high = high ? c : 0;
	if (!high)
		put(u, low ? UNKNOWN : c);
}

static void
take_byte(struct utf16 *u, unsigned char c)
{
	if (!u->half) {
		u->first = c;
		u->half = true;
		return;
	}
	u->half = false;
	if (u->begun) {
		take(u, unit(u->big, u->first, c));
		return;
	}
	u->big = unit(true, u->first, c) == MARK;
	u->begun = true;
}

void
utf16_step(struct utf16 *u, struct slice *in, unsigned char **dst, size_t *cap)
{
	struct slice s = *in;
	unsigned char *p = *dst;
	size_t room = *cap;

	while (room > 0 && (s.len > 0 || u->pos < u->n)) {
		if (u->pos < u->n) {
			*p++ = u->out[u->pos++];
			room--;
			continue;
		}
		/* Nearly all of a log. */
		while (u->begun && !utf16_torn(u) && s.len >= 2 && room > 0 &&
		    s.ptr[u->big ? 0 : 1] == 0 &&
		    s.ptr[u->big ? 1 : 0] < 0x80) {
			*p++ = s.ptr[u->big ? 1 : 0];
			room--;
			s = slice_of(s.ptr + 2, s.len - 2);
		}
		if (s.len > 0 && room > 0) {
			take_byte(u, *s.ptr);
			s = slice_from(s, 1);
		}
	}
	*in = s;
	*dst = p;
	*cap = room;
}
