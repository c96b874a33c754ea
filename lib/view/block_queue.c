#include "view/block.h"

#include "view/colours.h"
#include "view/phrase.h"

/* What `contradicts` of a message says, for people. */
static const struct {
	const char *word, *text;
} odd[] = { { "file-after-removed",
		"its queue file is there, though the log says "
		"that it was removed" },
	{ "no-file",
	    "the log says that it is queued, and the queue does not "
	    "have it" },
	{ "id-in-use", "the log gives its queue ID to another message" },
	{ "sender", "the sender in the queue file is another" },
	{ "size", "the size in the queue file is another" },
	{ "recipients",
	    "the log names a recipient that the queue file does "
	    "not have" },
	{ "done-not-logged",
	    "a recipient is done in the queue file, and the "
	    "log does not say so" },
	{ "settled-but-pending",
	    "a recipient is settled in the log, and "
	    "still to do in the queue file" },
	{ "tls", "log and Received header differ about TLS" } };

static void
put_odd(struct blocktext *t, struct slice word)
{
	struct sheet *s = &t->sheet;
	const size_t n = sizeof(odd) / sizeof(odd[0]);
	size_t k = 0;

	if (word.len == 0)
		return;
	block_step(t, NULL, NULL, PAINT_RED, SLICE("doubt"));
	while (k < n && !slice_is(word, odd[k].word))
		k++;
	text_clean(
	    sheet_start(s), k < n ? slice_cstr(odd[k].text) : word, NULL);
	sheet_phrase_as(s, PAINT_RED, " ");
	paint_end(&s->paint);
}

static void
next_try(struct sheet *s, const struct rec *m)
{
	struct text_time at = timeline_time(m, F_NEXT_TRY);
	struct buf *b = sheet_start(s);

	if (!at.known)
		return;
	(void)buf_add(b, SLICE("next attempt "));
	showtime_day(&s->clock, at.sec, b);
	(void)buf_addc(b, ' ');
	showtime_time(&s->clock, &at, false, b);
	while (b->ptr[b->len - 1] == ' ')
		b->len--;
	sheet_phrase(s);
}

/* Where the message lies, what is to do, and what does not agree. */
void
block_in_queue(struct blocktext *t)
{
	struct sheet *s = &t->sheet;
	const struct rec *m = &s->msg;
	struct slice words = rec_get(m, F_CONTRADICTS), word, queue;
	struct buf *b;

	queue = rec_get(m, F_QUEUE);
	if (rec_has(m, F_QUEUE) && rec_has(m, F_PENDING)) {
		block_step(t, NULL, NULL, PAINT_YELLOW, SLICE("queue"));
		b = sheet_start(s);
		sheet_put_name(b, queue.len > 0 ? queue : SLICE("a file"));
		sheet_phrase(s);
		phrase_count(
		    s, m, F_PENDING, " recipient to do", " recipients to do");
		phrase_count(s, m, F_DONE, " done", " done");
		next_try(s, m);
		phrase_field(s, "for ", m, F_TO);
		paint_end(&s->paint);
	}
	while (slice_cut(words, ' ', &word, &words))
		put_odd(t, word);
	put_odd(t, words);
}

/* The queue file itself: where it is, and what it is doubted for. */
void
block_file(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *r = &i->rec;

	if (!s->verbose && !rec_has(r, F_DAMAGED))
		return;
	block_step(t, &i->time, r, PAINT_PLAIN, SLICE("file"));
	phrase_field(s, "", r, F_SRC);
	phrase_field(s, "mode ", r, F_MODE);
	phrase_field(s, "does not agree: ", r, F_CONTRADICTS);
	phrase_field(s, "damaged: ", r, F_DAMAGED);
	paint_end(&s->paint);
}

/* A Received header. */
static void
header(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *r = &i->rec;

	block_step(t, &i->time, r, PAINT_PLAIN, SLICE("header"));
	phrase_field(s, "by ", r, F_BY);
	phrase_put_client(sheet_start(s), r, false);
	sheet_phrase(s);
	phrase_tls(s, r, TLSWORDS_IN);
	if (slice_is(rec_get(r, F_CLAIM), "true"))
		sheet_words(s, PAINT_YELLOW, "as the sender's headers claim");
	else
		sheet_words(s, PAINT_PLAIN, "our own");
	paint_end(&s->paint);
}

void
block_queue_event(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *r = &i->rec;
	struct slice event = rec_get(r, F_EVENT), status;
	bool told = t->block.has_msg && !s->verbose;

	if (slice_is(event, "received")) {
		if (!told || slice_is(rec_get(r, F_CLAIM), "true"))
			header(t, i);
		return;
	}
	/* The message and its deliveries say it. */
	if (told && i->event != EV_HELD)
		return;
	status = rec_get(r, F_STATUS);
	if (slice_is(event, "recipient"))
		block_step(t, &i->time, r, colours_status(status), status);
	else
		block_step(t, &i->time, r, PAINT_PLAIN, event);
	if (!t->block.has_msg)
		phrase_field(s, "", r, F_QID);
	phrase_address(s, "from ", r, F_FROM);
	if (rec_has(r, F_TO))
		phrase_address(s, "to ", r, F_TO);
	phrase_field(s, "queue ", r, F_QUEUE);
	if (slice_is(event, "retry"))
		sheet_words(s, PAINT_PLAIN, "next attempt is due");
	phrase_reason(s, r);
	paint_end(&s->paint);
}
