#include "rec/whole.h"

#include "base/buf.h"
#include "base/mem.h"
#include "io/spool.h"
#include "rec/packed.h"
#include "rec/keyset.h"

#include "base/banned.h"

/* A mark of a group's leader besides the flags of its members. */
#define CHOSEN		16U
/* In the spool before a record: flags and the key of its message. */
struct head {
	struct keyset_key	key;
	uint64_t		flags;
};

struct whole {
	struct keyset	 keys;
	struct spool	*spool;
	struct buf	 packed;
	uint64_t	 seq;
	uint64_t	 single;	/* chosen, and no message's */
	bool		 paths, window, text;
};

struct whole *
whole_open(bool paths, bool window, bool text)
{
	struct whole *w = mem_alloc(1, sizeof(*w));

	w->paths = paths;
	w->window = window;
	w->text = text;
	keyset_init(&w->keys, WHOLE_MAX);
	buf_init(&w->packed, SPOOL_ENTRY);
	if (text)
		w->spool = spool_open(SPOOL_I64, SPOOL_MEMORY);
	return w;
}

void
whole_close(struct whole *w)
{
	if (w == NULL)
		return;
	keyset_free(&w->keys);
	spool_close(w->spool);
	buf_free(&w->packed);
	mem_free(w);
}

/* The identifier that says which message (or path) a record belongs to. */
static struct slice
identity(const struct whole *w, const struct rec *r)
{
	struct slice v = rec_get(r, F_TRACE);

	return v.len == 0 && w->paths ? rec_get(r, F_PATH) : v;
}

/* Put two identifiers into one group; false when there are too many. */
static bool
join(struct whole *w, struct keyset_key k, struct slice other)
{
	uint32_t a, b;

	if (other.len == 0)
		return true;
	a = keyset_add(&w->keys, k);
	b = keyset_add(&w->keys, keyset_key(other));
	if (a == KEYSET_NONE || b == KEYSET_NONE)
		return false;
	keyset_join(&w->keys, a, b);
	return true;
}

/* The record's path and parents belong together with it. */
static bool
join_path(struct whole *w, const struct rec *r, struct slice id,
    struct keyset_key k)
{
	struct slice path = rec_get(r, F_PATH), rest = rec_get(r, F_PARENT);
	struct slice word;

	if (!slice_eq(path, id) && !join(w, k, path))
		return false;
	while (slice_cut(rest, ' ', &word, &rest))
		if (!join(w, k, word))
			return false;
	return join(w, k, rest);
}

static enum rc
store(struct whole *w, const struct rec *r, const struct head *h,
    struct err *e)
{
	unsigned char seq[SPOOL_I64];

	w->packed.len = 0;
	if (!buf_add(&w->packed, slice_of(h, sizeof(*h))) ||
	    !packed_put(&w->packed, r))
		return err_damaged(e, 0, "record too large");
	spool_i64(seq, (int64_t)w->seq++);
	return spool_put(w->spool, seq, buf_slice(&w->packed), e);
}

enum rc
whole_add(struct whole *w, const struct rec *r, unsigned int flags,
    struct err *e)
{
	struct slice id = identity(w, r);
	struct head h = { .flags = flags };
	bool chosen = (flags & WHOLE_MATCH) != 0 &&
	    (!w->window || (flags & WHOLE_INSIDE) != 0);

	if (id.len == 0 || (flags & WHOLE_ALWAYS) != 0) {
		w->single += chosen;
		if (!chosen && (flags & WHOLE_ALWAYS) == 0)
			return RC_OK;
		h.flags |= WHOLE_ALWAYS;
		return w->text ? store(w, r, &h, e) : RC_OK;
	}
	h.key = keyset_key(id);
	if (!w->window)
		flags &= ~WHOLE_INSIDE;
	if ((flags & (WHOLE_MATCH | WHOLE_INSIDE)) != 0) {
		uint32_t i = keyset_add(&w->keys, h.key);

		if (i == KEYSET_NONE)
			return err_damaged(e, 0, "too many messages");
		w->keys.node[i].marks |= flags;
	}
	if (w->paths && !join_path(w, r, id, h.key))
		return err_damaged(e, 0, "too many messages");
	return w->text ? store(w, r, &h, e) : RC_OK;
}

enum rc
whole_select(struct whole *w, uint64_t *chosen, struct err *e)
{
	struct keyset *k = &w->keys;
	const unsigned int want =
	    w->window ? WHOLE_MATCH | WHOLE_INSIDE : WHOLE_MATCH;

	*chosen = w->single;
	for (uint32_t i = 0; i < k->n; i++) {
		unsigned int marks = k->node[i].marks;
		uint32_t root = keyset_root(k, i);

		if ((marks & want) != want)
			continue;
		*chosen += (k->node[root].marks & CHOSEN) == 0;
		k->node[root].marks |= CHOSEN;
	}
	return w->text ? spool_sort(w->spool, e) : RC_OK;
}

static bool
is_chosen(struct whole *w, const struct head *h)
{
	uint32_t i;

	if ((h->flags & WHOLE_ALWAYS) != 0)
		return true;
	i = keyset_find(&w->keys, h->key);
	if (i == KEYSET_NONE)
		return false;
	i = keyset_root(&w->keys, i);
	return (w->keys.node[i].marks & CHOSEN) != 0;
}

enum rc
whole_next(struct whole *w, struct rec *r, struct err *e)
{
	if (!w->text)
		return RC_END;
	for (;;) {
		const unsigned char *key;
		struct slice s;
		struct head h;
		enum rc rc = spool_next(w->spool, &key, &s, e);

		if (rc != RC_OK)
			return rc;
		if (s.len < sizeof(h))
			return err_damaged(e, 0, "bad temporary file");
		memcpy(&h, s.ptr, sizeof(h));
		if (!is_chosen(w, &h))
			continue;
		if (!packed_get(slice_from(s, sizeof(h)), r))
			return err_damaged(e, 0, "bad temporary file");
		return RC_OK;
	}
}
