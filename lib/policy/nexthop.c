#include "policy/nexthop.h"

#include "base/mem.h"
#include "fmt/tableline.h"

#include "base/banned.h"

#define MEM_MAX	((size_t)32 * 1024 * 1024)
#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

void
nexthop_init(struct nexthops *t)
{
	*t = (struct nexthops){ .n = 0 };
	arena_init(&t->mem, MEM_MAX);
}

void
nexthop_free(struct nexthops *t)
{
	arena_free(&t->mem);
	mem_free(t->v);
	t->v = NULL;
	t->n = t->cap = 0;
}

static const char *
add(struct nexthops *t, struct slice domain, struct slice nexthop)
{
	size_t cap;

	if (t->n == NEXTHOP_MAX)
		return "too many next hops";
	if (t->n == t->cap) {
		cap = t->cap == 0 ? 16 : t->cap * 2;
		t->v = mem_grow(t->v, t->cap, cap, sizeof(*t->v));
		t->cap = cap;
	}
	domain = arena_dup(&t->mem, domain);
	nexthop = arena_dup(&t->mem, nexthop);
	if (domain.ptr == NULL || nexthop.ptr == NULL)
		return "too many next hops";
	t->v[t->n++] = (struct nexthop_entry){ domain, nexthop };
	return NULL;
}

const char *
nexthop_add(struct nexthops *t, struct slice arg)
{
	struct slice domain, hop;

	if (!slice_cut(arg, '=', &domain, &hop) || domain.len == 0 ||
	    hop.len == 0 || slice_chr(domain, '@') != SLICE_NONE)
		return "use DOMAIN=[HOST]:PORT";
	return add(t, domain, hop);
}

/* Parameters that make the next hop depend on what the log does not have. */
static bool
is_unclear(struct slice name)
{
	static const struct slice list[] = { W("content_filter"),
		W("sender_dependent_relayhost_maps"), W("default_transport"),
		W("sender_dependent_default_transport_maps"),
		W("relay_transport") };

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (slice_eq(name, list[i]))
			return true;
	return false;
}

/* TYPE:FILE of a table that has its text at FILE. */
static bool
is_text_table(struct slice v, struct slice *file)
{
	static const struct slice list[] = { W("texthash:"), W("hash:"),
		W("lmdb:"), W("btree:"), W("cdb:"), W("dbm:"), W("sdbm:") };

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (slice_take(&v, list[i])) {
			*file = v;
			return v.len > 0 && v.ptr[0] == '/' &&
			    slice_chr(v, ' ') == SLICE_NONE &&
			    slice_chr(v, ',') == SLICE_NONE;
		}
	return false;
}

/* One parameter; false when next hops are not to be known any more. */
static bool
parameter(struct nexthops *t, struct slice name, struct slice value)
{
	if (slice_eq(name, SLICE("relayhost"))) {
		t->relayhost = arena_dup(&t->mem, value);
		return slice_chr(value, '$') == SLICE_NONE;
	}
	if (slice_eq(name, SLICE("transport_maps"))) {
		t->table = slice_of(NULL, 0);
		if (value.len == 0)
			return true;
		if (slice_chr(value, '$') != SLICE_NONE ||
		    !is_text_table(value, &t->table)) {
			t->table = slice_of(NULL, 0);
			return false;
		}
		t->table = arena_dup(&t->mem, t->table);
		return true;
	}
	return value.len == 0 || !is_unclear(name);
}

const char *
nexthop_maincf(struct nexthops *t, struct slice text)
{
	struct slice line, name, value;
	const char *bad = NULL;
	struct tableline tl;
	struct buf buf;
	struct err e;
	enum rc rc;

	buf_init(&buf, 1 << 16);
	tableline_init(&tl, text, &buf);
	t->known = true;
	while ((rc = tableline_next(&tl, &line, &e)) != RC_END) {
		if (rc != RC_OK) {
			bad = e.what;
			break;
		}
		if (tl.orphan)
			continue;
		if (!slice_cut(line, '=', &name, &value)) {
			bad = "a line without =";
			break;
		}
		if (!parameter(t, tableline_trim(name), tableline_trim(value)))
			t->known = false;
	}
	buf_free(&buf);
	return bad;
}

const char *
nexthop_transport(struct nexthops *t, struct slice text)
{
	struct slice line, key, result, transport, hop;
	const char *bad = NULL;
	struct tableline tl;
	struct buf buf;
	struct err e;
	enum rc rc;

	buf_init(&buf, 1 << 16);
	tableline_init(&tl, text, &buf);
	while (bad == NULL && (rc = tableline_next(&tl, &line, &e)) != RC_END) {
		if (rc != RC_OK) {
			bad = e.what;
			break;
		}
		key = tableline_word(&line, false);
		result = tableline_trim(line);
		/* Users have no next hop of their own here. */
		if (slice_chr(key, '@') != SLICE_NONE) {
			t->known = false;
			continue;
		}
		if (!slice_cut(result, ':', &transport, &hop))
			bad = "a transport without colon";
		else
			bad = add(t, key, hop);
	}
	buf_free(&buf);
	return bad;
}

static const struct nexthop_entry *
find(const struct nexthops *t, struct slice key)
{
	for (size_t i = 0; i < t->n; i++)
		if (slice_eq_nocase(t->v[i].domain, key))
			return &t->v[i];
	return NULL;
}

bool
nexthop_find(const struct nexthops *t, struct slice domain,
    struct slice *nexthop)
{
	const struct nexthop_entry *e;
	struct slice key = domain;
	size_t dot;

	if (t == NULL || domain.len == 0)
		return false;
	e = find(t, key);
	while (e == NULL && key.len > 1 && (dot = slice_chr(slice_from(key, 1),
	    '.')) != SLICE_NONE) {
		key = slice_from(key, dot + 1);
		e = find(t, key);
	}
	if (e == NULL)
		e = find(t, SLICE("*"));
	if (e == NULL && !t->known)
		return false;
	*nexthop = e != NULL ? e->nexthop : t->relayhost;
	/* An entry without next hop means the domain itself. */
	if (nexthop->len == 0)
		*nexthop = domain;
	return true;
}
