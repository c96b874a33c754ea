#include "report/words.h"

#include "base/caltime.h"
#include "rec/rec.h"
#include "view/text.h"

#include "base/banned.h"

void
words(struct buf *b, const char *s)
{
	(void)buf_add(b, slice_cstr(s));
}

void
words_u(struct buf *b, uint64_t v)
{
	(void)buf_addu(b, v);
}

void
words_n(struct buf *b, uint64_t n, const char *one, const char *many)
{
	words_u(b, n);
	words(b, " ");
	words(b, n == 1 ? one : many);
}

void
words_clean(struct buf *b, struct slice s)
{
	text_clean(b, s, "");
}

void
words_share(struct buf *b, uint64_t part, uint64_t whole)
{
	/* Cut off, so that only all of them are 100.0 percent. */
	uint64_t permille = whole == 0 ? 0 :
	    (uint64_t)((double)part * 1000 / (double)whole);

	if (part < UINT64_MAX / 1000 && whole > 0)
		permille = part * 1000 / whole;
	words_u(b, permille / 10);
	words(b, ".");
	words_u(b, permille % 10);
}

static size_t
local(unsigned char dst[CALTIME_MAX], const struct zone *z, int64_t sec)
{
	if (z != NULL)
		sec += zone_offset(z, sec, NULL);
	return caltime_text(dst, sec, 0, 0);
}

void
words_time(struct buf *b, const struct zone *z, int64_t sec)
{
	unsigned char t[CALTIME_MAX];
	size_t n = local(t, z, sec);

	if (n < 20)
		return;
	t[10] = ' ';
	(void)buf_add(b, slice_of(t, 19));
}

void
words_day(struct buf *b, const struct zone *z, int64_t sec)
{
	unsigned char t[CALTIME_MAX];

	if (local(t, z, sec) >= 10)
		(void)buf_add(b, slice_of(t, 10));
}

void
words_date(struct buf *b, const struct zone *z, int64_t sec)
{
	unsigned char t[CALTIME_MAX];
	size_t n = local(t, z, sec);

	if (n < 20)
		return;
	t[10] = ' ';
	(void)buf_add(b, slice_of(t, slice_eq(slice_of(t + 11, 8),
	    SLICE("00:00:00")) ? 10 : t[17] == '0' && t[18] == '0' ? 16 : 19));
}

void
words_ms(struct buf *b, uint64_t ms)
{
	uint64_t rest = ms % 1000;

	words_u(b, ms / 1000);
	if (rest == 0)
		return;
	(void)buf_addc(b, '.');
	for (; rest > 0; rest = rest % 100 * 10)
		(void)buf_addc(b, (unsigned char)('0' + rest / 100));
}

void
words_json(struct buf *b, struct slice s)
{
	words(b, "\"");
	(void)rec_json_escape(b, s);
	words(b, "\"");
}
