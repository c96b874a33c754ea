#include "view/block.h"

#include "base/hash.h"
#include "view/colours.h"
#include "view/phrase.h"

/* The entry of that recipient, a new one, or NULL when the table is full. */
static struct rcpt *
rcpt_find(struct blocktext *t, struct slice to)
{
	struct block *k = &t->block;
	uint64_t h = hash_bytes(to, 0);

	for (size_t n = 0; n < k->nrcpt; n++)
		if (t->rcpt[n].hash == h)
			return &t->rcpt[n];
	if (k->nrcpt == BLOCKTEXT_RCPTS)
		return NULL;
	t->rcpt[k->nrcpt] = (struct rcpt){ .hash = h };
	return &t->rcpt[k->nrcpt++];
}

/* Say how long this recipient waited, once for attempts made together. */
static void
waited(struct blocktext *t, const struct rcpt *p, const struct text_time *at)
{
	struct sheet *s = &t->sheet;
	struct block *k = &t->block;
	char text[TEXT_ELAPSED];
	struct buf *b;

	if (p == NULL || !p->deferred || !p->known || !at->known ||
	    at->sec - p->sec < 1)
		return;
	if (k->has_waited && at->sec - k->waited < 60)
		return;
	k->has_waited = true;
	k->waited = at->sec;
	block_step(t, NULL, NULL, PAINT_PLAIN, SLICE("waited"));
	b = sheet_start(s);
	(void)buf_add(b, slice_of(text, text_wait(text, at->sec - p->sec)));
	(void)buf_add(b, SLICE(", then attempt "));
	(void)buf_addu(b, p->attempts + 1);
	sheet_phrase(s);
	paint_end(&s->paint);
}

static void
put_relay(struct buf *b, const struct rec *r)
{
	struct slice relay = rec_get(r, F_RELAY);

	if (slice_is(relay, "none"))
		(void)buf_add(b, SLICE("no relay"));
	else
		sheet_put_name(b, relay);
}

static void
put_delays(struct sheet *s, const struct rec *r)
{
	static const enum field keys[] = { F_DELAY_BEFORE, F_DELAY_QUEUE,
		F_DELAY_CONN, F_DELAY_XMIT };
	struct buf *b = sheet_start(s);

	if (rec_get(r, F_DELAY).len == 0)
		return;
	(void)buf_add(b, SLICE("delay "));
	sheet_put_name(b, rec_get(r, F_DELAY));
	(void)buf_add(b, SLICE(" s"));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (!rec_has(r, keys[i]))
			continue;
		(void)buf_add(b, i == 0 ? SLICE(" (") : SLICE("/"));
		sheet_put_name(b, rec_get(r, keys[i]));
		if (i + 1 == sizeof(keys) / sizeof(*keys))
			(void)buf_addc(b, ')');
	}
	sheet_phrase(s);
}

static void
delivery_text(struct blocktext *t, const struct timeline_item *i)
{
	struct sheet *s = &t->sheet;
	const struct rec *r = &i->rec;
	struct slice status = rec_get(r, F_STATUS);
	struct buf *b;

	block_step(t, &i->time, r, colours_status(status),
	    status.len > 0 ? status : SLICE("delivery"));
	b = sheet_start(s);
	sheet_put_address(b, rec_get(r, F_TO));
	sheet_phrase(s);
	if (rec_get(r, F_ORIG_TO).len > 0 &&
	    !slice_eq(rec_get(r, F_ORIG_TO), rec_get(r, F_TO)))
		phrase_address(s, "sent to ", r, F_ORIG_TO);
	b = sheet_start(s);
	put_relay(b, r);
	if (!slice_is(rec_get(r, F_RELAY), "local") ||
	    tlswords_class(r) != TLSWORDS_LOCAL)
		sheet_phrase(s);
	phrase_tls(s, r, TLSWORDS_OUT);
	if (s->verbose)
		put_delays(s, r);
	b = sheet_start(s);
	if (rec_get(r, F_NEXT_QID).len > 0 && rec_get(r, F_NEXT_HOST).len > 0) {
		(void)buf_add(b, SLICE("seen again as "));
		sheet_put_name(b, rec_get(r, F_NEXT_QID));
		(void)buf_add(b, SLICE(" on "));
		sheet_put_name(b, rec_get(r, F_NEXT_HOST));
	}
	sheet_phrase(s);
	b = sheet_start(s);
	text_clean(b,
	    rec_has(r, F_REPLY)	     ? rec_get(r, F_REPLY) :
		rec_has(r, F_REASON) ? rec_get(r, F_REASON) :
				       rec_get(r, F_DSN),
	    NULL);
	sheet_below(s, slice_is(status, "sent") ? 1 : PHRASE_LINES);
	paint_end(&s->paint);
}

/* Also a bounce that soft_bounce has put off. */
static bool
is_deferred(struct slice status)
{
	return slice_is(status, "deferred") || slice_is(status, "SOFTBOUNCE");
}

/* Count what is not shown. */
static void
hide(struct block *k, struct slice status)
{
	k->hidden++;
	if (slice_is(status, "sent"))
		k->hidden_sent++;
	else if (is_deferred(status))
		k->hidden_deferred++;
	else if (slice_is(status, "bounced"))
		k->hidden_bounced++;
	else
		k->hidden_other++;
}

void
block_delivery(struct blocktext *t, const struct timeline_item *i)
{
	struct block *k = &t->block;
	struct slice status = rec_get(&i->rec, F_STATUS);
	struct rcpt *p = rcpt_find(t, rec_get(&i->rec, F_TO));
	bool show = t->sheet.verbose || k->shown < BLOCKTEXT_STEPS ||
	    (!slice_is(status, "sent") && k->trouble < BLOCKTEXT_STEPS);

	if (show) {
		if (k->shown >= BLOCKTEXT_STEPS)
			k->trouble++;
		else
			k->shown++;
		waited(t, p, &i->time);
		delivery_text(t, i);
	} else
		hide(k, status);
	if (p == NULL)
		return;
	p->attempts++;
	p->deferred = is_deferred(status);
	p->known = i->time.known;
	p->sec = i->time.sec;
}

void
block_hidden(struct blocktext *t)
{
	struct sheet *s = &t->sheet;
	struct block *k = &t->block;
	const struct {
		uint64_t	 n;
		const char	*word;
	} part[] = { { k->hidden_sent, " sent" },
	    { k->hidden_deferred, " deferred" },
	    { k->hidden_bounced, " bounced" }, { k->hidden_other, " other" } };
	bool first = true;
	struct buf *b;

	if (k->hidden == 0)
		return;
	block_step(t, NULL, NULL, PAINT_PLAIN, SLICE("..."));
	b = sheet_start(s);
	(void)buf_addu(b, k->hidden);
	(void)buf_add(b, SLICE(" more deliveries ("));
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		if (part[i].n == 0)
			continue;
		if (!first)
			(void)buf_add(b, SLICE(", "));
		first = false;
		(void)buf_addu(b, part[i].n);
		(void)buf_add(b, slice_cstr(part[i].word));
	}
	(void)buf_add(b, SLICE(")"));
	sheet_phrase_as(s, PAINT_BOLD, ", ");
	sheet_words(s, PAINT_BOLD, "mxtime -v shows all");
	paint_end(&s->paint);
}
