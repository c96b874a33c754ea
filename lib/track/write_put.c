#include "track/write.h"

#include "base/caltime.h"
#include "base/num.h"

#include "base/banned.h"

void
write_number(struct rec *r, struct write_numbers *x, enum field f, uint64_t v)
{
	unsigned char *dst = x->text[x->n++];

	rec_set_ready(r, f, slice_of(dst, num_u64(dst, v)), true);
}

void
write_time(struct track *k, struct rec *r, struct write_numbers *x, enum field f,
    const struct event_time *t)
{
	unsigned char *dst = x->text[x->n++];
	size_t n;

	if (!t->known)
		return;
	n = caltime_text_day(&k->day, dst, t->sec, t->nsec, t->digits);
	if (n > 0)
		rec_set_ready(r, f, slice_of(dst, n), true);
}

/* src, off, len of a line. */
void
write_ref(const struct track *t, struct rec *r, struct write_numbers *x,
    const struct ref *ref)
{
	word_put(&t->names.src[ref->src], r, F_SRC);
	write_number(r, x, F_OFF, ref->off);
	write_number(r, x, F_LEN, ref->len);
}

/* The verdict and the line that proves it. */
void
write_verdict(const struct track *t, struct rec *r, struct write_numbers *x,
    const struct verdict *v, const struct ref *own)
{
	verdict_put(v, r);
	if (v->status == TLS_ABSENT || v->proof == PROOF_NONE)
		return;
	if (v->ref.len == 0) {
		if (own->len == 0)
			return;
		rec_copy(r, F_TLS_SRC, r, F_SRC);
		rec_copy(r, F_TLS_OFF, r, F_OFF);
		rec_copy(r, F_TLS_LEN, r, F_LEN);
		return;
	}
	word_put(&t->names.src[v->ref.src], r, F_TLS_SRC);
	write_number(r, x, F_TLS_OFF, v->ref.off);
	write_number(r, x, F_TLS_LEN, v->ref.len);
}

void
write_out(struct track *t)
{
	if (!t->stopped && !t->put(t->arg, &t->out))
		t->stopped = true;
}

/* OFF+LEN of a line; "@SRC" behind one of another source. */
void
write_line(struct track *t, const struct message *m, const struct ref *ref)
{
	struct buf *b = &t->refs;
	struct slice src;
	unsigned char *at;

	if (!buf_reserve(b, NUM_MAX * 2 + 2 + FIELD_PAD))
		return;
	at = b->ptr + b->len;
	*at = ' ';
	at += b->len > 0;
	at += num_u64(at, ref->off);
	*at++ = '+';
	at += num_u64(at, ref->len);
	b->len = (size_t)(at - b->ptr);
	if (ref->src == m->ref.src)
		return;
	src = t->names.src[ref->src].text;
	t->refs_ready &= t->names.src[ref->src].ready;
	(void)buf_addc(b, '@');
	for (size_t i = 0; i < src.len; i++) {
		if (src.ptr[i] == ' ')
			(void)buf_add(b, SLICE("%20"));
		else
			(void)buf_addc(b, src.ptr[i]);
	}
	t->refs_ready &= buf_reserve(b, FIELD_PAD);
}

void
write_instance(const struct instance *i, struct rec *r)
{
	rec_add_ready(r, F_HOST, i->host->name, i->host->ready);
	rec_add_ready(r, F_INSTANCE, i->name, i->ready);
}

void
write_tag(const struct tag *g, struct rec *r)
{
	write_instance(g->instance, r);
	if (g->service.len > 0)
		rec_add_ready(r, F_SERVICE, g->service, g->ready);
}
