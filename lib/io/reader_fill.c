#include "io/reader_level.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/mem.h"

#define ROOM	(READER_BUF / 4)	/* least room worth a read */

void
level_end(struct level *l, enum rc rc, const struct err *e)
{
	l->end = rc;
	l->told = false;
	if (rc == RC_DAMAGED || rc == RC_FAIL)
		l->err = *e;
}

void
level_begin(struct level *l)
{
	l->pos = l->len = 0;
	l->off = 0;
	l->end = RC_OK;
	l->told = l->torn = false;
}

/*
 * Make room behind the window: move its rest to the front, then grow, each
 * only when needed.  False if it is full at its largest.
 */
static bool
make_room(struct level *l)
{
	size_t from = l->pos < l->keep ? 0 : l->pos - l->keep;
	size_t cap;

	if (from == l->len)
		l->pos = l->len = 0;
	else if (l->cap - l->len < ROOM && from > 0) {
		memmove(l->buf, l->buf + from, l->len - from);
		l->pos -= from;
		l->len -= from;
	}
	if (l->cap - l->len < ROOM && l->cap < READER_MAX) {
		/* What is decoded is best kept in the processor's cache. */
		cap = l->cap > 0 ? 2 * l->cap :
		    l->kind == SNIFF_NONE ? READER_BUF : ROOM;
		l->buf = mem_grow(l->buf, l->cap, cap, 1);
		l->cap = cap;
	}
	return l->cap > l->len;
}

/* Read stored bytes straight into the window. */
static enum rc
fill_stored(struct reader *r, struct level *l)
{
	ssize_t n;
	struct err e = { 0 };

	for (;;) {
		if (r->shared)
			n = pread(r->fd, l->buf + l->len, l->cap - l->len,
			    (off_t)(r->base + r->stored));
		else
			n = read(r->fd, l->buf + l->len, l->cap - l->len);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			break;
		if (errno == EAGAIN)
			(void)poll(&(struct pollfd){ .fd = r->fd,
			    .events = POLLIN }, 1, -1);
	}
	if (n < 0)
		err_fail(&e, "cannot read");
	if (n <= 0) {
		level_end(l, n < 0 ? RC_FAIL : RC_END, &e);
		return l->end;
	}
	r->stored += (uint64_t)n;
	if (r->digest != NULL && r->seekable)
		digest_reach(r->digest, r->stored);
	else if (r->digest != NULL)
		digest_add(r->digest, slice_of(l->buf + l->len, (size_t)n));
	l->len += (size_t)n;
	return RC_OK;
}

void
level_end_decoder(struct level *l, enum rc rc, const struct err *e)
{
	struct level *low = l - 1;

	if (rc != RC_END && low->end != RC_OK && low->end != RC_END &&
	    !low->told) {
		level_end(l, low->end, &low->err);
		low->told = true;
	} else
		level_end(l, rc, e);
}

/* Count what a decoder has made; false when it is too much. */
static bool
within_limit(struct reader *r, struct level *l, size_t n)
{
	uint64_t limit;

	l->made += n;
	if (__builtin_mul_overflow(r->stored, READER_RATIO, &limit) ||
	    __builtin_add_overflow(limit, READER_SLACK, &limit))
		return true;
	return l->made <= limit;
}

/* Decompress from the window below. */
static enum rc
fill_packed(struct reader *r, size_t i)
{
	struct level *l = &r->level[i], *low = l - 1;
	size_t before = l->len;
	enum rc rc = RC_OK;
	struct err e;

	while (rc == RC_OK && l->len < l->cap) {
		size_t used, made;

		if (low->pos == low->len && low->end == RC_OK) {
			/* Wait for more only when there is nothing yet. */
			if (l->len > before)
				break;
			reader_fill(r, i - 1);
		}
		rc = l->kind == SNIFF_GZIP ?
		    gunzip_step(l->gunzip, level_window(low), low->end != RC_OK,
		    &used, l->buf + l->len, l->cap - l->len, &made, &e) :
		    unpack_step(l->unpack, level_window(low), low->end != RC_OK,
		    &used, l->buf + l->len, l->cap - l->len, &made, &e);
		level_consume(low, used);
		l->len += made;
	}
	if (rc != RC_OK)
		level_end_decoder(l, rc, &e);
	l->torn = rc == RC_DAMAGED && l->kind == SNIFF_GZIP;
	return l->len > before ? RC_OK : l->end;
}

static enum rc
fill_bundle(struct level *l)
{
	size_t got;
	struct err e;
	enum rc rc;

	rc = bundle_read(l->bundle, l->buf + l->len, l->cap - l->len, &got, &e);
	l->len += got;
	if (rc != RC_OK)
		level_end_decoder(l, rc, &e);
	return got > 0 ? RC_OK : l->end;
}

enum rc
reader_fill(struct reader *r, size_t i)
{
	struct level *l = &r->level[i];
	size_t before;
	enum rc rc;

	if (l->end != RC_OK)
		return l->end;
	if (!make_room(l))
		return RC_OK;
	if (i == 0)
		return fill_stored(r, l);
	before = l->len;
	rc = sniff_bundle(l->kind) ? fill_bundle(l) : fill_packed(r, i);
	if (!within_limit(r, l, l->len - before)) {
		level_end(l, RC_DAMAGED, &(struct err){
		    .what = "decompresses to far more than is plausible",
		    .off = l[-1].off });
		r->stop = true;
	}
	return rc;
}

enum rc
level_lend(void *arg, struct slice *s)
{
	struct level *l = arg, *low = l - 1;
	enum rc rc;

	level_consume(low, l->lent);
	l->lent = 0;
	if (low->pos == low->len) {
		rc = reader_fill(l->r, (size_t)(low - l->r->level));
		if (rc != RC_OK)
			return rc;
	}
	*s = level_window(low);
	l->lent = s->len;
	return RC_OK;
}

void
reader_skip(struct reader *r, size_t i)
{
	struct level *l = &r->level[i];

	do
		level_consume(l, l->len - l->pos);
	while (reader_fill(r, i) == RC_OK);
}
