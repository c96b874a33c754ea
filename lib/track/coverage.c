#include "track/coverage.h"

#include "base/hash.h"
#include "base/mem.h"
#include "track/coverage_state.h"

#include "base/banned.h"

#define HOSTS_MAX	65536

struct coverage *
coverage_new(void)
{
	struct coverage *c = mem_alloc(1, sizeof(*c));

	c->nslot = 256;
	c->slot = mem_alloc(c->nslot, sizeof(*c->slot));
	return c;
}

void
coverage_free(struct coverage *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct host_cover *h = c->host[i];

		for (size_t k = 0; k < h->ntag; k++)
			mem_free((void *)(uintptr_t)h->tag[k].name.ptr);
		mem_free(h->tag);
		mem_free(h->gap);
		mem_free((void *)(uintptr_t)h->name.ptr);
		mem_free(h);
	}
	mem_free(c->host);
	mem_free(c->slot);
	mem_free(c);
}

/* The bytes, owned. */
static struct slice
own(struct slice s)
{
	return slice_of(mem_dup(s.len == 0 ? "" : (const void *)s.ptr, s.len),
	    s.len);
}

static void
rehash(struct coverage *c)
{
	mem_free(c->slot);
	c->nslot *= 4;
	c->slot = mem_alloc(c->nslot, sizeof(*c->slot));
	for (size_t i = 0; i < c->n; i++) {
		size_t h = hash_bytes(c->host[i]->name, 7) & (c->nslot - 1);

		while (c->slot[h] != 0)
			h = (h + 1) & (c->nslot - 1);
		c->slot[h] = (uint32_t)i + 1;
	}
}

/* A host met before; or NULL, and where it is to be put. */
static struct host_cover *
known_host(const struct coverage *c, struct slice name, size_t *slot)
{
	size_t s = hash_bytes(name, 7) & (c->nslot - 1);

	for (; c->slot[s] != 0; s = (s + 1) & (c->nslot - 1))
		if (slice_eq(c->host[c->slot[s] - 1]->name, name))
			return c->host[c->slot[s] - 1];
	*slot = s;
	return NULL;
}

struct host_cover *
coverage_host(struct coverage *c, struct slice name)
{
	struct host_cover *h;
	size_t s;

	if (c->latest != NULL && slice_eq(c->latest->name, name))
		return c->latest;
	if ((h = known_host(c, name, &s)) != NULL)
		return c->latest = h;
	if (c->n >= HOSTS_MAX) {
		name = SLICE("(more hosts)");
		if ((h = known_host(c, name, &s)) != NULL)
			return c->latest = h;
	}
	if (c->n == c->cap) {
		size_t cap = c->cap == 0 ? 16 : c->cap * 2;

		c->host = mem_grow(c->host, c->cap, cap, sizeof(*c->host));
		c->cap = cap;
	}
	h = mem_alloc(1, sizeof(*h));
	h->name = own(name);
	c->host[c->n++] = h;
	c->slot[s] = (uint32_t)c->n;
	if (c->n * 2 > c->nslot)
		rehash(c);
	return c->latest = h;
}

void
coverage_gap(struct host_cover *h, int64_t from, int64_t to, char why)
{
	if (h->ngap == COVERAGE_GAPS) {
		h->more_gaps++;
		return;
	}
	if (h->gap == NULL)
		h->gap = mem_alloc(COVERAGE_GAPS, sizeof(*h->gap));
	h->gap[h->ngap++] = (struct gap){ .from = from, .to = to, .why = why };
}

bool
coverage_before(const struct event_time *a, const struct event_time *b)
{
	return a->sec < b->sec || (a->sec == b->sec && a->nsec < b->nsec);
}

static void
take_time(struct host_cover *h, const struct event_time *t, bool lost)
{
	if (!t->known)
		return;
	if (!h->timed) {
		h->timed = true;
		h->first = h->last = *t;
		return;
	}
	if (lost)
		coverage_gap(h, h->last.sec, t->sec > h->last.sec ? t->sec :
		    h->last.sec, 'l');
	else if (t->sec - h->last.sec > COVERAGE_SILENCE)
		coverage_gap(h, h->last.sec, t->sec, 's');
	if (coverage_before(&h->last, t))
		h->last = *t;
	else if (coverage_before(t, &h->first))
		h->first = *t;
}

/* instance[/service]/program in dst; its slice, empty if too long. */
static struct slice
full_tag(unsigned char *dst, size_t cap, const struct rec *r)
{
	static const enum field part[3] = { F_INSTANCE, F_SERVICE, F_DAEMON };
	size_t n = 0;

	for (size_t i = 0; i < 3; i++) {
		struct slice s = rec_get(r, part[i]);

		if (s.len == 0)
			continue;
		if (s.len + 1 > cap - n)
			return slice_of(dst, 0);
		if (n > 0)
			dst[n++] = '/';
		memcpy(dst + n, s.ptr, s.len);
		n += s.len;
	}
	return slice_of(dst, n);
}

/* The index of a tag, COVERAGE_TAGS without a name or above the limit. */
size_t
coverage_tag(struct host_cover *h, struct slice name)
{
	size_t i;

	if (name.len == 0)
		return COVERAGE_TAGS;
	for (i = 0; i < h->ntag; i++)
		if (slice_eq(h->tag[i].name, name))
			break;
	if (i == h->ntag && i < COVERAGE_TAGS) {
		h->tag = mem_grow(h->tag, h->ntag, h->ntag + 1,
		    sizeof(*h->tag));
		h->tag[h->ntag++] = (struct tag_tls){ .name = own(name) };
	}
	return i;
}

void
coverage_tls(struct host_cover *h, size_t i, bool yes, bool out)
{
	if (i == COVERAGE_TAGS || !yes)
		return;
	h->tag[i].out = out && (h->tag[i].out || !h->tag[i].yes);
	h->tag[i].yes = true;
}

/* The index of the tag of this line's writer. */
static size_t
tag_of(struct host_cover *h, const struct event *ev, struct writer *w)
{
	unsigned char text[200];
	size_t i;

	if (w != NULL && w->tag != 0 && w->daemon == ev->daemon)
		return w->tag - 1;
	i = coverage_tag(h, full_tag(text, sizeof(text), &ev->rec));
	if (w != NULL) {
		w->tag = i + 1;
		w->daemon = ev->daemon;
	}
	return i;
}

/* The kinds of lines that take_tls looks at. */
#define ASK_TLS	(1U << EV_SCREEN | 1U << EV_TLS | 1U << EV_DELIVERY |	\
	1U << EV_CLIENT)

_Static_assert(EVENT_N <= 32, "one bit a kind");

/* Deliveries over a network and sessions ask for TLS lines. */
static void
take_tls(struct host_cover *h, const struct event *ev, struct writer *w)
{
	const struct rec *r = &ev->rec;
	bool yes = false;

	switch (ev->kind) {
	case EV_SCREEN:
		if (ev->daemon == DM_TLSPROXY &&
		    slice_eq(rec_get(r, F_ACTION), SLICE("CONNECT to")))
			h->proxied = true;
		return;
	case EV_TLS:
		yes = rec_has(r, F_TLS_VERSION) && ev->daemon != DM_TLSPROXY &&
		    !slice_eq(rec_get(r, F_TLS_REUSED), SLICE("true"));
		if (!yes)
			return;
		break;
	case EV_DELIVERY:
		if (!rec_has(r, F_RELAY_PORT))
			return;
		break;
	default:	/* EV_CLIENT */
		break;
	}
	coverage_tls(h, tag_of(h, ev, w), yes, rec_has(r, F_RELAY));
}

/* The host of a writer that is not the latest one of its number. */
static struct host_cover *
new_writer(struct coverage *c, const struct event *ev, struct writer *w)
{
	struct host_cover *h = coverage_host(c, rec_get(&ev->rec, F_HOST));

	if (w != NULL)
		*w = (struct writer){ .writer = ev->writer, .host = h };
	return h;
}

/* Most lines have the writer and the second of others before. */
static inline void
take(struct coverage *c, const struct event *ev)
{
	const struct event_time *t = &ev->time;
	struct writer *w = ev->writer == 0 ? NULL :
	    &c->writer[ev->writer % COVERAGE_WRITERS];
	struct host_cover *h;

	if (w != NULL && w->writer == ev->writer)
		h = c->latest = w->host;
	else
		h = new_writer(c, ev, w);
	if (t->sec != h->last.sec || t->nsec != h->last.nsec ||
	    !h->timed || rec_has(&ev->rec, F_NOTE))
		take_time(h, t, event_lines_lost(ev));
	if ((ASK_TLS >> ev->kind & 1) != 0 && ev->class == LINE_UNDERSTOOD)
		take_tls(h, ev, w);
}

void
coverage_event(struct coverage *c, const struct event *ev)
{
	take(c, ev);
	c->latest->n[ev->class]++;
	if (ev->class == LINE_FOREIGN)
		c->latest->forged += event_forged(ev);
}

void
coverage_uncounted(struct coverage *c, const struct event *ev)
{
	take(c, ev);
}

void
coverage_copy(struct coverage *c, const struct event *ev)
{
	coverage_host(c, rec_get(&ev->rec, F_HOST))->copies++;
}

void
coverage_damage(struct coverage *c, struct slice host)
{
	struct host_cover *h = coverage_host(c, host);

	if (h->timed)
		coverage_gap(h, h->last.sec, h->last.sec, 'd');
}

uint64_t
coverage_class(const struct coverage *c, enum line_class class)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->host[i]->n[class];
	return n;
}

uint64_t
coverage_postfix_lines(const struct coverage *c)
{
	return coverage_class(c, LINE_UNDERSTOOD) +
	    coverage_class(c, LINE_UNKNOWN);
}

uint64_t
coverage_forged(const struct coverage *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->host[i]->forged;
	return n;
}

bool
coverage_tls_unlogged(const struct coverage *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->host[i]->ntag; k++)
			if (!c->host[i]->tag[k].yes)
				return true;
	return false;
}
