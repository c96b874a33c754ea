#include "policy/once.h"

#include "base/hash.h"
#include "base/mem.h"
#include "fmt/postfix.h"
#include "rec/rec.h"

#include "base/banned.h"

#define SLOTS	(ONCE_KEYS * 2)

enum state {
	EMPTY,
	DIRECT,		/* a delivery to that server itself */
	PASSED,		/* one to a filter that passed the answer on */
	WAITING		/* an arrival whose delivery did not come yet */
};

struct entry {
	uint64_t	key;
	uint32_t	next;		/* in its chain, + 1 */
	uint8_t		state;
};

struct held {
	uint64_t	key;
	char		*text;		/* NULL: its delivery has come */
	size_t		len;
};

struct once {
	struct entry	*ring;		/* ONCE_KEYS, the oldest is replaced */
	uint32_t	*slot;		/* index + 1 in the ring */
	uint32_t	 at, n;
	struct held	*held;
	size_t		 nheld, cap, next;
	size_t		 bytes;
	uint64_t	 doubtful;
	bool		 forgot;	/* entries were replaced */
	struct buf	 line, scratch;
};

struct once *
once_open(void)
{
	struct once *o = mem_alloc(1, sizeof(*o));

	o->slot = mem_alloc(SLOTS, sizeof(*o->slot));
	o->ring = mem_alloc(ONCE_KEYS, sizeof(*o->ring));
	buf_init(&o->line, ONCE_HOLD);
	buf_init(&o->scratch, ONCE_HOLD);
	return o;
}

void
once_close(struct once *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->nheld; i++)
		mem_free(o->held[i].text);
	mem_free(o->held);
	mem_free(o->ring);
	mem_free(o->slot);
	buf_free(&o->line);
	buf_free(&o->scratch);
	mem_free(o);
}

/* The sending message and the queue ID that the next host gave. */
static uint64_t
key_of(struct slice trace, struct slice qid)
{
	return hash_bytes(qid, hash_bytes(trace, 1));
}

static struct entry *
find(struct once *o, uint64_t key)
{
	uint32_t i = o->slot[key % SLOTS];

	while (i != 0 && o->ring[i - 1].key != key)
		i = o->ring[i - 1].next;
	return i == 0 ? NULL : &o->ring[i - 1];
}

/* Take the entry out of its chain. */
static void
unlink_entry(struct once *o, uint32_t index)
{
	uint32_t *p = &o->slot[o->ring[index].key % SLOTS];

	while (*p != 0 && *p != index + 1)
		p = &o->ring[*p - 1].next;
	if (*p != 0)
		*p = o->ring[index].next;
}

static void
remember(struct once *o, uint64_t key, enum state state)
{
	struct entry *e = find(o, key);
	uint32_t *slot = &o->slot[key % SLOTS];

	if (e != NULL) {
		e->state = (uint8_t)state;
		return;
	}
	if (o->n == ONCE_KEYS) {
		unlink_entry(o, o->at);
		o->forgot = true;
	} else
		o->n++;
	o->ring[o->at] = (struct entry){ .key = key, .next = *slot,
		.state = (uint8_t)state };
	*slot = o->at + 1;
	o->at = (o->at + 1) % ONCE_KEYS;
}

static void
drop(struct once *o, uint64_t key)
{
	for (size_t i = 0; i < o->nheld; i++) {
		struct held *h = &o->held[i];

		if (h->key != key || h->text == NULL)
			continue;
		o->bytes -= h->len;
		mem_free(h->text);
		h->text = NULL;
	}
}

void
once_delivery(struct once *o, const struct rec *r)
{
	struct slice qid = rec_get(r, F_NEXT_QID);
	bool direct = postfix_own_answer(rec_get(r, F_REPLY));
	const struct entry *e;
	uint64_t key;

	if (qid.len == 0)
		return;
	key = key_of(rec_get(r, F_TRACE), qid);
	e = find(o, key);
	if (e != NULL && e->state == WAITING && direct)
		drop(o, key);
	remember(o, key, direct ? DIRECT : PASSED);
}

/* Those whose delivery has come need no place. */
static void
compact(struct once *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->nheld; i++)
		if (o->held[i].text != NULL)
			o->held[n++] = o->held[i];
	o->nheld = n;
}

/* Keep a copy of the record; false when there is no room. */
static bool
hold(struct once *o, uint64_t key, const struct rec *r)
{
	size_t n;

	o->line.len = 0;
	if (!rec_json(&o->line, r) || o->line.len > ONCE_HOLD - o->bytes)
		return false;
	if (o->nheld == o->cap)
		compact(o);
	if (o->nheld * 4 >= o->cap * 3) {
		n = o->cap == 0 ? 64 : o->cap * 2;
		o->held = mem_grow(o->held, o->cap, n, sizeof(*o->held));
		o->cap = n;
	}
	o->held[o->nheld++] = (struct held){ key,
		mem_dup(o->line.ptr, o->line.len), o->line.len };
	o->bytes += o->line.len;
	return true;
}

enum once_hop
once_arrival(struct once *o, const struct rec *r)
{
	struct slice why = rec_get(r, F_PARENT_WHY);
	struct slice parent = rec_get(r, F_PARENT);
	const struct entry *e;
	uint64_t key;

	/* With more than one parent there is more than one hop. */
	if (!slice_eq(why, SLICE("queued-as")) ||
	    slice_chr(parent, ' ') != SLICE_NONE)
		return ONCE_OWN;
	key = key_of(parent, rec_get(r, F_QID));
	e = find(o, key);
	if (e != NULL && e->state != WAITING)
		return e->state == DIRECT ? ONCE_SAME : ONCE_OWN;
	if (hold(o, key, r)) {
		remember(o, key, WAITING);
		return ONCE_HELD;
	}
	o->doubtful++;
	return ONCE_OWN;
}

/* HOST/INSTANCE/QID[/...] */
static struct slice
trace_qid(struct slice trace)
{
	struct slice part, rest = trace;

	if (!slice_cut(rest, '/', &part, &rest) ||
	    !slice_cut(rest, '/', &part, &rest))
		return slice_of(NULL, 0);
	return slice_cut(rest, '/', &part, &rest) ? part : rest;
}

void
once_link(struct once *o, const struct rec *r)
{
	const struct entry *e;

	if (!slice_eq(rec_get(r, F_PARENT_WHY), SLICE("queued-as")))
		return;
	e = find(o, key_of(rec_get(r, F_PARENT), trace_qid(rec_get(r,
	    F_TRACE))));
	if (e == NULL || e->state == DIRECT)
		o->doubtful++;
}

bool
once_next(struct once *o, struct rec *r)
{
	struct err e;

	while (o->next < o->nheld) {
		struct held *h = &o->held[o->next++];

		if (h->text == NULL)
			continue;
		o->line.len = 0;
		(void)buf_add(&o->line, slice_of(h->text, h->len));
		if (rec_parse_json(r, buf_slice(&o->line), &o->scratch, &e) ==
		    RC_OK) {
			/* Its delivery may have been forgotten. */
			o->doubtful += o->forgot;
			return true;
		}
	}
	return false;
}

uint64_t
once_doubtful(const struct once *o)
{
	return o->doubtful;
}
