#include "source/twins.h"

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

#define MASK ((uint32_t)TWINS_MAX - 1)

void
twins_free(struct twins *t)
{
	mem_free(t->ring);
	mem_free(t->chain);
	mem_free(t->first);
	*t = (struct twins){ .ring = NULL };
}

/* What makes two lines the same, but for the time. */
static uint64_t
hash_line(const struct event *ev)
{
	static const enum field key[] = { F_HOST, F_INSTANCE, F_SERVICE,
		F_TEXT };
	uint64_t h = (uint64_t)ev->pid * 1000003U + ev->daemon;

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (rec_has(&ev->rec, key[i]))
			h = hash_bytes(ev->rec.v[key[i]], h + i);
	return h;
}

static bool
same_time(struct twin_time a, struct twin_time b)
{
	return a.sec == b.sec && a.nsec == b.nsec;
}

/* Forget what is too old. */
static void
expire(struct twins *t, int64_t now)
{
	while (t->from != t->to &&
	    (t->to - t->from == TWINS_MAX ||
		t->ring[t->from & MASK].sec + TWINS_SECONDS < now))
		t->from++;
}

/* What is remembered under that number, + 1; NULL at the end of a chain. */
static struct twin *
at(const struct twins *t, uint32_t i)
{
	/* Numbers go down along a chain, and end below the oldest. */
	return i == 0 || i - 1 - t->from >= t->to - t->from ?
	    NULL :
	    &t->ring[(i - 1) & MASK];
}

static void
keep(struct twins *t, const struct twin *line)
{
	uint32_t *chain = &t->chain[line->hash & MASK];
	struct twin *e = &t->ring[t->to & MASK];

	*e = *line;
	e->own = 1;
	e->next = *chain;
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

/* The same line with the same stamp: no more often than in another source? */
static bool
had(struct twin *e, const struct twin *line, const struct feed *f)
{
	if (e->src != line->src) {
		if ((line->first.sec > f->sec ||
			(line->first.sec == f->sec &&
			    line->first.nsec >= f->nsec)) &&
		    !same_time(line->first, e->first))
			return false;
		e->most = e->own > e->most ? e->own : e->most;
		e->own = 0;
		e->src = line->src;
	}
	return ++e->own <= e->most;
}

/* Does a process log that once? */
static bool
is_unique(const struct event *ev)
{
	return ev->kind == EV_DELIVERY || ev->kind == EV_PICKUP ||
	    (ev->kind == EV_CLIENT &&
		!slice_eq(rec_get(&ev->rec, F_QID), SLICE("NOQUEUE")));
}

/* Of two sources, and stamped at about the same time? */
static bool
apart(const struct twin *e, const struct twin *line)
{
	int64_t n = e->stamp.sec > line->stamp.sec ?
	    e->stamp.sec - line->stamp.sec :
	    line->stamp.sec - e->stamp.sec;

	return e->of != line->src && e->src != line->src && n <= TWINS_APART;
}

bool
twins_had(struct twins *t, const struct feed *f, bool shared)
{
	const struct event *ev = &f->event;
	struct twin line = { .sec = f->sec }, *e;
	bool other = false;
	int steps = 0;

	if (t->ring != NULL)
		expire(t, f->sec);
	if (t->from == t->to && !shared)
		return false;
	line.of = line.src = hash_bytes(ev->src, 1);
	/* Lines of other programs count, too. */
	line.first = began(t, f, line.src);
	if (!ev->time.ordered || !rec_has(&ev->rec, F_INSTANCE))
		return false;
	if (t->ring == NULL) {
		t->ring = mem_alloc(TWINS_MAX, sizeof(*t->ring));
		t->chain = mem_alloc(TWINS_MAX, sizeof(*t->chain));
	}
	line.hash = hash_line(ev);
	line.stamp = (struct twin_time){ ev->time.sec, ev->time.nsec };
	for (uint32_t i = t->chain[line.hash & MASK];
	     (e = at(t, i)) != NULL && steps < TWINS_STEPS; i = e->next) {
		/* What shares its place by chance must not matter. */
		if (e->hash != line.hash)
			continue;
		steps++;
		if (same_time(e->stamp, line.stamp))
			return had(e, &line, f);
		other = other || apart(e, &line);
	}
	t->apart += other && is_unique(ev);
	keep(t, &line);
	return false;
}
