#include "view/blockmap.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmltext.h"
#include "view/text.h"

#define CELL	8		/* units of the picture */
#define LEFT	120	/* for the offsets */
#define TOP	48
#define LEGEND	76	/* three lines */
#define SIZE	16	 	/* bytes of a size as text */
#define NAME	4096	/* bytes of the image's name, cleaned */

static const struct look {
	const char *name;
	const char *what;
	const char *light, *dark;
	char letter;
} looks[IMAGEMAP_N] = {
	[IMAGEMAP_LOG] = { "log", "log lines", "#0072b2", "#56b4e9", 'L' },
	[IMAGEMAP_QUEUE] = { "queue", "queue files", "#d55e00", "#ff9d5c",
	    'Q' },
	[IMAGEMAP_MAIL] = { "mail", "messages", "#b8860b", "#f0e442", 'M' },
	[IMAGEMAP_GZIP] = { "gzip", "compressed, with evidence", "#7b3fb5",
	    "#c39bff", 'G' },
	[IMAGEMAP_JOURNAL] = { "journal", "systemd's journal", "#00795a",
	    "#2fd6a5", 'J' },
	[IMAGEMAP_KEY] = { "key", "keys, certificates", "#c2185b", "#ff80ab",
	    'K' },
	[IMAGEMAP_TEXT] = { "text", "other text", "#b9c2cc", "#5d6773", 't' },
	[IMAGEMAP_ZERO] = { "zero", "zeroes", "#f1f3f5", "#20262c", '.' },
	[IMAGEMAP_OTHER] = { "other", "other bytes", "#d9dee3", "#39424c", 'o' }
};

/* The rarest first. */
static const enum imagemap_class order[] = { IMAGEMAP_KEY, IMAGEMAP_QUEUE,
	IMAGEMAP_JOURNAL, IMAGEMAP_MAIL, IMAGEMAP_GZIP, IMAGEMAP_LOG };

struct shown {
	enum imagemap_class	 class;
	bool			 pale;
};

static struct shown
show(const struct imagemap_cell *c)
{
	struct shown s = { IMAGEMAP_OTHER, false };
	uint64_t sum = 0;

	for (size_t k = 0; k < IMAGEMAP_N; k++)
		sum += c->n[k];
	/* Nothing was read of it. */
	if (sum == 0)
		s.class = IMAGEMAP_N;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (c->n[order[i]] > 0) {
			s.class = order[i];
			s.pale = c->n[order[i]] < sum / 10;
			return s;
		}
	for (size_t k = IMAGEMAP_TEXT; sum > 0 && k < IMAGEMAP_N; k++)
		if (c->n[k] > c->n[s.class])
			s.class = (enum imagemap_class)k;
	return s;
}

/* A number of bytes for people: 4 KB, 1.5 GB. */
static const char *
size_text(char dst[SIZE], uint64_t v)
{
	static const char *const unit[] = { "bytes", "KB", "MB", "GB", "TB",
		"PB", "EB" };
	uint64_t rest = 0;
	size_t i = 0;

	for (; v >= 1024 && i + 1 < sizeof(unit) / sizeof(unit[0]); i++) {
		rest = v % 1024 * 10 / 1024;
		v /= 1024;
	}
	if (rest > 0 && v < 100)
		(void)snprintf(dst, SIZE, "%u.%u %s", (unsigned int)v,
		    (unsigned int)rest, unit[i]);
	else
		(void)snprintf(dst, SIZE, "%u %s", (unsigned int)v, unit[i]);
	return dst;
}

static void
style(FILE *f)
{
	(void)fputs("<style>\n"
		    "svg{background:#fff;font:13px system-ui,sans-serif}\n"
		    "text{fill:#1f2328}.dim{fill:#59636e}\n",
	    f);
	for (size_t k = 0; k < IMAGEMAP_N; k++)
		(void)fprintf(f, ".%s{fill:%s}", looks[k].name, looks[k].light);
	(void)fputs(
	    "\n.pale{fill-opacity:.55}\n"
	    ".frame{fill:none;stroke:#8c959f;stroke-width:.5}\n"
	    "@media(prefers-color-scheme:dark){\n"
	    "svg{background:#0d1117}text{fill:#e6edf3}.dim{fill:#9198a1}\n",
	    f);
	for (size_t k = 0; k < IMAGEMAP_N; k++)
		(void)fprintf(f, ".%s{fill:%s}", looks[k].name, looks[k].dark);
	(void)fputs("\n}\n</style>\n", f);
}

/* The cells of a row from i on that look like the first one. */
static size_t
run_of(const struct imagemap *m, size_t i, struct shown *s)
{
	size_t end = i / BLOCKMAP_COLUMNS * BLOCKMAP_COLUMNS + BLOCKMAP_COLUMNS,
	       n = 1;

	*s = show(&m->cell[i]);
	for (; i + n < end && i + n < m->n; n++) {
		struct shown next = show(&m->cell[i + n]);

		if (next.class != s->class || next.pale != s->pale ||
		    imagemap_word(m, i + n) != NULL)
			break;
	}
	return n;
}

static void
put_cells(FILE *f, const struct imagemap *m)
{
	struct shown s;
	size_t n;

	for (size_t i = 0; i < m->n; i += n) {
		uint64_t off = (uint64_t)i * m->unit, end, mine = 0;
		const char *word = imagemap_word(m, i);
		char text[SIZE];

		n = run_of(m, i, &s);
		if (s.class == IMAGEMAP_N)
			continue;
		end = off + (uint64_t)n * m->unit;
		for (size_t k = 0; k < n; k++)
			mine += m->cell[i + k].n[s.class];
		(void)fprintf(f,
		    "<rect class=\"%s%s\" x=\"%zu\" y=\"%zu\" "
		    "width=\"%zu\" height=\"%d\"><title>%" PRIu64 " to %" PRIu64
		    ": %s, %s",
		    looks[s.class].name, s.pale ? " pale" : "",
		    LEFT + i % BLOCKMAP_COLUMNS * CELL,
		    TOP + i / BLOCKMAP_COLUMNS * CELL, n * CELL, CELL, off,
		    end < m->size ? end : m->size, looks[s.class].what,
		    size_text(text, mine));
		/* That says nothing. */
		if (word != NULL &&
		    strcmp(word, "application/octet-stream") != 0) {
			(void)fputs("; begins as ", f);
			xmltext_put(f, slice_cstr(word));
		}
		(void)fputs("</title></rect>\n", f);
	}
}

static size_t
rows_of(const struct imagemap *m)
{
	return (m->n + BLOCKMAP_COLUMNS - 1) / BLOCKMAP_COLUMNS;
}

/* The offsets at the left, every fourth row. */
static void
put_offsets(FILE *f, const struct imagemap *m)
{
	for (size_t row = 0; row < rows_of(m); row += 4)
		(void)fprintf(f,
		    "<text class=\"dim\" x=\"%d\" y=\"%zu\" "
		    "text-anchor=\"end\" font-size=\"11\">%" PRIu64 "</text>\n",
		    LEFT - 8, TOP + row * CELL + CELL + 1,
		    (uint64_t)row * BLOCKMAP_COLUMNS * m->unit);
}

static void
put_legend(FILE *f, const struct imagemap *m, size_t y)
{
	char text[SIZE];

	for (size_t k = 0; k < IMAGEMAP_N; k++) {
		size_t x = LEFT + k % 3 * 340, at = y + k / 3 * 22;

		(void)fprintf(f,
		    "<rect class=\"%s\" x=\"%zu\" y=\"%zu\" "
		    "width=\"14\" height=\"14\"/><rect class=\"frame\" "
		    "x=\"%zu\" y=\"%zu\" width=\"14\" height=\"14\"/><text "
		    "x=\"%zu\" y=\"%zu\">%s: %s</text>\n",
		    looks[k].name, x, at, x, at, x + 22, at + 12, looks[k].what,
		    size_text(text, m->all.n[k]));
	}
}

void
blockmap_svg(FILE *f, const struct imagemap *m, struct slice name)
{
	size_t width = LEFT + BLOCKMAP_COLUMNS * CELL + 16;
	size_t rows = rows_of(m), below = TOP + rows * CELL + 16;
	char text[2][SIZE];

	(void)fprintf(f,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %zu %zu\" width=\"%zu\" height=\"%zu\" "
	    "role=\"img\">\n<title>Mail evidence in ",
	    width, below + LEGEND, width, below + LEGEND);
	xmltext_put(f, name);
	(void)fputs("</title>\n", f);
	style(f);
	(void)fprintf(f,
	    "<text x=\"%d\" y=\"20\" font-size=\"16\" "
	    "font-weight=\"600\">Mail evidence in ",
	    LEFT);
	xmltext_put(f, name);
	(void)fprintf(f,
	    "</text>\n<text class=\"dim\" x=\"%d\" y=\"38\">"
	    "%s, row by row; a cell is %s; pale: less than a tenth of it"
	    "</text>\n",
	    LEFT, size_text(text[0], m->size), size_text(text[1], m->unit));
	put_offsets(f, m);
	put_cells(f, m);
	(void)fprintf(f,
	    "<rect class=\"frame\" x=\"%d\" y=\"%d\" "
	    "width=\"%d\" height=\"%zu\"/>\n",
	    LEFT, TOP, BLOCKMAP_COLUMNS * CELL, rows * CELL);
	put_legend(f, m, below);
	(void)fputs("</svg>\n", f);
}

/* The letter of some cells. */
static char
letter(const struct imagemap *m, size_t i, size_t n)
{
	struct imagemap_cell sum = { { 0 } };
	enum imagemap_class class;

	for (size_t end = i + n; i < end && i < m->n; i++)
		for (size_t k = 0; k < IMAGEMAP_N; k++)
			sum.n[k] += m->cell[i].n[k];
	class = show(&sum).class;
	return class == IMAGEMAP_N ? ' ' : looks[class].letter;
}

/* The most bytes first, then as they stand. */
static int
by_bytes(const void *a, const void *b)
{
	const struct imagemap_type *x = *(struct imagemap_type *const *)a;
	const struct imagemap_type *y = *(struct imagemap_type *const *)b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return x < y ? -1 : x > y;
}

/* What is none of it, for who looks further. */
static void
put_types(FILE *f, const struct imagemap *m)
{
	const struct imagemap_type *v[IMAGEMAP_TYPES];
	char text[SIZE];

	if (m->ntype == 0)
		return;
	for (size_t k = 0; k < m->ntype; k++)
		v[k] = &m->type[k];
	qsort(v, m->ntype, sizeof(v[0]), by_bytes);
	(void)fputs("\nRuns of other text and bytes, by what they begin as\n",
	    f);
	for (size_t k = 0; k < m->ntype && k < BLOCKMAP_TYPES; k++)
		(void)fprintf(f, "%7" PRIu64 "  %-40s  %s\n", v[k]->runs,
		    v[k]->word, size_text(text, v[k]->bytes));
	if (m->ntype > BLOCKMAP_TYPES)
		(void)fprintf(f, "         %zu types more\n",
		    m->ntype - BLOCKMAP_TYPES);
}

void
blockmap_text(FILE *f, const struct imagemap *m, struct slice name)
{
	size_t each = 1;
	char text[2][SIZE];
	struct buf clean;

	while (m->n / each > BLOCKMAP_LETTERS)
		each *= 2;
	buf_init(&clean, NAME);
	text_clean(&clean, name, "");
	(void)fputs("Mail evidence in ", f);
	(void)fwrite(clean.ptr, 1, clean.len, f);
	(void)fprintf(f, "\n%s; a character is %s\n\n",
	    size_text(text[0], m->size), size_text(text[1], m->unit * each));
	buf_free(&clean);
	for (size_t i = 0; i < m->n; i += BLOCKMAP_LINE * each) {
		(void)fprintf(f, "%14" PRIu64 "  ", (uint64_t)i * m->unit);
		for (size_t k = 0; k < BLOCKMAP_LINE; k++)
			if (i + k * each < m->n)
				(void)fputc(letter(m, i + k * each, each), f);
		(void)fputc('\n', f);
	}
	(void)fputc('\n', f);
	for (size_t k = 0; k < IMAGEMAP_N; k++)
		(void)fprintf(f, "%c  %-25s  %s\n", looks[k].letter,
		    looks[k].what, size_text(text[0], m->all.n[k]));
	put_types(f, m);
}
