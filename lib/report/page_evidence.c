#include "report/page_make.h"

#include "base/banned.h"

static const struct page_column hosts[] = {
	{ "host", "Host", PAGE_TEXT, false },
	{ "first", "First line (UTC)", PAGE_TIME, false },
	{ "last", "Last line", PAGE_TIME, true },
	{ "lines", "Lines", PAGE_NUM, false },
	{ "understood", "Understood", PAGE_NUM, false },
	{ "ignored", "Ignored on purpose", PAGE_NUM, false },
	{ "foreign", "Not Postfix", PAGE_NUM, false },
	{ "unknown", "Not understood", PAGE_NUM, false },
	{ "gaps", "Gaps", PAGE_NUM, false },
	{ "tls_logged", "Daemons that logged TLS", PAGE_NUM, false },
	{ "tls_silent", "Daemons without a sign of it", PAGE_NUM, false }
};

static const struct page_column gaps[] = {
	{ "host", "Host", PAGE_TEXT, false },
	{ "from", "From (UTC)", PAGE_TIME, false },
	{ "to", "To (UTC)", PAGE_TIME, false },
	{ "reason", "Why", PAGE_WORD, false }
};

static const struct page_column sources[] = {
	{ "src", "File", PAGE_CODE, false },
	{ "sha256", "SHA-256", PAGE_CODE, true },
	{ "size", "Bytes", PAGE_NUM, false },
	{ "lines", "Lines", PAGE_NUM, false },
	{ "format", "Format", PAGE_WORD, false },
	{ "damaged", "Damage", PAGE_TEXT, false },
	{ "tool", "Read by", PAGE_TEXT, false },
	{ "version", "Version", PAGE_TEXT, false }
};

static void
field(struct page *p, const struct rec *r, enum field f)
{
	page_cell_some(p, rec_get(r, f));
}

static uint64_t
count_gaps(struct slice list)
{
	struct slice a, b, why;
	uint64_t n = 0;

	while (evidence_gap(&list, &a, &b, &why))
		n++;
	return n;
}

static void
host_row(struct page *p, const struct rec *r)
{
	uint64_t yes, no;

	page_cell(p, rec_get(r, F_HOST));
	field(p, r, F_TIME);
	field(p, r, F_END);
	field(p, r, F_LINES);
	field(p, r, F_UNDERSTOOD);
	field(p, r, F_IGNORED);
	field(p, r, F_FOREIGN);
	field(p, r, F_UNKNOWN);
	page_cell_u(p, count_gaps(rec_get(r, F_GAPS)));
	evidence_logging(rec_get(r, F_TLS_LOGGING), &yes, &no);
	page_cell_u(p, yes);
	page_cell_u(p, no);
}

static void
gap_rows(struct page *p, const struct rec *r, uint64_t *total)
{
	struct slice list = rec_get(r, F_GAPS), a, b, why;

	while (evidence_gap(&list, &a, &b, &why)) {
		++*total;
		if (page_full(p))
			continue;
		page_cell(p, rec_get(r, F_HOST));
		page_cell_some(p, a);
		page_cell_some(p, b);
		page_cell(p, why);
	}
}

void
page_coverage(struct page *p, const struct report *r)
{
	const struct evidence *e = &r->evidence;
	struct page_table *t;
	struct buf *b;
	struct rec rec;

	(void)page_section(p, "coverage", "What the evidence covers");
	b = page_line(p);
	if (r->o.has_period || r->o.has_since || r->o.has_until) {
		words(b, r->covered ? "The evidence covers the whole period." :
		    "The evidence does not cover the whole period: ");
		if (!r->covered) {
			(void)buf_add(b, buf_slice(&r->why));
			words(b, ".");
		}
	} else
		words(b, "No period was asked for: the report is about all "
		    "of the evidence.");
	b = page_line(p);
	words_n(b, r->searched.lines, "line", "lines");
	words(b, ", of which ");
	words_u(b, r->searched.unknown);
	words(b, " of Postfix were not understood and ");
	words_u(b, r->searched.foreign);
	words(b, " are not of Postfix.");
	if (r->searched.copies > 0) {
		b = page_line(p);
		words_n(b, r->searched.copies, "line stands",
		    "lines stand");
		words(b, " in more than one of the files that were read; such "
		    "a line happened once and counts once.");
	}
	if (r->verdicts.proven + r->verdicts.inferred > 0) {
		b = page_line(p);
		words(b, "The TLS status is proven by a line of ");
		words_n(b, r->verdicts.proven, "hop", "hops");
		words(b, " and inferred from what else was logged of ");
		words_u(b, r->verdicts.inferred);
		words(b, ".");
	}
	t = page_begin(p, "hosts", "Hosts", PAGE_COLUMNS(hosts));
	t->total = e->total[EVIDENCE_HOSTS];
	for (size_t i = 0; !page_full(p) &&
	    evidence_get(e, EVIDENCE_HOSTS, i, &rec); i++)
		host_row(p, &rec);
	page_command(p);
	t = page_begin(p, "gaps", "Gaps", PAGE_COLUMNS(gaps));
	for (size_t i = 0; evidence_get(e, EVIDENCE_HOSTS, i, &rec); i++)
		gap_rows(p, &rec, &t->total);
	page_command(p);
}

void
page_sources(struct page *p, const struct report *r)
{
	const struct evidence *e = &r->evidence;
	struct page_table *t;
	struct buf *b;
	struct rec rec;

	(void)page_section(p, "sources", "Sources and how this was made");
	b = page_line(p);
	words(b, "Made by ");
	words_clean(b, r->o.tool);
	words(b, " at ");
	words_time(b, r->o.zone, r->o.now);
	words(b, " (");
	words_clean(b, slice_cstr(r->o.zone == NULL ||
	    r->o.zone_name == NULL ? "UTC" : r->o.zone_name));
	words(b, "). Times in tables are in UTC, days by a clock in that "
	    "zone. The lines behind a record are printed by mxquote, once "
	    "the file has the SHA-256 that stands here.");
	t = page_begin(p, "sources", "Sources", PAGE_COLUMNS(sources));
	t->total = e->total[EVIDENCE_SOURCES];
	for (size_t i = 0; !page_full(p) &&
	    evidence_get(e, EVIDENCE_SOURCES, i, &rec); i++) {
		field(p, &rec, F_SRC);
		field(p, &rec, F_SHA256);
		field(p, &rec, F_SIZE);
		field(p, &rec, F_LINES);
		field(p, &rec, F_FORMAT);
		field(p, &rec, F_DAMAGED);
		field(p, &rec, F_TOOL);
		field(p, &rec, F_VERSION);
	}
	page_command(p);
}
