#include "view/blocktext.h"

#include "base/mem.h"
#include "io/spool.h"
#include "view/block.h"
#include "view/colours.h"
#include "view/phrase.h"

struct blocktext *
blocktext_open(const struct sheet_options *opt)
{
	struct blocktext *t = mem_alloc(1, sizeof(*t));
	struct sheet *s = &t->sheet;

	sheet_init(s, opt);
	s->paint.indent = block_indent(s);
	buf_init(&t->run_host, SPOOL_ENTRY);
	return t;
}

static void
end_block(struct blocktext *t)
{
	struct block *k = &t->block;

	if (!k->open)
		return;
	k->open = false;
	block_hidden(t);
	if (k->has_msg && !k->reject)
		block_ending(t);
}

/* Keep what the end of the block, and its other lines, ask of the message. */
static void
keep(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	struct block *k = &t->block;

	sheet_keep(s, &i->rec);
	k->has_msg = i->kind == ITEM_MESSAGE;
	if (k->has_msg)
		return;
	/* Of a delivery or event, only what it repeats of its message. */
	for (enum field f = F_RELAY; f < FIELD_N; f++)
		if (f != F_PATH)
			rec_unset(&s->msg, f);
	rec_unset(&s->msg, F_STATUS);
}

static void
begin_block(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	struct block *k = &t->block;

	end_block(t);
	*k = (struct block){ .open = true, .seen = i->seen };
	keep(t, i);
	k->reject = k->has_msg && slice_is(rec_get(&s->msg, F_QID), "NOQUEUE");
	if (k->reject) {
		block_run(t, i, RUN_REJECTS);
		block_rejected(t, i);
		return;
	}
	t->run = RUN_NONE;
	if (t->begun && !(i->same_path && !s->verbose))
		paint_end(&s->paint);
	t->begun = true;
	block_undated(t, &i->time);
	block_heading(t, i);
	k->has_day = i->time.known;
	k->day = i->time.sec;
	block_received(t, i);
	if (!block_saw(k, EV_QUEUED))
		block_queued(t, NULL, &s->msg);
}

/* A parent that was learned after the message had been written. */
static void
link_line(struct blocktext *t, const struct rec *r)
{
	struct sheet *s = &t->sheet;
	struct buf *b;

	block_step(t, NULL, NULL, PAINT_PLAIN, SLICE("path"));
	b = sheet_start(s);
	(void)buf_add(b, SLICE("continues "));
	sheet_put_name(b, rec_get(r, F_PARENT));
	sheet_put_aside(b, rec_get(r, F_PARENT_WHY));
	sheet_phrase(s);
	paint_end(&s->paint);
}

static void
loose(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *r = &i->rec;
	struct slice type = rec_get(r, F_TYPE);
	struct slice severity = rec_get(r, F_SEVERITY);
	bool ev = slice_is(type, "event");

	if (ev && !s->verbose && !block_worth(i) && !rec_has(r, F_QUEUE)) {
		t->quiet++;
		return;
	}
	end_block(t);
	block_run(t, i, RUN_LOOSE);
	t->block = (struct block){ .has_day = i->time.known,
	    .day = i->time.sec };
	rec_clear(&s->msg);
	if (ev && rec_has(r, F_QUEUE)) {
		block_queue_event(t, i);
		return;
	}
	if (ev) {
		block_step(t, &i->time, r, colours_severity(severity),
		    severity.len > 0 ? severity : rec_get(r, F_EVENT));
		phrase_text(s, r, F_TEXT);
	} else {
		block_step(t, &i->time, r, slice_is(type, "finding") ?
		    PAINT_YELLOW : PAINT_PLAIN, type);
		phrase_field(s, "", r, F_QID);
		phrase_field(s, "", r, F_SRC);
		phrase_field(s, "", r, F_FORMAT);
		phrase_address(s, "from ", r, F_FROM);
		phrase_address(s, "to ", r, F_TO);
		if (rec_has(r, F_RELAY))
			phrase_field(s, "", r, F_RELAY);
		phrase_tls(s, r, TLSWORDS_OUT);
		phrase_reason(s, r);
		phrase_text(s, r, F_NOTE);
	}
	paint_end(&s->paint);
}

/* What must be known of all the times below. */
static void
preface(struct sheet *s)
{
	const struct timefacts *f = s->facts;
	size_t indent = s->paint.indent;
	struct buf *b = sheet_start(s);

	s->paint.indent = 0;
	sheet_put_zone(s);
	(void)buf_addc(b, '.');
	sheet_phrase_as(s, PAINT_PLAIN, " ");
	if (f->noted) {
		b = sheet_start(s);
		(void)buf_add(b, SLICE("~ not the log's own word: "));
		timefacts_put_names(b, &f->notes, ", ");
		(void)buf_addc(b, '.');
		sheet_phrase_as(s, PAINT_YELLOW, " ");
	}
	paint_end(&s->paint);
	paint_end(&s->paint);
	s->paint.indent = indent;
}

void
blocktext_item(struct blocktext *t, const struct timeline_item *i)
{
	if (!t->prefaced)
		preface(&t->sheet);
	t->prefaced = true;
	if (i->kind == ITEM_LOOSE)
		loose(t, i);
	else if (i->first || i->kind == ITEM_MESSAGE)
		begin_block(t, i);
	if (i->kind != ITEM_STEP)
		return;
	if (slice_is(rec_get(&i->rec, F_TYPE), "delivery"))
		block_delivery(t, i);
	else if (slice_is(rec_get(&i->rec, F_TYPE), "link"))
		link_line(t, &i->rec);
	else if (slice_is(rec_get(&i->rec, F_TYPE), "file"))
		block_file(t, i);
	else
		block_event(t, i);
}

uint64_t
blocktext_hidden(const struct blocktext *t)
{
	return t->quiet;
}

void
blocktext_close(struct blocktext *t)
{
	if (t == NULL)
		return;
	end_block(t);
	sheet_free(&t->sheet);
	buf_free(&t->run_host);
	mem_free(t);
}
