#include "scan/lineproof.h"

#include <string.h>

#include "base/hash.h"
#include "fmt/logline.h"

#include "base/banned.h"

void
lineproof_init(struct lineproof *p, const struct prefix *prefix)
{
	memset(p->seen, 0, sizeof(p->seen));
	p->n = 0;
	p->lines = 0;
	framing_init(&p->framing, prefix);
}

void
lineproof_free(struct lineproof *p)
{
	framing_free(&p->framing);
}

/* A name seen before; remembered if there is room. */
static bool
seen(struct lineproof *p, struct slice name, uint64_t kind, bool learn)
{
	uint64_t h = hash_bytes(name, kind) | 1;
	size_t i = (size_t)h & (2 * PROOF_NAMES - 1);

	for (; p->seen[i] != 0; i = (i + 1) & (2 * PROOF_NAMES - 1))
		if (p->seen[i] == h)
			return true;
	if (learn && p->n < PROOF_NAMES) {
		p->seen[i] = h;
		p->n++;
	}
	/* Over the limit nothing can be said. */
	return p->n == PROOF_NAMES;
}

/* What a line of a known form says. */
static bool
makes_sense(struct lineproof *p, const struct frame *fr, bool learn)
{
	struct event ev;
	bool known;

	if (fr->kind == FRAMING_PART || fr->kind == FRAMING_MARK ||
	    fr->kind == FRAMING_BLANK)
		return true;
	(void)logline_read(fr, &ev);
	known = seen(p, fr->tag, 1, learn);
	known = seen(p, fr->host, 2, learn) && known;
	if (p->lines < PROOF_FIRST) {
		p->lines += learn;
		known = true;
	}
	return known && ev.class != LINE_UNKNOWN;
}

bool
lineproof_line(struct lineproof *p, struct slice line, bool learn)
{
	struct frame fr;
	bool good;

	if (line.len == 0)
		return true;
	good = framing_next(&p->framing, line, true, &fr) > 0 &&
	    fr.kind != FRAMING_NONE && makes_sense(p, &fr, learn);
	/* No line waits for another one. */
	while (framing_flush(&p->framing, &fr))
		continue;
	return good;
}
