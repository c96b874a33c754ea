#include "report/page_make.h"

#include <stdlib.h>

#include "base/mem.h"

#include "base/banned.h"

static const struct page_column totals[] = {
	{ "what", "What", PAGE_WORD, false },
	{ "count", "Count", PAGE_NUM, false }
};

static const struct page_column by_day[] = {
	{ "day", "Day", PAGE_WORD, false },
	{ "in", "Messages in", PAGE_NUM, false },
	{ "delivered", "Delivered", PAGE_NUM, false },
	{ "deferred", "Deferred", PAGE_NUM, false },
	{ "bounced", "Bounced", PAGE_NUM, false },
	{ "rejected", "Rejected", PAGE_NUM, false }
};

static const struct page_column by_hour[] = {
	{ "hour", "Hour of the day", PAGE_WORD, false },
	{ "in", "Messages in", PAGE_NUM, false },
	{ "delivered", "Delivered", PAGE_NUM, false },
	{ "deferred", "Deferred", PAGE_NUM, false },
	{ "bounced", "Bounced", PAGE_NUM, false },
	{ "rejected", "Rejected", PAGE_NUM, false }
};

static const struct page_column reasons[] = {
	{ "status", "Outcome", PAGE_WORD, false },
	{ "code", "Code", PAGE_TEXT, false },
	{ "class", "Class", PAGE_WORD, false },
	{ "count", "Count", PAGE_NUM, false },
	{ "example", "First text", PAGE_TEXT, false }
};

static const struct page_column slowest[] = {
	{ "domain", "Destination", PAGE_TEXT, false },
	{ "delivered", "Delivered", PAGE_NUM, false },
	{ "p50", "Half within, s", PAGE_SECONDS, false },
	{ "p95", "95 % within, s", PAGE_SECONDS, false },
	{ "max", "Longest, s", PAGE_SECONDS, false }
};

static const struct page_column senders[] = {
	{ "address", "Sender", PAGE_TEXT, false },
	{ "messages", "Messages", PAGE_NUM, false },
	{ "bytes", "Bytes", PAGE_NUM, false }
};

static const struct page_column recipients[] = {
	{ "address", "Recipient", PAGE_TEXT, false },
	{ "delivered", "Delivered", PAGE_NUM, false }
};

static void
total(struct page *p, const char *what, uint64_t n)
{
	p->table[p->ntable - 1].total++;
	page_cell(p, slice_cstr(what));
	page_cell_u(p, n);
}

static void
put_totals(struct page *p, const struct traffic *t)
{
	(void)page_begin(p, "totals", "Mail in all", PAGE_COLUMNS(totals));
	total(p, "messages in, from other hosts", t->in[TRAFFIC_NETWORK]);
	total(p, "messages in, by authenticated users",
	    t->in[TRAFFIC_AUTHENTICATED]);
	total(p, "messages in, handed in on the host", t->in[TRAFFIC_HERE]);
	total(p, "messages in, notices by Postfix", t->in[TRAFFIC_NOTICE]);
	total(p, "messages in, arrival not in the evidence",
	    t->in[TRAFFIC_UNSEEN]);
	total(p, "bytes in", t->bytes);
	total(p, "delivered to other hosts", t->fate[TRAFFIC_SENT_OUT]);
	total(p, "delivered here", t->fate[TRAFFIC_SENT_HERE]);
	total(p, "dropped by discard", t->fate[TRAFFIC_DROPPED]);
	total(p, "messages discarded before they were queued", t->discarded);
	total(p, "deferred (attempts)", t->fate[TRAFFIC_DEFERRED]);
	total(p, "bounced", t->fate[TRAFFIC_BOUNCED]);
	total(p, "messages expired, for all or some recipients", t->expired);
	total(p, "recipients refused with a queue ID",
	    t->fate[TRAFFIC_REFUSED]);
	total(p, "other outcomes", t->fate[TRAFFIC_OTHER]);
	total(p, "rejected before queueing", t->rejected);
	total(p, "passed on to a queue in the evidence", t->passed);
}

static void
mail_cells(struct page *p, const uint64_t n[DAYS_MAIL_N])
{
	for (size_t i = 0; i < DAYS_MAIL_N; i++)
		page_cell_u(p, n[i]);
}

static void
put_times(struct page *p, const struct days *d)
{
	struct page_table *t = page_begin(p, "mail_by_day", "Mail by day",
	    PAGE_COLUMNS(by_day));

	for (size_t i = 0; i < d->n; i++) {
		t->total++;
		days_text(&p->scratch, d->v[i].day);
		page_cell_words(p);
		mail_cells(p, d->v[i].mail);
	}
	t = page_begin(p, "mail_by_hour", "Mail by hour of the day",
	    PAGE_COLUMNS(by_hour));
	for (unsigned int h = 0; h < 24; h++) {
		t->total++;
		if (h < 10)
			words(&p->scratch, "0");
		words_u(&p->scratch, h);
		page_cell_words(p);
		mail_cells(p, d->hour[h]);
	}
}

static void
put_reasons(struct page *p, const struct counts *c)
{
	struct page_table *t = page_begin(p, "reasons",
	    "Why mail was deferred, bounced or rejected",
	    PAGE_COLUMNS(reasons));
	struct counts_row **v;
	size_t n;

	v = counts_sorted(c, 0, &n);
	t->total = n;
	for (size_t i = 0; i < n && !page_full(p); i++) {
		page_cell(p, counts_part(v[i]->name, 0));
		page_cell_some(p, counts_part(v[i]->name, 1));
		page_cell_some(p, counts_part(v[i]->name, 2));
		page_cell_u(p, v[i]->n[0]);
		page_cell_some(p, counts_noted(c, v[i]));
	}
	mem_free(v);
	page_command(p);
	page_dropped(p, c->dropped, "outcomes with other reasons");
}

struct slow {
	const struct counts_row	*row;
	const struct hist	*hist;
	uint64_t		 p95;
};

static int
compare(const void *a, const void *b)
{
	const struct slow *x = a, *y = b;

	if (x->p95 != y->p95)
		return x->p95 > y->p95 ? -1 : 1;
	return slice_cmp(x->row->name, y->row->name);
}

static void
put_slowest(struct page *p, const struct traffic *tr)
{
	struct page_table *t = page_begin(p, "slowest_destinations",
	    "Slowest destinations", PAGE_COLUMNS(slowest));
	struct slow *v = mem_alloc(tr->ndelay + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < tr->ndelay; i++)
		if (tr->delay[i] != NULL && tr->delay[i]->total > 0)
			v[n++] = (struct slow){ tr->domain.row[i],
				tr->delay[i],
				hist_percentile(tr->delay[i], 95) };
	qsort(v, n, sizeof(*v), compare);
	t->total = n;
	for (size_t i = 0; i < n && !page_full(p); i++) {
		page_cell(p, v[i].row->name);
		page_cell_u(p, v[i].hist->total);
		words_ms(&p->scratch, hist_percentile(v[i].hist, 50));
		page_cell_words(p);
		words_ms(&p->scratch, v[i].p95);
		page_cell_words(p);
		words_ms(&p->scratch, v[i].hist->max);
		page_cell_words(p);
	}
	mem_free(v);
	page_command(p);
	page_dropped(p, tr->domain.dropped, "deliveries to other domains");
}

static void
put_addresses(struct page *p, const struct counts *c, const char *key,
    const char *caption, const struct page_column *col, size_t ncol)
{
	struct page_table *t = page_begin(p, key, caption, col, ncol);
	struct counts_row **v;
	size_t n;

	v = counts_sorted(c, 0, &n);
	t->total = n;
	for (size_t i = 0; i < n && !page_full(p); i++) {
		page_cell(p, v[i]->name);
		page_cell_u(p, v[i]->n[0]);
		if (ncol > 2)
			page_cell_u(p, v[i]->n[1]);
	}
	mem_free(v);
	page_command(p);
	page_dropped(p, c->dropped, "messages or deliveries of other "
	    "addresses");
}

void
page_traffic(struct page *p, const struct report *r)
{
	const struct traffic *t = &r->traffic;
	struct buf *b;

	(void)page_section(p, "mail", "Delivery summary");
	b = page_line(p);
	words(b, "Mail that passes several queues, as through a filter, "
	    "counts once: as a message where it came in, and as delivered "
	    "where it left the last queue that is in the evidence. "
	    "Deliveries count by recipient, deferrals by attempt.");
	put_totals(p, t);
	put_times(p, &r->days);
	put_reasons(p, &t->reason);
	b = page_line(p);
	words(b, "Destinations are recipient domains, the slowest by what 95 "
	    "percent of their deliveries took at most, from arrival on. "
	    "Percentiles are at most 6.25 percent above the true value, "
	    "never below it; the longest is exact.");
	put_slowest(p, t);
	put_addresses(p, &t->from, "senders", "Top senders",
	    PAGE_COLUMNS(senders));
	put_addresses(p, &t->to, "recipients", "Top recipients",
	    PAGE_COLUMNS(recipients));
}
