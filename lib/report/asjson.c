#include "report/asjson.h"

#include "base/caltime.h"
#include "base/msg.h"
#include "rec/rec.h"
#include "rec/rec_text.h"
#include "report/words.h"

#include "base/banned.h"

/* "key": behind a comma unless it is the first. */
static void
put_key(struct buf *b, const char *key, bool *first)
{
	words(b, *first ? "\"" : ",\"");
	words(b, key);
	words(b, "\":");
	*first = false;
}

static void
put_u(struct buf *b, const char *key, uint64_t v, bool *first)
{
	put_key(b, key, first);
	words_u(b, v);
}

static void
put_s(struct buf *b, const char *key, struct slice s, bool *first)
{
	put_key(b, key, first);
	words_json(b, s);
}

static void
put_time(struct buf *b, const char *key, int64_t sec, bool *first)
{
	unsigned char text[CALTIME_MAX];

	put_s(b, key, slice_of(text, caltime_text(text, sec, 0, 0)), first);
}

static void
put_answer(struct buf *b, const struct page *p)
{
	const struct report *r = p->report;
	const struct tally *t = r->tally;
	bool first = true;

	words(b, "{\"answer\":{");
	put_s(b, "sentence", buf_slice(&p->sentence), &first);
	put_s(b, "status", slice_cstr(page_status(r)), &first);
	put_u(b, "exit", (uint64_t)report_status(r), &first);
	put_u(b, "hops", t->hops, &first);
	put_u(b, "compliant", t->n[VERDICT_COMPLIANT], &first);
	put_u(b, "violation", t->n[VERDICT_VIOLATION], &first);
	put_u(b, "unknown", t->n[VERDICT_UNKNOWN], &first);
	put_u(b, "exempt", t->n[VERDICT_EXEMPT], &first);
	put_u(b, "not_applicable", t->n[VERDICT_NOT_APPLICABLE], &first);
	put_u(b, "permitted_plaintext", t->permitted, &first);
	put_u(b, "not_logged", t->not_logged, &first);
	put_key(b, "doubts", &first);
	words(b, "[");
	for (size_t i = 0; i < r->ndoubt; i++) {
		words(b, i == 0 ? "" : ",");
		words_json(b, buf_slice(&r->doubt[i].text));
	}
	words(b, "]}");
}

static void
put_frame(struct buf *b, const struct page *p)
{
	const struct report *r = p->report;
	const struct report_options *o = &r->o;
	bool first = true;

	words(b, ",\n\"period\":{");
	if (o->has_period || r->timed) {
		put_time(b, "from", o->has_period ? o->from : r->first,
		    &first);
		put_time(b, o->has_period ? "until" : "last", o->has_period ?
		    o->until : r->last, &first);
	}
	put_s(b, "zone", slice_cstr(o->zone == NULL || o->zone_name == NULL ?
	    "UTC" : o->zone_name), &first);
	put_key(b, "covered", &first);
	words(b, r->covered ? "true" : "false");
	first = true;
	words(b, "},\n\"policy\":{");
	put_s(b, "name", o->policy->name, &first);
	first = true;
	words(b, "},\n\"made\":{");
	put_s(b, "by", o->tool, &first);
	put_time(b, "at", o->now, &first);
	words(b, "}");
}

static void
put_row(struct buf *b, const struct page_table *t, size_t row)
{
	bool first = true;

	words(b, row == 0 ? "\n{" : ",\n{");
	for (size_t i = 0; i < t->ncolumn; i++) {
		const struct page_column *c = &t->column[i];
		struct slice s = t->cell[row * t->ncolumn + i];

		if (s.ptr == NULL)
			continue;
		put_key(b, c->key, &first);
		if ((c->kind == PAGE_NUM || c->kind == PAGE_SHARE ||
		    c->kind == PAGE_SECONDS) && rec_text_is_number(s))
			(void)buf_add(b, s);
		else
			words_json(b, s);
	}
	words(b, "}");
}

static void
put_table(struct buf *b, const struct page_table *t)
{
	words(b, ",\n\"");
	words(b, t->key);
	words(b, "\":[");
	for (size_t i = 0; i < page_rows(t); i++)
		put_row(b, t, i);
	words(b, "]");
}

static void
put_cuts(struct buf *b, const struct page *p)
{
	bool any = true, first;

	words(b, ",\n\"cut\":{");
	for (size_t i = 0; i < p->ntable; i++) {
		const struct page_table *t = &p->table[i];

		if (t->total <= page_rows(t))
			continue;
		put_key(b, t->key, &any);
		words(b, "{");
		first = true;
		put_u(b, "shown", page_rows(t), &first);
		put_u(b, "total", t->total, &first);
		if (t->command.len > 0)
			put_s(b, "command", t->command, &first);
		words(b, "}");
	}
	words(b, "},\n\"notes\":{");
	any = true;
	for (size_t i = 0; i < p->ntable; i++)
		if (p->table[i].note.len > 0)
			put_s(b, p->table[i].key, p->table[i].note, &any);
	words(b, "}}\n");
}

void
asjson_put(struct buf *b, const struct page *p)
{
	put_answer(b, p);
	put_frame(b, p);
	for (size_t i = 0; i < p->ntable; i++)
		put_table(b, &p->table[i]);
	put_cuts(b, p);
}
