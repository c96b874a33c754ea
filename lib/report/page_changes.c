#include "report/page_make.h"

#include "base/mem.h"

#include "base/banned.h"

static const struct page_column columns[] = {
	{ "side", "Side", PAGE_WORD, false },
	{ "peer", "Peer", PAGE_TEXT, false },
	{ "change", "Change", PAGE_WORD, false },
	{ "before", "Before", PAGE_WORD, false },
	{ "before_hops", "Hops before", PAGE_NUM, false },
	{ "now", "In the period", PAGE_WORD, false },
	{ "now_hops", "Hops", PAGE_NUM, false }
};

static void
put_rows(struct page *p, struct report *r)
{
	struct page_table *t = page_begin(p, "changes",
	    "Peers whose TLS status, protocol or trust changed",
	    PAGE_COLUMNS(columns));
	struct changes_row **v;
	size_t n;

	v = changes_sorted(&r->changes, &n);
	t->total = n;
	for (size_t i = 0; i < n && !page_full(p); i++) {
		page_cell(p, counts_part(v[i]->name, 0));
		page_cell(p, counts_part(v[i]->name, 1));
		page_cell(p, v[i]->worse ? SLICE("less safe") :
		    SLICE("otherwise"));
		changes_text(&p->scratch, &v[i]->seen[0]);
		page_cell_words(p);
		page_cell_u(p, v[i]->seen[0].hops);
		changes_text(&p->scratch, &v[i]->seen[1]);
		page_cell_words(p);
		page_cell_u(p, v[i]->seen[1].hops);
	}
	mem_free(v);
	page_command(p);
	page_dropped(p, r->changes.dropped, "hops of other peers");
}

void
page_changes(struct page *p, struct report *r)
{
	const struct report_options *o = &r->o;
	struct buf *b;

	(void)page_section(p, "changes", "Changes since the period before");
	b = page_line(p);
	if (!o->has_period) {
		words(b, "Without a period there is none before it.");
		return;
	}
	words(b, "The period before is from ");
	words_date(b, o->zone, o->before);
	words(b, " until ");
	words_date(b, o->zone, o->from);
	words(b, ", with ");
	words_n(b, r->changes.hops[0], "hop", "hops");
	words(b, " in the evidence.");
	if (r->changes.hops[0] == 0) {
		words(b, " There is nothing to compare with.");
		return;
	}
	if (!r->before_covered) {
		words(b, " It is not wholly covered: ");
		(void)buf_add(b, buf_slice(&r->before_why));
		words(b, ".");
	}
	put_rows(p, r);
}
