#include "policy/peers.h"

#include "base/buf.h"
#include "base/caltime.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"

#include "base/banned.h"

#define MEM_MAX		((size_t)64 * 1024 * 1024)
#define SLOTS		(PEERS_MAX * 2)

/* One kind of behaviour: how often, from when to when. */
struct seen {
	uint64_t	n;
	int64_t		first, last;
};

/* The first hop that was otherwise. */
struct evidence {
	struct slice	trace, src, off, len, line;
	const struct policy_line *policy_line;
};

struct change {
	struct seen	before, after;
	struct evidence	evidence;
};

/* Its name and address stand behind it. */
struct peer {
	struct slice	name, addr;
	bool		outbound;
	unsigned char	direction;
	struct peer	*next;		/* in its chain */
	struct change	tls, trust;
};

struct peers {
	const struct policy	*policy;
	struct arena		 mem;
	struct peer		**v;
	size_t			 n, cap;
	struct peer		**slot;
	uint64_t		 dropped;
	size_t			 at;		/* of peers_next */
	bool			 second;	/* its trust is next */
	struct finding		 finding;
	unsigned char		 time[4][CALTIME_MAX];
	unsigned char		 count[NUM_MAX];
	struct buf		 why;
};

struct peers *
peers_open(const struct policy *p)
{
	struct peers *t = mem_alloc(1, sizeof(*t));

	t->policy = p;
	t->slot = mem_pages(SLOTS * sizeof(struct peer *));
	arena_init_large(&t->mem, MEM_MAX + PEERS_MAX * sizeof(struct peer));
	buf_init(&t->why, 4096);
	return t;
}

void
peers_close(struct peers *t)
{
	if (t == NULL)
		return;
	arena_free(&t->mem);
	buf_free(&t->why);
	mem_pages_free(t->slot, SLOTS * sizeof(struct peer *));
	mem_free(t->v);
	mem_free(t);
}

uint64_t
peers_dropped(const struct peers *t)
{
	return t->dropped;
}

/* A new one, or NULL if there is no room. */
static struct peer *
add(struct peers *t, const struct judgement *j)
{
	struct slice name = j->peer.name, addr = j->peer.addr;
	unsigned char *text;
	struct peer *p;
	size_t n;

	if (t->n == PEERS_MAX)
		return NULL;
	p = arena_alloc(&t->mem, sizeof(*p) + name.len + addr.len);
	if (p == NULL)
		return NULL;
	if (t->n == t->cap) {
		n = t->cap == 0 ? 64 : t->cap * 2;
		t->v = mem_grow(t->v, t->cap, n, sizeof(*t->v));
		t->cap = n;
	}
	text = (unsigned char *)(p + 1);
	p->name = slice_of(text, name.len);
	p->addr = slice_of(text + name.len, addr.len);
	p->outbound = j->outbound;
	if (name.len > 0)
		memcpy(text, name.ptr, name.len);
	if (addr.len > 0)
		memcpy(text + name.len, addr.ptr, addr.len);
	t->v[t->n++] = p;
	return p;
}

static struct peer **
slot_of(const struct peers *t, const struct judgement *j)
{
	return &t->slot[hash_bytes(j->peer.addr, hash_lower(j->peer.name,
	    j->outbound)) % SLOTS];
}

void
peers_ahead(const struct peers *t, const struct judgement *j)
{
	mem_prefetch(slot_of(t, j), 1);
}

static struct peer *
find(struct peers *t, const struct judgement *j)
{
	struct peer **slot = slot_of(t, j), *p;

	for (p = *slot; p != NULL; p = p->next)
		if (p->outbound == j->outbound &&
		    slice_eq(p->addr, j->peer.addr) &&
		    slice_eq_nocase(p->name, j->peer.name))
			return p;
	p = add(t, j);
	if (p == NULL)
		return NULL;
	p->next = *slot;
	return *slot = p;
}

static void
see(struct seen *s, int64_t sec)
{
	if (s->n == 0 || sec < s->first)
		s->first = sec;
	if (s->n == 0 || sec > s->last)
		s->last = sec;
	s->n++;
}

/* One more hop, as before or otherwise. */
static void
follow(struct peers *t, struct change *c, bool good, uint64_t habit,
    int64_t sec, const struct judgement *j, const struct rec *r)
{
	struct arena *m = &t->mem;

	if (good) {
		see(&c->before, sec);
		return;
	}
	if (c->before.n < habit || sec <= c->before.first)
		return;
	see(&c->after, sec);
	if (c->after.n > 1)
		return;
	c->evidence = (struct evidence){
		.trace = arena_dup(m, rec_get(r, F_TRACE)),
		.src = arena_dup(m, rec_get(r, F_SRC)),
		.off = arena_dup(m, rec_get(r, F_OFF)),
		.len = arena_dup(m, rec_get(r, F_LEN)),
		.line = arena_dup(m, rec_get(r, F_LINE)),
		.policy_line = j->line };
}

static bool
is_encrypted(const struct rec *r)
{
	struct slice tls = rec_get(r, F_TLS);

	return slice_eq(tls, SLICE("encrypted")) ||
	    slice_eq(tls, SLICE("authenticated"));
}

void
peers_add(struct peers *t, const struct judgement *j, const struct rec *r)
{
	struct slice trust = rec_get(r, F_TLS_TRUST);
	int64_t sec = j->sec;
	struct peer *p;

	if (!j->hop || j->verdict == VERDICT_NOT_APPLICABLE ||
	    j->line->level == LEVEL_NONE || sec == INT64_MAX || (!j->plaintext && !is_encrypted(r)) ||
	    j->peer.name.len + j->peer.addr.len == 0)
		return;
	p = find(t, j);
	if (p == NULL) {
		t->dropped++;
		return;
	}
	p->direction = (unsigned char)j->direction;
	follow(t, &p->tls, !j->plaintext, t->policy->tls_seen, sec, j, r);
	if (j->outbound && !j->plaintext && trust.len > 0)
		follow(t, &p->trust, slice_eq(trust, SLICE("Trusted")) ||
		    slice_eq(trust, SLICE("Verified")), 1, sec, j, r);
}

void
peers_see(struct peers *t, const struct judgement *j, const struct rec *r)
{
	struct peer *p;

	if (j->sec == INT64_MAX || !is_encrypted(r) ||
	    j->peer.name.len + j->peer.addr.len == 0)
		return;
	p = find(t, j);
	if (p != NULL)
		see(&p->tls.before, j->sec);
}

static void
put_time(struct peers *t, struct rec *r, enum field f, size_t i, int64_t sec)
{
	size_t n = caltime_text(t->time[i], sec, 0, 0);

	if (n > 0)
		rec_set(r, f, slice_of(t->time[i], n));
}

static void
put_why(struct peers *t, struct rec *r, const struct change *c,
    enum rule rule)
{
	const char *one = rule == RULE_TLS_LOST ? " time with TLS, then " :
	    " time with trust, then ";
	const char *more = rule == RULE_TLS_LOST ? " times with TLS, then " :
	    " times with trust, then ";

	t->why.len = 0;
	(void)(buf_add(&t->why, rule_info[rule].why) &&
	    buf_add(&t->why, SLICE(" (")) && buf_addu(&t->why, c->before.n) &&
	    buf_add(&t->why, slice_cstr(c->before.n == 1 ? one : more)) &&
	    buf_addu(&t->why, c->after.n) &&
	    buf_add(&t->why, SLICE(" without)")));
	rec_set(r, F_REASON, buf_slice(&t->why));
}

static void
put(struct peers *t, const struct peer *p, const struct change *c,
    enum rule rule, struct rec *r)
{
	struct judgement j = { .outbound = p->outbound,
		.direction = (enum direction)p->direction,
		.line = c->evidence.policy_line,
		.peer = { .name = p->name, .addr = p->addr } };
	struct rec hop;

	j.exempt[rule] = policy_find_exempt(t->policy, &j.peer, rule,
	    c->after.first);
	rec_clear(&hop);
	rec_set(&hop, F_TRACE, c->evidence.trace);
	rec_set(&hop, F_SRC, c->evidence.src);
	rec_set(&hop, F_OFF, c->evidence.off);
	rec_set(&hop, F_LEN, c->evidence.len);
	rec_set(&hop, F_LINE, c->evidence.line);
	if (p->name.len > 0)
		rec_set(&hop, p->outbound ? F_RELAY_NAME : F_CLIENT_NAME,
		    p->name);
	rec_set(&hop, p->outbound ? F_RELAY_ADDR : F_CLIENT_ADDR, p->addr);
	put_time(t, &hop, F_TIME, 0, c->after.first);
	put_time(t, &hop, F_END, 1, c->after.last);
	finding_put(&t->finding, t->policy, &j, rule, &hop, r);
	finding_id(&t->finding, r, rule, p->name, p->addr);
	put_time(t, r, F_SEEN_FIRST, 2, c->before.first);
	put_time(t, r, F_SEEN_LAST, 3, c->before.last);
	rec_set(r, F_COUNT, slice_of(t->count, num_u64(t->count,
	    c->after.n)));
	if (j.exempt[rule] == NULL)
		put_why(t, r, c, rule);
}

bool
peers_next(struct peers *t, struct rec *r)
{
	const enum severity *s = t->policy->severity;

	while (t->at < t->n) {
		const struct peer *p = t->v[t->at];
		bool trust = t->second;
		enum rule rule = trust ? RULE_TRUST_CHANGED : RULE_TLS_LOST;
		const struct change *c = trust ? &p->trust : &p->tls;

		t->second = !trust;
		t->at += trust;
		if (c->after.n == 0 || s[rule] == SEVERITY_OFF)
			continue;
		put(t, p, c, rule, r);
		return true;
	}
	return false;
}
