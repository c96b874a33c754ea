#include "track/coverage.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/caltime.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"

#include "base/banned.h"

#define SILENCE		(6 * 3600)
#define HOSTS_MAX	65536
#define TAGS_MAX	1024	/* tags of one host kept */
#define WRITERS		256	/* a power of two */

struct gap {
	int64_t		from, to;
	char		why;		/* 's' silence, 'l' lost, 'd' damage */
};

struct tag_tls {
	struct slice	name;		/* postfix/submission/smtpd */
	bool		yes;
	bool		out;		/* by handshakes with next hops only */
};

struct host_cover {
	struct slice	name;
	bool		timed;
	struct event_time first, last;
	bool		proxied;	/* tlsproxy connects for smtp */
	uint64_t	n[4];
	uint64_t	forged;		/* of LINE_FOREIGN */
	struct gap	*gap;
	size_t		ngap, more_gaps;
	struct tag_tls	*tag;
	size_t		ntag;
};

struct coverage {
	struct host_cover	**host;		/* by first line */
	size_t			  n, cap;
	uint32_t		 *slot;		/* index + 1 by hash */
	size_t			  nslot;
	struct host_cover	 *latest;
	/* Hosts and tags by the number of their writer. */
	struct writer {
		uint64_t	   writer;
		struct host_cover *host;
		size_t		   tag;		/* index + 1, 0: not yet */
		enum daemon_id	   daemon;	/* of the tag */
	}			  writer[WRITERS];
};

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

static struct host_cover *
find_host(struct coverage *c, struct slice name)
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

static void
add_gap(struct host_cover *h, int64_t from, int64_t to, char why)
{
	if (h->ngap == COVERAGE_GAPS) {
		h->more_gaps++;
		return;
	}
	if (h->gap == NULL)
		h->gap = mem_alloc(COVERAGE_GAPS, sizeof(*h->gap));
	h->gap[h->ngap++] = (struct gap){ .from = from, .to = to, .why = why };
}

static bool
before(const struct event_time *a, const struct event_time *b)
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
		add_gap(h, h->last.sec, t->sec > h->last.sec ? t->sec :
		    h->last.sec, 'l');
	else if (t->sec - h->last.sec > SILENCE)
		add_gap(h, h->last.sec, t->sec, 's');
	if (before(t, &h->first))
		h->first = *t;
	if (before(&h->last, t))
		h->last = *t;
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

/* The index of a tag, TAGS_MAX without a name or above the limit. */
static size_t
find_tag(struct host_cover *h, struct slice name)
{
	size_t i;

	if (name.len == 0)
		return TAGS_MAX;
	for (i = 0; i < h->ntag; i++)
		if (slice_eq(h->tag[i].name, name))
			break;
	if (i == h->ntag && i < TAGS_MAX) {
		h->tag = mem_grow(h->tag, h->ntag, h->ntag + 1,
		    sizeof(*h->tag));
		h->tag[h->ntag++] = (struct tag_tls){ .name = own(name) };
	}
	return i;
}

static void
set_tls(struct host_cover *h, size_t i, bool yes, bool out)
{
	if (i == TAGS_MAX || !yes)
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
	i = find_tag(h, full_tag(text, sizeof(text), &ev->rec));
	if (w != NULL) {
		w->tag = i + 1;
		w->daemon = ev->daemon;
	}
	return i;
}

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
	case EV_CLIENT:
		break;
	default:
		return;
	}
	set_tls(h, tag_of(h, ev, w), yes, rec_has(r, F_RELAY));
}

void
coverage_event(struct coverage *c, const struct event *ev)
{
	coverage_uncounted(c, ev);
	c->latest->n[ev->class]++;
	c->latest->forged += event_forged(ev);
}

void
coverage_uncounted(struct coverage *c, const struct event *ev)
{
	struct writer *w = ev->writer == 0 ? NULL :
	    &c->writer[ev->writer % WRITERS];
	struct host_cover *h;

	if (w != NULL && w->writer == ev->writer)
		h = c->latest = w->host;
	else
		h = find_host(c, rec_get(&ev->rec, F_HOST));
	if (w != NULL && w->writer != ev->writer)
		*w = (struct writer){ .writer = ev->writer, .host = h };
	take_time(h, &ev->time, event_lines_lost(ev));
	if (ev->class == LINE_UNDERSTOOD)
		take_tls(h, ev, w);
}

void
coverage_damage(struct coverage *c, struct slice host)
{
	struct host_cover *h = find_host(c, host);

	if (h->timed)
		add_gap(h, h->last.sec, h->last.sec, 'd');
}

static bool
parse_time(struct slice s, struct event_time *t)
{
	unsigned int digits;

	*t = (struct event_time){ .known = false };
	if (!caltime_parse(s, &t->sec, &t->nsec, &digits))
		return false;
	t->digits = (uint8_t)digits;
	t->known = t->ordered = true;
	return true;
}

/* FROM/TO;WHY words. */
static void
merge_gaps(struct host_cover *h, struct slice s)
{
	struct slice word, from, to, why;
	struct event_time a, b;

	while (s.len > 0) {
		if (!slice_cut(s, ' ', &word, &s)) {
			word = s;
			s = slice_of(NULL, 0);
		}
		if (slice_cut(word, '/', &from, &to) &&
		    slice_cut(to, ';', &to, &why) && parse_time(from, &a) &&
		    parse_time(to, &b) && why.len > 0)
			add_gap(h, a.sec, b.sec, (char)why.ptr[0]);
	}
}

/* TAG=yes and TAG=no-evidence words. */
static void
merge_tls(struct host_cover *h, struct slice s)
{
	struct slice word, name, yes;

	while (s.len > 0) {
		if (!slice_cut(s, ' ', &word, &s)) {
			word = s;
			s = slice_of(NULL, 0);
		}
		if (slice_rcut(word, '=', &name, &yes))
			set_tls(h, find_tag(h, name), slice_eq(yes, SLICE("yes")),
			    false);
	}
}

/* Damage at the end of a piece lasts until the next piece begins. */
static void
close_damage(struct host_cover *h, const struct event_time *next)
{
	struct gap *g = h->ngap == 0 ? NULL : &h->gap[h->ngap - 1];

	if (g == NULL || g->why != 'd' || !h->timed || g->to != h->last.sec)
		return;
	g->why = 'l';
	g->to = next->sec > g->from ? next->sec : g->from;
}

void
coverage_counts(struct coverage *c, const struct rec *r)
{
	static const enum field key[4] = { F_UNDERSTOOD, F_IGNORED, F_FOREIGN,
		F_UNKNOWN };
	struct host_cover *h = find_host(c, rec_get(r, F_HOST));
	uint64_t v;

	for (size_t i = 0; i < 4; i++)
		if (slice_u64(rec_get(r, key[i]), UINT64_MAX / 2, &v))
			h->n[i] += v;
	if (slice_u64(rec_get(r, F_FORGED), UINT64_MAX / 2, &v))
		h->forged += v;
}

void
coverage_merge(struct coverage *c, const struct rec *r)
{
	struct host_cover *h = find_host(c, rec_get(r, F_HOST));
	struct event_time first, last;

	coverage_counts(c, r);
	if (parse_time(rec_get(r, F_TIME), &first))
		close_damage(h, &first);
	merge_gaps(h, rec_get(r, F_GAPS));
	merge_tls(h, rec_get(r, F_TLS_LOGGING));
	if (!parse_time(rec_get(r, F_TIME), &first) ||
	    !parse_time(rec_get(r, F_END), &last))
		return;
	if (!h->timed) {
		h->timed = true;
		h->first = first;
		h->last = last;
		return;
	}
	if (first.sec - h->last.sec > SILENCE)
		add_gap(h, h->last.sec, first.sec, 's');
	if (before(&first, &h->first))
		h->first = first;
	if (before(&h->last, &last))
		h->last = last;
}

static int
by_name(const void *a, const void *b)
{
	const struct host_cover *x = *(struct host_cover *const *)a;
	const struct host_cover *y = *(struct host_cover *const *)b;

	return slice_cmp(x->name, y->name);
}

static int
by_tag(const void *a, const void *b)
{
	const struct tag_tls *x = a, *y = b;

	return slice_cmp(x->name, y->name);
}

static int
by_start(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->why - y->why;
}

static void
add_time(struct buf *b, int64_t sec)
{
	unsigned char text[CALTIME_MAX];

	(void)buf_add(b, slice_of(text, caltime_text(text, sec, 0, 0)));
}

static struct slice
gap_word(char why)
{
	return why == 'l' ? SLICE("lost-lines") : why == 'd' ?
	    SLICE("damage") : SLICE("silence");
}

static void
put_gaps(struct host_cover *h, struct buf *b)
{
	if (h->ngap > 0)
		qsort(h->gap, h->ngap, sizeof(*h->gap), by_start);
	for (size_t i = 0; i < h->ngap; i++) {
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		add_time(b, h->gap[i].from);
		(void)buf_addc(b, '/');
		add_time(b, h->gap[i].to);
		(void)buf_addc(b, ';');
		(void)buf_add(b, gap_word(h->gap[i].why));
	}
	if (h->more_gaps > 0) {
		(void)buf_add(b, SLICE(" and-more:"));
		(void)buf_addu(b, h->more_gaps);
	}
}

static void
put_tags(struct host_cover *h, struct buf *b)
{
	if (h->ntag > 0)
		qsort(h->tag, h->ntag, sizeof(*h->tag), by_tag);
	for (size_t i = 0; i < h->ntag; i++) {
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		(void)buf_add(b, h->tag[i].name);
		/* Through tlsproxy a handshake is logged at every level. */
		(void)buf_add(b, h->tag[i].yes && !(h->tag[i].out &&
		    h->proxied) ? SLICE("=yes") : SLICE("=no-evidence"));
	}
}

/* The record of one host. */
static bool
write_host(struct host_cover *h, bool (*put)(void *, const struct rec *),
    void *arg)
{
	static const enum field key[4] = { F_UNDERSTOOD, F_IGNORED, F_FOREIGN,
		F_UNKNOWN };
	unsigned char num[6][NUM_MAX], time[2][CALTIME_MAX];
	struct buf gaps, tags;
	struct rec r;
	uint64_t total = 0;
	bool ok;

	rec_clear(&r);
	buf_init(&gaps, 1 << 20);
	buf_init(&tags, 1 << 20);
	rec_set(&r, F_TYPE, SLICE("coverage"));
	if (h->timed) {
		rec_set(&r, F_TIME, slice_of(time[0], caltime_text(time[0],
		    h->first.sec, h->first.nsec, h->first.digits)));
		rec_set(&r, F_END, slice_of(time[1], caltime_text(time[1],
		    h->last.sec, h->last.nsec, h->last.digits)));
	}
	if (h->name.len > 0)
		rec_set(&r, F_HOST, h->name);
	for (size_t i = 0; i < 4; i++) {
		rec_set(&r, key[i], slice_of(num[i], num_u64(num[i], h->n[i])));
		total += h->n[i];
	}
	rec_set(&r, F_LINES, slice_of(num[4], num_u64(num[4], total)));
	if (h->forged > 0)
		rec_set(&r, F_FORGED, slice_of(num[5], num_u64(num[5],
		    h->forged)));
	put_gaps(h, &gaps);
	put_tags(h, &tags);
	if (gaps.len > 0)
		rec_set(&r, F_GAPS, buf_slice(&gaps));
	if (tags.len > 0)
		rec_set(&r, F_TLS_LOGGING, buf_slice(&tags));
	ok = put(arg, &r);
	buf_free(&gaps);
	buf_free(&tags);
	return ok;
}

bool
coverage_write(struct coverage *c, bool (*put)(void *, const struct rec *),
    void *arg)
{
	bool ok = true;

	if (c->n > 0)
		qsort(c->host, c->n, sizeof(struct host_cover *), by_name);
	c->latest = NULL;
	for (size_t i = 0; i < c->n && ok; i++)
		ok = write_host(c->host[i], put, arg);
	return ok;
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
