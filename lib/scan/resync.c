#include "scan/resync.h"

#include <string.h>

#include "base/mem.h"
#include "scan/gap.h"
#include "scan/resync_part.h"

#include "base/banned.h"

#define TEXT ((size_t)1024 * 1024) /* kept of what was made */
#define MARKS 2048		   /* places of which the bit is known */
#define STEP 512		   /* bytes between them */
#define CLOSE 12		   /* so many lines, */
#define CHAIN 64		   /* a bad line so far before them is of it */
#define PROVEN 16		   /* good lines before anything can be told */
#define HEAD 256		   /* least bytes of a part's head */
#define SEARCHED 4 /* part of the limit that searches may take */
#define FLIPS 8	   /* bad lines before which it is looked for */

/*
 * Decode some.  The head of a part, up to a line end, may be what the damage
 * left: nobody has read it as a line, so nothing may be copied from it.
 * *head is the bytes made of it, or HEAD_OVER.
 */
enum rc
resync_step(struct inflate *d, size_t *head, const uint16_t **v, size_t *n)
{
	enum rc rc =
	    inflate_step(d, *head == HEAD_OVER ? STEP : INFLATE_LEAST, v, n);
	uint16_t *w = d->out + d->nout - *n;

	for (size_t i = 0; i < *n && *head != HEAD_OVER; i++) {
		if (++*head > HEAD && w[i] == '\n')
			*head = HEAD_OVER;
		else
			w[i] = INFLATE_UNKNOWN;
	}
	return rc;
}

/* What is kept of the text when it is full. */
static void
make_room(struct search *x, size_t n)
{
	if (x->ntext + n <= TEXT)
		return;
	memmove(x->text, x->text + x->ntext - TEXT / 2, TEXT / 2);
	x->ntext = TEXT / 2;
}

/* Where a place of the text is in memory, if it still is. */
size_t
resync_position(const struct search *x, uint64_t off)
{
	uint64_t back = x->made - off;

	return back <= x->ntext ? x->ntext - (size_t)back : 0;
}

/* A bad line; true if there are so many that it is damage. */
static bool
suspect(struct search *x)
{
	uint64_t now = x->good + x->bad;

	if (x->nlast == 0 ||
	    now - x->last[(x->nlast - 1) % CLOSE_BAD] > CHAIN) {
		/* Those before may be damaged and show nothing. */
		x->chain = x->before[1];
		x->chain_end = x->made;
		x->asked =
		    x->good < PROVEN || x->plan->n > 0 || x->flips == FLIPS;
		x->nlast = 0;
	}
	x->last[x->nlast++ % CLOSE_BAD] = now;
	return x->nlast >= CLOSE_BAD && x->good >= PROVEN &&
	    x->bad * 4 < x->good &&
	    now - x->last[x->nlast % CLOSE_BAD] <= CLOSE;
}

/* A line has ended; true if damage shows by now. */
static bool
judge(struct search *x, struct slice line)
{
	bool first = x->first, good, damaged;

	x->first = false;
	if (first || slice_chr(line, RESYNC_BLANK) != SLICE_NONE)
		return false;
	good = lineproof_line(&x->proof, line, x->good + x->bad < PROOF_FIRST);
	*(good ? &x->good : &x->bad) += 1;
	if (!good) {
		damaged = suspect(x);
		/* Names are no news the second time. */
		if (x->asked)
			(void)lineproof_line(&x->proof, line, true);
		return damaged;
	}
	gap_learn(x->gap, line);
	gap_learn(x->gap, SLICE("\n"));
	return false;
}

/*
 * Where what is damaged begins, as far as the lines tell, and *end, the first
 * place at which it shows.
 */
static uint64_t
doubtful(const struct search *x, uint64_t *end)
{
	uint64_t now = x->good + x->bad;

	if (x->nlast > 0 &&
	    now - x->last[(x->nlast - 1) % CLOSE_BAD] <= CLOSE) {
		*end = x->chain_end;
		return x->chain;
	}
	*end = x->line;
	return x->before[1];
}

/* Add to the text and judge the lines that end in it. */
static bool
add(struct search *x, const uint16_t *v, size_t n)
{
	bool damaged = false;

	make_room(x, n);
	for (size_t i = 0; i < n; i++)
		x->text[x->ntext + i] = byte_of(v[i]);
	x->crc = (uint32_t)crc32(x->crc, x->text + x->ntext, (unsigned int)n);
	for (size_t i = 0; i < n; i++) {
		size_t from;

		x->ntext++;
		x->made++;
		if (v[i] != '\n')
			continue;
		from = resync_position(x, x->line);
		damaged =
		    judge(x, slice_of(x->text + from, x->ntext - 1 - from)) ||
		    damaged;
		x->before[1] = x->before[0];
		x->before[0] = x->line;
		x->line = x->made;
	}
	return damaged;
}

/* The place before `made` of which the bit is known. */
static struct mark
mark_before(const struct search *x, uint64_t made)
{
	size_t n = x->nmark < MARKS ? x->nmark : MARKS;
	struct mark m = { 0 };

	for (size_t i = 1; i <= n; i++) {
		m = x->mark[(x->nmark - i) % MARKS];
		if (m.made <= made)
			break;
	}
	return m;
}

/* Look for a bit that is wrong where the lines at hand are doubtful. */
static bool
ask(struct search *x)
{
	uint64_t shown, at = doubtful(x, &shown);
	struct mark m = mark_before(x, at), end = mark_before(x, shown);

	x->asked = true;
	x->flips++;
	return resync_search_flip(x, &m, &end);
}

/*
 * Decode up to a hole, which is what RC_DAMAGED means, or to the end.  *odd:
 * it is told by the lines only.
 */
static enum rc
decode(struct search *x, uint64_t most, bool *odd)
{
	struct inflate *d = x->d;
	const uint16_t *v;
	enum rc rc;
	size_t n;

	*odd = false;
	while (x->made <= most) {
		if (d->at_end && d->last)
			return RC_END;
		if (d->at_end || d->block == INFLATE_NONE) {
			x->block = inflate_bit(d);
			if (inflate_tables(d) != RC_OK)
				return RC_DAMAGED;
		}
		x->mark[x->nmark++ % MARKS] =
		    (struct mark){ x->made, inflate_bit(d), x->block, x->crc };
		rc = resync_step(d, &x->head, &v, &n);
		*odd = add(x, v, n);
		if (!x->asked && ask(x))
			return RC_END;
		if (rc != RC_OK)
			*odd = false;
		if (*odd || rc != RC_OK)
			return RC_DAMAGED;
	}
	return RC_END;
}

/* Go on behind a hole; its bytes have their place in the text. */
static bool
resume(struct search *x, const struct resync_hole *h)
{
	size_t lost = h->lost == GAP_NONE ? INFLATE_WINDOW : h->lost;

	if (!resync_go_on(x->d, h, x->text, x->ntext))
		return false;
	x->block = h->block;
	x->nlast = 0;
	x->head = 0;
	x->first = true;
	make_room(x, lost);
	memset(x->text + x->ntext, RESYNC_BLANK, lost);
	x->ntext += lost;
	x->made += lost;
	x->line = x->before[0] = x->before[1] = x->made;
	x->nmark = 0;
	return true;
}

/* What was decoded last looks damaged: find where to go on, if it is. */
static bool
cross(struct search *x, bool text_only)
{
	struct resync_hole *h = &x->plan->hole[x->plan->n];
	uint64_t shown, at = doubtful(x, &shown);
	struct mark m = mark_before(x, at), end = mark_before(x, shown);
	struct found f = { 0 };
	uint64_t made = x->made;
	size_t ntext = x->ntext;
	bool found, straight, again;

	if (x->plan->doubt > at)
		x->plan->doubt = at;
	if (text_only &&
	    (x->work > x->limit || resync_is_straight(x, at, &end))) {
		x->nlast = 0;
		return true;
	}
	if (x->plan->n == 0 && x->nlast == 0 && x->good >= PROVEN && ask(x))
		return false;
	again = text_only && resync_is_log(x, &end);
	x->plan->n++;
	x->ntext = resync_position(x, at);
	x->made = at;
	*h = (struct resync_hole){
		.from = m.bit, .to = RESYNC_NOWHERE, .at = at, .lost = GAP_NONE
	};
	found = x->good >= PROVEN && x->plan->n < RESYNC_HOLES &&
	    resync_search_block(x, &end, &f);
	straight =
	    text_only && found && resync_comes_to(x, &end, f.to, at + f.lost);
	if (!found && x->good >= PROVEN && x->plan->n < RESYNC_HOLES &&
	    !(straight = text_only && again))
		found = resync_search_header(x, &end, &f);
	if (straight) {
		x->plan->n--;
		x->ntext = ntext;
		x->made = made;
		x->nlast = 0;
		return true;
	}
	if (!found)
		return false;
	h->to = f.to;
	h->block = f.block;
	h->lost = f.lost;
	return resume(x, h);
}

bool
resync_plan(struct resync *plan, deflate_read_fn *read, void *arg, uint64_t bit,
    const struct prefix *prefix, uint64_t limit, uint64_t *work)
{
	struct search x = { .plan = plan, .limit = limit / SEARCHED };
	bool odd;
	enum rc rc;

	*plan = (struct resync){
		.start = bit, .flip = RESYNC_NOWHERE, .doubt = UINT64_MAX
	};
	x.d = mem_alloc(1, sizeof(*x.d));
	x.t = mem_alloc(1, sizeof(*x.t));
	x.gap = mem_alloc(1, sizeof(*x.gap));
	x.tail = mem_alloc(1, sizeof(*x.tail));
	x.text = mem_alloc(TEXT, 1);
	x.mark = mem_alloc(MARKS, sizeof(*x.mark));
	x.ahead = mem_alloc(AHEAD, sizeof(*x.ahead));
	x.line_ahead = mem_alloc(AHEAD, 1);
	lineproof_init(&x.proof, prefix);
	gap_init(x.gap);
	inflate_init(x.d, read, arg);
	inflate_init(x.t, read, arg);
	inflate_start(x.d, bit);
	x.head = HEAD_OVER;
	x.asked = true;
	do
		rc = decode(&x, limit, &odd);
	while (rc == RC_DAMAGED && cross(&x, odd));
	plan->ended = rc == RC_END && x.d->at_end && x.d->last;
	plan->end = inflate_bit(x.d);
	plan->made = x.made;
	*work += x.made + x.work;
	lineproof_free(&x.proof);
	mem_free(x.d);
	mem_free(x.t);
	mem_free(x.gap);
	mem_free(x.tail);
	mem_free(x.text);
	mem_free(x.mark);
	mem_free(x.ahead);
	mem_free(x.line_ahead);
	return x.good >= PROVEN &&
	    (plan->n > 0 || plan->flip != RESYNC_NOWHERE);
}
