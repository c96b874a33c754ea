#include "track/write.h"

#include "base/caltime.h"
#include "base/num.h"

#include "base/banned.h"

#define DAY	86400

void
write_number(struct rec *r, struct write_numbers *x, enum field f, uint64_t v)
{
	unsigned char *dst = x->text[x->n++];

	rec_set(r, f, slice_of(dst, num_u64(dst, v)));
}

/* The text of a time; most are of the same day as the one before. */
void
write_time(struct track *k, struct rec *r, struct write_numbers *x, enum field f,
    const struct event_time *t)
{
	unsigned char *dst = x->text[x->n++];
	int64_t in_day = t->sec - k->day;
	size_t n;

	if (!t->known)
		return;
	if (k->day_known && t->digits == 0 && in_day >= 0 && in_day < DAY) {
		memcpy(dst, k->day_text, CALTIME_DAY);
		n = CALTIME_DAY + caltime_clock(dst + CALTIME_DAY,
		    (uint32_t)in_day);
	} else {
		n = caltime_text(dst, t->sec, t->nsec, t->digits);
		if (n > CALTIME_DAY) {
			k->day = t->sec - (t->sec % DAY + DAY) % DAY;
			memcpy(k->day_text, dst, CALTIME_DAY);
			k->day_known = true;
		}
	}
	if (n > 0)
		rec_set(r, f, slice_of(dst, n));
}

/* src, off, len of a line. */
void
write_ref(const struct track *t, struct rec *r, struct write_numbers *x,
    const struct ref *ref)
{
	rec_set(r, F_SRC, t->names.src[ref->src]);
	write_number(r, x, F_OFF, ref->off);
	write_number(r, x, F_LEN, ref->len);
}

/* The verdict and the line that proves it. */
void
write_verdict(const struct track *t, struct rec *r, struct write_numbers *x,
    const struct verdict *v, const struct ref *own)
{
	const struct ref *ref = v->ref.len != 0 ? &v->ref : own;

	verdict_put(v, r);
	if (v->status == TLS_ABSENT || v->proof == PROOF_NONE || ref->len == 0)
		return;
	rec_set(r, F_TLS_SRC, t->names.src[ref->src]);
	write_number(r, x, F_TLS_OFF, ref->off);
	write_number(r, x, F_TLS_LEN, ref->len);
}

void
write_out(struct track *t)
{
	if (!t->stopped && !t->put(t->arg, &t->out))
		t->stopped = true;
}

/* OFF+LEN of a line; "@SRC" behind one of another source. */
void
write_line(const struct track *t, const struct message *m, const struct ref *ref,
    struct buf *b)
{
	struct slice src;
	unsigned char *at;

	if (!buf_reserve(b, NUM_MAX * 2 + 2))
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
	src = t->names.src[ref->src];
	(void)buf_addc(b, '@');
	for (size_t i = 0; i < src.len; i++) {
		if (src.ptr[i] == ' ')
			(void)buf_add(b, SLICE("%20"));
		else
			(void)buf_addc(b, src.ptr[i]);
	}
}

void
write_tag(const struct tag *g, struct rec *r)
{
	rec_set(r, F_HOST, g->host->name);
	rec_set(r, F_INSTANCE, g->instance->name);
	if (g->service.len > 0)
		rec_set(r, F_SERVICE, g->service);
}
