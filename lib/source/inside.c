#include "source/inside.h"

#include "base/mem.h"
#include "scan/pieced.h"

struct inside {
	struct unpacked level[INSIDE_DEPTH];
	struct pieced pieces[INSIDE_DEPTH];
	size_t n;
};

/*
 * Take "@OFF-WORD", or "@OFF+LEN,OFF+LEN-WORD" and its pieces, off the front of
 * a path, which is else left as it is.
 */
static bool
take(struct slice *path, uint64_t *off, struct pieced *pieces,
    enum member_kind *kind)
{
	struct slice rest = *path, number, word;
	size_t n;

	if (!slice_take(&rest, SLICE("@")) ||
	    !slice_cut(rest, '-', &number, &rest))
		return false;
	pieced_init(pieces, NULL, NULL);
	*off = 0;
	if (!slice_u64(number, INT64_MAX, off) && !pieced_parse(pieces, number))
		return false;
	n = slice_chr(rest, '@');
	word = slice_sub(rest, 0, n == SLICE_NONE ? rest.len : n);
	for (size_t i = 0; i < UNPACKED_KINDS; i++)
		if (slice_eq(word, unpacked_name[i])) {
			*kind = (enum member_kind)i;
			*path = slice_from(rest, word.len);
			return true;
		}
	return false;
}

bool
inside_is(struct slice path)
{
	enum member_kind kind;
	struct pieced pieces;
	uint64_t off;
	size_t n = 0;

	while (path.len > 0 && n < INSIDE_DEPTH &&
	    take(&path, &off, &pieces, &kind))
		n++;
	return n > 0 && path.len == 0;
}

struct inside *
inside_open(deflate_read_fn *read, void *arg, uint64_t limit, struct slice path)
{
	struct inside *in;
	enum member_kind kind;
	uint64_t off;

	if (!inside_is(path))
		return NULL;
	in = mem_alloc(1, sizeof(*in));
	while (path.len > 0 && take(&path, &off, &in->pieces[in->n], &kind)) {
		struct pieced *p = &in->pieces[in->n];
		struct unpacked *u = &in->level[in->n++];

		if (p->n > 0) {
			p->read = read;
			p->arg = arg;
			read = pieced_read;
			arg = p;
		}

		if (!unpacked_open(u, kind, read, arg, off)) {
			inside_close(in);
			return NULL;
		}
		u->limit = limit;
		read = unpacked_read;
		arg = u;
	}
	return in;
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
