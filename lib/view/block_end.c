#include "view/block.h"

#include "view/phrase.h"

/* A closing line without a time of its own. */
static void
closing(struct blocktext *t, enum paint_colour c, const char *word,
    enum paint_colour d, const char *text)
{
	struct sheet *s = &t->sheet;

	block_step(t, NULL, NULL, c, slice_cstr(word));
	sheet_words(s, d, text);
	paint_end(&s->paint);
}

/* The end of a message by its record, where no event has told it. */
static void
ending(struct blocktext *t)
{
	struct sheet *s = &t->sheet;
	struct block *k = &t->block;
	const struct rec *m = &s->msg;
	struct slice status = rec_get(m, F_STATUS);
	struct text_time end = timeline_time(m, F_END);
	bool whole = slice_is(rec_get(m, F_COMPLETE), "true");

	if (slice_is(status, "expired") && !block_saw(k, EV_EXPIRED))
		closing(t, PAINT_RED, "expired", PAINT_PLAIN,
		    "given up, returned to the sender");
	if (slice_is(status, "deleted") && !block_saw(k, EV_DELETED))
		closing(t, PAINT_RED, "deleted", PAINT_PLAIN,
		    "by the administrator");
	if (slice_is(status, "discarded")) {
		block_step(t, NULL, NULL, PAINT_YELLOW, SLICE("discarded"));
		phrase_address(s, "to ", m, F_TO);
		sheet_words(s, PAINT_PLAIN, "dropped without a notice to anyone");
		paint_end(&s->paint);
		return;
	}
	if (slice_is(status, "held")) {
		closing(t, PAINT_YELLOW, "held", PAINT_YELLOW,
		    slice_is(rec_get(m, F_QUEUE), "hold") ?
		    "on hold" : "on hold: no release in the log");
		return;
	}
	if (block_saw(k, EV_REMOVED) || block_saw(k, EV_DELETED))
		return;
	if (slice_is(status, "rejected") && whole)
		return;	/* it never was in the queue */
	if (whole || (rec_has(m, F_MISSING) && !block_lacks(m, "removal"))) {
		block_step(t, end.known ? &end : NULL, m, PAINT_PLAIN,
		    SLICE("removed"));
		paint_end(&s->paint);
	} else if (rec_has(m, F_PENDING)) {
		return;	/* it is in the queue, as is said below */
	} else if (block_lacks(m, "removal") || rec_has(m, F_COMPLETE)) {
		block_step(t, NULL, NULL, PAINT_YELLOW, SLICE("open"));
		sheet_words(s, PAINT_YELLOW, "removal not seen:");
		paint_phrase(&s->paint, PAINT_YELLOW, PAINT_END, " ",
		    SLICE("still queued, or the log ends here"));
		paint_end(&s->paint);
	}
}

/* Other words of `missing` than arrival and removal. */
static void
missing(struct blocktext *t)
{
	struct sheet *s = &t->sheet;
	struct slice list = rec_get(&s->msg, F_MISSING), word, rest;
	struct buf *b;

	while (list.len > 0) {
		if (!slice_cut(list, ' ', &word, &rest)) {
			word = list;
			rest = slice_from(list, list.len);
		}
		list = rest;
		if (word.len == 0 || slice_is(word, "arrival") ||
		    slice_is(word, "removal"))
			continue;
		block_step(t, NULL, NULL, PAINT_YELLOW, SLICE("missing"));
		b = sheet_start(s);
		if (slice_is(word, "queued"))
			(void)buf_add(b, SLICE("queue entry (sender, size)"));
		else
			text_clean(b, word, NULL);
		(void)buf_add(b, SLICE(" not in the log"));
		sheet_phrase_as(s, PAINT_YELLOW, ", ");
		paint_end(&s->paint);
	}
}

void
block_ending(struct blocktext *t)
{
	struct sheet *s = &t->sheet;

	if (slice_is(rec_get(&s->msg, F_NOTE), "not-queued")) {
		closing(t, PAINT_YELLOW, "left", PAINT_PLAIN,
		    "the client did not finish the message; nothing was "
		    "queued");
		return;
	}
	missing(t);
	ending(t);
	block_in_queue(t);
	if (rec_get(&s->msg, F_NOTE).len == 0)
		return;
	if (slice_is(rec_get(&s->msg, F_NOTE), "probe")) {
		closing(t, PAINT_PLAIN, "probe", PAINT_PLAIN,
		    "an address was asked about; no mail was sent");
		return;
	}
	if (slice_is(rec_get(&s->msg, F_NOTE), "was-held")) {
		closing(t, PAINT_YELLOW, "note", PAINT_YELLOW,
		    "was on hold, until it was released");
		return;
	}
	block_step(t, NULL, NULL, PAINT_YELLOW, SLICE("note"));
	phrase_text(s, &s->msg, F_NOTE);
	paint_end(&s->paint);
}
