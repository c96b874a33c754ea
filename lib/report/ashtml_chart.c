#include "report/ashtml.h"
#include "report/words.h"

#include "base/mem.h"

#include "base/banned.h"

#define BARS	62
#define SLOTS	7	/* at least, so that one bar is no wall */
#define LABELS	6
#define TOP	20	/* pixels: above the bars, */
#define HEIGHT	190	/* of them, */
#define BOTTOM	20	/* below them */
#define LEAST	3	/* of a status that is there at all */

struct bar {
	int64_t		day;
	uint64_t	n[DAYS_TLS_N];
	uint64_t	sum;
};

struct chart {
	struct bar	*bar;
	size_t		 n;
	uint64_t	 per;		/* days of a bar */
	uint64_t	 max;
	uint64_t	 all[DAYS_TLS_N];
};

/* From the first day with a hop to the last, in at most BARS bars. */
static void
make_bars(struct chart *c, const struct days *d)
{
	size_t a = 0, z = d->n;

	*c = (struct chart){ .n = 0 };
	while (a < z && days_tls_sum(d->v[a].tls) == 0)
		a++;
	while (z > a && days_tls_sum(d->v[z - 1].tls) == 0)
		z--;
	if (a == z)
		return;
	c->per = ((uint64_t)(d->v[z - 1].day - d->v[a].day) + BARS) / BARS;
	c->n = (size_t)((uint64_t)(d->v[z - 1].day - d->v[a].day) / c->per) +
	    1;
	c->bar = mem_alloc(c->n, sizeof(*c->bar));
	for (size_t i = 0; i < c->n; i++)
		c->bar[i].day = d->v[a].day + (int64_t)(i * c->per);
	for (size_t i = a; i < z; i++) {
		struct bar *b = &c->bar[(uint64_t)(d->v[i].day -
		    d->v[a].day) / c->per];

		for (size_t k = 0; k < DAYS_TLS_N; k++) {
			b->n[k] += d->v[i].tls[k];
			c->all[k] += d->v[i].tls[k];
			b->sum += d->v[i].tls[k];
		}
		if (b->sum > c->max)
			c->max = b->sum;
	}
}

/* Hundredths as N.NN */
static void
put_cent(struct buf *b, uint64_t v)
{
	words_u(b, v / 100);
	words(b, ".");
	words(b, v % 100 < 10 ? "0" : "");
	words_u(b, v % 100);
}

static void
put_word(struct buf *b, enum days_tls s)
{
	(void)buf_add(b, verdicts_tls_word[s]);
}

/* What lies over the colour. */
static const char *
pattern_of(enum days_tls s)
{
	return s == DAYS_PLAINTEXT ? "hatch" : s == DAYS_UNKNOWN ? "dots" :
	    NULL;
}

static void
put_rect(struct buf *b, const char *class, struct slice word, uint64_t x,
    uint64_t width, uint64_t y, uint64_t height)
{
	words(b, "<rect class=\"");
	if (class != NULL)
		words(b, class);
	else
		(void)buf_add(b, word);
	words(b, "\" x=\"");
	put_cent(b, x);
	words(b, "%\" width=\"");
	put_cent(b, width);
	words(b, "%\" y=\"");
	words_u(b, y);
	words(b, "\" height=\"");
	words_u(b, height);
	words(b, "\"/>");
}

/* Pixels of each status; none that is there vanishes. */
static void
heights(const struct bar *bar, uint64_t max, uint64_t h[DAYS_TLS_N])
{
	uint64_t sum = 0;
	size_t big = 0;

	for (size_t i = 0; i < DAYS_TLS_N; i++) {
		h[i] = (uint64_t)((double)bar->n[i] * HEIGHT / (double)max);
		if (bar->n[i] > 0 && h[i] < LEAST)
			h[i] = LEAST;
		sum += h[i];
		if (h[i] > h[big])
			big = i;
	}
	if (sum > HEIGHT)
		h[big] -= sum - HEIGHT;
}

static void
put_counts(struct buf *b, const uint64_t n[DAYS_TLS_N])
{
	for (size_t i = 0; i < DAYS_TLS_N; i++) {
		words(b, i == 0 ? "" : ", ");
		words_u(b, n[i]);
		words(b, " ");
		put_word(b, (enum days_tls)i);
	}
}

static void
put_bar(struct buf *b, const struct chart *c, size_t i)
{
	size_t slots = c->n < SLOTS ? SLOTS : c->n;
	uint64_t h[DAYS_TLS_N], y = TOP + HEIGHT;
	uint64_t x = i * 10000 / slots, w = 8000 / slots;
	const struct bar *bar = &c->bar[i];

	heights(bar, c->max, h);
	words(b, "<g><title>");
	days_text(b, bar->day);
	words(b, ": ");
	put_counts(b, bar->n);
	words(b, "</title>");
	x += 1000 / slots;
	for (size_t k = 0; k < DAYS_TLS_N; k++) {
		if (h[k] == 0)
			continue;
		y -= h[k];
		put_rect(b, NULL, verdicts_tls_word[k], x, w, y,
		    h[k] > LEAST ? h[k] - 1 : h[k]);
		if (pattern_of((enum days_tls)k) != NULL)
			put_rect(b, pattern_of((enum days_tls)k),
			    slice_of(NULL, 0), x, w, y,
			    h[k] > LEAST ? h[k] - 1 : h[k]);
	}
	words(b, "</g>\n");
}

/* Month and day below every so many bars. */
static void
put_label(struct buf *b, const struct chart *c, size_t i)
{
	size_t slots = c->n < SLOTS ? SLOTS : c->n;
	size_t every = (slots + LABELS) / (LABELS + 1);
	struct buf day;

	if (i % every != 0)
		return;
	buf_init(&day, 64);
	days_text(&day, c->bar[i].day);
	words(b, "<text text-anchor=\"middle\" x=\"");
	put_cent(b, i * 10000 / slots + 5000 / slots);
	words(b, "%\" y=\"");
	words_u(b, TOP + HEIGHT + 15);
	words(b, "\">");
	(void)buf_add(b, slice_from(buf_slice(&day), 5));
	words(b, "</text>\n");
	buf_free(&day);
}

static void
put_line(struct buf *b, uint64_t y, uint64_t value)
{
	words(b, "<line x1=\"0\" x2=\"100%\" y1=\"");
	words_u(b, y);
	words(b, "\" y2=\"");
	words_u(b, y);
	words(b, "\"/>");
	if (value == 0) {
		words(b, "\n");
		return;
	}
	words(b, "<text x=\"0\" y=\"");
	words_u(b, y - 4);
	words(b, "\">");
	words_n(b, value, "hop", "hops");
	words(b, "</text>\n");
}

static void
put_patterns(struct buf *b)
{
	words(b, "<defs>\n"
	    "<pattern id=\"hatch\" width=\"7\" height=\"7\" "
	    "patternUnits=\"userSpaceOnUse\" "
	    "patternTransform=\"rotate(45)\">"
	    "<line class=\"mark\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\"/>"
	    "</pattern>\n"
	    "<pattern id=\"dots\" width=\"6\" height=\"6\" "
	    "patternUnits=\"userSpaceOnUse\">"
	    "<circle class=\"dot\" cx=\"3\" cy=\"3\" r=\"1.2\"/>"
	    "</pattern>\n</defs>\n");
}

void
ashtml_swatch(struct buf *b, enum days_tls s)
{
	words(b, "<svg class=\"swatch\" aria-hidden=\"true\" "
	    "viewBox=\"0 0 16 16\">");
	put_rect(b, NULL, verdicts_tls_word[s], 0, 10000, 0, 16);
	if (pattern_of(s) != NULL)
		put_rect(b, pattern_of(s), slice_of(NULL, 0), 0, 10000, 0,
		    16);
	words(b, "</svg>");
}

static void
put_legend(struct buf *b, const struct chart *c)
{
	words(b, "<figcaption>");
	if (c->per > 1) {
		words(b, "Each bar is ");
		words_u(b, c->per);
		words(b, " days, from the one named on. ");
	}
	words(b, "A status that is there at all is at least three pixels "
	    "high; the table has the numbers.\n<ul>\n");
	for (size_t i = 0; i < DAYS_TLS_N; i++) {
		words(b, "<li>");
		ashtml_swatch(b, (enum days_tls)i);
		put_word(b, (enum days_tls)i);
		words(b, " ");
		words_u(b, c->all[i]);
		words(b, "</li>\n");
	}
	words(b, "</ul></figcaption>\n");
}

void
ashtml_chart(struct buf *b, const struct report *r)
{
	struct chart c;

	make_bars(&c, &r->days);
	if (c.n == 0) {
		words(b, "<p>No hop over the network has a time.</p>\n");
		return;
	}
	words(b, "<figure>\n<svg class=\"chart\" role=\"img\" "
	    "aria-label=\"TLS status by day\">\n"
	    "<title>TLS status by day</title>\n<desc>Stacked bars of hops "
	    "from ");
	days_text(b, c.bar[0].day);
	words(b, " on; in all ");
	put_counts(b, c.all);
	words(b, ". The table that follows has the numbers.</desc>\n");
	put_patterns(b);
	put_line(b, TOP, c.max);
	put_line(b, TOP + HEIGHT, 0);
	for (size_t i = 0; i < c.n; i++)
		put_bar(b, &c, i);
	for (size_t i = 0; i < c.n; i++)
		put_label(b, &c, i);
	words(b, "</svg>\n");
	put_legend(b, &c);
	words(b, "</figure>\n");
	mem_free(c.bar);
}
