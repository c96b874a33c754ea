#include "source/twins.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"

#include "base/banned.h"

#define MASK ((uint32_t)TWINS_MAX - 1)
#define QUARTER 900		/* zones differ by quarters of an hour */
#define ZONES_APART (26 * 3600) /* and by no more than that */

void
twins_free(struct twins *t)
{
	mem_free(t->ring);
	mem_free(t->chain);
	mem_free(t->first);
	mem_free(t->far);
	*t = (struct twins){ .ring = NULL };
}

/* Process and text. */
static uint64_t
hash_line(const struct event *ev)
{
	return hash_bytes(
	    rec_get(&ev->rec, F_TEXT), (uint64_t)ev->pid * 1000003U);
}

static uint64_t
hash_tag(const struct event *ev)
{
	static const enum field key[] = { F_INSTANCE, F_SERVICE };
	uint64_t h = ev->daemon;

	if (event_program_lost(ev))
		return 0;

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (rec_has(&ev->rec, key[i]))
			h = hash_bytes(ev->rec.v[key[i]], h + i);
	return h | 1;
}

static bool
same_tag(const struct twin *a, const struct twin *b)
{
	return a->tag == b->tag || a->tag == 0 || b->tag == 0;
}

static bool
same_time(struct twin_time a, struct twin_time b)
{
	return a.sec == b.sec && a.nsec == b.nsec;
}

static bool
before(struct twin_time a, struct twin_time b)
{
	return a.sec != b.sec ? a.sec < b.sec : a.nsec < b.nsec;
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
	const size_t mask = (size_t)2 * TWINS_SOURCES - 1;
	struct twin_time now = { f->sec, f->nsec };
	size_t i = src & mask;

	if (!f->survey.records)
		return (struct twin_time){ f->survey.first.sec,
			f->survey.first.nsec };
	if (t->first == NULL)
		t->first = mem_alloc(mask + 1, sizeof(*t->first));
	for (; t->first[i].src != 0; i = (i + 1) & mask)
		if (t->first[i].src == src)
			return t->first[i].time;
	if (t->nfirst < TWINS_SOURCES) {
		t->first[i] = (struct twin_source){ src, now };
		t->nfirst++;
	}
	return now;
}

/* One more of that line; no more often than in another source? */
static bool
count(struct twin *e, const struct twin *line)
{
	if (e->src != line->src) {
		e->most = e->own > e->most ? e->own : e->most;
		e->own = 0;
		e->src = line->src;
	}
	return ++e->own <= e->most;
}

/* The same line with the same stamp; once: by its kind logged only once. */
static bool
had(struct twin *e, const struct twin *line, struct twin_time now, bool once)
{
	if (e->src != line->src && !before(line->first, now) &&
	    !same_time(line->first, e->first) && !once)
		return false;
	return count(e, line);
}

static bool
has_qid(const struct event *ev)
{
	return rec_has(&ev->rec, F_QID) &&
	    !slice_eq(rec_get(&ev->rec, F_QID), SLICE("NOQUEUE"));
}

/* An arrival or a delivery. */
static bool
is_mail(const struct event *ev)
{
	return ev->kind == EV_DELIVERY || ev->kind == EV_PICKUP ||
	    (ev->kind == EV_CLIENT && has_qid(ev));
}

/* Does a process log that once, at least in some seconds? */
static bool
is_unique(const struct event *ev)
{
	switch (ev->kind) {
	case EV_REJECT:
	case EV_MILTER:
		return has_qid(ev);
	case EV_MESSAGE_ID:
	case EV_REMOVED:
		return true;
	case EV_CONFIG:
		return ev->daemon == DM_MASTER ||
		    ev->daemon == DM_POSTFIX_SCRIPT;
	default:
		return is_mail(ev);
	}
}

/* Of two sources, stamped at about the same time, and not yet had? */
static bool
is_near(const struct twin *e, const struct twin *line)
{
	int64_t n = e->stamp.sec > line->stamp.sec ?
	    e->stamp.sec - line->stamp.sec :
	    line->stamp.sec - e->stamp.sec;

	return e->of != line->src && n <= TWINS_APART &&
	    (e->src != line->src || e->own < e->most);
}

/* Have the two sources had the same line, stamped apart, that is unique? */
static bool
are_paired(const struct twins *t, const struct twin *e, const struct twin *line)
{
	for (size_t i = 0; i < TWINS_PAIRS; i++)
		if (t->pair[i] == (e->of ^ line->src))
			return true;
	return false;
}

/* Had both sources begun for some time? */
static bool
side_by_side(const struct twin *e, const struct twin *line)
{
	return e->stamp.sec - TWINS_APART > line->first.sec &&
	    line->stamp.sec - TWINS_APART > e->first.sec;
}

/* Look for a line that was logged once hours away, by a wrong zone. */
static void
look_far(struct twins *t, const struct event *ev)
{
	uint64_t hash = hash_line(ev), src = hash_bytes(ev->src, 1) | 1;
	struct twin_far *e;
	int64_t off, rest;

	if (t->far == NULL)
		t->far = mem_alloc(TWINS_FAR, sizeof(*t->far));
	e = &t->far[hash & (TWINS_FAR - 1)];
	if (e->src != 0 && e->hash == hash && e->src != src) {
		off = e->sec > ev->time.sec ? e->sec - ev->time.sec :
					      ev->time.sec - e->sec;
		rest = (off + TWINS_APART) % QUARTER;
		if (off > QUARTER / 2 && off <= ZONES_APART &&
		    rest <= (int64_t)2 * TWINS_APART) {
			t->zoned++;
			t->off = off - rest + TWINS_APART;
		}
	} else if (e->src == 0 || hash >> 58 == 0 || e->hash >> 58 != 0)
		*e = (struct twin_far){ hash, src, ev->time.sec };
}

bool
twins_look(struct twins *t, const struct feed *f, bool shared, bool many)
{
	const struct event *ev = &f->event;
	struct twin line = { .sec = f->sec }, *e, *near = NULL;
	bool once, named = false;
	int steps = 0;

	if (many && ev->time.ordered && rec_has(&ev->rec, F_INSTANCE) &&
	    is_mail(ev))
		look_far(t, ev);
	if (t->ring != NULL)
		expire(t, f->sec);
	/* Records do not say when their source began. */
	if (t->from == t->to && !shared && !f->survey.records)
		return false;
	line.of = line.src = hash_bytes(ev->src, 1) | 1;
	/* Lines of other programs count, too. */
	line.first = began(t, f, line.src);
	if (t->from == t->to && !shared)
		return false;
	if (!ev->time.ordered || !rec_has(&ev->rec, F_INSTANCE))
		return false;
	if (t->ring == NULL) {
		t->ring = mem_alloc(TWINS_MAX, sizeof(*t->ring));
		t->chain = mem_alloc(TWINS_MAX, sizeof(*t->chain));
	}
	line.hash = hash_line(ev);
	line.tag = hash_tag(ev);
	line.host = hash_bytes(rec_get(&ev->rec, F_HOST), 2);
	once = is_unique(ev);
	line.stamp = (struct twin_time){ ev->time.sec, ev->time.nsec };
	for (uint32_t i = t->chain[line.hash & MASK];
	     (e = at(t, i)) != NULL && steps < TWINS_STEPS; i = e->next) {
		/* What shares its place by chance must not matter. */
		if (e->hash != line.hash || !same_tag(e, &line))
			continue;
		steps++;
		if (e->host == line.host && same_time(e->stamp, line.stamp))
			return had(e, &line,
			    (struct twin_time){ f->sec, f->nsec }, once);
		if (!is_near(e, &line) ||
		    !(once || side_by_side(e, &line) ||
			are_paired(t, e, &line)))
			continue;
		if (e->host == line.host)
			near = e;
		else
			named = true;
	}
	if (near != NULL) {
		if (once && !are_paired(t, near, &line))
			t->pair[t->npair++ % TWINS_PAIRS] = near->of ^ line.src;
		return count(near, &line);
	}
	if (named && is_mail(ev) && t->hosts++ == 0)
		(void)msg_quote(
		    t->name, sizeof(t->name), rec_get(&ev->rec, F_HOST));
	keep(t, &line);
	return false;
}
