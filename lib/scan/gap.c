#include "scan/gap.h"

#include <string.h>

#include "base/banned.h"

#define LETTERS 64 /* classes of bytes; 64 * 64 * 64 bits */
#define UNKNOWN LETTERS
/*
 * What a sequence tells, in hundredths of a natural logarithm: with the right
 * length one in thirty is new, with a wrong one two in five are.
 */
#define SEEN 48
#define NEW (-260)
#define HOPELESS (-600)
#define LEAST 1600
#define RIVAL(score) ((score) / 5 * 3) /* a second so good casts doubt */
#define RECENT 65536  /* sequences that tell how many are new */
#define PART_LEAST 64 /* as many are needed to judge a part, */
#define PART_NEW 16   /* of which one in so many may be new, */
#define JUNK_LEAST 32 /* sequences of bytes that came as such, */
#define JUNK_NEW 4    /* of which one in so many is new */
#define TIMES 3	      /* or so many times what is usual */

/* The class of a byte: 64 of them. */
static unsigned int class(unsigned int c)
{
	if (c >= '0' && c <= '9')
		return 0;
	if (c >= 'A' && c <= 'Z')
		return 1;
	if (c >= 'a' && c <= 'z')
		return 2 + c - 'a';
	if (c == '\n')
		return 28;
	if (c >= ' ' && c < '0')
		return 29 + c - ' ';
	if (c >= ':' && c < 'A')
		return 45 + c - ':';
	if (c >= '[' && c < 'a')
		return 52 + c - '[';
	if (c >= '{' && c <= '~')
		return 58 + c - '{';
	if (c == '\t' || c >= 0x7f)
		return 62 + (c != '\t');
	return UNKNOWN;
}

void
gap_init(struct gap *g)
{
	memset(g, 0, sizeof(*g));
}

static uint32_t
number(unsigned int a, unsigned int b, unsigned int c)
{
	return (a * LETTERS + b) * LETTERS + c;
}

/* How often a sequence is new, of late. */
static void
count(struct gap *g, bool new)
{
	if (g->total == RECENT) {
		g->total /= 2;
		g->new /= 2;
	}
	g->total++;
	g->new += new;
}

void
gap_learn(struct gap *g, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned int c = class(s.ptr[i]);
		uint32_t v;

		if (c == UNKNOWN) {
			g->n = 0;
			continue;
		}
		if (g->n >= 2) {
			v = number(g->last[0], g->last[1], c);
			count(g, (g->seen[v / 8] >> v % 8 & 1) == 0);
			g->seen[v / 8] |= (unsigned char)(1 << v % 8);
		} else
			g->n++;
		g->last[0] = g->last[1];
		g->last[1] = (uint16_t)c;
	}
}

void
gap_tail(struct gap_tail *t, struct slice text)
{
	memset(t->class, UNKNOWN, sizeof(t->class));
	for (size_t i = 1; i <= INFLATE_WINDOW && i <= text.len; i++)
		t->class[i] = (unsigned char)class(text.ptr[text.len - i]);
	for (unsigned int c = 0; c < GAP_CLASSES; c++)
		t->class[INFLATE_WINDOW + 1 + c] = (unsigned char)c;
}

/* Was a sequence seen? */
static bool
knows(const struct gap *g, uint32_t v)
{
	return (g->seen[v / 8] >> v % 8 & 1) != 0;
}

/* Three values, not all bytes, that do not stand side by side in the window. */
static bool
is_joint(const uint16_t *v)
{
	return (v[0] >= INFLATE_UNKNOWN || v[1] >= INFLATE_UNKNOWN ||
		   v[2] >= INFLATE_UNKNOWN) &&
	    (v[0] < INFLATE_UNKNOWN || v[1] != v[0] + 1 || v[2] != v[0] + 2);
}

/*
 * A joint: where in the tail its three classes are when `lost` bytes are
 * missing, at[i] - (lost & moves[i]), for any `lost` below `reach`.
 */
struct joint {
	uint32_t at[3];
	uint32_t moves[3];
	uint32_t reach;
};

static void
prepare(struct joint *j, const uint16_t *v)
{
	j->reach = INFLATE_WINDOW;
	for (size_t i = 0; i < 3; i++) {
		bool copied = v[i] >= INFLATE_UNKNOWN;
		uint32_t back =
		    (uint32_t)INFLATE_WINDOW - (v[i] - INFLATE_UNKNOWN);

		j->moves[i] = copied ? UINT32_MAX : 0;
		j->at[i] =
		    copied ? back : (uint32_t)INFLATE_WINDOW + 1 + class(v[i]);
		if (copied && back < j->reach)
			j->reach = back;
	}
}

/* Joints that are not all the same, from all of the text, by their reach. */
static size_t
choose(const uint16_t *v, size_t n, struct joint *joint)
{
	size_t k = 0, total = 0, every;

	for (size_t i = 0; i + 3 <= n; i++)
		total += is_joint(v + i);
	every = total / GAP_SAMPLES + 1;
	total = 0;
	for (size_t i = 0; i + 3 <= n && k < GAP_SAMPLES; i++) {
		struct joint j;
		size_t at = k;

		if (!is_joint(v + i) || total++ < k * every)
			continue;
		prepare(&j, v + i);
		for (; at > 0 && joint[at - 1].reach < j.reach; at--)
			joint[at] = joint[at - 1];
		joint[at] = j;
		k++;
	}
	return k;
}

/*
 * How well the text reads by k joints when `lost` bytes are missing, as far as
 * `least` can be reached.
 */
static int
score(const struct gap *g, const struct gap_tail *t, const struct joint *joint,
    size_t k, uint32_t lost, int least, uint64_t *work)
{
	int sum = 0;
	size_t i;

	for (i = 0;
	     i < k && sum > HOPELESS && sum + (int)(k - i) * SEEN >= least;
	     i++) {
		const struct joint *j = &joint[i];
		unsigned int a = t->class[j->at[0] - (lost & j->moves[0])];
		unsigned int b = t->class[j->at[1] - (lost & j->moves[1])];
		unsigned int c = t->class[j->at[2] - (lost & j->moves[2])];

		if (a != UNKNOWN && b != UNKNOWN && c != UNKNOWN)
			sum += knows(g, number(a, b, c)) ? SEEN : NEW;
	}
	*work += i + 1;
	return sum;
}

size_t
gap_find(const struct gap *g, const struct gap_tail *t, const uint16_t *v,
    size_t n, uint64_t *work)
{
	struct joint joint[GAP_SAMPLES];
	size_t k = choose(v, n, joint), best = GAP_NONE;
	int first = LEAST, second = 0;

	*work += n;
	for (uint32_t lost = 0; lost <= GAP_MAX; lost++) {
		int s;

		while (k > 0 && joint[k - 1].reach <= lost)
			k--;
		/* With fewer no length can be told, nor told apart. */
		if ((int)k * SEEN < RIVAL(LEAST))
			break;
		s = score(g, t, joint, k, lost, RIVAL(first), work);
		if (s >= first) {
			second = best == GAP_NONE ? second : first;
			first = s;
			best = lost;
		} else if (s > second)
			second = s;
	}
	return second < RIVAL(first) ? best : GAP_NONE;
}

bool
gap_junk(const struct gap *g, const uint16_t *v, size_t n)
{
	size_t total = 0, new = 0;

	for (size_t i = 0; i + 3 <= n; i++) {
		unsigned int a = class(v[i]), b = class(v[i + 1]);
		unsigned int c = class(v[i + 2]);

		if (v[i] >= INFLATE_UNKNOWN || v[i + 1] >= INFLATE_UNKNOWN ||
		    v[i + 2] >= INFLATE_UNKNOWN)
			continue;
		total++;
		new += a == UNKNOWN || b == UNKNOWN || c == UNKNOWN ||
		    !knows(g, number(a, b, c));
	}
	return total >= JUNK_LEAST && new * JUNK_NEW > total;
}

/* The class of a value when `lost` bytes are missing. */
static unsigned int
resolve(const struct gap_tail *t, uint16_t v, size_t lost)
{
	size_t back;

	if (v < INFLATE_UNKNOWN)
		return class(v);
	back = INFLATE_WINDOW - (size_t)(v - INFLATE_UNKNOWN);
	return back > INFLATE_WINDOW || back <= lost ? UNKNOWN :
						       t->class[back - lost];
}

bool
gap_reads(const struct gap *g, const struct gap_tail *t, const uint16_t *v,
    size_t n, size_t lost)
{
	size_t total = 0, new = 0;

	for (size_t i = 0; i + 3 <= n; i++) {
		unsigned int a = resolve(t, v[i], lost);
		unsigned int b = resolve(t, v[i + 1], lost);
		unsigned int c = resolve(t, v[i + 2], lost);

		if (i % GAP_PART == 0)
			total = new = 0;
		if (a == UNKNOWN || b == UNKNOWN || c == UNKNOWN)
			continue;
		total++;
		new += !knows(g, number(a, b, c));
		if (total >= PART_LEAST &&
		    new * PART_NEW > total &&
		    new * g->total > TIMES * total * g->new)
			return false;
	}
	return true;
}
