#include "report/ascsv.h"

#include "base/msg.h"
#include "rec/rec_csv.h"
#include "report/words.h"

#include "base/banned.h"

static bool
is_number(const struct page_column *c)
{
	return c->kind == PAGE_NUM || c->kind == PAGE_SHARE ||
	    c->kind == PAGE_SECONDS;
}

static void
put_line(struct buf *b, const char *table, uint64_t row, const char *key,
    struct slice value, bool number)
{
	words(b, table);
	words(b, ",");
	words_u(b, row);
	words(b, ",");
	words(b, key);
	words(b, ",");
	(void)rec_csv_value(b, value, number);
	words(b, "\n");
}

static void
put_u(struct buf *b, const char *key, uint64_t v)
{
	words(b, "answer,1,");
	words(b, key);
	words(b, ",");
	words_u(b, v);
	words(b, "\n");
}

static void
put_cell(struct buf *b, const struct page_table *t, size_t i)
{
	const struct page_column *c = &t->column[i % t->ncolumn];

	if (t->cell[i].ptr != NULL)
		put_line(b, t->key, i / t->ncolumn + 1, c->key, t->cell[i],
		    is_number(c));
}

void
ascsv_put(struct buf *b, const struct page *p)
{
	const struct tally *t = p->report->tally;

	words(b, "table,row,key,value\n");
	put_line(b, "answer", 1, "sentence", buf_slice(&p->sentence), false);
	put_line(b, "answer", 1, "status",
	    slice_cstr(page_status(p->report)), false);
	put_u(b, "hops", t->hops);
	for (size_t i = 0; i < VERDICT_N; i++) {
		words(b, "answer,1,");
		(void)buf_add(b, verdict_word[i]);
		words(b, ",");
		words_u(b, t->n[i]);
		words(b, "\n");
	}
	for (size_t i = 0; i < p->ntable; i++)
		for (size_t k = 0; k < p->table[i].ncell; k++)
			put_cell(b, &p->table[i], k);
	for (size_t i = 0; i < p->ntable; i++) {
		if (p->table[i].total <= page_rows(&p->table[i]))
			continue;
		words(b, "cut,1,");
		words(b, p->table[i].key);
		words(b, ",");
		words_u(b, p->table[i].total - page_rows(&p->table[i]));
		words(b, "\n");
	}
}

static void
put_table(struct buf *b, const struct page_table *t)
{
	for (size_t i = 0; i < t->ncolumn; i++) {
		words(b, i == 0 ? "" : ",");
		words(b, t->column[i].key);
	}
	for (size_t i = 0; i < t->ncell; i++) {
		words(b, i % t->ncolumn == 0 ? "\n" : ",");
		if (t->cell[i].ptr != NULL)
			(void)rec_csv_value(b, t->cell[i],
			    is_number(&t->column[i % t->ncolumn]));
	}
	words(b, "\n");
}

bool
ascsv_table(struct buf *b, const struct page *p, struct slice name)
{
	for (size_t i = 0; i < p->ntable; i++)
		if (slice_is(name, p->table[i].key)) {
			put_table(b, &p->table[i]);
			return true;
		}
	return false;
}
