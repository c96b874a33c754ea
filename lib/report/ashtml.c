#include "report/ashtml.h"

#include "base/msg.h"
#include "report/markup.h"
#include "report/words.h"

#include "base/banned.h"

static void
number(struct buf *b, uint64_t n)
{
	words_u(b, n);
}

static bool
is_number(enum page_kind k)
{
	return k == PAGE_NUM || k == PAGE_SHARE || k == PAGE_SECONDS;
}

static const char *
class_of(enum page_kind k)
{
	switch (k) {
	case PAGE_NUM:
	case PAGE_SHARE:
	case PAGE_SECONDS:
		return "num";
	case PAGE_TIME:
		return "time";
	case PAGE_CODE:
		return "code";
	case PAGE_WORD:
		return "word";
	case PAGE_TEXT:
		break;
	}
	return "text";
}

/* 2026-11-24T23:13:05.123456Z: to the second; broken at the blank alone. */
static void
put_time(struct buf *b, struct slice s)
{
	bool whole = s.len >= 20 && s.ptr[10] == 'T' && s.ptr[s.len - 1] == 'Z';

	if (!whole) {
		markup_put(b, s);
		return;
	}
	words(b, "<time datetime=\"");
	markup_put(b, s);
	words(b, "\"><span class=\"date\">");
	markup_put(b, slice_sub(s, 0, 10));
	words(b, "</span> ");
	markup_put(b, slice_sub(s, 11, 8));
	words(b, "</time>");
}

static void
put_value(struct buf *b, enum page_kind kind, struct slice s)
{
	if (s.ptr == NULL)
		words(b, "<span class=\"soft\">not known</span>");
	else if (kind == PAGE_TIME)
		put_time(b, s);
	else if (kind == PAGE_SHARE) {
		markup_put(b, s);
		words(b, " %");
	} else if (is_number(kind))
		markup_put(b, s);
	else if (kind == PAGE_WORD)
		markup_breaks(b, s);
	else if (s.len == 0)
		words(b, "<span class=\"soft\">(empty)</span>");
	else
		markup_bdi(b, s);
}

/* A value that stands below the one before it, with its name. */
static void
put_under(struct buf *b, const struct page_column *c, struct slice s)
{
	if (s.ptr == NULL)
		return;
	words(b, "<span class=\"sub ");
	words(b, is_number(c->kind) ? "beside" : class_of(c->kind));
	words(b, "\">");
	if (c->title[0] != '\0') {
		words(b, "<span class=\"label\">");
		words(b, c->title);
		words(b, "</span> ");
	}
	put_value(b, c->kind, s);
	words(b, "</span>");
}

/*
 * What a row of a wide table needs on a phone, where its cells stand one
 * below the other: their headings, and their roles, which are lost there.
 */
static void
put_role(struct buf *b, const struct page_column *c, bool first)
{
	words(b, first ? "role=\"rowheader\" " : "role=\"cell\" ");
	words(b, "data-title=\"");
	words(b, c->title);
	words(b, "\" ");
}

static void
put_row(struct buf *b, const struct page_table *t, size_t row, bool wide)
{
	const struct slice *cell = &t->cell[row * t->ncolumn];
	const char *tag = "th";

	words(b, wide ? "<tr role=\"row\">" : "<tr>");
	for (size_t i = 0; i < t->ncolumn; i++) {
		const struct page_column *c = &t->column[i];

		if (c->under)
			continue;
		tag = i == 0 ? "th" : "td";
		words(b, i == 0 ? "<th scope=\"row\" " : "<td ");
		if (wide)
			put_role(b, c, i == 0);
		words(b, "class=\"");
		words(b, class_of(c->kind));
		words(b, "\">");
		put_value(b, c->kind, cell[i]);
		for (size_t k = i + 1; k < t->ncolumn && t->column[k].under;
		    k++)
			put_under(b, &t->column[k], cell[k]);
		words(b, "</");
		words(b, tag);
		words(b, ">");
	}
	words(b, "</tr>\n");
}

/* The TLS states have the same look in headings as in the chart. */
static void
put_heading(struct buf *b, const struct page_table *t,
    const struct page_column *c, bool wide)
{
	bool states = slice_starts(slice_cstr(t->key), SLICE("tls_by_"));

	words(b, wide ? "<th scope=\"col\" role=\"columnheader\" class=\"" :
	    "<th scope=\"col\" class=\"");
	words(b, class_of(c->kind));
	words(b, "\">");
	for (size_t i = 0; states && i < DAYS_TLS_N; i++)
		if (slice_eq(slice_cstr(c->key), verdicts_tls_word[i]))
			ashtml_swatch(b, (enum days_tls)i);
	words(b, c->title);
	words(b, "</th>");
}

static void
put_cut(struct buf *b, const struct page_table *t)
{
	if (t->command.len > 0) {
		words(b, "<p class=\"cut\">");
		number(b, page_rows(t));
		words(b, " of ");
		number(b, t->total);
		words(b, " rows are shown. All of them: <code>");
		markup_put(b, t->command);
		words(b, "</code></p>\n");
	} else if (t->total > page_rows(t)) {
		words(b, "<p class=\"cut\">");
		number(b, page_rows(t));
		words(b, " of ");
		number(b, t->total);
		words(b, " rows are shown.</p>\n");
	}
	if (t->note.len > 0) {
		words(b, "<p class=\"cut\">");
		markup_put(b, t->note);
		words(b, "</p>\n");
	}
}

static bool
is_wide(const struct page_table *t)
{
	for (size_t i = 0; i < t->ncolumn; i++)
		if (t->column[i].under)
			return true;
	return false;
}

static void
put_table(struct buf *b, const struct page_table *t)
{
	bool wide = is_wide(t);

	if (page_rows(t) == 0) {
		words(b, "<p><b>");
		words(b, t->caption);
		words(b, ":</b> none.</p>\n");
		put_cut(b, t);
		return;
	}
	words(b, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
	    "aria-label=\"");
	words(b, t->caption);
	words(b, "\">\n<table");
	if (wide)
		words(b, " class=\"wide\" role=\"table\"");
	words(b, " id=\"t-");
	words(b, t->key);
	words(b, "\">\n<caption>");
	words(b, t->caption);
	words(b, "</caption>\n<thead");
	words(b, wide ? " role=\"rowgroup\"><tr role=\"row\">" : "><tr>");
	for (size_t i = 0; i < t->ncolumn; i++)
		if (!t->column[i].under)
			put_heading(b, t, &t->column[i], wide);
	words(b, "</tr></thead>\n<tbody");
	words(b, wide ? " role=\"rowgroup\">\n" : ">\n");
	for (size_t i = 0; i < page_rows(t); i++)
		put_row(b, t, i, wide);
	words(b, "</tbody>\n</table>\n</div>\n");
	put_cut(b, t);
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
		words(b, "<p>");
		markup_put(b, line);
		words(b, "</p>\n");
	}
}

static void
put_section(struct buf *b, const struct page *p, size_t i)
{
	const struct page_section *s = &p->section[i];

	words(b, "<section aria-labelledby=\"");
	words(b, s->id);
	words(b, "\">\n<h2 id=\"");
	words(b, s->id);
	words(b, "\">");
	words(b, s->title);
	words(b, "</h2>\n");
	put_paragraphs(b, buf_slice(&s->text));
	if (s->chart)
		ashtml_chart(b, p->report);
	for (size_t k = 0; k < p->ntable; k++)
		if (p->table[k].section == i)
			put_table(b, &p->table[k]);
	words(b, "</section>\n");
}

static void
put_card(struct buf *b, const char *class, const char *sign, const char *word,
    uint64_t n, uint64_t of)
{
	words(b, "<li class=\"");
	words(b, class);
	words(b, "\"><span><span aria-hidden=\"true\">");
	words(b, sign);
	words(b, "</span> ");
	words(b, word);
	words(b, "</span> <strong>");
	number(b, n);
	words(b, "</strong> <span class=\"soft\">of ");
	number(b, of);
	words(b, of == 1 ? " hop</span></li>\n" : " hops</span></li>\n");
}

static void
put_answer(struct buf *b, const struct page *p)
{
	const struct tally *t = p->report->tally;
	int status = report_status(p->report);

	words(b, "<section class=\"answer ");
	words(b, status == EXIT_YES ? "good" : status == EXIT_NO ? "bad" :
	    "dark");
	words(b, "\" aria-labelledby=\"answer\">\n<h2 id=\"answer\">Answer: ");
	words(b, page_status(p->report));
	words(b, "</h2>\n<p class=\"sentence\">");
	markup_dates(b, buf_slice(&p->sentence));
	words(b, "</p>\n<ul class=\"numbers\">\n");
	put_card(b, "good", "\xe2\x9c\x93", "Compliant",
	    t->n[VERDICT_COMPLIANT], t->hops);
	put_card(b, "bad", "\xe2\x9c\x97", "Violation",
	    t->n[VERDICT_VIOLATION], t->hops);
	put_card(b, "dark", "?", "Unknown", t->n[VERDICT_UNKNOWN], t->hops);
	words(b, "</ul>\n");
	if (t->n[VERDICT_EXEMPT] > 0) {
		words(b, "<p>");
		number(b, t->n[VERDICT_EXEMPT]);
		words(b, t->n[VERDICT_EXEMPT] == 1 ? " more is exempt, " :
		    " more are exempt, ");
		words(b, "see <a href=\"#exemptions\">Exemptions</a>.</p>\n");
	}
	put_paragraphs(b, buf_slice(&p->section[0].text));
	words(b, "</section>\n<nav aria-label=\"Contents\">\n<ul>\n");
	for (size_t i = 1; i < p->nsection; i++) {
		words(b, "<li><a href=\"#");
		words(b, p->section[i].id);
		words(b, "\">");
		words(b, p->section[i].title);
		words(b, "</a></li>\n");
	}
	words(b, "</ul>\n</nav>\n");
}

void
ashtml_put(struct buf *b, const struct page *p)
{
	words(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<title>TLS report: ");
	words(b, page_status(p->report));
	words(b, ", ");
	markup_put(b, buf_slice(&p->period));
	words(b, "</title>\n");
	ashtml_style(b);
	words(b, "</head>\n<body>\n<header>\n<h1>Mail and TLS</h1>\n"
	    "<p class=\"soft\">Report ");
	markup_dates(b, buf_slice(&p->period));
	words(b, ", judged by the policy \xe2\x80\x9c");
	markup_bdi(b, p->report->o.policy->name);
	words(b, "\xe2\x80\x9d</p>\n</header>\n<main>\n");
	put_answer(b, p);
	for (size_t i = 1; i < p->nsection; i++)
		put_section(b, p, i);
	words(b, "</main>\n<footer><p>");
	markup_put(b, p->report->o.tool);
	words(b, "</p></footer>\n</body>\n</html>\n");
}
