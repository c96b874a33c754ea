/*
 * Deflate data of any bytes, from the first one on: our decoder makes what
 * zlib makes of it, as long as that makes anything; holes come in order, every
 * part is the same however it is read, behind damage no line is given that
 * has a byte which is not known, and what is read with a bit inverted differs
 * in that bit.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "must.h"
#include "scan/gap.h"
#include "scan/resync.h"

#define WORK	((uint64_t)8 * 1024 * 1024)

struct in {
	const uint8_t	*p;
	size_t		 len;
};

static size_t
give(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	const struct in *in = arg;

	if (off >= in->len)
		return 0;
	if (len > in->len - off)
		len = (size_t)(in->len - off);
	memcpy(dst, in->p + off, len);
	return len;
}

/* Both decoders, side by side, until one of them has enough. */
static void
compare(struct in *in)
{
	struct inflate *a = calloc(1, sizeof(*a));
	struct deflate *b = calloc(1, sizeof(*b));
	static unsigned char buf[INFLATE_CHUNK];
	enum rc rc = RC_OK, other = RC_OK;
	size_t have = 0, n, made;
	const uint16_t *v;

	must(a != NULL && b != NULL);
	inflate_init(a, give, in);
	deflate_init(b, give, in);
	deflate_start(b, 0);
	while (rc == RC_OK && !(a->at_end && a->last) && a->made < 1 << 20) {
		if (a->at_end || a->block == INFLATE_NONE) {
			rc = inflate_tables(a);
			continue;
		}
		rc = inflate_step(a, 4096, &v, &n);
		for (have = 0; have < n && other == RC_OK; have += made) {
			other = deflate_step(b, buf, n - have, &made);
			for (size_t i = 0; i < made; i++)
				must(v[have + i] == buf[i]);
		}
		/* A place before the start is an error there. */
		if (other != RC_OK)
			break;
	}
	if (rc == RC_OK && a->at_end && a->last && other == RC_OK) {
		do
			other = deflate_step(b, buf, 1, &made);
		while (other == RC_OK && made == 0);
		must(other == RC_END && made == 0);
	}
	deflate_free(b);
	free(a);
	free(b);
}

/* All of a part, as a hash, read `cap` bytes at a time. */
static uint64_t
read_part(struct in *in, const struct resync *plan, size_t part, size_t cap)
{
	static unsigned char buf[8192];
	struct resync_text r;
	uint64_t hash = 1;
	bool blank = false, text = false;
	size_t made, total = 0;

	resync_open(&r, plan, give, in, NULL, part);
	while (resync_read(&r, buf, cap, &made) == RC_OK) {
		must(made > 0 && made <= cap);
		for (size_t i = 0; i < made; i++) {
			hash = (hash ^ buf[i]) * UINT64_C(0x100000001b3);
			blank = blank || buf[i] == RESYNC_BLANK;
			text = text || (buf[i] != RESYNC_BLANK &&
			    buf[i] != '\n');
			if (buf[i] != '\n')
				continue;
			must(part == 0 || !blank || !text);
			blank = text = false;
		}
		total += made;
		must(total <= 64 * WORK);
	}
	must(made == 0);
	resync_close(&r);
	return hash ^ total;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct in in = { p, len };
	struct resync plan;
	uint64_t work = 0, last = 0;

	hash_init();
	if (len < 8 || len > 65536)
		return 0;
	compare(&in);
	if (!resync_plan(&plan, give, &in, 0, NULL, WORK, &work))
		return 0;
	must(plan.n <= RESYNC_HOLES);
	must((plan.n > 0) != (plan.flip != RESYNC_NOWHERE));
	must(plan.flip == RESYNC_NOWHERE || plan.flip / 8 < len);
	for (size_t i = 0; i < plan.n; i++) {
		const struct resync_hole *h = &plan.hole[i];

		must(h->at >= last);
		last = h->at;
		must(h->to == RESYNC_NOWHERE || h->to / 8 < len);
		must(h->to != RESYNC_NOWHERE || i + 1 == plan.n);
		must(h->lost <= GAP_MAX || h->lost == GAP_NONE);
	}
	for (size_t i = 0; plan.n > 0 && i <= plan.n; i++) {
		if (i > 0 && plan.hole[i - 1].to == RESYNC_NOWHERE)
			break;
		must(read_part(&in, &plan, i, 8192) ==
		    read_part(&in, &plan, i, 97));
	}
	return 0;
}
