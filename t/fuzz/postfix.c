/*
 * postfix - any line through framing, parser, event and record: what is
 * written as JSON and read back is an event of the same kind with the same
 * keys.  A first line "@TAG" gives the rest to the parser under that tag
 * ("@" alone: Postfix, the program cut off).
 */
#include <limits.h>
#include <stdint.h>

#include "fmt/framing.h"
#include "fmt/postfix.h"
#include "rec/rec.h"
#include "must.h"

#define LIMIT	((size_t)64 * 1024 * 1024)

/* Every slice can be read. */
static void
readable(const struct rec *r)
{
	unsigned int sum = 0;

	for (size_t f = 0; (f = rec_next_field(r, f)) < FIELD_N; f++)
		for (size_t i = 0; i < r->v[f].len; i++)
			sum += r->v[f].ptr[i];
	must(sum < UINT_MAX);
}

/* Keys that the event's other members are made of are not compared. */
static void
same(const struct event *a, const struct event *b)
{
	for (size_t f = 0; f < FIELD_N; f++) {
		must(rec_has(&a->rec, (enum field)f) ==
		    rec_has(&b->rec, (enum field)f));
		must(!rec_has(&a->rec, (enum field)f) ||
		    slice_eq(a->rec.v[f], b->rec.v[f]));
	}
	must(a->kind == b->kind && a->off == b->off && a->len == b->len &&
	    a->line == b->line && slice_eq(a->src, b->src));
	must((a->class == LINE_UNKNOWN) == (b->class == LINE_UNKNOWN));
}

static void
through_json(struct event *ev)
{
	struct buf text, scratch;
	struct event_text t;
	struct event back;
	struct err e;

	buf_init(&text, LIMIT);
	buf_init(&scratch, LIMIT);
	event_write(ev, &t);
	must(rec_json(&text, &ev->rec));
	must(rec_parse_json(&back.rec, buf_slice(&text), &scratch, &e) ==
	    RC_OK);
	must(event_read(&back));
	same(ev, &back);
	buf_free(&text);
	buf_free(&scratch);
}

static void
parse(struct slice tag, bool lost, struct slice text, uint64_t off)
{
	struct postfix_tag t;
	struct event ev = { .src = SLICE("fuzz"), .off = off,
		.len = text.len, .line = 1 };

	postfix_tag(tag, lost, &t);
	postfix_parse(text, &t, &ev);
	readable(&ev.rec);
	must(ev.kind < EVENT_N && ev.daemon < DAEMON_N);
	must((ev.kind == EV_UNKNOWN) == (ev.class == LINE_UNKNOWN));
	must(t.ours == (ev.class != LINE_FOREIGN));
	must(ev.kind != EV_DELIVERY || (rec_has(&ev.rec, F_STATUS) &&
	    rec_has(&ev.rec, F_TO) && rec_has(&ev.rec, F_QID) &&
	    !slice_eq(ev.rec.v[F_QID], SLICE("NOQUEUE"))));
	through_json(&ev);
}

static void
lines(struct slice s)
{
	uint64_t off = 0;
	struct framing f;
	struct frame fr;
	size_t n;

	framing_init(&f, NULL);
	while ((n = framing_next(&f, s, true, &fr)) > 0) {
		if (fr.kind != FRAMING_PART)
			parse(fr.tag, fr.lost_program, fr.text, off);
		s = slice_from(s, n);
		off += n;
	}
	while (framing_flush(&f, &fr))
		parse(fr.tag, fr.lost_program, fr.text, off);
	framing_free(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), tag, text;

	if (slice_take(&s, SLICE("@")) && slice_cut(s, '\n', &tag, &text)) {
		parse(tag.len == 0 ? SLICE("postfix") : tag, tag.len == 0,
		    text, 0);
		return 0;
	}
	lines(slice_of(data, size));
	return 0;
}
