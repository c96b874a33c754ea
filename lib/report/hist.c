#include "report/hist.h"

#include "base/banned.h"

#define SUB	4		/* bits of a step within a doubling */
#define LINEAR	(1U << SUB)

static size_t
step_of(uint64_t ms)
{
	unsigned int e;

	if (ms > HIST_MAX)
		ms = HIST_MAX;
	if (ms < LINEAR)
		return (size_t)ms;
	e = 63 - (unsigned int)__builtin_clzll(ms);
	return (e - SUB) * LINEAR + ((ms >> (e - SUB)) & (LINEAR - 1)) +
	    LINEAR;
}

/* The largest value of a step. */
static uint64_t
step_end(size_t step)
{
	uint64_t e;

	if (step < LINEAR)
		return step;
	e = (step - LINEAR) / LINEAR;
	return ((LINEAR + (step - LINEAR) % LINEAR + 1) << e) - 1;
}

void
hist_add(struct hist *h, uint64_t ms)
{
	h->n[step_of(ms)]++;
	h->total++;
	if (ms > h->max)
		h->max = ms;
}

void
hist_take_back(struct hist *h, uint64_t ms)
{
	size_t i;

	h->n[step_of(ms)]--;
	h->total--;
	if (ms < h->max)
		return;
	for (i = HIST_STEPS - 1; i > 0 && h->n[i] == 0; i--)
		continue;
	if (h->n[i] == 0)
		h->max = 0;
	else if (step_end(i) < h->max)
		h->max = step_end(i);
}

uint64_t
hist_percentile(const struct hist *h, unsigned int percent)
{
	uint64_t want = (h->total * percent + 99) / 100, seen = 0, end;

	if (h->total == 0)
		return 0;
	for (size_t i = 0; i < HIST_STEPS; i++) {
		seen += h->n[i];
		if (seen >= want) {
			end = step_end(i);
			return end > h->max || i == HIST_STEPS - 1 ? h->max :
			    end;
		}
	}
	return h->max;
}

bool
hist_seconds(struct slice s, uint64_t *ms)
{
	struct slice whole, part;
	uint64_t sec, add = 0, unit = 100;
	bool more = false;

	if (!slice_cut(s, '.', &whole, &part)) {
		whole = s;
		part = SLICE("");
	}
	if (!slice_u64(whole, UINT32_MAX, &sec))
		return false;
	for (size_t i = 0; i < part.len; i++) {
		if (!ascii_digit(part.ptr[i]))
			return false;
		add += (uint64_t)(part.ptr[i] - '0') * unit;
		more = more || (unit == 0 && part.ptr[i] != '0');
		unit /= 10;
	}
	*ms = sec * 1000 + add + more;
	return true;
}
