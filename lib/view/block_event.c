#include "view/block.h"

#include "view/colours.h"
#include "view/phrase.h"

static void
event_line(struct blocktext *t, const struct timeline_item *i,
    enum paint_colour c, struct slice word)
{
	struct sheet *s = &t->sheet;

	block_step(t, &i->time, &i->rec, c, word);
	phrase_text(s, &i->rec, F_TEXT);
	paint_end(&s->paint);
}

/* An event that words tell better than the logged line. */
static void
event_words(struct blocktext *t, const struct timeline_item *i,
    enum paint_colour c, struct slice word, const char *text)
{
	struct sheet *s = &t->sheet;

	block_step(t, &i->time, &i->rec, c, word);
	if (*text != '\0')
		sheet_words(s, PAINT_PLAIN, text);
	phrase_reason(s, &i->rec);
	paint_end(&s->paint);
}

static void
notice(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *r = &i->rec;
	struct buf *b;

	block_step(t, &i->time, r, PAINT_RED, SLICE("notice"));
	b = sheet_start(s);
	if (rec_get(r, F_ACTION).len > 0)
		text_clean(b, rec_get(r, F_ACTION), ",");
	else
		(void)buf_add(b, SLICE("sender"));
	(void)buf_add(b, SLICE(" notification"));
	sheet_phrase(s);
	phrase_field(s, "queued as ", r, F_NEXT_QID);
	paint_end(&s->paint);
}

/* A reject, milter or header check within a message. */
static void
action(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *r = &i->rec;
	struct slice word = rec_get(r, F_ACTION);
	struct buf *b;

	block_step(t, &i->time, r,
	    slice_find(word, SLICE("reject")) != SLICE_NONE ? PAINT_RED :
							      PAINT_YELLOW,
	    i->event == EV_MILTER	    ? SLICE("milter") :
		i->event == EV_HEADER_CHECK ? SLICE("check") :
		i->event == EV_HELD	    ? SLICE("held") :
					      SLICE("action"));
	b = sheet_start(s);
	text_clean(b, word, ",");
	phrase_put_stage(b, r);
	sheet_phrase(s);
	phrase_address(s, "to ", r, F_TO);
	phrase_quoted(s, "subject ", r, F_SUBJECT);
	phrase_reason(s, r);
	paint_end(&s->paint);
}

/* Events that say what other lines of the block say already. */
static bool
event_is_told(const struct timeline_item *i)
{
	switch (i->event) {
	case EV_CONNECT:
	case EV_TLS:
	case EV_CLIENT:
	case EV_PICKUP:
	case EV_MESSAGE_ID:
	case EV_DISCONNECT:
	case EV_SCREEN:
	case EV_STATISTICS:
	case EV_TLSRPT:
		return rec_get(&i->rec, F_SEVERITY).len == 0;
	case EV_DELIVERY:
		return rec_has(&i->rec, F_TO);
	case EV_REJECT:
		return slice_is(rec_get(&i->rec, F_QID), "NOQUEUE");
	default:
		return false;
	}
}

/* One kind each for the words of other steps; false: show the line. */
static bool
event_known(struct blocktext *t, const struct timeline_item *i)
{
	switch (i->event) {
	case EV_QUEUED:
		if (!t->block.queued)
			block_queued(t, &i->time, &i->rec);
		return true;
	case EV_BOUNCE_NOTICE:
		notice(t, i);
		return true;
	case EV_EXPIRED:
		event_words(t, i, PAINT_RED, SLICE("expired"),
		    "given up, returned to the sender");
		return true;
	case EV_REMOVED:
		event_words(t, i, PAINT_PLAIN, SLICE("removed"), "");
		return true;
	case EV_HELD:
		if (rec_get(&i->rec, F_ACTION).len > 0)
			return false;
		event_words(t, i, PAINT_YELLOW, SLICE("held"),
		    "placed on hold");
		return true;
	case EV_RELEASED:
		event_words(t, i, PAINT_PLAIN, SLICE("released"), "from hold");
		return true;
	case EV_REQUEUED:
		event_words(t, i, PAINT_PLAIN, SLICE("requeued"), "");
		return true;
	case EV_DELETED:
		event_words(t, i, PAINT_RED, SLICE("deleted"),
		    "by the administrator");
		return true;
	default:
		return false;
	}
}

void
block_event(struct blocktext *t, const struct timeline_item *i)
{
	struct block *k = &t->block;
	const struct rec *r = &i->rec;
	bool verbose = t->sheet.verbose;

	if (rec_has(r, F_QUEUE)) {
		block_queue_event(t, i);
		return;
	}
	if (event_is_told(i)) {
		if (verbose)
			event_line(t, i, PAINT_PLAIN, rec_get(r, F_EVENT));
		return;
	}
	if (!verbose && i->event != EV_REMOVED &&
	    k->other++ >= BLOCKTEXT_STEPS) {
		if (i->event == EV_QUEUED && k->queued)
			k->other--;
		else
			t->quiet++;
		return;
	}
	if (event_known(t, i))
		return;
	if (rec_get(r, F_ACTION).len > 0)
		action(t, i);
	else if (i->event == EV_DELIVERY)
		event_line(t, i, PAINT_PLAIN, SLICE("tried"));
	else if (rec_get(r, F_SEVERITY).len > 0)
		event_line(t, i, colours_severity(rec_get(r, F_SEVERITY)),
		    rec_get(r, F_SEVERITY));
	else
		event_line(t, i,
		    i->event == EV_UNKNOWN ? PAINT_YELLOW : PAINT_PLAIN,
		    rec_get(r, F_EVENT));
}

/* Events outside of messages that are worth a line. */
bool
block_worth(const struct timeline_item *i)
{
	if (rec_get(&i->rec, F_SEVERITY).len > 0)
		return true;
	switch (i->event) {
	case EV_AUTH_FAILURE:
	case EV_CONFIG:
	case EV_REJECT:
	case EV_UNKNOWN:
	case EV_WARNING:
		return true;
	default:
		return false;
	}
}
