#include "source/twins.h"

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

#define MASK	((uint32_t)TWINS_MAX - 1)

void
twins_free(struct twins *t)
{
	mem_free(t->ring);
	mem_free(t->chain);
	mem_free(t->first);
	*t = (struct twins){ .ring = NULL };
}

/* What makes two lines the same. */
static uint64_t
hash_line(const struct event *ev)
{
	static const enum field key[] = { F_HOST, F_INSTANCE, F_SERVICE,
		F_TEXT };
	uint64_t h = (uint64_t)ev->time.sec * 1000000007U + ev->time.nsec;

	h = (h ^ ev->pid) * 1000003U + ev->daemon;
	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (rec_has(&ev->rec, key[i]))
			h = hash_bytes(ev->rec.v[key[i]], h + i);
	return h;
}

/* Forget what is too old. */
static void
expire(struct twins *t, int64_t now)
{
	while (t->from != t->to && (t->to - t->from == TWINS_MAX ||
	    t->ring[t->from & MASK].sec + TWINS_SECONDS < now))
		t->from++;
}

/* The line if it is remembered, or NULL. */
static struct twin *
find(const struct twins *t, uint64_t hash)
{
	uint32_t i = t->chain[hash & MASK];

	/* Numbers go down along a chain, and end below the oldest. */
	while (i != 0 && i - 1 - t->from < t->to - t->from) {
		struct twin *e = &t->ring[(i - 1) & MASK];

		if (e->hash == hash)
			return e;
		i = e->next;
	}
	return NULL;
}

static void
keep(struct twins *t, uint64_t hash, uint64_t src, struct twin_time first,
    int64_t sec)
{
	uint32_t *chain = &t->chain[hash & MASK];

	t->ring[t->to & MASK] = (struct twin){ .hash = hash, .src = src,
		.first = first, .sec = sec, .own = 1, .next = *chain };
	*chain = ++t->to;
}

/* When the source of this line began; past the limit, now. */
static struct twin_time
began(struct twins *t, const struct feed *f, uint64_t src)
{
	struct twin_time now = { f->sec, f->nsec };

	if (!f->survey.records)
		return (struct twin_time){ f->survey.first.sec,
			f->survey.first.nsec };
	if (t->first == NULL)
		t->first = mem_alloc(TWINS_SOURCES, sizeof(*t->first));
	/* Files of one set end before the next begins: look from the end. */
	for (size_t i = t->nfirst; i-- > 0;)
		if (t->first[i].src == src)
			return t->first[i].time;
	if (t->nfirst < TWINS_SOURCES) {
		t->first[t->nfirst].src = src;
		t->first[t->nfirst++].time = now;
	}
	return now;
}

/* May a line at hand, of a source that began at `own`, be a twin of e? */
static bool
may_be(const struct twin *e, struct twin_time own, const struct feed *f)
{
	return own.sec < f->sec || (own.sec == f->sec && own.nsec < f->nsec) ||
	    (own.sec == e->first.sec && own.nsec == e->first.nsec);
}

bool
twins_had(struct twins *t, const struct feed *f, bool shared)
{
	const struct event *ev = &f->event;
	uint64_t src, hash;
	struct twin_time first;
	struct twin *e;

	if (t->ring != NULL)
		expire(t, f->sec);
	if (t->from == t->to && !shared)
		return false;
	src = hash_bytes(ev->src, 1);
	/* Lines of other programs count, too. */
	first = began(t, f, src);
	if (!ev->time.ordered || !rec_has(&ev->rec, F_INSTANCE))
		return false;
	if (t->ring == NULL) {
		t->ring = mem_alloc(TWINS_MAX, sizeof(*t->ring));
		t->chain = mem_alloc(TWINS_MAX, sizeof(*t->chain));
	}
	hash = hash_line(ev);
	e = find(t, hash);
	if (e == NULL) {
		keep(t, hash, src, first, f->sec);
		return false;
	}
	if (e->src != src) {
		if (!may_be(e, first, f))
			return false;
		e->most = e->own > e->most ? e->own : e->most;
		e->own = 0;
		e->src = src;
	}
	return ++e->own <= e->most;
}
