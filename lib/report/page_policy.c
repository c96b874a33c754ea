#include "report/page_make.h"

#include "policy/finding.h"

#include "base/banned.h"

static const struct page_column exemptions[] = {
	{ "key", "Exempt", PAGE_TEXT, false },
	{ "reason", "Reason", PAGE_TEXT, false },
	{ "rule", "Rule", PAGE_WORD, false },
	{ "until", "Last day (UTC)", PAGE_WORD, false },
	{ "state", "State", PAGE_WORD, false },
	{ "hops", "Hops exempted", PAGE_NUM, false },
	{ "line", "Line", PAGE_CODE, false }
};

static const struct page_column lines[] = {
	{ "line", "Line", PAGE_CODE, false },
	{ "section", "Section", PAGE_WORD, false },
	{ "text", "What is wanted", PAGE_CODE, false },
	{ "clause", "clause", PAGE_TEXT, true },
	{ "compliant", "Compliant", PAGE_NUM, false },
	{ "violation", "Violation", PAGE_NUM, false },
	{ "unknown", "Unknown", PAGE_NUM, false },
	{ "exempt", "Exempt", PAGE_NUM, false },
	{ "hops", "Hops", PAGE_NUM, false }
};

static const struct page_column severities[] = {
	{ "rule", "Rule", PAGE_WORD, false },
	{ "severity", "Severity here", PAGE_WORD, false },
	{ "usual", "Usual severity", PAGE_WORD, false }
};

static void
place_cell(struct page *p, const struct policy_line *l)
{
	unsigned char name[300];

	page_cell(p, finding_line(l, name, sizeof(name)));
}

static void
put_exemptions(struct page *p, const struct report *r)
{
	const struct policy *pol = r->o.policy;
	struct page_table *t = page_begin(p, "exemptions", "Exemptions",
	    PAGE_COLUMNS(exemptions));

	for (size_t i = 0; i < pol->n; i++) {
		const struct policy_line *l = &pol->line[i];

		if (l->section != SECTION_EXEMPT)
			continue;
		t->total++;
		if (page_full(p))
			continue;
		page_cell(p, l->text);
		page_cell(p, l->reason);
		page_cell(p, l->rule == RULE_N ? SLICE("any") :
		    rule_info[l->rule].name);
		page_cell_some(p, l->until_text);
		page_cell(p, r->o.now >= l->until ? SLICE("has ended") :
		    SLICE("in force"));
		page_cell_u(p, r->verdicts.exempted[i]);
		place_cell(p, l);
	}
	page_command(p);
}

static void
line_row(struct page *p, const struct report *r, const struct policy_line *l)
{
	static const struct slice section[SECTION_N] = {
#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
		[SECTION_OUTBOUND] = W("outbound"),
		[SECTION_INBOUND] = W("inbound"),
		[SECTION_INTERNAL] = W("internal"),
		[SECTION_DEFAULT] = W("default")
#undef W
	};
	struct page_table *t = &p->table[p->ntable - 1];
	const struct tally_line *c;
	uint64_t n = 0;

	if (l == NULL || l->hidden || l->section == SECTION_EXEMPT)
		return;
	t->total++;
	if (page_full(p))
		return;
	c = tally_of(r->tally, l);
	place_cell(p, l);
	page_cell_some(p, section[l->section]);
	page_cell(p, l->text);
	page_cell_some(p, l->clause);
	for (size_t v = 0; v < VERDICT_NOT_APPLICABLE; v++) {
		page_cell_u(p, c->n[v]);
		n += c->n[v];
	}
	page_cell_u(p, n);
}

static void
put_severities(struct page *p, const struct policy *pol)
{
	struct page_table *t = page_begin(p, "severities",
	    "Rules that this policy weighs otherwise",
	    PAGE_COLUMNS(severities));

	for (size_t i = 0; i < RULE_N; i++) {
		if (pol->severity[i] == rule_info[i].severity)
			continue;
		t->total++;
		page_cell(p, rule_info[i].name);
		page_cell(p, severity_word[pol->severity[i]]);
		page_cell(p, severity_word[rule_info[i].severity]);
	}
}

void
page_policy(struct page *p, const struct report *r)
{
	const struct policy *pol = r->o.policy;
	struct buf *b;

	(void)page_section(p, "exemptions", "Exemptions");
	put_exemptions(p, r);
	(void)page_section(p, "policy", "The policy as applied");
	b = page_line(p);
	words(b, "Policy \xe2\x80\x9c");
	words_clean(b, pol->name);
	words(b, "\xe2\x80\x9d. It allows ");
	words_u(b, pol->unknown);
	words(b, pol->percent ? " percent of unknown hops; there are " :
	    " unknown hops; there are ");
	words_u(b, r->tally->n[VERDICT_UNKNOWN]);
	words(b, ". Hops over the loopback interface are ");
	words(b, pol->loopback ? "judged." : "not judged.");
	if (!pol->has_own)
		words(b, " The policy does not say which hosts are ours, so "
		    "the direction of a hop is unknown, other than "
		    "submission.");
	(void)page_begin(p, "policy_lines", "Lines of the policy",
	    PAGE_COLUMNS(lines));
	for (size_t i = 0; i < pol->n; i++)
		line_row(p, r, &pol->line[i]);
	for (size_t i = 0; i < DIRECTION_N; i++)
		line_row(p, r, pol->fallback[i]);
	page_command(p);
	put_severities(p, pol);
}
