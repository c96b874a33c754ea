#include "report/page_make.h"

#include "base/caltime.h"
#include "base/mem.h"

#include "base/banned.h"

static const struct page_column violations[] = {
	{ "time", "Time (UTC)", PAGE_TIME, false },
	{ "severity", "severity", PAGE_WORD, true },
	{ "direction", "direction", PAGE_WORD, true },
	{ "from", "From", PAGE_TEXT, false },
	{ "to", "to", PAGE_TEXT, true },
	{ "peer", "Peer", PAGE_TEXT, false },
	{ "address", "at", PAGE_CODE, true },
	{ "rule", "Reason", PAGE_WORD, false },
	{ "reason", "", PAGE_WORD, true },
	{ "also", "also", PAGE_WORD, true },
	{ "tls", "TLS", PAGE_WORD, true },
	{ "version", "", PAGE_TEXT, true },
	{ "cipher", "", PAGE_CODE, true },
	{ "remedy", "Remedy", PAGE_WORD, false },
	{ "policy_line", "policy line", PAGE_CODE, true },
	{ "trace", "Evidence", PAGE_CODE, false },
	{ "src", "file", PAGE_CODE, true },
	{ "line", "line", PAGE_NUM, true },
	{ "off", "offset", PAGE_NUM, true },
	{ "len", "bytes", PAGE_NUM, true },
	{ "id", "finding", PAGE_CODE, true }
};

static const struct page_column peers[] = {
	{ "rule", "What", PAGE_WORD, false },
	{ "verdict", "verdict", PAGE_WORD, true },
	{ "severity", "severity", PAGE_WORD, true },
	{ "direction", "direction", PAGE_WORD, true },
	{ "peer", "Peer", PAGE_TEXT, false },
	{ "address", "at", PAGE_CODE, true },
	{ "reason", "Reason", PAGE_WORD, false },
	{ "seen_first", "Before, from (UTC)", PAGE_TIME, false },
	{ "seen_last", "to", PAGE_TIME, true },
	{ "time", "Then, from (UTC)", PAGE_TIME, false },
	{ "end", "to", PAGE_TIME, true },
	{ "remedy", "Remedy", PAGE_WORD, false },
	{ "trace", "Evidence", PAGE_CODE, false },
	{ "src", "file", PAGE_CODE, true },
	{ "off", "offset", PAGE_NUM, true }
};

static const struct page_column attempts[] = {
	{ "side", "Side", PAGE_WORD, false },
	{ "peer", "Peer", PAGE_TEXT, false },
	{ "attempts", "Attempts", PAGE_NUM, false },
	{ "rule", "What", PAGE_WORD, false },
	{ "why", "What it means", PAGE_WORD, false }
};

static const struct page_column rules[] = {
	{ "rule", "Rule", PAGE_WORD, false },
	{ "severity", "Severity", PAGE_WORD, false },
	{ "hops", "Hops", PAGE_NUM, false },
	{ "why", "What it means", PAGE_WORD, false }
};

static const struct page_column doubts[] = {
	{ "rule", "What is not known", PAGE_WORD, false },
	{ "tls_why", "Evidence", PAGE_WORD, false },
	{ "hops", "Hops", PAGE_NUM, false },
	{ "why", "Why", PAGE_WORD, false },
	{ "remedy", "What would tell", PAGE_WORD, false }
};

static void
fields(struct page *p, const struct rec *r, const enum field *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		page_cell_some(p, rec_get(r, f[i]));
}

#define FIELDS(p, r, ...)						\
	do {								\
		static const enum field f_[] = { __VA_ARGS__ };		\
		fields(p, r, f_, sizeof(f_) / sizeof(*f_));		\
	} while (0)

static void
peer_cells(struct page *p, const struct rec *r)
{
	bool out = rec_has(r, F_RELAY_NAME) || rec_has(r, F_RELAY_ADDR);

	page_cell_some(p, rec_get(r, out ? F_RELAY_NAME : F_CLIENT_NAME));
	page_cell_some(p, rec_get(r, out ? F_RELAY_ADDR : F_CLIENT_ADDR));
}

/* mxtls knows all of them; what it selects is cut to the period. */
static void
violations_command(struct page *p, const struct report *r)
{
	struct page_table *t = &p->table[p->ntable - 1];
	struct buf *b = &p->scratch;
	unsigned char a[CALTIME_MAX], z[CALTIME_MAX];
	struct slice from, until;

	if (t->total <= page_rows(t))
		return;
	if (r->o.names != NULL) {
		page_command(p);	/* mxtls would name everybody */
		return;
	}
	from = slice_of(a, caltime_text(a, r->o.from, 0, 0));
	until = slice_of(z, caltime_text(z, r->o.until, 0, 0));
	b->len = 0;
	words(b, "mxtls");
	words_clean(b, r->o.judge_args);
	if (r->o.has_period) {
		words(b, " -s ");
		(void)buf_add(b, from);
		words(b, " -u ");
		(void)buf_add(b, until);
	} else
		words_clean(b, r->o.period_args);
	words_clean(b, r->o.read_args);
	words(b, " | mxgrep 'verdict=violation");
	if (r->o.has_period) {
		words(b, " and time>=");
		(void)buf_add(b, from);
		words(b, " and time<");
		(void)buf_add(b, until);
	}
	words(b, "'");
	t->command = arena_dup(&p->mem, buf_slice(b));
	b->len = 0;
}

static void
put_violations(struct page *p, const struct report *r)
{
	const struct worst *w = &r->verdicts.violations;
	struct page_table *t = page_begin(p, "violations", "Violations",
	    PAGE_COLUMNS(violations));
	struct rec f;

	t->total = w->total;
	for (size_t i = 0; !page_full(p) && worst_get(w, i, &f); i++) {
		FIELDS(p, &f, F_TIME, F_SEVERITY, F_DIRECTION);
		page_cell(p, rec_get(&f, F_FROM));
		page_cell(p, rec_get(&f, F_TO));
		peer_cells(p, &f);
		FIELDS(p, &f, F_RULE, F_REASON, F_NOTE, F_TLS, F_TLS_VERSION,
		    F_TLS_CIPHER, F_REMEDY, F_POLICY_LINE, F_TRACE, F_SRC,
		    F_LINE, F_OFF, F_LEN, F_ID);
	}
	violations_command(p, r);
}

static void
put_peers(struct page *p, const struct report *r)
{
	const struct worst *w = &r->verdicts.peers;
	struct page_table *t = page_begin(p, "peers_that_changed",
	    "Peers that lost TLS or trust within the period",
	    PAGE_COLUMNS(peers));
	struct rec f;

	t->total = w->total;
	for (size_t i = 0; !page_full(p) && worst_get(w, i, &f); i++) {
		FIELDS(p, &f, F_RULE, F_VERDICT, F_SEVERITY, F_DIRECTION);
		peer_cells(p, &f);
		FIELDS(p, &f, F_REASON, F_SEEN_FIRST, F_SEEN_LAST, F_TIME,
		    F_END, F_REMEDY, F_TRACE, F_SRC, F_OFF);
	}
	page_command(p);
}

/* No mail, so no hop: but somebody should look. */
static void
put_attempts(struct page *p, const struct report *r)
{
	const struct counts *c = &r->verdicts.attempt;
	struct page_table *t = page_begin(p, "tls_failures",
	    "Attempts that TLS made fail, by peer", PAGE_COLUMNS(attempts));
	struct counts_row **v;
	size_t n;

	v = counts_sorted(c, VERDICTS_HOPS, &n);
	t->total = n;
	for (size_t i = 0; i < n && !page_full(p); i++) {
		enum rule rule = rule_find(counts_part(v[i]->name, 1));

		page_cell(p, counts_part(v[i]->name, 0));
		page_cell_some(p, counts_part(v[i]->name, 2));
		page_cell_u(p, v[i]->n[VERDICTS_HOPS]);
		page_cell(p, counts_part(v[i]->name, 1));
		page_cell_some(p, rule == RULE_N ? SLICE("") :
		    rule_info[rule].why);
	}
	mem_free(v);
	page_command(p);
	page_dropped(p, c->dropped, "attempts of other peers");
}

static void
put_rules(struct page *p, const struct report *r)
{
	struct page_table *t = page_begin(p, "rules", "Rules and how often "
	    "each was broken", PAGE_COLUMNS(rules));

	for (size_t i = 0; i < RULE_N; i++) {
		const struct rule_info *info = &rule_info[i];

		if (r->tally->rule[i] == 0 ||
		    (info->kind != RULE_IS_VIOLATION &&
		    info->kind != RULE_IS_ATTEMPT &&
		    info->kind != RULE_IS_PEER))
			continue;
		t->total++;
		page_cell(p, info->name);
		page_cell(p, severity_word[r->o.policy->severity[i]]);
		page_cell_u(p, r->tally->rule[i]);
		page_cell(p, info->why);
	}
}

static void
put_doubts(struct page *p, const struct report *r)
{
	const struct counts *c = &r->verdicts.doubt;
	struct page_table *t = page_begin(p, "unknown",
	    "Hops of which it is unknown whether they met the policy",
	    PAGE_COLUMNS(doubts));
	struct counts_row **v;
	size_t n;

	v = counts_sorted(c, VERDICTS_HOPS, &n);
	t->total = n;
	for (size_t i = 0; i < n && !page_full(p); i++) {
		enum rule rule = rule_find(counts_part(v[i]->name, 0));

		page_cell(p, counts_part(v[i]->name, 0));
		page_cell_some(p, counts_part(v[i]->name, 1));
		page_cell_u(p, v[i]->n[VERDICTS_HOPS]);
		page_cell_some(p, rule == RULE_N ? SLICE("") :
		    rule_info[rule].why);
		page_cell_some(p, rule == RULE_N ? SLICE("") :
		    rule_info[rule].out);
	}
	mem_free(v);
	page_command(p);
	page_dropped(p, c->dropped, "hops with other reasons");
}

void
page_violations(struct page *p, const struct report *r)
{
	struct buf *b;

	(void)page_section(p, "violations", "Violations");
	b = page_line(p);
	words(b, "A hop stands here once, with the gravest of the rules that "
	    "it broke; the others are named behind \xe2\x80\x9c" "also"
	    "\xe2\x80\x9d and counted in the table of rules.");
	put_violations(p, r);
	put_rules(p, r);
	put_peers(p, r);
	put_attempts(p, r);
	(void)page_section(p, "unknown", "What is not known");
	put_doubts(p, r);
}
