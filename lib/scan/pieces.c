#include "scan/pieces.h"

#include "base/mem.h"
#include "base/num.h"
#include "fmt/queuefile.h"

#include "base/banned.h"

void
pieces_init(struct pieces *p, scan_at_fn *at, void *arg)
{
	*p = (struct pieces){ .at = at, .arg = arg };
}

void
pieces_free(struct pieces *p)
{
	mem_free(p->joined);
	p->joined = NULL;
}

bool
pieces_add(struct pieces *p, uint64_t off, uint64_t len)
{
	struct piece *last = p->n == 0 ? NULL : &p->v[p->n - 1];
	uint64_t end, size;

	if (len == 0)
		return true;
	if (!num_add(off, len, &end) || !num_add(p->size, len, &size))
		return false;
	if (last != NULL && last->off + last->len == off)
		last->len += len;
	else if (p->n == PIECES_MAX)
		return false;
	else
		p->v[p->n++] = (struct piece){ off, len };
	p->size = size;
	return true;
}

void
pieces_cut(struct pieces *p, uint64_t size)
{
	while (p->n > 0 && p->size > size) {
		struct piece *last = &p->v[p->n - 1];
		uint64_t drop = p->size - size;

		if (drop >= last->len) {
			p->size -= last->len;
			p->n--;
		} else {
			p->size -= drop;
			last->len -= drop;
		}
	}
}

uint64_t
pieces_image(const struct pieces *p, uint64_t off, uint64_t *len)
{
	for (size_t i = 0; i < p->n; i++) {
		if (off < p->v[i].len) {
			*len = p->v[i].len - off;
			return p->v[i].off + off;
		}
		off -= p->v[i].len;
	}
	*len = 0;
	return 0;
}

struct slice
pieces_at(void *arg, uint64_t off, size_t n)
{
	struct pieces *p = arg;
	size_t got = 0;

	if (n > QUEUEFILE_ASK)
		n = QUEUEFILE_ASK;
	while (got < n) {
		uint64_t len, at = pieces_image(p, off + got, &len);
		size_t want = n - got;
		struct slice s;

		if (len == 0)
			break;
		if (want > len)
			want = (size_t)len;
		s = slice_sub(p->at(p->arg, at, want), 0, want);
		/* In one piece: as it is. */
		if (got == 0 && s.len == n)
			return s;
		if (s.len == 0)
			break;
		if (p->joined == NULL)
			p->joined = mem_alloc(QUEUEFILE_ASK, 1);
		memcpy(p->joined + got, s.ptr, s.len);
		got += s.len;
		if (s.len < want)
			break;
	}
	return slice_of(p->joined, got);
}
