#include "track/journal.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/plain.h"

#include "base/banned.h"

#define PIECE		640	/* bytes of a piece with its head; most messages need one */
#define LIMIT		(UINT32_MAX / 2)
/* Above the keys: what an entry is. */
#define TAG_LONG	0xfc	/* a fact with a long value */
#define TAG_LINE	0xfb	/* in full */
#define TAG_NEAR	0xfd	/* the same source, a little further on */
#define TAG_BLOCK	0xfe

/* In the length of a fact: its value is ready. */
#define READY		0x8000

_Static_assert(FIELD_N < TAG_LINE, "a key must fit one byte");
_Static_assert(POOL_PAD >= FIELD_PAD && FIELD_PAD >= NUM_LOOK,
    "a ready value at the end of a piece");

struct journal_piece {
	struct journal_piece	*next;
	uint32_t		 len, cap;
	unsigned char		 bytes[];
};

void
journal_pool_init(struct journal_pool *p)
{
	p->plain = slice_of(NULL, 0);
	pool_init(&p->pieces, PIECE);
}

void
journal_pool_free(struct journal_pool *p)
{
	pool_free(&p->pieces);
}

/* Give a piece back: the pool's, or that of a larger entry; not a packed one. */
static void
drop_piece(struct journal_pool *pool, struct journal_piece *p)
{
	if (p->cap == PIECE - sizeof(*p))
		pool_give(&pool->pieces, p);
	else if (p->cap > 0)
		mem_free(p);
}

void
journal_drop(struct journal_pool *pool, struct journal *j)
{
	struct journal_piece *p = j->first;

	while (p != NULL) {
		struct journal_piece *next = p->next;

		drop_piece(pool, p);
		p = next;
	}
	*j = (struct journal){ .first = NULL };
}

/* A new piece, at the end, with room for n bytes: where they go. */
static unsigned char *
add_piece(struct journal_pool *pool, struct journal *j, size_t n)
{
	struct journal_piece *p;
	size_t cap = PIECE - sizeof(*p);

	if (n <= cap) {
		p = pool_take_raw(&pool->pieces);
		j->left = (uint32_t)cap;
	} else {
		/* For that entry alone. */
		cap = n;
		p = mem_alloc(1, sizeof(*p) + cap + FIELD_PAD);
		j->left = 0;
	}
	p->next = NULL;
	p->len = 0;
	p->cap = (uint32_t)cap;
	if (j->last == NULL)
		j->first = p;
	else
		j->last->next = p;
	j->last = p;
	return p->bytes;
}

/* Where the bytes go that the last piece has room for. */
static inline unsigned char *
room_at(const struct journal *j)
{
	return (unsigned char *)j->last + PIECE - j->left;
}

/*
 * Where n more bytes go, or NULL past the limit.  What the last piece holds
 * is not looked at: it may be far away.
 */
static inline unsigned char *
reserve(struct journal_pool *pool, struct journal *j, size_t n)
{
	if (n <= j->left)
		return room_at(j);
	return n > LIMIT - j->len ? NULL : add_piece(pool, j, n);
}

/* The entry that was put there ends here. */
static inline void
taken(struct journal *j, const unsigned char *at, const unsigned char *end)
{
	uint32_t n = (uint32_t)(end - at);

	j->left -= n < j->left ? n : j->left;
	j->len += n;
	j->last->len = (uint32_t)(end - j->last->bytes);
}

/* Bytes that a value needs with its key, at most. */
static inline size_t
fact_size(struct slice v)
{
	return v.len + 6;
}

/* A fact whose bytes are not known to be plain; where it ends. */
static __attribute__((noinline)) unsigned char *
put_any(unsigned char *at, enum field f, struct slice v)
{
	uint16_t n = (uint16_t)v.len;
	uint32_t big = (uint32_t)v.len;
	size_t plain;

	if (v.len < READY) {
		plain = plain_copy(at + 3, v.ptr, v.len);
		if (plain < v.len)
			memcpy(at + 3 + plain, v.ptr + plain, v.len - plain);
		else if (!field_is_bare(f) || num_is_decimal(at + 3, v.len))
			n |= READY;
		at[0] = (unsigned char)f;
		memcpy(at + 1, &n, sizeof(n));
		return at + 3 + v.len;
	}
	at[0] = TAG_LONG;
	at[1] = (unsigned char)f;
	memcpy(at + 2, &big, sizeof(big));
	memcpy(at + 6, v.ptr, v.len);
	return at + 6 + v.len;
}

/*
 * What is plain, where so many bytes are put next: behind plain values, which
 * are copied step bytes at a time, as many may be written.
 */
SLICE_INLINE struct slice
plain_for(const struct journal_pool *pool, const struct journal *j, size_t n,
    size_t step)
{
	/* A piece of its own has them behind it. */
	return j->left == 0 || j->left - n >= step ? pool->plain :
	    slice_of(NULL, 0);
}

/* One fact: key, length, bytes; where it ends. */
SLICE_INLINE unsigned char *
put_fact(struct slice plain, unsigned char *at, enum field f, struct slice v,
    size_t step)
{
	uint16_t n = (uint16_t)(v.len | READY);

	/* A line that is plain is shorter than READY. */
	if ((uintptr_t)v.ptr - (uintptr_t)plain.ptr >= plain.len)
		return put_any(at, f, v);
	field_copy(at + 3, v, step);
	if (field_is_bare(f) && !num_is_decimal(v.ptr, v.len))
		n &= (uint16_t)~READY;
	at[0] = (unsigned char)f;
	memcpy(at + 1, &n, sizeof(n));
	return at + 3 + v.len;
}

/* Read the fact at p; the bytes it takes. */
static inline size_t
get_fact(const unsigned char *p, enum field *f, struct slice *v, bool *ready)
{
	uint16_t n;
	uint32_t big;

	if (p[0] != TAG_LONG) {
		*f = (enum field)p[0];
		memcpy(&n, p + 1, sizeof(n));
		*ready = (n & READY) != 0;
		n &= (uint16_t)~READY;
		*v = slice_of(p + 3, n);
		return 3 + (size_t)n;
	}
	*f = (enum field)p[1];
	memcpy(&big, p + 2, sizeof(big));
	*ready = false;
	*v = slice_of(p + 6, big);
	return 6 + (size_t)big;
}

bool
journal_fact(struct journal_pool *pool, struct journal *j, enum field f,
    struct slice v)
{
	size_t need = fact_size(v);
	unsigned char *at;

	if (v.len > LIMIT / 2 || (at = reserve(pool, j, need)) == NULL)
		return false;
	/* Mostly a Message-ID, which is long. */
	taken(j, at, put_fact(plain_for(pool, j, need, FIELD_PAD), at, f, v,
	    FIELD_PAD));
	return true;
}

bool
journal_line(struct journal_pool *pool, struct journal *j,
    const struct ref *line)
{
	unsigned char *at = reserve(pool, j, 1 + sizeof(*line)), *end;
	uint64_t step = line->off - j->line.off;
	uint32_t near = (uint32_t)step;
	uint16_t len = (uint16_t)line->len;

	if (at == NULL)
		return false;
	if (line->src == j->line.src && step == near && len == line->len) {
		at[0] = TAG_NEAR;
		memcpy(at + 1, &near, sizeof(near));
		memcpy(at + 1 + sizeof(near), &len, sizeof(len));
		end = at + 1 + sizeof(near) + sizeof(len);
	} else {
		at[0] = TAG_LINE;
		memcpy(at + 1, line, sizeof(*line));
		end = at + 1 + sizeof(*line);
	}
	j->line.off = line->off;
	j->line.len = line->len;
	j->line.src = line->src;
	taken(j, at, end);
	return true;
}

/* Read the line at p; the bytes it takes. */
static uint32_t
get_line(const unsigned char *p, struct ref *line)
{
	uint32_t near;
	uint16_t len;

	if (p[0] == TAG_LINE) {
		memcpy(line, p + 1, sizeof(*line));
		return 1 + sizeof(*line);
	}
	memcpy(&near, p + 1, sizeof(near));
	memcpy(&len, p + 1 + sizeof(near), sizeof(len));
	line->off += near;
	line->len = len;
	return 1 + sizeof(near) + sizeof(len);
}

/* Bytes of those facts, at most. */
static size_t
facts_size(const struct rec *r, const struct field_set *keys)
{
	size_t n = 0;

	for (size_t w = 0; w < REC_WORDS; w++)
		for (uint64_t bits = r->set[w] & keys->w[w]; bits != 0;
		    bits &= bits - 1)
			n += fact_size(r->v[w * 64 +
			    (size_t)__builtin_ctzll(bits)]);
	return n;
}

/*
 * The facts, if there is room for them and for the rest of the last copy
 * before end; else NULL, and what was put does not count.
 */
SLICE_INLINE unsigned char *
try_facts(struct slice plain, unsigned char *at, const unsigned char *end,
    const struct rec *r, const struct field_set *keys, size_t step)
{
	for (size_t w = 0; w < REC_WORDS; w++)
		for (uint64_t bits = r->set[w] & keys->w[w]; bits != 0;
		    bits &= bits - 1) {
			size_t f = w * 64 + (size_t)__builtin_ctzll(bits);
			struct slice v = r->v[f];

			if ((size_t)(end - at) < fact_size(v) + step)
				return NULL;
			at = put_fact(plain, at, (enum field)f, v, step);
		}
	return at;
}

/* The facts, for which there is room. */
static unsigned char *
put_facts(struct slice plain, unsigned char *at, const struct rec *r,
    const struct field_set *keys)
{
	for (size_t w = 0; w < REC_WORDS; w++)
		for (uint64_t bits = r->set[w] & keys->w[w]; bits != 0;
		    bits &= bits - 1) {
			size_t f = w * 64 + (size_t)__builtin_ctzll(bits);

			at = put_fact(plain, at, (enum field)f, r->v[f],
			    FIELD_STEP);
		}
	return at;
}

/* The facts, where they may need a new piece. */
static __attribute__((noinline)) bool
take_facts(struct journal_pool *pool, struct journal *j, const struct rec *r,
    const struct field_set *keys)
{
	size_t need = facts_size(r, keys);
	unsigned char *at;

	if (need == 0)
		return true;
	if (need > LIMIT / 2 || (at = reserve(pool, j, need)) == NULL)
		return false;
	taken(j, at, put_facts(plain_for(pool, j, need, FIELD_STEP), at, r,
	    keys));
	return true;
}

bool
journal_take(struct journal_pool *pool, struct journal *j,
    const struct rec *r, const struct field_set *keys)
{
	unsigned char *at, *end;

	if (j->left == 0)
		return take_facts(pool, j, r, keys);
	at = room_at(j);
	end = try_facts(pool->plain, at, at + j->left, r, keys, FIELD_PAD);
	if (end == NULL)
		return take_facts(pool, j, r, keys);
	taken(j, at, end);
	return true;
}

/* What a block begins with. */
static inline void
begin_block(unsigned char *at, struct slice head, const unsigned char *end)
{
	uint32_t n[2] = { (uint32_t)head.len,
		(uint32_t)(end - at) - 9 - (uint32_t)head.len };

	at[0] = TAG_BLOCK;
	memcpy(at + 1, n, sizeof(n));
	memcpy(at + 9, head.ptr, head.len);
}

/* The block, where it may need a new piece. */
static __attribute__((noinline)) bool
add_block(struct journal_pool *pool, struct journal *j, struct slice head,
    const struct rec *r, const struct field_set *keys)
{
	unsigned char *at, *end;
	size_t need = 9 + head.len + (keys == NULL ? 0 : facts_size(r, keys));

	if (need > LIMIT / 2 || (at = reserve(pool, j, need)) == NULL)
		return false;
	end = at + 9 + head.len;
	if (keys != NULL)
		end = put_facts(plain_for(pool, j, need, FIELD_STEP), end, r,
		    keys);
	begin_block(at, head, end);
	taken(j, at, end);
	return true;
}

bool
journal_block(struct journal_pool *pool, struct journal *j, struct slice head,
    const struct rec *r, const struct field_set *keys)
{
	unsigned char *at, *end;

	if (keys == NULL || j->left < 9 + head.len)
		return add_block(pool, j, head, r, keys);
	at = room_at(j);
	end = try_facts(pool->plain, at + 9 + head.len, at + j->left, r, keys,
	    FIELD_STEP);
	if (end == NULL)
		return add_block(pool, j, head, r, keys);
	begin_block(at, head, end);
	taken(j, at, end);
	return true;
}

size_t
journal_packed(const struct journal *j)
{
	return j->first == NULL ? 0 : sizeof(struct journal_piece) + j->len;
}

void
journal_save(struct journal_pool *pool, struct journal *j, unsigned char *to)
{
	struct journal_piece *p = j->first, *next;

	for (; p != NULL; p = next) {
		next = p->next;
		memcpy(to, p->bytes, p->len);
		to += p->len;
		drop_piece(pool, p);
	}
	j->first = j->last = NULL;
	j->left = 0;
}

void
journal_load(struct journal_pool *pool, struct journal *j,
    const unsigned char *from)
{
	uint32_t n = j->len;

	j->first = j->last = NULL;
	j->left = 0;
	if (n == 0)
		return;
	memcpy(add_piece(pool, j, n), from, n);
	j->last->len = n;
	j->left -= n < j->left ? n : j->left;
}

void
journal_pack(struct journal_pool *pool, struct journal *j, void *to)
{
	struct journal_piece *all = to;

	if (j->first == NULL)
		return;
	*all = (struct journal_piece){ .len = j->len };
	journal_save(pool, j, all->bytes);
	j->first = j->last = all;
}

enum journal_kind
journal_next(const struct journal *j, struct journal_at *at,
    struct journal_entry *e)
{
	const unsigned char *p;
	uint32_t n[2];

	if (at->piece == NULL)
		*at = (struct journal_at){ .piece = j->first };
	else if (at->pos == at->piece->len && at->piece->next != NULL)
		*at = (struct journal_at){ .piece = at->piece->next,
			.line = at->line };
	if (at->piece == NULL || at->pos == at->piece->len)
		return JOURNAL_END;
	p = at->piece->bytes + at->pos;
	if (p[0] == TAG_NEAR || p[0] == TAG_LINE) {
		at->pos += get_line(p, &at->line);
		e->line = at->line;
		return e->kind = JOURNAL_LINE;
	}
	if (p[0] == TAG_BLOCK) {
		memcpy(n, p + 1, sizeof(n));
		e->head = slice_of(p + 9, n[0]);
		e->facts = slice_of(p + 9 + n[0], n[1]);
		at->pos += 9 + n[0] + n[1];
		return e->kind = JOURNAL_BLOCK;
	}
	at->pos += (uint32_t)get_fact(p, &e->field, &e->value,
	    &e->ready);
	return e->kind = JOURNAL_FACT;
}

void
journal_facts(struct slice s, struct rec *r)
{
	const unsigned char *p = s.ptr, *end = s.ptr + s.len;
	uint64_t set = 0, plain = 0;

	/* What it has is gathered first: most keys are among the first 64. */
	while (p < end) {
		enum field f;
		struct slice v;
		bool ready;

		p += get_fact(p, &f, &v, &ready);
		if (f >= 64) {
			rec_set_ready(r, f, v, ready);
			continue;
		}
		r->v[f] = v;
		set |= UINT64_C(1) << f;
		plain = (plain & ~(UINT64_C(1) << f)) | (uint64_t)ready << f;
	}
	r->set[0] |= set;
	r->ready[0] = (r->ready[0] & ~set) | plain;
}
