#include "view/timeline.h"

#include <string.h>

#include "base/caltime.h"
#include "base/hash.h"
#include "base/mem.h"
#include "io/spool.h"
#include "rec/packed.h"

/*
 * Three sorts.  `parts` brings together what belongs to one message, by a
 * hash of its trace; at the head of each stand marks that say what must be
 * known before the rest (is it selected, which events come, whose path is
 * it).  `paths`, used only when there is a second hop, brings the messages of
 * one path together, to learn the path's first time.  `final` is the order of
 * the output.
 */

#define HASH_LEN	16
#define AT_LEN		(1 + SPOOL_I64 + 4 + SPOOL_I64)	/* put_at */
#define STEP_LEN	(1 + 1 + SPOOL_I64 + 4 + 1 + SPOOL_I64)
#define PART_LEN	(HASH_LEN + 1 + AT_LEN)
#define PATH_LEN	(HASH_LEN + AT_LEN + STEP_LEN)
#define FINAL_LEN	(AT_LEN + AT_LEN + STEP_LEN)
#define ITEM_MAX	(SPOOL_ENTRY + 16)

/* First byte of an entry of `parts`; marks come first. */
enum part {
	PART_SELECTED,		/* a line lies in the window */
	PART_SEEN,		/* the next byte is the kind of an event */
	PART_PATH,		/* the hash of its path follows */
	PART_MESSAGE,		/* a record follows, here and below */
	PART_LINK,
	PART_STEP
};

struct part_key {
	unsigned char	b[PART_LEN];
};

struct timeline {
	struct timeline_options	 opt;
	struct timefacts	 facts;
	struct spool		*parts, *paths, *final;
	bool			 joins;		/* there is a second hop */
	int64_t			 seq;
	struct buf		 pack;
	struct buf		 item;
	unsigned char		 last[FINAL_LEN]; /* key of the last item */
	bool			 has_last;
};

/* What is known of the message that `parts` is at. */
struct group {
	unsigned char	 hash[HASH_LEN];
	unsigned char	 path[HASH_LEN];
	unsigned char	 at[AT_LEN];
	bool		 begun, selected, has_path, has_at;
	uint32_t	 seen;
};

struct timeline *
timeline_open(const struct timeline_options *opt, size_t memory)
{
	struct timeline *t = mem_alloc(1, sizeof(*t));

	t->opt = *opt;
	t->parts = spool_open(PART_LEN, memory / 3);
	t->paths = spool_open(PATH_LEN, memory / 3);
	t->final = spool_open(FINAL_LEN, memory / 3);
	buf_init(&t->pack, ITEM_MAX);
	buf_init(&t->item, ITEM_MAX);
	return t;
}

void
timeline_close(struct timeline *t)
{
	if (t == NULL)
		return;
	spool_close(t->parts);
	spool_close(t->paths);
	spool_close(t->final);
	buf_free(&t->pack);
	buf_free(&t->item);
	mem_free(t);
}

const struct timefacts *
timeline_facts(const struct timeline *t)
{
	return &t->facts;
}

struct text_time
timeline_time(const struct rec *r, enum field f)
{
	struct text_time t = { 0 };

	t.known = rec_has(r, f) &&
	    caltime_parse(rec_get(r, f), &t.sec, &t.nsec, &t.digits);
	return t;
}

static bool
in_window(const struct timeline *t, const struct text_time *at)
{
	return at->known && (!t->opt.has_since || at->sec >= t->opt.since) &&
	    (!t->opt.has_until || at->sec < t->opt.until);
}

static bool
has_window(const struct timeline *t)
{
	return t->opt.has_since || t->opt.has_until;
}

static void
put_be32(unsigned char *p, uint32_t v)
{
	for (unsigned int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (24 - 8 * i) & 0xff);
}

/* A time (unknown ones last) and the number of the record. */
static void
put_at(unsigned char *p, const struct text_time *at, int64_t seq)
{
	memset(p, 0, AT_LEN);
	p[0] = !at->known;
	if (at->known) {
		spool_i64(p + 1, at->sec);
		put_be32(p + 1 + SPOOL_I64, at->nsec);
	}
	spool_i64(p + 1 + SPOOL_I64 + 4, seq);
}

static void
put_hash(unsigned char *p, struct slice s)
{
	uint64_t a = hash_bytes(s, 1), b = hash_bytes(s, 2);

	memcpy(p, &a, 8);
	memcpy(p + 8, &b, 8);
}

/* The order of lines that bear the same time: that in which mail goes. */
static unsigned char
rank_of(const struct rec *r, enum timeline_kind kind)
{
	if (kind == ITEM_MESSAGE)
		return 0;
	if (kind == ITEM_END)
		return 9;
	if (!slice_eq(rec_get(r, F_TYPE), SLICE("event")))
		return 5;
	switch (event_find(rec_get(r, F_EVENT))) {
	case EV_CONNECT:
		return 1;
	case EV_CLIENT:
	case EV_PICKUP:
	case EV_TLS:
		return 2;
	case EV_MESSAGE_ID:
	case EV_HEADER_CHECK:
	case EV_MILTER:
	case EV_REJECT:
	case EV_HELD:
		return 3;
	case EV_QUEUED:
	case EV_DISCONNECT:
		return 4;
	case EV_EXPIRED:
		return 6;
	case EV_BOUNCE_NOTICE:
		return 7;
	case EV_REMOVED:
	case EV_DELETED:
		return 8;
	default:
		return 5;
	}
}

/* Within a message: the message, its link, the rest by time. */
static void
put_step(unsigned char *p, const struct rec *r, enum timeline_kind kind,
    const struct text_time *at, int64_t seq)
{
	bool link = slice_eq(rec_get(r, F_TYPE), SLICE("link"));

	memset(p, 0, STEP_LEN);
	p[0] = kind == ITEM_MESSAGE ? 0 : link ? 1 : 2;
	p[1] = !at->known;
	if (at->known) {
		spool_i64(p + 2, at->sec);
		put_be32(p + 2 + SPOOL_I64, at->nsec);
	}
	p[2 + SPOOL_I64 + 4] = rank_of(r, kind);
	spool_i64(p + 2 + SPOOL_I64 + 4 + 1, seq);
}

/* Take note of what is going to be given. */
static void
note_facts(struct timefacts *f, const struct rec *r,
    enum timeline_kind kind, const struct text_time *at, int64_t seq)
{
	struct text_time end;

	timefacts_note(f, r, at, seq);
	if (kind == ITEM_MESSAGE) {
		end = timeline_time(r, F_END);
		timefacts_message(f, r, &end);
	} else if (kind == ITEM_LOOSE)
		f->loose++;
	else if (slice_eq(rec_get(r, F_TYPE), SLICE("delivery")))
		f->deliveries++;
}

/* Kind, events of the message, and the record, as one entry's bytes. */
static bool
pack_item(struct buf *b, enum timeline_kind kind, uint32_t seen,
    struct slice packed)
{
	b->len = 0;
	if (!buf_addc(b, (unsigned char)kind))
		return false;
	for (unsigned int i = 0; i < 4; i++)
		if (!buf_addc(b, (unsigned char)(seen >> (8 * i) & 0xff)))
			return false;
	return buf_add(b, packed);
}

/* Put an entry; one that is too large is counted, not kept. */
static enum rc
put(struct timeline *t, struct spool *s, const unsigned char *key,
    struct slice v, struct err *e)
{
	enum rc rc = spool_put(s, key, v, e);

	if (rc == RC_DAMAGED) {
		t->facts.passed++;
		return RC_OK;
	}
	return rc;
}

/* The key of TIMELINE_STEPS. */
static void
put_flat(unsigned char key[FINAL_LEN], const struct text_time *at,
    unsigned char class, unsigned char rank, int64_t seq)
{
	memset(key, 0, FINAL_LEN);
	key[0] = class;
	if (at->known) {
		spool_i64(key + 1, at->sec);
		put_be32(key + 1 + SPOOL_I64, at->nsec);
	}
	key[1 + SPOOL_I64 + 4] = rank;
	spool_i64(key + 1 + SPOOL_I64 + 4 + 1, seq);
}

/* A record that belongs to no message. */
static enum rc
put_loose(struct timeline *t, const struct rec *r, bool last, struct err *e)
{
	struct text_time at = timeline_time(r, F_TIME);
	unsigned char key[FINAL_LEN];

	if (has_window(t) && !last && !in_window(t, &at)) {
		if (!at.known)
			t->facts.untimed++;
		return RC_OK;
	}
	if (!last)
		note_facts(&t->facts, r, ITEM_LOOSE, &at, t->seq);
	if (t->opt.order == TIMELINE_STEPS)
		put_flat(key, &at, last ? 2 : !at.known, 0, t->seq);
	else {
		put_at(key, &at, t->seq);
		put_at(key + AT_LEN, &at, t->seq);
		put_step(key + 2 * AT_LEN, r, ITEM_LOOSE, &at, t->seq);
	}
	if (!pack_item(&t->item, ITEM_LOOSE, 0, buf_slice(&t->pack))) {
		t->facts.passed++;
		return RC_OK;
	}
	return put(t, t->final, key, buf_slice(&t->item), e);
}

static void
part_key(struct part_key *k, const unsigned char *hash, enum part part,
    const struct text_time *at, int64_t seq)
{
	memcpy(k->b, hash, HASH_LEN);
	k->b[HASH_LEN] = (unsigned char)part;
	put_at(k->b + HASH_LEN + 1, at, seq);
}

static enum rc
put_mark(struct timeline *t, const unsigned char *hash, enum part part,
    struct slice data, struct err *e)
{
	static const struct text_time never;
	struct part_key k;

	part_key(&k, hash, part, &never, t->seq);
	return put(t, t->parts, k.b, data, e);
}

/* Marks that the message's other records need to know of. */
static enum rc
put_marks(struct timeline *t, const struct rec *r, enum part part,
    const unsigned char *hash, const struct text_time *at, struct err *e)
{
	struct text_time end = timeline_time(r, F_END);
	enum rc rc;

	if (has_window(t) && (in_window(t, at) || in_window(t, &end)) &&
	    (rc = put_mark(t, hash, PART_SELECTED, SLICE(""), e)) != RC_OK)
		return rc;
	if (slice_eq(rec_get(r, F_TYPE), SLICE("event"))) {
		unsigned char ev =
		    (unsigned char)event_find(rec_get(r, F_EVENT));

		return put_mark(t, hash, PART_SEEN, slice_of(&ev, 1), e);
	}
	if (part == PART_LINK) {
		unsigned char path[HASH_LEN];

		put_hash(path, rec_get(r, rec_get(r, F_PATH).len > 0 ?
		    F_PATH : F_PARENT));
		t->joins = true;
		return put_mark(t, hash, PART_PATH,
		    slice_of(path, HASH_LEN), e);
	}
	return RC_OK;
}

static enum rc
put_part(struct timeline *t, const struct rec *r, enum part part,
    struct slice trace, struct err *e)
{
	struct text_time at = timeline_time(r, F_TIME);
	unsigned char hash[HASH_LEN];
	struct part_key k;
	enum rc rc;

	put_hash(hash, trace);
	if ((rc = put_marks(t, r, part, hash, &at, e)) != RC_OK)
		return rc;
	if (rec_get(r, F_PATH).len > 0 && !slice_eq(rec_get(r, F_PATH), trace))
		t->joins = true;
	part_key(&k, hash, part, &at, t->seq);
	return put(t, t->parts, k.b, buf_slice(&t->pack), e);
}

enum rc
timeline_put(struct timeline *t, const struct rec *r, struct err *e)
{
	struct slice type = rec_get(r, F_TYPE), trace = rec_get(r, F_TRACE);
	bool last = slice_eq(type, SLICE("source")) ||
	    slice_eq(type, SLICE("coverage"));
	bool asis = t->opt.all && !has_window(t);
	bool other;

	if (last && !t->opt.all)
		return RC_OK;
	t->seq++;
	t->pack.len = 0;
	if (!packed_put(&t->pack, r)) {
		t->facts.passed++;
		return RC_OK;
	}
	if (last || asis)
		return put_loose(t, r, last, e);
	if (trace.len > 0) {
		if (slice_eq(type, SLICE("message")))
			return put_part(t, r, PART_MESSAGE, trace, e);
		if (slice_eq(type, SLICE("delivery")) ||
		    slice_eq(type, SLICE("event")) ||
		    slice_eq(type, SLICE("file")))
			return put_part(t, r, PART_STEP, trace, e);
		if (slice_eq(type, SLICE("link")))
			return put_part(t, r, PART_LINK, trace, e);
	}
	other = !slice_eq(type, SLICE("event")) &&
	    !slice_eq(type, SLICE("message")) &&
	    !slice_eq(type, SLICE("delivery")) &&
	    !slice_eq(type, SLICE("finding")) &&
	    !slice_eq(type, SLICE("file"));
	if (other && !t->opt.all) {
		t->facts.passed++;
		return RC_OK;
	}
	return put_loose(t, r, false, e);
}

/* Hand one record of a selected message on to the next sort. */
static enum rc
pass_on(struct timeline *t, const struct group *g, enum timeline_kind kind,
    const struct rec *r, struct slice packed, int64_t seq, struct err *e)
{
	struct text_time at = timeline_time(r,
	    kind == ITEM_END ? F_END : F_TIME);
	unsigned char key[FINAL_LEN + HASH_LEN];

	note_facts(&t->facts, r, kind, &at, seq);
	if (!pack_item(&t->item, kind, g->seen, packed)) {
		t->facts.passed++;
		return RC_OK;
	}
	if (t->opt.order == TIMELINE_STEPS) {
		put_flat(key, &at, !at.known, kind == ITEM_END, seq);
		return put(t, t->final, key, buf_slice(&t->item), e);
	}
	if (t->joins) {
		memcpy(key, g->path, HASH_LEN);
		memcpy(key + HASH_LEN, g->at, AT_LEN);
		put_step(key + HASH_LEN + AT_LEN, r, kind, &at, seq);
		return put(t, t->paths, key, buf_slice(&t->item), e);
	}
	memcpy(key, g->at, AT_LEN);
	memcpy(key + AT_LEN, g->at, AT_LEN);
	put_step(key + 2 * AT_LEN, r, kind, &at, seq);
	return put(t, t->final, key, buf_slice(&t->item), e);
}

static int64_t
get_i64(const unsigned char *p)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < SPOOL_I64; i++)
		v = v << 8 | p[i];
	return (int64_t)(v ^ UINT64_C(1) << 63);
}

/* One entry of `parts`, g being the message that it belongs to. */
static enum rc
take_part(struct timeline *t, struct group *g, const unsigned char *key,
    struct slice v, struct err *e)
{
	enum part part = (enum part)key[HASH_LEN];
	const unsigned char *at = key + HASH_LEN + 1;
	int64_t seq = get_i64(at + 1 + SPOOL_I64 + 4);
	struct rec r;
	enum rc rc;

	switch (part) {
	case PART_SELECTED:
		g->selected = true;
		return RC_OK;
	case PART_SEEN:
		if (v.len == 1 && v.ptr[0] < 32)
			g->seen |= UINT32_C(1) << v.ptr[0];
		return RC_OK;
	case PART_PATH:
		if (v.len == HASH_LEN) {
			memcpy(g->path, v.ptr, HASH_LEN);
			g->has_path = true;
		}
		return RC_OK;
	default:
		break;
	}
	if (!packed_get(v, &r))
		return RC_OK;
	if (!g->has_at) {
		memcpy(g->at, at, AT_LEN);
		g->has_at = true;
	}
	if (has_window(t) && !g->selected) {
		if (part == PART_MESSAGE && at[0] != 0)
			t->facts.untimed++;
		return RC_OK;
	}
	if (!g->has_path) {
		put_hash(g->path, rec_get(&r, rec_get(&r, F_PATH).len > 0 ?
		    F_PATH : F_TRACE));
		g->has_path = true;
	}
	if (part != PART_MESSAGE)
		return pass_on(t, g, ITEM_STEP, &r, v, seq, e);
	rc = pass_on(t, g, ITEM_MESSAGE, &r, v, seq, e);
	if (rc == RC_OK && t->opt.order == TIMELINE_STEPS && !t->opt.all)
		rc = pass_on(t, g, ITEM_END, &r, v, seq, e);
	return rc;
}

static enum rc
sort_parts(struct timeline *t, struct err *e)
{
	const unsigned char *key;
	struct group g = { 0 };
	struct slice v;
	enum rc rc;

	if ((rc = spool_sort(t->parts, e)) != RC_OK)
		return rc;
	while ((rc = spool_next(t->parts, &key, &v, e)) == RC_OK) {
		if (!g.begun || memcmp(g.hash, key, HASH_LEN) != 0) {
			g = (struct group){ .begun = true };
			memcpy(g.hash, key, HASH_LEN);
		}
		if ((rc = take_part(t, &g, key, v, e)) != RC_OK)
			return rc;
	}
	spool_close(t->parts);
	t->parts = NULL;
	return rc == RC_END ? RC_OK : rc;
}

static enum rc
sort_paths(struct timeline *t, struct err *e)
{
	unsigned char out[FINAL_LEN], hash[HASH_LEN];
	const unsigned char *key;
	bool begun = false;
	struct slice v;
	enum rc rc;

	if ((rc = spool_sort(t->paths, e)) != RC_OK)
		return rc;
	while ((rc = spool_next(t->paths, &key, &v, e)) == RC_OK) {
		if (!begun || memcmp(hash, key, HASH_LEN) != 0) {
			begun = true;
			memcpy(hash, key, HASH_LEN);
			memcpy(out, key + HASH_LEN, AT_LEN);
		}
		memcpy(out + AT_LEN, key + HASH_LEN, AT_LEN + STEP_LEN);
		if ((rc = put(t, t->final, out, v, e)) != RC_OK)
			return rc;
	}
	spool_close(t->paths);
	t->paths = NULL;
	return rc == RC_END ? RC_OK : rc;
}

enum rc
timeline_sort(struct timeline *t, struct err *e)
{
	enum rc rc;

	if ((rc = sort_parts(t, e)) != RC_OK ||
	    (rc = sort_paths(t, e)) != RC_OK)
		return rc;
	return spool_sort(t->final, e);
}

enum rc
timeline_next(struct timeline *t, struct timeline_item *i, struct err *e)
{
	const unsigned char *key;
	struct slice v;
	enum rc rc;

	do {
		if ((rc = spool_next(t->final, &key, &v, e)) != RC_OK)
			return rc;
	} while (v.len < 5 || !packed_get(slice_from(v, 5), &i->rec));
	i->kind = (enum timeline_kind)v.ptr[0];
	i->seen = (uint32_t)v.ptr[1] | (uint32_t)v.ptr[2] << 8 |
	    (uint32_t)v.ptr[3] << 16 | (uint32_t)v.ptr[4] << 24;
	i->event = slice_eq(rec_get(&i->rec, F_TYPE), SLICE("event")) ?
	    event_find(rec_get(&i->rec, F_EVENT)) : EV_UNKNOWN;
	i->time = timeline_time(&i->rec, i->kind == ITEM_END ? F_END : F_TIME);
	i->first = !t->has_last ||
	    memcmp(key + AT_LEN, t->last + AT_LEN, AT_LEN) != 0;
	i->same_path = t->has_last && memcmp(key, t->last, AT_LEN) == 0;
	memcpy(t->last, key, FINAL_LEN);
	t->has_last = true;
	return RC_OK;
}
