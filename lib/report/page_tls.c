#include "report/page_make.h"

#include "base/mem.h"

#include "base/banned.h"

static const struct page_column by_day[] = {
	{ "day", "Day", PAGE_WORD, false },
	{ "authenticated", "Authenticated", PAGE_NUM, false },
	{ "encrypted", "Encrypted", PAGE_NUM, false },
	{ "plaintext", "Plaintext", PAGE_NUM, false },
	{ "unknown", "Unknown", PAGE_NUM, false },
	{ "hops", "Hops", PAGE_NUM, false }
};

static const struct page_column by_direction[] = {
	{ "direction", "Direction", PAGE_WORD, false },
	{ "authenticated", "Authenticated", PAGE_NUM, false },
	{ "encrypted", "Encrypted", PAGE_NUM, false },
	{ "plaintext", "Plaintext", PAGE_NUM, false },
	{ "unknown", "Unknown", PAGE_NUM, false },
	{ "hops", "Hops", PAGE_NUM, false }
};

static const struct page_column ciphers[] = {
	{ "side", "Side", PAGE_WORD, false },
	{ "version", "Protocol", PAGE_TEXT, false },
	{ "cipher", "Cipher", PAGE_CODE, false },
	{ "hops", "Hops", PAGE_NUM, false },
	{ "share", "Share of the side", PAGE_SHARE, false }
};

static const struct page_column names[] = {
	{ "side", "Side", PAGE_WORD, false },
	{ "name", "Name", PAGE_TEXT, false },
	{ "messages", "Messages in plaintext", PAGE_NUM, false },
	{ "plaintext", "Hops in plaintext", PAGE_NUM, false },
	{ "unknown", "Hops unknown", PAGE_NUM, false },
	{ "hops", "All hops", PAGE_NUM, false }
};

static void
tls_cells(struct page *p, const uint64_t n[DAYS_TLS_N])
{
	uint64_t sum = 0;

	for (size_t i = 0; i < DAYS_TLS_N; i++) {
		page_cell_u(p, n[i]);
		sum += n[i];
	}
	page_cell_u(p, sum);
}

/* Every day: they are few, and gaps between them are to be seen. */
static void
put_days(struct page *p, const struct report *r)
{
	struct page_table *t;

	t = page_begin(p, "tls_by_day", "TLS status by day",
	    PAGE_COLUMNS(by_day));
	for (size_t i = 0; i < r->days.n; i++) {
		const struct day *d = &r->days.v[i];

		if (days_tls_sum(d->tls) == 0)
			continue;
		t->total++;
		days_text(&p->scratch, d->day);
		page_cell_words(p);
		tls_cells(p, d->tls);
	}
	page_dropped(p, r->days.dropped, "hops and deliveries of other days");
}

static void
put_directions(struct page *p, const struct report *r)
{
	struct page_table *t = page_begin(p, "tls_by_direction",
	    "TLS status by direction", PAGE_COLUMNS(by_direction));

	for (size_t i = 0; i < DIRECTION_N; i++) {
		if (days_tls_sum(r->verdicts.tls[i]) == 0)
			continue;
		t->total++;
		page_cell(p, direction_word[i]);
		tls_cells(p, r->verdicts.tls[i]);
	}
}

static void
put_ciphers(struct page *p, const struct report *r)
{
	const struct counts *c = &r->verdicts.cipher;
	struct page_table *t = page_begin(p, "ciphers",
	    "Protocols and ciphers of the hops with TLS",
	    PAGE_COLUMNS(ciphers));
	struct counts_row **v;
	uint64_t side[2] = { 0, 0 };
	size_t n;

	v = counts_sorted(c, VERDICTS_HOPS, &n);
	for (size_t i = 0; i < n; i++)
		side[slice_starts(v[i]->name, SLICE("out"))] +=
		    v[i]->n[VERDICTS_HOPS];
	t->total = n;
	for (size_t i = 0; i < n && !page_full(p); i++) {
		struct slice name = v[i]->name;

		page_cell(p, counts_part(name, 0));
		page_cell_some(p, counts_part(name, 1));
		page_cell_some(p, counts_part(name, 2));
		page_cell_u(p, v[i]->n[VERDICTS_HOPS]);
		words_share(&p->scratch, v[i]->n[VERDICTS_HOPS],
		    side[slice_starts(name, SLICE("out"))]);
		page_cell_words(p);
	}
	mem_free(v);
	page_command(p);
	page_dropped(p, c->dropped, "hops of other ciphers");
}

static void
put_names(struct page *p, const struct counts *c, const char *key,
    const char *caption)
{
	struct page_table *t = page_begin(p, key, caption,
	    PAGE_COLUMNS(names));
	struct counts_row **v;
	size_t n;

	v = counts_sorted(c, VERDICTS_MESSAGES, &n);
	t->total = n;
	for (size_t i = 0; i < n && !page_full(p); i++) {
		page_cell(p, counts_part(v[i]->name, 0));
		page_cell(p, counts_part(v[i]->name, 1));
		page_cell_u(p, v[i]->n[VERDICTS_MESSAGES]);
		page_cell_u(p, v[i]->n[VERDICTS_PLAIN]);
		page_cell_u(p, v[i]->n[VERDICTS_UNKNOWN]);
		page_cell_u(p, v[i]->n[VERDICTS_HOPS]);
	}
	mem_free(v);
	page_command(p);
	page_dropped(p, c->dropped, "hops of other names");
}

void
page_tls(struct page *p, const struct report *r)
{
	struct page_section *s;
	struct buf *b;

	s = page_section(p, "tls", "TLS status of the hops over the network");
	s->chart = true;
	b = page_line(p);
	words(b, "A hop is an arrival over the network, or a delivery to one "
	    "recipient. One that both hosts logged counts once. "
	    "Authenticated: the peer's name or key was checked; encrypted: "
	    "TLS, the peer was not checked; unknown: the log does not tell.");
	put_days(p, r);
	put_directions(p, r);
	(void)page_section(p, "ciphers", "Protocols and ciphers");
	b = page_line(p);
	words(b, "Outbound is what this evidence logged as deliveries, inbound "
	    "what it logged as arrivals. Where protocol and cipher are "
	    "missing, the log says that there was TLS, but not which.");
	put_ciphers(p, r);
	(void)page_section(p, "no-tls", "Peers and domains without TLS");
	b = page_line(p);
	words(b, "By the number of messages that came or went in plaintext, "
	    "whether the policy permits it or not. The domain is that of the "
	    "recipient outbound and of the sender inbound.");
	put_names(p, &r->verdicts.peer, "peers_without_tls",
	    "Peers without TLS");
	put_names(p, &r->verdicts.domain, "domains_without_tls",
	    "Domains without TLS");
}
