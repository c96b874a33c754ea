#include "source/journallone.h"

#include "fmt/event.h"
#include "fmt/journalhash.h"
#include "fmt/journalread.h"
#include "fmt/postfix.h"

#define AHEAD 64 /* so that no object has the offset 0 */

void
journallone_init(struct journallone *l)
{
	*l = (struct journallone){ .nkey = 0 };
	keyset_init(&l->texts, JOURNALLONE_TEXTS);
}

void
journallone_free(struct journallone *l)
{
	keyset_free(&l->texts);
}

void
journallone_key(struct journallone *l, const unsigned char *id)
{
	for (size_t i = 0; i < l->nkey; i++)
		if (memcmp(l->key[i], id, JOURNALOBJ_ID) == 0)
			return;
	if (l->nkey < JOURNALLONE_KEYS)
		memcpy(l->key[l->nkey++], id, JOURNALOBJ_ID);
}

bool
journallone_wants(struct slice text)
{
	/* As of a log that has lost the programs. */
	const struct postfix_tag tag = { .ours = true, .lost = true };
	struct event ev = { .pid = 0 };

	rec_clear(&ev.rec);
	postfix_parse(text, &tag, &ev);
	switch (ev.kind) {
	case EV_UNKNOWN:
		return false;
	case EV_OTHER:
	case EV_WARNING:
	case EV_CONFIG:
	case EV_STATISTICS:
		return rec_has(&ev.rec, F_QID);
	default:
		return true;
	}
}

uint64_t
journallone_hash(struct slice text)
{
	return journalhash_jenkins(text);
}

bool
journallone_has(const struct journallone *l, uint64_t hash)
{
	return keyset_find(&l->texts,
		   keyset_key(slice_of(&hash, sizeof(hash)))) != KEYSET_NONE;
}

bool
journallone_add(struct journallone *l, uint64_t hash)
{
	uint32_t old = l->texts.n, n;

	n = keyset_add(&l->texts, keyset_key(slice_of(&hash, sizeof(hash))));
	if (n == KEYSET_NONE)
		l->full = true;
	return n != KEYSET_NONE && n >= old;
}

/* The piece as a file that begins AHEAD bytes before it. */
struct piece {
	const struct stream *stream;
	const struct journalpart *part;
};

static size_t
read_piece(void *arg, uint64_t off, void *buf, size_t n)
{
	const struct piece *p = arg;
	unsigned char *dst = buf;
	size_t before = 0;

	if (off < AHEAD) {
		before = (size_t)(AHEAD - off) < n ? (size_t)(AHEAD - off) : n;
		memset(dst, 0, before);
	}
	return before == n ? n :
			     before +
		stream_read(p->stream, p->part->off + (off + before - AHEAD),
		    dst + before, n - before);
}

static bool
wants_message(struct slice name)
{
	return slice_eq(name, SLICE("MESSAGE"));
}

/* Is the hash of the object that of its field? */
static bool
proven(const struct journallone *l, const struct journal_known *k,
    struct slice field)
{
	if (k->hash == k->jenkins)
		return true;
	for (size_t i = 0; i < l->nkey; i++)
		if (journalhash_siphash(field, l->key[i]) == k->hash)
			return true;
	return false;
}

/* An object of the piece: is it a text? */
static bool
look(const struct journallone *l, struct journalread *r, uint64_t off,
    const struct journal_head *o, struct journallone_text *t)
{
	size_t before = journalobj_data(r->compact);
	const struct journal_known *k;

	if (o->type != JOURNALOBJ_T_DATA)
		return false;
	*t = (struct journallone_text){
		.off = off + before, .len = o->size - before, .flags = o->flags
	};
	k = journalread_data(r, off, true, &t->field);
	if (k->state != JOURNAL_GOOD || !k->wanted ||
	    !journallone_wants(slice_from(t->field, sizeof("MESSAGE"))))
		return false;
	t->proven = proven(l, k, t->field);
	return true;
}

bool
journallone_read(struct journallone *l, const struct stream *s,
    const struct journalpart *p, journallone_fn *fn, void *arg)
{
	struct piece piece = { s, p };
	struct journalfile_src src = { .read = read_piece,
		.arg = &piece,
		.size = p->end - p->off + AHEAD };
	struct journal_head o;
	struct journallone_text t;
	struct journalread r;
	bool more = true;
	uint64_t budget;

	journalread_init(&r, &src, wants_message);
	r.budget = budget =
	    (p->end - p->off) * JOURNALFILE_RATIO + JOURNALPART_SLACK;
	r.compact = p->compact;
	r.unkeyed = true;
	for (uint64_t off = AHEAD;
	     more && off < src.size && journalread_head(&r, off, &o);
	     off = journalobj_next(off, o.size)) {
		if (!look(l, &r, off, &o, &t))
			continue;
		t.off += p->off - AHEAD;
		more = fn(arg, &t);
	}
	l->work += budget - r.budget;
	journalread_free(&r);
	return more;
}
