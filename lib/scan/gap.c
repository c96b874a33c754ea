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

/* Three values that do not stand side by side in the window. */
static bool
is_joint(const uint16_t *v)
{
	bool copied = false, joined = true;

	for (size_t i = 0; i < 3; i++) {
		copied = copied || v[i] >= INFLATE_UNKNOWN;
		joined = joined && v[i] >= INFLATE_UNKNOWN && v[i] == v[0] + i;
	}
	return copied && !joined;
}

/* Joints that are not all the same, from all of the text. */
static size_t
choose(const uint16_t *v, size_t n, uint16_t sample[][3])
{
	size_t k = 0, total = 0, skip;

	for (size_t i = 0; i + 3 <= n; i++)
		total += is_joint(v + i);
	skip = total / GAP_SAMPLES;
	total = 0;
	for (size_t i = 0; i + 3 <= n && k < GAP_SAMPLES; i++)
		if (is_joint(v + i) && total++ >= k * (skip + 1))
			memcpy(sample[k++], v + i, 3 * sizeof(*v));
	return k;
}

/* The class of a value when `lost` bytes are missing. */
static unsigned int
resolve(struct slice text, uint16_t v, size_t lost)
{
	size_t back;

	if (v < INFLATE_UNKNOWN)
		return class(v);
	back = INFLATE_WINDOW - (size_t)(v - INFLATE_UNKNOWN);
	if (back > INFLATE_WINDOW || back <= lost || back - lost > text.len)
		return UNKNOWN;
	return class(text.ptr[text.len - (back - lost)]);
}

/* A joint: classes that are known, or how far back they stand. */
struct joint {
	int back[3]; /* 0: known */
	unsigned char class[3];
};

static void
prepare(struct joint *j, const uint16_t *v)
{
	for (size_t i = 0; i < 3; i++) {
		j->back[i] = v[i] < INFLATE_UNKNOWN ?
		    0 :
		    (int)INFLATE_WINDOW - (v[i] - INFLATE_UNKNOWN);
		j->class[i] = (unsigned char)class(v[i]);
	}
}

/*
 * How well the text reads when `lost` bytes are missing; tail[N] is the class
 * of the byte that stands N before its end.
 */
static int
score(const struct gap *g, const unsigned char *tail, int ntail,
    const struct joint *joint, size_t k, int lost)
{
	int sum = 0;

	for (size_t i = 0; i < k && sum > HOPELESS; i++) {
		const struct joint *j = &joint[i];
		unsigned int c[3];
		uint32_t v;

		for (size_t p = 0; p < 3; p++) {
			int at = j->back[p] - lost;

			c[p] = j->back[p] == 0	  ? j->class[p] :
			    at > 0 && at <= ntail ? tail[at] :
						    UNKNOWN;
		}
		if (c[0] == UNKNOWN || c[1] == UNKNOWN || c[2] == UNKNOWN)
			continue;
		v = number(c[0], c[1], c[2]);
		sum += (g->seen[v / 8] >> v % 8 & 1) == 0 ? NEW : SEEN;
	}
	return sum;
}

size_t
gap_find(const struct gap *g, struct slice text, const uint16_t *v, size_t n)
{
	unsigned char tail[INFLATE_WINDOW + 1];
	uint16_t sample[GAP_SAMPLES][3];
	struct joint joint[GAP_SAMPLES];
	size_t k = choose(v, n, sample), best = GAP_NONE;
	int first = LEAST, second = 0, ntail = (int)INFLATE_WINDOW;

	if (text.len < INFLATE_WINDOW)
		ntail = (int)text.len;
	for (int i = 1; i <= ntail; i++)
		tail[i] = (unsigned char)class(text.ptr[text.len - (size_t)i]);
	for (size_t i = 0; i < k; i++)
		prepare(&joint[i], sample[i]);
	for (int lost = 0; lost <= (int)GAP_MAX; lost++) {
		int s = score(g, tail, ntail, joint, k, lost);

		if (s >= first) {
			second = best == GAP_NONE ? second : first;
			first = s;
			best = (size_t)lost;
		} else if (s > second)
			second = s;
	}
	return second < first / 5 * 3 ? best : GAP_NONE;
}

bool
gap_junk(const struct gap *g, const uint16_t *v, size_t n)
{
	size_t total = 0, new = 0;

	for (size_t i = 0; i + 3 <= n; i++) {
		unsigned int a = class(v[i]), b = class(v[i + 1]);
		unsigned int c = class(v[i + 2]);
		uint32_t m = number(a, b, c);

		if (v[i] >= INFLATE_UNKNOWN || v[i + 1] >= INFLATE_UNKNOWN ||
		    v[i + 2] >= INFLATE_UNKNOWN)
			continue;
		total++;
		new += a == UNKNOWN || b == UNKNOWN || c == UNKNOWN ||
		    (g->seen[m / 8] >> m % 8 & 1) == 0;
	}
	return total >= JUNK_LEAST && new *JUNK_NEW > total;
}

bool
gap_reads(const struct gap *g, struct slice text, const uint16_t *v, size_t n,
    size_t lost)
{
	size_t total = 0, new = 0;

	for (size_t i = 0; i + 3 <= n; i++) {
		unsigned int a = resolve(text, v[i], lost);
		unsigned int b = resolve(text, v[i + 1], lost);
		unsigned int c = resolve(text, v[i + 2], lost);
		uint32_t m;

		if (i % GAP_PART == 0)
			total = new = 0;
		if (a == UNKNOWN || b == UNKNOWN || c == UNKNOWN)
			continue;
		m = number(a, b, c);
		total++;
		new += (g->seen[m / 8] >> m % 8 & 1) == 0;
		if (total >= PART_LEAST &&
		    new *PART_NEW > total &&new * g->total >
			TIMES * total * g->new)
			return false;
	}
	return true;
}
