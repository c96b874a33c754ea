#include "scan/pieced.h"

#include "base/num.h"

#include "base/banned.h"

void
pieced_init(struct pieced *p, deflate_read_fn *read, void *arg)
{
	*p = (struct pieced){ .read = read, .arg = arg };
}

bool
pieced_add(struct pieced *p, uint64_t off, uint64_t len)
{
	uint64_t end;

	if (p->n == PIECED_MAX || len == 0 || !num_add(off, len, &end) ||
	    !num_add(p->size, len, &end))
		return false;
	p->v[p->n].off = off;
	p->v[p->n++].len = len;
	p->size = end;
	return true;
}

uint64_t
pieced_place(const struct pieced *p, uint64_t off, uint64_t *len)
{
	for (size_t i = 0; i < p->n; off -= p->v[i++].len) {
		if (off >= p->v[i].len)
			continue;
		if (*len > p->v[i].len - off)
			*len = p->v[i].len - off;
		return p->v[i].off + off;
	}
	return UINT64_MAX;
}

/* Bytes of the piece that holds off, as far as it goes. */
static size_t
read_piece(const struct pieced *p, uint64_t off, unsigned char *dst, size_t len)
{
	uint64_t n = len, at = pieced_place(p, off, &n);

	return at == UINT64_MAX ? 0 : p->read(p->arg, at, dst, (size_t)n);
}

size_t
pieced_read(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	size_t got = 0, n;

	while (got < len &&
	    (n = read_piece(arg, off + got, dst + got, len - got)) > 0)
		got += n;
	return got;
}

bool
pieced_parse(struct pieced *p, struct slice s)
{
	struct slice one, off, len;
	uint64_t at, n;

	while (s.len > 0) {
		if (!slice_cut(s, ',', &one, &s)) {
			one = s;
			s.len = 0;
		} else if (s.len == 0)
			return false;
		if (!slice_cut(one, '+', &off, &len) ||
		    !slice_u64(off, INT64_MAX, &at) ||
		    !slice_u64(len, INT64_MAX, &n) || !pieced_add(p, at, n))
			return false;
	}
	return p->n > 0;
}

void
pieced_put(const struct pieced *p, struct buf *b)
{
	for (size_t i = 0; i < p->n; i++) {
		if (i > 0)
			(void)buf_addc(b, ',');
		(void)buf_addu(b, p->v[i].off);
		(void)buf_addc(b, '+');
		(void)buf_addu(b, p->v[i].len);
	}
}
