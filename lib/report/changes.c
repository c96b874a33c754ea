#include "report/changes.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

#define BYTES	((size_t)4 * 1024 * 1024)
#define SLOTS	(CHANGES_MAX * 2)

/* From the least safe to the safest. */
const struct slice changes_version[CHANGES_VERSIONS] = {
#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
	W("SSLv3"), W("TLSv1"), W("TLSv1.1"), W("other version"),
	W("TLSv1.2"), W("TLSv1.3")
};

const struct slice changes_trust[CHANGES_TRUSTS] = {
	W("Anonymous"), W("Untrusted"), W("Trusted"), W("Verified")
#undef W
};

#define VERSION_OTHER	3

void
changes_init(struct changes *c)
{
	*c = (struct changes){ .n = 0 };
	arena_init(&c->mem, BYTES);
	c->slot = mem_alloc(SLOTS, sizeof(*c->slot));
}

void
changes_free(struct changes *c)
{
	arena_free(&c->mem);
	mem_free(c->row);
	mem_free(c->slot);
	*c = (struct changes){ .n = 0 };
}

static struct changes_row *
find(struct changes *c, struct slice name)
{
	uint32_t *slot = &c->slot[hash_bytes(name, 5) % SLOTS];
	struct changes_row *r;
	size_t cap;

	for (uint32_t i = *slot; i != 0; i = r->next) {
		r = &c->row[i - 1];
		if (slice_eq(r->name, name))
			return r;
	}
	if (c->n == CHANGES_MAX)
		return NULL;
	if (c->n == c->cap) {
		cap = c->cap == 0 ? 64 : c->cap * 2;
		c->row = mem_grow(c->row, c->cap, cap, sizeof(*c->row));
		c->cap = cap;
	}
	r = &c->row[c->n];
	*r = (struct changes_row){ .name = arena_dup(&c->mem, name),
		.next = *slot };
	if (r->name.ptr == NULL)
		return NULL;
	*slot = (uint32_t)++c->n;
	return r;
}

static unsigned int
version_bit(struct slice v)
{
	if (v.len == 0)
		return 0;
	for (unsigned int i = 0; i < CHANGES_VERSIONS; i++)
		if (slice_eq(v, changes_version[i]))
			return 1U << i;
	return 1U << VERSION_OTHER;
}

static unsigned int
trust_bit(struct slice v)
{
	for (unsigned int i = 0; i < CHANGES_TRUSTS; i++)
		if (slice_eq(v, changes_trust[i]))
			return 1U << i;
	return 0;
}

void
changes_add(struct changes *c, bool now, const struct judgement *j,
    const struct rec *r)
{
	struct counts_key key;
	struct slice name = verdicts_peer_name(j);
	struct changes_row *row;
	struct changes_seen *s;

	if (!j->hop || !verdicts_is_network(j) || name.len == 0)
		return;
	c->hops[now]++;
	counts_key_begin(&key);
	counts_key(&key, verdicts_side(j));
	counts_key_host(&key, name);
	row = find(c, counts_key_slice(&key));
	if (row == NULL) {
		c->dropped++;
		return;
	}
	s = &row->seen[now];
	s->hops++;
	s->tls |= 1U << verdicts_tls(r);
	s->version |= version_bit(rec_get(r, F_TLS_VERSION));
	/* What clients show is not asked for by most servers. */
	if (j->outbound)
		s->trust |= trust_bit(rec_get(r, F_TLS_TRUST));
}

/* The lowest bit, or one above all. */
static unsigned int
lowest(unsigned int bits)
{
	return bits == 0 ? 32 : (unsigned int)__builtin_ctz(bits);
}

/* Did it change, and did something less safe come? */
static bool
changed(struct changes_row *r)
{
	const struct changes_seen *a = &r->seen[0], *b = &r->seen[1];
	unsigned int came = b->tls & ~a->tls;
	bool version, trust;

	if (a->hops == 0 || b->hops == 0)
		return false;
	/* Where none was logged in one of the two, nothing is known. */
	version = a->version != b->version && a->version != 0 &&
	    b->version != 0;
	trust = a->trust != b->trust && a->trust != 0 && b->trust != 0;
	r->worse = (came & (1U << DAYS_PLAINTEXT | 1U << DAYS_UNKNOWN)) != 0 ||
	    ((came & 1U << DAYS_ENCRYPTED) != 0 &&
	    a->tls == 1U << DAYS_AUTHENTICATED) ||
	    (version && lowest(b->version) < lowest(a->version)) ||
	    (trust && lowest(b->trust) < lowest(a->trust));
	return a->tls != b->tls || version || trust;
}

static int
compare(const void *x, const void *y)
{
	const struct changes_row *a = *(struct changes_row *const *)x;
	const struct changes_row *b = *(struct changes_row *const *)y;

	if (a->worse != b->worse)
		return a->worse ? -1 : 1;
	if (a->seen[1].hops != b->seen[1].hops)
		return a->seen[1].hops > b->seen[1].hops ? -1 : 1;
	return slice_cmp(a->name, b->name);
}

struct changes_row **
changes_sorted(struct changes *c, size_t *n)
{
	struct changes_row **v = mem_alloc(c->n + 1, sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (changed(&c->row[i]))
			v[(*n)++] = &c->row[i];
	qsort(v, *n, sizeof(*v), compare);
	return v;
}

static void
put_words(struct buf *b, unsigned int bits, const struct slice *word,
    size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		(void)buf_add(b, any ? SLICE(" ") :
		    b->len > 0 ? SLICE(", ") : SLICE(""));
		(void)buf_add(b, word[i]);
		any = true;
	}
}

void
changes_text(struct buf *b, const struct changes_seen *s)
{
	put_words(b, s->tls, verdicts_tls_word, DAYS_TLS_N);
	put_words(b, s->version, changes_version, CHANGES_VERSIONS);
	put_words(b, s->trust, changes_trust, CHANGES_TRUSTS);
}
