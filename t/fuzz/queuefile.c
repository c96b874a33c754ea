/*
 * queuefile - any bytes as a queue file: the walk ends, no byte belongs to
 * two records or losses, records and gaps together are the file, and the
 * same comes out whether the bytes are at hand at once or asked for piece by
 * piece
 */
#include "fmt/queuefile.h"

#include <stdlib.h>

#include "must.h"

struct feed {
	const uint8_t	*data;
	size_t		 size;
	uint8_t		*copy;		/* only what was asked for */
};

static struct slice
at_whole(void *arg, uint64_t off, size_t n)
{
	struct feed *f = arg;

	must(n <= QUEUEFILE_ASK && off <= f->size);
	return slice_of(f->data + off, f->size - (size_t)off);
}

/* Memory of its own, gone with the next call. */
static struct slice
at_piece(void *arg, uint64_t off, size_t n)
{
	struct feed *f = arg;

	if (n > f->size - off)
		n = f->size - (size_t)off;
	free(f->copy);
	f->copy = malloc(n + (n == 0));
	must(f->copy != NULL);
	memcpy(f->copy, f->data + off, n);
	return slice_of(f->copy, n);
}

struct sum {
	uint64_t	 hash;
	uint64_t	 bytes;
	unsigned char	*seen;
	size_t		 size;
};

static void
mix(struct sum *s, uint64_t v)
{
	s->hash = (s->hash ^ v) * UINT64_C(0x100000001b3);
}

static void
take(struct sum *s, uint64_t off, uint64_t len)
{
	must(off <= s->size && len <= s->size - off && len > 0);
	mix(s, off);
	mix(s, len);
	s->bytes += len;
	for (uint64_t i = off; i < off + len; i++) {
		must(s->seen[i] == 0);
		s->seen[i] = 1;
	}
}

static bool
gap(void *arg, uint64_t off, uint64_t len)
{
	take(arg, off, len);
	return true;
}

static uint64_t
walk(const struct queuefile_src *src)
{
	struct sum sum = { .hash = 1, .size = (size_t)src->size };
	struct queuefile q;
	struct queuefile_rec r;
	enum queuefile_item item;

	sum.seen = calloc(sum.size + 1, 1);
	must(sum.seen != NULL);
	queuefile_init(&q, src);
	while ((item = queuefile_next(&q, &r)) != QUEUEFILE_END) {
		mix(&sum, (uint64_t)item);
		if (item == QUEUEFILE_LOSS) {
			must(r.what != NULL);
			take(&sum, r.off, r.lost);
			continue;
		}
		must(r.segment < QUEUE_END);
		must(queuerec_legal(r.type, r.segment));
		must(r.data.len == (r.len < QUEUEFILE_DATA ? r.len :
		    QUEUEFILE_DATA));
		for (size_t i = 0; i < r.data.len; i++)
			mix(&sum, r.data.ptr[i]);
		take(&sum, r.off, r.head + (uint64_t)r.len);
	}
	must(queuefile_next(&q, &r) == QUEUEFILE_END);
	queuefile_gaps(&q, gap, &sum);
	must(sum.bytes == sum.size);
	mix(&sum, q.ended);
	mix(&sum, q.losses);
	mix(&sum, q.jumps);
	queuefile_free(&q);
	free(sum.seen);
	return sum.hash;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed f = { .data = data, .size = size };
	struct queuefile_src src = { .at = at_whole, .arg = &f, .size = size };
	uint64_t whole = walk(&src);

	src.at = at_piece;
	must(walk(&src) == whole);
	free(f.copy);
	return 0;
}
