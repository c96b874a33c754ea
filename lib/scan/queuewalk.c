#include "scan/queuewalk.h"

#include "base/num.h"

#include "base/banned.h"

#define STRICT_LOOK 2560 /* bytes of a text that are looked at */

static struct slice
bytes(const struct queuefile_src *src, uint64_t off, size_t n)
{
	uint64_t left;

	if (off >= src->size)
		return slice_of(NULL, 0);
	left = src->size - off;
	if (left < n)
		n = (size_t)left;
	return slice_sub(src->at(src->arg, src->base + off, n), 0, n);
}

uint64_t
queuewalk_border(const struct queuewalk *w)
{
	uint64_t x;

	if (!w->size.done || w->size.n < 3 ||
	    !num_add(
		w->size.v[QUEUESIZE_OFFSET], w->size.v[QUEUESIZE_SPAN], &x))
		return 0;
	return x;
}

/* The numbers of a C record that no file contradicts. */
static bool
sizes_fit(const struct queuesize *z, uint64_t behind)
{
	if (!z->done)
		return z->n > 1;
	if (z->n < 3)
		return true;
	return z->v[QUEUESIZE_OFFSET] > behind &&
	    z->v[QUEUESIZE_OFFSET] < QUEUEWALK_FILE &&
	    z->v[QUEUESIZE_SPAN] < QUEUEWALK_FILE &&
	    z->v[QUEUESIZE_NRCPT] < QUEUEWALK_FILE;
}

bool
queuewalk_start(
    struct queuewalk *w, const struct queuefile_src *src, bool strict)
{
	struct slice s = bytes(src, 0, QUEUEREC_LOOK);
	struct queuerec_head h;

	*w = (struct queuewalk){ .strict = strict };
	if (!queuefile_begins(s) || !queuerec_head(s, &h))
		return false;
	w->maildrop = h.type == 'T';
	w->pos = w->end = w->walked = h.head + (uint64_t)h.len;
	if (!w->maildrop &&
	    (!queuesize_parse(slice_sub(s, h.head, h.len), &w->size) ||
		!sizes_fit(&w->size, w->pos)))
		return false;
	/* What a file has next: T, or a filter before it. */
	s = slice_from(s, (size_t)w->pos);
	return w->maildrop || s.len == 0 || s.ptr[0] == 'T' ||
	    s.ptr[0] == 'L' || s.ptr[0] == 'A' || s.ptr[0] == 'F' ||
	    s.ptr[0] == 'S';
}

/* The first byte of a text that no mail has, or its length. */
static size_t
text_of(struct slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x20 && s.ptr[i] != '\t' && s.ptr[i] != '\r' &&
		    s.ptr[i] != '\f' && s.ptr[i] != '\b' && s.ptr[i] != 0x1b)
			break;
	return i;
}

static enum queuewalk_rc
bad_at(struct queuewalk *w, uint64_t off)
{
	w->bad = off;
	return QUEUEWALK_BAD;
}

/* M and X stand where the C record says. */
static bool
in_place(const struct queuewalk *w, unsigned char type, uint64_t next)
{
	uint64_t x = queuewalk_border(w);

	if (x == 0)
		return true;
	if (type == 'M')
		return next == w->size.v[QUEUESIZE_OFFSET];
	if (type == 'X')
		return w->pos == x;
	/* Without pointers, nothing reaches over them. */
	if (w->jumped)
		return true;
	return w->segment == QUEUE_ENVELOPE ?
	    next < w->size.v[QUEUESIZE_OFFSET] :
	    w->segment == QUEUE_EXTRACTED || next <= x;
}

/* The record of this type is the last one. */
static enum queuewalk_rc
at_end(struct queuewalk *w)
{
	bool sized = w->size.done && w->size.n >= 3;

	if (!w->sender || (!w->maildrop && !w->size.done) ||
	    (w->strict && sized && w->nrcpt != w->size.v[QUEUESIZE_NRCPT]) ||
	    w->nrcpt == 0)
		return bad_at(w, w->last);
	return QUEUEWALK_END;
}

/* Go to where the pointer leads. */
static enum queuewalk_rc
jump(struct queuewalk *w, const struct queuefile_src *src, uint64_t target)
{
	if (target >= src->size)
		return bad_at(w, w->last);
	w->jumped = true;
	w->pos = target;
	return QUEUEWALK_ON;
}

enum queuewalk_rc
queuewalk_step(struct queuewalk *w, const struct queuefile_src *src)
{
	struct slice s = bytes(src, w->pos, QUEUEREC_HEAD + STRICT_LOOK), data;
	uint64_t next, target = 0;
	struct queuerec_head h;
	size_t n;

	if (w->pos >= src->size)
		return QUEUEWALK_SHORT;
	if (s.len == 0)
		return bad_at(w, w->pos);
	if (!queuerec_head(s, &h))
		return s.len < 2 ? QUEUEWALK_SHORT : bad_at(w, w->pos + 1);
	data = slice_sub(s, h.head, h.len);
	if (!queuerec_legal(h.type, w->segment))
		return bad_at(w, w->pos);
	if (h.len > (w->strict ? QUEUEWALK_TEXT : QUEUEWALK_RECORD))
		return bad_at(w, w->pos + 1);
	if (w->strict && (n = text_of(data)) < data.len)
		return bad_at(w, w->pos + h.head + n);
	next = w->pos + h.head + h.len;
	if (next > src->size)
		return QUEUEWALK_SHORT;
	if (!queuerec_plausible(&h, data, w->segment, w->strict) ||
	    !in_place(w, h.type, next))
		return bad_at(w, next);
	w->last = w->pos;
	w->pos = next;
	w->walked += h.head + (uint64_t)h.len;
	if (next > w->end)
		w->end = next;
	if (w->walked > w->end || w->end > QUEUEWALK_FILE)
		return bad_at(w, w->last);
	w->sender =
	    w->sender || (h.type == 'S' && w->segment == QUEUE_ENVELOPE);
	if (w->segment != QUEUE_CONTENT)
		w->nrcpt += h.type == 'R' || h.type == 'D' || h.type == '/';
	w->segment = queuerec_behind(h.type, w->segment);
	if (w->segment == QUEUE_END)
		return at_end(w);
	if (h.type == 'p') {
		(void)queuerec_pointer(data, &target);
		if (target != 0)
			return jump(w, src, target);
	}
	return QUEUEWALK_ON;
}

bool
queuewalk_whole(const struct queuefile_src *src, uint64_t *size)
{
	struct queuewalk w;
	enum queuewalk_rc rc = QUEUEWALK_ON;

	if (!queuewalk_start(&w, src, false))
		return false;
	while (rc == QUEUEWALK_ON)
		rc = queuewalk_step(&w, src);
	*size = w.end;
	return rc == QUEUEWALK_END;
}
