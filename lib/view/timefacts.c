#include "view/timefacts.h"

#include <string.h>

static struct slice
name_at(const struct timefacts_names *n, size_t i)
{
	return slice_of(n->v[i].name, n->v[i].len);
}

/*
 * Add a name that record `seq` bears.  Records come in any order here, so
 * the names are kept by their lowest number: the result does not depend on
 * that order.
 */
static void
note_name(struct timefacts_names *n, struct slice name, int64_t seq)
{
	size_t i = 0;

	if (name.len == 0 || name.len > TIMEFACTS_NAME)
		return;
	while (i < n->n && !slice_eq(name_at(n, i), name))
		i++;
	if (i < n->n) {
		if (n->v[i].seq <= seq)
			return;
	} else if (n->n < TIMEFACTS_NAMES)
		n->n++;
	else {
		n->more = true;
		if (n->v[--i].seq <= seq)
			return;
	}
	for (; i > 0 && n->v[i - 1].seq > seq; i--)
		n->v[i] = n->v[i - 1];
	n->v[i].seq = seq;
	n->v[i].len = name.len;
	memcpy(n->v[i].name, name.ptr, name.len);
}

void
timefacts_put_names(struct buf *b, const struct timefacts_names *n,
    const char *between)
{
	struct buf clean;

	buf_init(&clean, 16 * TIMEFACTS_NAME);
	for (size_t i = 0; i < n->n; i++) {
		if (i > 0)
			(void)buf_add(b, slice_cstr(between));
		clean.len = 0;
		text_clean(&clean, name_at(n, i), " ,");
		text_cut_middle(b, buf_slice(&clean), TIMEFACTS_SHOWN);
	}
	if (n->more)
		(void)buf_add(b, SLICE(" and more"));
	buf_free(&clean);
}

static void
note_words(struct timefacts_names *n, struct slice words, int64_t seq)
{
	struct slice word, rest;

	while (words.len > 0) {
		if (!slice_cut(words, ' ', &word, &rest)) {
			word = words;
			rest = slice_from(words, words.len);
		}
		words = rest;
		note_name(n, word, seq);
	}
}

static void
note_time(struct timefacts *f, const struct text_time *at)
{
	if (!at->known)
		return;
	if (!f->has_time || at->sec < f->first)
		f->first = at->sec;
	if (!f->has_time || at->sec > f->last)
		f->last = at->sec;
	f->has_time = true;
	if (at->digits > f->digits)
		f->digits = at->digits;
}

static void
longest(size_t *len, struct slice s)
{
	if (s.len > *len)
		*len = s.len;
}

void
timefacts_note(struct timefacts *f, const struct rec *r,
    const struct text_time *at, int64_t seq)
{
	note_time(f, at);
	if (!at->known)
		f->has_undated = true;
	if (rec_get(r, F_TIME_NOTE).len > 0) {
		f->noted = true;
		note_words(&f->notes, rec_get(r, F_TIME_NOTE), seq);
	}
	note_name(&f->hosts, rec_get(r, F_HOST), seq);
}

void
timefacts_message(struct timefacts *f, const struct rec *r,
    const struct text_time *end)
{
	note_time(f, end);
	longest(&f->qid, rec_get(r, F_QID));
	longest(&f->client, rec_get(r, F_CLIENT_ADDR));
	longest(&f->status, rec_get(r, F_STATUS));
	if (slice_is(rec_get(r, F_QID), "NOQUEUE"))
		f->rejects++;
	else
		f->messages++;
}
