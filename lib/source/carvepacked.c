#include "source/carvepacked.h"

#include "base/hash.h"
#include "base/mem.h"
#include "source/carvequeue.h"

struct carvepacked {
	struct carvequeue *queue;
	struct stream front; /* of the stream at hand */
	const struct stream *all;
	uint64_t path;	/* hash of its path */
	unsigned int n; /* places looked at in it */
};

static void *
open_state(const struct stream *s)
{
	struct carvepacked *c = mem_alloc(1, sizeof(*c));

	c->queue = carvequeue_open(s);
	return c;
}

static void
close_state(void *state)
{
	struct carvepacked *c = state;

	carvequeue_close(c->queue);
	mem_free(c);
}

/* The bytes of the front. */
static size_t
read_front(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	const struct carvepacked *c = arg;

	if (off >= CARVEPACKED_REACH)
		return 0;
	if (len > CARVEPACKED_REACH - off)
		len = (size_t)(CARVEPACKED_REACH - off);
	return stream_read(c->all, off, dst, len);
}

static uint64_t
on_anchor(const struct stream *s, void *state, enum anchor what, uint64_t off)
{
	struct carvepacked *c = state;
	uint64_t path;

	if (s->depth == 0 || off >= CARVEPACKED_REACH)
		return 0;
	path = hash_bytes(s->src, s->depth);
	if (path != c->path) {
		c->path = path;
		c->n = 0;
	}
	if (c->n == CARVEPACKED_MAX)
		return 0;
	c->n++;
	c->all = s;
	c->front = *s;
	c->front.read = read_front;
	c->front.arg = c;
	/* There is no second pass. */
	c->front.pipe = true;
	return carvequeue_row(c->queue, &c->front, what, off);
}

static void
on_note(void *state, struct slice bytes)
{
	(void)state;
	(void)bytes;
}

const struct finder carvepacked_finder = {
	.nested = FINDER_BIT(ANCHOR_QUEUE) | FINDER_BIT(ANCHOR_QUEUELOG),
	.open = open_state,
	.at = on_anchor,
	.note = on_note,
	.close = close_state,
};
