#include "report/page.h"

#include "base/caltime.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "report/page_make.h"

#include "base/banned.h"

#define TEXT	((size_t)1 << 20)

struct page_section *
page_section(struct page *p, const char *id, const char *title)
{
	struct page_section *s;

	if (p->nsection == PAGE_SECTIONS)
		msg_panic("too many sections");
	s = &p->section[p->nsection++];
	*s = (struct page_section){ .id = id, .title = title };
	buf_init(&s->text, TEXT);
	return s;
}

struct buf *
page_line(struct page *p)
{
	struct buf *b = &p->section[p->nsection - 1].text;

	if (b->len > 0)
		(void)buf_addc(b, '\n');
	return b;
}

struct page_table *
page_begin(struct page *p, const char *key, const char *caption,
    const struct page_column *c, size_t n)
{
	struct page_table *t;

	if (p->ntable == PAGE_TABLES)
		msg_panic("too many tables");
	t = &p->table[p->ntable++];
	*t = (struct page_table){ .key = key, .caption = caption,
		.column = c, .ncolumn = n, .section = p->nsection - 1 };
	return t;
}

static struct page_table *
latest(struct page *p)
{
	return &p->table[p->ntable - 1];
}

bool
page_full(const struct page *p)
{
	const struct page_table *t = &p->table[p->ntable - 1];

	return page_rows(t) >= p->report->o.rows;
}

/* Add a cell that lives as long as the page. */
static void
add(struct page *p, struct slice s)
{
	struct page_table *t = latest(p);
	size_t cap;

	if (t->ncell == t->cap) {
		cap = t->cap == 0 ? 64 : t->cap * 2;
		t->cell = mem_grow(t->cell, t->cap, cap, sizeof(*t->cell));
		t->cap = cap;
	}
	t->cell[t->ncell++] = s;
}

void
page_cell(struct page *p, struct slice s)
{
	if (s.ptr == NULL)
		add(p, s);
	else if (s.len == 0)
		add(p, SLICE(""));
	else
		add(p, arena_dup(&p->mem, s));
}

void
page_cell_some(struct page *p, struct slice s)
{
	page_cell(p, s.len == 0 ? slice_of(NULL, 0) : s);
}

void
page_cell_u(struct page *p, uint64_t v)
{
	unsigned char text[NUM_MAX];

	add(p, arena_dup(&p->mem, slice_of(text, num_u64(text, v))));
}

void
page_cell_time(struct page *p, int64_t sec)
{
	unsigned char text[CALTIME_MAX];

	page_cell_some(p, slice_of(text, caltime_text(text, sec, 0, 0)));
}

void
page_cell_words(struct page *p)
{
	page_cell(p, p->scratch.len == 0 ? SLICE("") : buf_slice(&p->scratch));
	p->scratch.len = 0;
}

void
page_command(struct page *p)
{
	struct page_table *t = latest(p);
	const struct report_options *o = &p->report->o;
	struct buf *b = &p->scratch;

	if (t->total <= page_rows(t))
		return;
	b->len = 0;
	words(b, "mxreport");
	words_clean(b, o->judge_args);
	words_clean(b, o->period_args);
	words_clean(b, o->names_args);
	words(b, " --rows ");
	words_u(b, t->total < WORST_MAX ? t->total : WORST_MAX);
	words(b, " -o json");
	words_clean(b, o->read_args);
	words(b, " | jq -c '.");
	words(b, t->key);
	words(b, "[]'");
	t->command = arena_dup(&p->mem, buf_slice(b));
	b->len = 0;
}

void
page_dropped(struct page *p, uint64_t n, const char *what)
{
	struct page_table *t = latest(p);
	struct buf *b = &p->scratch;

	if (n == 0)
		return;
	b->len = 0;
	words_u(b, n);
	words(b, " ");
	words(b, what);
	words(b, " are not in this list: it follows a limited number of "
	    "names, the first ones.");
	t->note = arena_dup(&p->mem, buf_slice(b));
	b->len = 0;
}

const char *
page_status(const struct report *r)
{
	switch (report_status(r)) {
	case EXIT_YES:
		return r->tally->hops == 0 ? "nothing to judge" : "compliant";
	case EXIT_NO:
		return "violations";
	default:
		return "cannot say";
	}
}

void
page_make(struct page *p, struct report *r)
{
	*p = (struct page){ .report = r };
	arena_init(&p->mem, PAGE_MEMORY);
	buf_init(&p->sentence, TEXT);
	buf_init(&p->period, TEXT);
	buf_init(&p->scratch, TEXT);
	page_answer(p, r);
	page_coverage(p, r);
	page_tls(p, r);
	page_violations(p, r);
	page_changes(p, r);
	page_traffic(p, r);
	page_policy(p, r);
	page_sources(p, r);
}

void
page_free(struct page *p)
{
	for (size_t i = 0; i < p->nsection; i++)
		buf_free(&p->section[i].text);
	for (size_t i = 0; i < p->ntable; i++)
		mem_free(p->table[i].cell);
	buf_free(&p->sentence);
	buf_free(&p->period);
	buf_free(&p->scratch);
	arena_free(&p->mem);
}
