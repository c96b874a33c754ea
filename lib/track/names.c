#include "track/names.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/plain.h"

#include "base/banned.h"

void
names_init(struct names *n)
{
	*n = (struct names){ .limit = NAMES_MAX };
	arena_init(&n->mem, SIZE_MAX / 2);
}

void
names_free(struct names *n)
{
	mem_free(n->hosts.slot);
	mem_free(n->instances.slot);
	mem_free(n->tags.slot);
	mem_free(n->tls.slot);
	mem_free(n->src);
	mem_free(n->src_at);
	arena_free(&n->mem);
}

/* A padded copy of a text; *ready, if it is plain. */
static struct slice
keep(struct names *n, struct slice s, bool *ready)
{
	s = arena_dup_padded(&n->mem, s, FIELD_PAD);
	*ready = s.ptr != NULL && plain_is(s);
	return s;
}

/* The first slot to look at, growing the table first if it is half full. */
static void **
table_room(struct table *t, uint64_t (*hash_of)(const void *))
{
	struct table old = *t;

	if (t->n * 2 < t->cap)
		return t->slot;
	t->cap = old.cap == 0 ? 64 : old.cap * 2;
	t->slot = mem_alloc(t->cap, sizeof(*t->slot));
	for (size_t i = 0; i < old.cap; i++) {
		size_t h;

		if (old.slot[i] == NULL)
			continue;
		h = hash_of(old.slot[i]) & (t->cap - 1);
		while (t->slot[h] != NULL)
			h = (h + 1) & (t->cap - 1);
		t->slot[h] = old.slot[i];
	}
	mem_free(old.slot);
	return t->slot;
}

static uint64_t
hash_host(const void *p)
{
	const struct host *h = p;

	return hash_bytes(h->name, 1);
}

static uint64_t
hash_instance(const void *p)
{
	const struct instance *i = p;

	return hash_bytes(i->name, (uint64_t)(uintptr_t)i->host);
}

static uint64_t
tag_hash(const struct instance *i, struct slice service, struct slice program)
{
	return hash_bytes(program, hash_bytes(service,
	    (uint64_t)(uintptr_t)i));
}

static uint64_t
hash_tag(const void *p)
{
	const struct tag *t = p;

	return tag_hash(t->instance, t->service, t->program);
}

/* No room for one more, which is remembered. */
static bool
full(struct names *n, const struct table *t)
{
	if (t->n < n->limit)
		return false;
	n->overflow = true;
	return true;
}

struct host *
names_host(struct names *n, struct slice name)
{
	struct table *t = &n->hosts;
	struct host *host;
	size_t h;

	(void)table_room(t, hash_host);
	h = hash_bytes(name, 1) & (t->cap - 1);
	for (; (host = t->slot[h]) != NULL; h = (h + 1) & (t->cap - 1))
		if (slice_eq(host->name, name))
			return host;
	if (full(n, t))
		return NULL;
	host = arena_alloc(&n->mem, sizeof(*host));
	host->name = keep(n, name, &host->ready);
	t->slot[h] = host;
	t->n++;
	return host;
}

/* Append s, bytes that would end a part of a trace percent-encoded. */
static size_t
put_part(unsigned char *dst, size_t len, size_t cap, struct slice s)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < s.len && len + 3 < cap; i++) {
		unsigned char c = s.ptr[i];

		if (c <= ' ' || c == '/' || c == '%' || c == 0x7f) {
			dst[len++] = '%';
			dst[len++] = (unsigned char)hex[c >> 4];
			dst[len++] = (unsigned char)hex[c & 15];
		} else
			dst[len++] = c;
	}
	return len;
}

/* What the traces of an instance begin with. */
static struct slice
trace_start(unsigned char *dst, size_t cap, const struct instance *i)
{
	size_t n = put_part(dst, 0, cap / 2, i->host->name);

	dst[n++] = '/';
	n = put_part(dst, n, cap, i->name);
	dst[n++] = '/';
	return slice_of(dst, n);
}

struct instance *
names_instance(struct names *n, struct host *host, struct slice name)
{
	struct table *t = &n->instances;
	unsigned char text[NAMES_TRACE_MAX];
	struct instance *i;
	size_t h;

	(void)table_room(t, hash_instance);
	h = hash_bytes(name, (uint64_t)(uintptr_t)host) & (t->cap - 1);
	for (; (i = t->slot[h]) != NULL; h = (h + 1) & (t->cap - 1))
		if (i->host == host && slice_eq(i->name, name))
			return i;
	if (full(n, t))
		return NULL;
	i = arena_alloc(&n->mem, sizeof(*i));
	i->host = host;
	i->name = keep(n, name, &i->ready);
	i->trace.text = keep(n, trace_start(text, sizeof(text), i),
	    &i->trace.ready);
	t->slot[h] = i;
	t->n++;
	return i;
}

struct tag *
names_tag(struct names *n, struct instance *inst, struct slice service,
    struct slice program)
{
	struct table *t = &n->tags;
	struct tag *tag;
	size_t h;

	(void)table_room(t, hash_tag);
	h = tag_hash(inst, service, program) & (t->cap - 1);
	for (; (tag = t->slot[h]) != NULL; h = (h + 1) & (t->cap - 1))
		if (tag->instance == inst && slice_eq(tag->service, service) &&
		    slice_eq(tag->program, program))
			return tag;
	if (full(n, t))
		return NULL;
	tag = arena_alloc(&n->mem, sizeof(*tag));
	tag->host = inst->host;
	tag->instance = inst;
	tag->service = keep(n, service, &tag->ready);
	tag->program = arena_dup(&n->mem, program);
	tag->daemon = daemon_find(program);
	tag->lost = program.len == 0;
	t->slot[h] = tag;
	t->n++;
	return tag;
}

static uint64_t
words_hash(const struct slice word[TLS_WORDS])
{
	uint64_t h = 8;

	for (size_t i = 0; i < TLS_WORDS; i++)
		h = hash_bytes(word[i], h);
	return h;
}

static uint64_t
hash_tls(const void *p)
{
	const struct tls_words *w = p;

	return words_hash(w->word);
}

static bool
same_words(const struct slice a[TLS_WORDS], const struct slice b[TLS_WORDS])
{
	for (size_t i = 0; i < TLS_WORDS; i++)
		if (!same_text(a[i], b[i]))
			return false;
	return true;
}

/* The place of words met lately, by their lengths and ends. */
static const struct tls_words **
recent(struct names *n, const struct slice word[TLS_WORDS])
{
	size_t k = 0;

	for (size_t i = 0; i < TLS_WORDS; i++)
		if (word[i].len > 0)
			k = k * 31 + word[i].len * 7 +
			    word[i].ptr[word[i].len - 1];
	return &n->recent_tls[k & (TLS_RECENT - 1)];
}

const struct tls_words *
names_tls(struct names *n, const struct slice word[TLS_WORDS])
{
	static const struct tls_words none;
	const struct tls_words **lately = recent(n, word);
	struct table *t = &n->tls;
	struct tls_words *w;
	size_t h;

	if (*lately != NULL && same_words((*lately)->word, word))
		return *lately;
	(void)table_room(t, hash_tls);
	h = words_hash(word) & (t->cap - 1);
	for (; (w = t->slot[h]) != NULL; h = (h + 1) & (t->cap - 1))
		if (same_words(w->word, word))
			return *lately = w;
	if (full(n, t))
		return &none;
	w = arena_alloc(&n->mem, sizeof(*w));
	for (size_t i = 0; i < TLS_WORDS; i++)
		w->word[i] = keep(n, word[i], &w->ready[i]);
	w->ready[TLS_BITS] = w->ready[TLS_BITS] &&
	    num_is_decimal(w->word[TLS_BITS].ptr, w->word[TLS_BITS].len);
	t->slot[h] = w;
	t->n++;
	return *lately = w;
}

/* Twice the room for sources, and all of them in the table again. */
static void
grow_src(struct names *n)
{
	size_t cap = n->capsrc == 0 ? 16 : n->capsrc * 2;

	n->src = mem_grow(n->src, n->capsrc, cap, sizeof(*n->src));
	mem_free(n->src_at);
	n->src_at = mem_alloc(2 * cap, sizeof(*n->src_at));
	n->capsrc = cap;
	if (n->nsrc == 0)
		n->nsrc = 1;
	for (size_t i = 1; i < n->nsrc; i++) {
		size_t h = hash_bytes(n->src[i].text, 3) & (2 * cap - 1);

		while (n->src_at[h] != 0)
			h = (h + 1) & (2 * cap - 1);
		n->src_at[h] = (uint32_t)i;
	}
}

uint32_t
names_src_find(struct names *n, struct slice path)
{
	size_t h;

	if (n->nsrc + 1 >= n->capsrc)
		grow_src(n);
	h = hash_bytes(path, 3) & (2 * n->capsrc - 1);
	for (; n->src_at[h] != 0; h = (h + 1) & (2 * n->capsrc - 1))
		if (slice_eq(n->src[n->src_at[h]].text, path))
			return n->last_src = n->src_at[h];
	n->src[n->nsrc].text = keep(n, path, &n->src[n->nsrc].ready);
	n->src_at[h] = (uint32_t)n->nsrc;
	n->last_src = (uint32_t)n->nsrc++;
	return n->last_src;
}

uint8_t
names_note_find(struct names *n, struct slice note)
{
	for (uint8_t i = 1; i <= n->nnote; i++)
		if (slice_eq(n->note[i].text, note))
			return n->last_note = i;
	if (n->nnote == NAMES_NOTES - 1)
		return 0;
	n->nnote++;
	n->note[n->nnote].text = keep(n, note, &n->note[n->nnote].ready);
	return n->last_note = n->nnote;
}
