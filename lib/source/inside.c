#include "source/inside.h"

#include "base/mem.h"
#include "scan/pieced.h"

struct inside {
	struct unpacked level[INSIDE_DEPTH];
	struct resync plan[INSIDE_DEPTH];
	struct pieced pieces[INSIDE_DEPTH];
	size_t n;
};

/* A step of a path. */
struct step {
	uint64_t off;
	struct pieced pieces; /* none: at off */
	bool part;	      /* off counts bits */
	bool flip;
	enum member_kind kind;
};

/* "DEFLATE" or "BITFLIP" at BYTE.BIT. */
static bool
take_part(struct slice number, struct slice word, struct step *s)
{
	struct slice byte, bit;
	uint64_t n;

	s->flip = slice_eq(word, SLICE("BITFLIP"));
	if ((!s->flip && !slice_eq(word, SLICE("DEFLATE"))) ||
	    !slice_cut(number, '.', &byte, &bit) ||
	    !slice_u64(byte, INT64_MAX / 8 - 1, &s->off) ||
	    !slice_u64(bit, 7, &n))
		return false;
	s->off = s->off * 8 + n;
	s->part = true;
	return true;
}

/*
 * Take "@OFF-WORD", or "@OFF+LEN,OFF+LEN-WORD" and its pieces, or a part's
 * "@BYTE.BIT-WORD", off the front of a path, which is else left as it is.
 */
static bool
take(struct slice *path, struct step *s)
{
	struct slice rest = *path, number, word;
	bool good = false;
	size_t n;

	s->off = 0;
	s->part = s->flip = false;
	pieced_init(&s->pieces, NULL, NULL);
	if (!slice_take(&rest, SLICE("@")) ||
	    !slice_cut(rest, '-', &number, &rest))
		return false;
	n = slice_chr(rest, '@');
	word = slice_sub(rest, 0, n == SLICE_NONE ? rest.len : n);
	for (size_t i = 0; i < UNPACKED_KINDS && !good; i++)
		if (slice_eq(word, unpacked_name[i])) {
			s->kind = (enum member_kind)i;
			good = slice_u64(number, INT64_MAX, &s->off) ||
			    pieced_parse(&s->pieces, number);
		}
	if (!good && !take_part(number, word, s))
		return false;
	*path = slice_from(rest, word.len);
	return true;
}

bool
inside_is(struct slice path)
{
	bool gzip = false;
	struct step s;
	size_t n = 0;

	while (path.len > 0 && n <= INSIDE_DEPTH && take(&path, &s)) {
		if (s.part && !gzip)
			return false;
		n += !s.part;
		gzip = !s.part && s.kind == MEMBER_GZIP;
	}
	return n > 0 && n <= INSIDE_DEPTH && path.len == 0;
}

/* The part of the member on top that a step names. */
static bool
open_part(struct inside *in, const struct step *s)
{
	struct unpacked *u = &in->level[in->n - 1];
	struct resync *plan = &in->plan[in->n - 1];
	deflate_read_fn *read = u->read;
	uint64_t work = 0, start = u->start;
	void *arg = u->arg;
	size_t part = 0;

	if (!resync_plan(plan, read, arg, u->member.data * 8, NULL,
		RESYNC_LIMIT, &work) ||
	    (plan->flip != RESYNC_NOWHERE) != s->flip)
		return false;
	while (!s->flip && part < plan->n && plan->hole[part].to != s->off)
		part++;
	if (s->flip ? plan->flip != s->off : part == plan->n)
		return false;
	return unpacked_open_part(
	    u, read, arg, start, plan, s->flip ? 0 : part + 1, NULL);
}

/* Put a member on top. */
static bool
open_member(
    struct inside *in, const struct step *s, deflate_read_fn *read, void *arg)
{
	struct pieced *p = &in->pieces[in->n];
	struct unpacked *u = &in->level[in->n++];

	*p = s->pieces;
	if (p->n > 0) {
		p->read = read;
		p->arg = arg;
		read = pieced_read;
		arg = p;
	}
	return unpacked_open(u, s->kind, read, arg, s->off);
}

struct inside *
inside_open(deflate_read_fn *read, void *arg, uint64_t limit, struct slice path)
{
	struct inside *in;
	struct step s;
	bool good = true;

	if (!inside_is(path))
		return NULL;
	in = mem_alloc(1, sizeof(*in));
	while (good && path.len > 0 && take(&path, &s)) {
		good =
		    s.part ? open_part(in, &s) : open_member(in, &s, read, arg);
		in->level[in->n - 1].limit = limit;
		read = unpacked_read;
		arg = &in->level[in->n - 1];
	}
	if (good)
		return in;
	inside_close(in);
	return NULL;
}

size_t
inside_read(struct inside *in, uint64_t off, unsigned char *dst, size_t len)
{
	return unpacked_read(&in->level[in->n - 1], off, dst, len);
}

void
inside_close(struct inside *in)
{
	if (in == NULL)
		return;
	for (size_t i = in->n; i > 0; i--)
		unpacked_close(&in->level[i - 1]);
	mem_free(in);
}
