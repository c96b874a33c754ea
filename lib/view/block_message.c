#include "view/block.h"

#include "view/phrase.h"

/* True if the words of `missing` have this one. */
bool
block_lacks(const struct rec *m, const char *word)
{
	return slice_find(rec_get(m, F_MISSING), slice_cstr(word)) !=
	    SLICE_NONE;
}

/* True if NAME[ADDR] is the client itself, as of a filter before the queue. */
static bool
is_client(const struct rec *m, struct slice peer)
{
	struct slice name, addr;

	return slice_cut(peer, '[', &name, &addr) &&
	    slice_eq(name, rec_get(m, F_CLIENT_NAME)) &&
	    slice_starts(addr, rec_get(m, F_CLIENT_ADDR)) &&
	    addr.len == rec_get(m, F_CLIENT_ADDR).len + 1;
}

static void
put_client(struct sheet *s, const struct rec *m)
{
	phrase_put_client(sheet_start(s), m, s->verbose);
	sheet_phrase(s);
	if (rec_has(m, F_TLS))
		phrase_tls(s, m, TLSWORDS_IN);
	phrase_user(s, m);
	if (s->verbose) {
		phrase_quoted(s, "helo ", m, F_HELO);
		phrase_field(s, "protocol ", m, F_PROTOCOL);
	}
	if (!is_client(m, rec_get(m, F_ORIG_CLIENT)))
		phrase_field(s, "passed on for ", m, F_ORIG_CLIENT);
}

void
block_received(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *m = &s->msg;
	bool client = rec_get(m, F_CLIENT_ADDR).len > 0 ||
	    rec_get(m, F_CLIENT_NAME).len > 0;

	if (!t->block.has_msg) {
		if (client) {
			block_step(t, NULL, NULL, PAINT_PLAIN,
			    SLICE("received"));
			put_client(s, m);
			paint_end(&s->paint);
		}
		return;
	}
	if (!client && rec_get(m, F_UID).len == 0 &&
	    block_lacks(m, "arrival")) {
		block_step(t, &i->time, m, PAINT_YELLOW, SLICE("seen"));
		sheet_words(s, PAINT_YELLOW, "arrival not in the log");
		paint_end(&s->paint);
		return;
	}
	block_step(t, &i->time, m, PAINT_PLAIN, SLICE("received"));
	if (client)
		put_client(s, m);
	else if (rec_get(m, F_UID).len > 0)
		phrase_field(s, "on this host, by user ID ", m, F_UID);
	else if (slice_is(rec_get(m, F_PARENT_WHY), "notice"))
		sheet_words(s, PAINT_PLAIN,
		    "made by Postfix: a notice to the sender");
	else if (slice_is(rec_get(m, F_PARENT_WHY), "forwarded"))
		sheet_words(s, PAINT_PLAIN, "made by Postfix: forwarded");
	else
		sheet_words(s, PAINT_PLAIN, "inside Postfix");
	if (client && block_lacks(m, "arrival"))
		sheet_words(s, PAINT_YELLOW, "arrival not in the log");
	paint_end(&s->paint);
}

/* r is the message or its queued event. */
void
block_queued(struct blocktext *t, const struct text_time *at,
    const struct rec *r)
{
	struct sheet *s = &t->sheet;
	const struct rec *m = &s->msg;
	struct buf *b;

	t->block.queued = true;
	if (!rec_has(r, F_FROM) && !rec_has(r, F_SIZE) && !rec_has(r, F_NRCPT))
		return;
	block_step(t, at, r, PAINT_PLAIN, SLICE("queued"));
	phrase_address(s, "from ", r, F_FROM);
	phrase_count(s, r, F_SIZE, " byte", " bytes");
	phrase_count(s, r, F_NRCPT, " recipient", " recipients");
	b = sheet_start(s);
	if (rec_get(m, F_MESSAGE_ID).len > 0) {
		(void)buf_add(b, SLICE("id "));
		text_clean(b, rec_get(m, F_MESSAGE_ID), " ");
	}
	sheet_phrase(s);
	phrase_quoted(s, "subject ", m, F_SUBJECT);
	paint_end(&s->paint);
}

void
block_rejected(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *r = &i->rec;
	struct buf *b;

	block_step(t, &i->time, r, PAINT_RED, SLICE("rejected"));
	b = sheet_start(s);
	phrase_put_client(b, r, s->verbose);
	phrase_put_stage(b, r);
	sheet_phrase(s);
	if (tlswords_class(r) != TLSWORDS_NONE_ATTEMPTED)
		phrase_tls(s, r, TLSWORDS_IN);
	phrase_user(s, r);
	phrase_address(s, "from ", r, F_FROM);
	phrase_address(s, "to ", r, F_TO);
	if (s->verbose)
		phrase_quoted(s, "helo ", r, F_HELO);
	phrase_count(s, r, F_REPEAT, " time", " times");
	phrase_reason(s, r);
	paint_end(&s->paint);
}
