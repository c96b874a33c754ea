/*
 * mime - any bytes as a message: parts begin, get data and end in order, none
 * stays open, nothing grows, and the same bytes give the same
 */
#include "fmt/mime.h"
#include "must.h"

#define PIECE	400	/* no boundary is as long */

struct seen {
	uint64_t	hash, bytes;
	unsigned int	begun, ended;
	bool		open[MIME_DEPTH];
	uint64_t	size[MIME_DEPTH];
	size_t		total;
};

static void
mix(struct seen *s, struct slice t)
{
	for (size_t i = 0; i < t.len; i++)
		s->hash = (s->hash ^ t.ptr[i]) * UINT64_C(0x100000001b3);
}

static void
begin(void *arg, const struct mime_part *p)
{
	struct seen *s = arg;

	must(p->level < MIME_DEPTH && !s->open[p->level]);
	must(p->number.len > 0 && p->number.ptr[0] != '.');
	must(p->number.ptr[p->number.len - 1] != '.');
	must(p->type.len > 2 && slice_chr(p->type, '/') != SLICE_NONE);
	must(p->name.len <= MIMEHEAD_TEXT);
	s->open[p->level] = true;
	s->size[p->level] = 0;
	s->begun++;
	mix(s, p->number);
	mix(s, p->type);
	mix(s, p->name);
}

static void
data(void *arg, unsigned int level, struct slice t)
{
	struct seen *s = arg;

	must(level < MIME_DEPTH && s->open[level]);
	must(t.len > 0);
	s->size[level] += t.len;
	mix(s, t);
	/* Nothing that is decoded grows, but for what was held back. */
	must(s->size[level] <= s->total + 16);
}

static void
end(void *arg, const struct mime_part *p)
{
	struct seen *s = arg;

	must(s->open[p->level]);
	must(p->from <= p->to && p->to <= s->total);
	for (unsigned int i = p->level + 1; i < MIME_DEPTH; i++)
		must(!s->open[i]);
	s->open[p->level] = false;
	s->ended++;
	s->hash += p->whole;
}

static uint64_t
take(struct slice text, size_t piece)
{
	struct seen s = { .hash = 1, .total = text.len };
	const struct mime_fn fn = { begin, data, end, &s };
	struct mime m;
	size_t pos = 0;

	mime_init(&m, &fn);
	while (pos < text.len) {
		struct slice rest = slice_from(text, pos);
		size_t n = slice_chr(rest, '\n');
		bool ends = n != SLICE_NONE;

		if (!ends)
			n = rest.len;
		if (n > piece) {
			mime_line(&m, slice_sub(rest, 0, piece), false, pos,
			    pos + piece);
			pos += piece;
			continue;
		}
		mime_line(&m, slice_sub(rest, 0, n), ends, pos,
		    pos + n + ends);
		pos += n + ends;
	}
	mime_end(&m, true);
	must(s.begun == s.ended && s.begun <= MIME_PARTS);
	for (unsigned int i = 0; i < MIME_DEPTH; i++)
		must(!s.open[i]);
	mime_free(&m);
	return s.hash;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct slice text = slice_of(bytes, size);

	must(take(text, PIECE) == take(text, PIECE));
	(void)take(text, 1000000);
	return 0;
}
