#include "report/astext.h"

#include "base/mem.h"
#include "report/words.h"
#include "view/text.h"

#include "base/banned.h"

#define CELL	((size_t)64 * 1024 * 1024)
#define TABLE	100	/* columns that a table may take */
#define NARROW	44	/* columns of one of its cells */

/* Words, broken at blanks, each line after the first behind `indent`. */
static void
put_wrapped(struct buf *b, struct slice text, size_t indent)
{
	struct slice word;
	size_t at = indent;
	bool more = text.len > 0;

	while (more) {
		more = slice_cut(text, ' ', &word, &text);
		if (!more)
			word = text;
		if (at > indent && at + 1 + text_width(word) > ASTEXT_WIDTH) {
			words(b, "\n");
			for (size_t i = 0; i < indent; i++)
				words(b, " ");
			at = indent;
		} else if (at > indent) {
			words(b, " ");
			at++;
		}
		(void)buf_add(b, word);
		at += text_width(word);
	}
	words(b, "\n");
}

static void
put_paragraphs(struct buf *b, struct slice text)
{
	struct slice line;
	bool more = text.len > 0;

	while (more) {
		more = slice_cut(text, '\n', &line, &text);
		if (!more)
			line = text;
		put_wrapped(b, line, 0);
	}
}

static void
put_title(struct buf *b, const char *title, const char *under)
{
	words(b, "\n");
	words(b, title);
	words(b, "\n");
	for (size_t i = 0; i < slice_cstr(title).len; i++)
		words(b, under);
	words(b, "\n");
}

static bool
is_number(enum page_kind k)
{
	return k == PAGE_NUM || k == PAGE_SHARE || k == PAGE_SECONDS;
}

/* The text of a cell, clean. */
static void
cell_text(struct buf *b, const struct page_column *c, struct slice s)
{
	b->len = 0;
	if (s.ptr == NULL)
		words(b, "-");
	else if (s.len == 0)
		words(b, c->kind == PAGE_TEXT ? "<>" : "");
	else
		words_clean(b, s);
	if (c->kind == PAGE_SHARE && s.ptr != NULL)
		words(b, "%");
}

static void
pad(struct buf *b, size_t n)
{
	while (n-- > 0)
		words(b, " ");
}

static void
put_cell(struct buf *b, struct slice clean, size_t width, bool right,
    bool last)
{
	size_t from = b->len, have;

	if (right)
		pad(b, width - text_width(clean));
	if (text_width(clean) > width)
		text_cut_middle(b, clean, width);
	else
		(void)buf_add(b, clean);
	if (right || last)
		return;
	have = text_width(slice_of(b->ptr + from, b->len - from));
	if (have < width)
		pad(b, width - have);
}

/* The width of each column; false when the table is too wide. */
static bool
widths(const struct page_table *t, size_t *width, struct buf *cell)
{
	size_t sum = 0, w;

	for (size_t i = 0; i < t->ncolumn; i++) {
		if (t->column[i].under)
			return false;
		width[i] = slice_cstr(t->column[i].title).len;
		for (size_t row = 0; row < page_rows(t); row++) {
			cell_text(cell, &t->column[i],
			    t->cell[row * t->ncolumn + i]);
			w = text_width(buf_slice(cell));
			if (w > NARROW && (t->column[i].kind == PAGE_TEXT ||
			    t->column[i].kind == PAGE_CODE))
				w = NARROW;
			if (w > width[i])
				width[i] = w;
		}
		sum += width[i] + 2;
	}
	return sum <= TABLE;
}

static void
put_grid(struct buf *b, const struct page_table *t, const size_t *width,
    struct buf *cell)
{
	for (size_t i = 0; i < t->ncolumn; i++) {
		words(b, "  ");
		put_cell(b, slice_cstr(t->column[i].title), width[i],
		    is_number(t->column[i].kind), i + 1 == t->ncolumn);
	}
	words(b, "\n");
	for (size_t k = 0; k < t->ncell; k++) {
		size_t i = k % t->ncolumn;

		cell_text(cell, &t->column[i], t->cell[k]);
		words(b, "  ");
		put_cell(b, buf_slice(cell), width[i],
		    is_number(t->column[i].kind), i + 1 == t->ncolumn);
		if (i + 1 == t->ncolumn)
			words(b, "\n");
	}
}

/* A row over several lines, one for each column with those under it. */
static void
put_block(struct buf *b, const struct page_table *t, size_t row,
    struct buf *cell)
{
	struct buf line;

	buf_init(&line, CELL);
	for (size_t i = 0; i < t->ncolumn; i++) {
		const struct page_column *c = &t->column[i];
		struct slice s = t->cell[row * t->ncolumn + i];

		if (!c->under && line.len > 0) {
			words(b, "    ");
			put_wrapped(b, buf_slice(&line), 8);
			line.len = 0;
		}
		if (s.ptr == NULL || (s.len == 0 && c->kind != PAGE_TEXT))
			continue;
		if (line.len > 0)
			words(&line, c->title[0] == '\0' ? " " : ", ");
		words(&line, c->title);
		words(&line, c->title[0] == '\0' ? "" :
		    c->under ? " " : ": ");
		cell_text(cell, c, s);
		(void)buf_add(&line, buf_slice(cell));
	}
	words(b, "    ");
	put_wrapped(b, buf_slice(&line), 8);
	buf_free(&line);
}

static void
put_blocks(struct buf *b, const struct page_table *t, struct buf *cell)
{
	for (size_t row = 0; row < page_rows(t); row++) {
		words(b, "  ");
		words_u(b, row + 1);
		words(b, ".\n");
		put_block(b, t, row, cell);
	}
}

static void
put_table(struct buf *b, const struct page_table *t)
{
	size_t *width;
	struct buf cell;

	words(b, "\n");
	words(b, t->caption);
	if (page_rows(t) == 0)
		words(b, ": none\n");
	else {
		width = mem_alloc(t->ncolumn, sizeof(*width));
		buf_init(&cell, CELL);
		words(b, "\n");
		if (widths(t, width, &cell))
			put_grid(b, t, width, &cell);
		else
			put_blocks(b, t, &cell);
		buf_free(&cell);
		mem_free(width);
	}
	if (t->total > page_rows(t)) {
		words(b, "  ");
		words_u(b, page_rows(t));
		words(b, " of ");
		words_u(b, t->total);
		words(b, " rows are shown.");
		if (t->command.len > 0) {
			words(b, " All of them:\n  ");
			(void)buf_add(b, t->command);
		}
		words(b, "\n");
	}
	if (t->note.len > 0) {
		words(b, "  ");
		put_wrapped(b, t->note, 2);
	}
}

static void
put_number(struct buf *b, const char *word, uint64_t n, uint64_t of)
{
	words(b, "  ");
	words(b, word);
	words_u(b, n);
	words(b, " of ");
	words_n(b, of, "hop", "hops");
	words(b, "\n");
}

void
astext_put(struct buf *b, const struct page *p)
{
	const struct tally *t = p->report->tally;
	struct buf line;

	buf_init(&line, CELL);
	words(&line, "Mail and TLS: ");
	words(&line, page_status(p->report));
	words(&line, "\n");
	(void)buf_add(b, buf_slice(&line));
	buf_free(&line);
	words(b, "\n");
	put_wrapped(b, buf_slice(&p->sentence), 0);
	words(b, "\n");
	put_number(b, "compliant  ", t->n[VERDICT_COMPLIANT], t->hops);
	put_number(b, "violation  ", t->n[VERDICT_VIOLATION], t->hops);
	put_number(b, "unknown    ", t->n[VERDICT_UNKNOWN], t->hops);
	if (t->n[VERDICT_EXEMPT] > 0)
		put_number(b, "exempt     ", t->n[VERDICT_EXEMPT], t->hops);
	if (p->section[0].text.len > 0)
		words(b, "\n");
	put_paragraphs(b, buf_slice(&p->section[0].text));
	for (size_t i = 1; i < p->nsection; i++) {
		put_title(b, p->section[i].title, "=");
		put_paragraphs(b, buf_slice(&p->section[i].text));
		for (size_t k = 0; k < p->ntable; k++)
			if (p->table[k].section == i)
				put_table(b, &p->table[k]);
	}
}
