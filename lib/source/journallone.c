#include "source/journallone.h"

#include "fmt/event.h"
#include "fmt/journalhash.h"
#include "fmt/postfix.h"

void
journallone_init(struct journallone *l)
{
	*l = (struct journallone){ .nkey = 0 };
	keyset_init(&l->texts, JOURNALLONE_TEXTS);
}

void
journallone_free(struct journallone *l)
{
	keyset_free(&l->texts);
}

void
journallone_key(struct journallone *l, const unsigned char *id)
{
	for (size_t i = 0; i < l->nkey; i++)
		if (memcmp(l->key[i], id, JOURNALOBJ_ID) == 0)
			return;
	if (l->nkey < JOURNALLONE_KEYS)
		memcpy(l->key[l->nkey++], id, JOURNALOBJ_ID);
}

bool
journallone_wants(struct slice text)
{
	/* As of a log that has lost the programs. */
	const struct postfix_tag tag = { .ours = true, .lost = true };
	struct event ev = { .pid = 0 };

	rec_clear(&ev.rec);
	postfix_parse(text, &tag, &ev);
	switch (ev.kind) {
	case EV_UNKNOWN:
		return false;
	case EV_OTHER:
	case EV_WARNING:
	case EV_CONFIG:
	case EV_STATISTICS:
		return rec_has(&ev.rec, F_QID);
	default:
		return true;
	}
}

uint64_t
journallone_hash(struct slice text)
{
	return journalhash_jenkins(text);
}

bool
journallone_has(const struct journallone *l, uint64_t hash)
{
	return keyset_find(&l->texts,
		   keyset_key(slice_of(&hash, sizeof(hash)))) != KEYSET_NONE;
}

bool
journallone_add(struct journallone *l, uint64_t hash)
{
	uint32_t old = l->texts.n, n;

	n = keyset_add(&l->texts, keyset_key(slice_of(&hash, sizeof(hash))));
	if (n == KEYSET_NONE)
		l->full = true;
	return n != KEYSET_NONE && n >= old;
}

static bool
wants_message(struct slice name)
{
	return slice_eq(name, SLICE("MESSAGE"));
}

/* Is the hash of the object that of its field? */
static bool
proven(const struct journallone *l, const struct journalpart_data *d)
{
	if (d->hash == d->jenkins)
		return true;
	for (size_t i = 0; i < l->nkey; i++)
		if (journalhash_siphash(d->field, l->key[i]) == d->hash)
			return true;
	return false;
}

struct search {
	const struct journallone *lone;
	journallone_fn *fn;
	void *arg;
	bool more;
};

static bool
on_data(void *arg, const struct journalpart_data *d)
{
	struct search *s = arg;
	struct journallone_text t = { d->off, d->len, d->flags, d->field,
		false };

	if (!journallone_wants(slice_from(d->field, sizeof("MESSAGE"))))
		return true;
	t.proven = proven(s->lone, d);
	s->more = s->fn(s->arg, &t);
	return s->more;
}

bool
journallone_read(struct journallone *l, const struct stream *s,
    const struct journalpart *p, journallone_fn *fn, void *arg)
{
	struct search search = { l, fn, arg, true };

	l->work +=
	    journalpart_data(s, p, NULL, wants_message, on_data, &search);
	return search.more;
}
