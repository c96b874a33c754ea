#include "track/asleep.h"

#include <stddef.h>

#include "base/mem.h"
#include "base/sparse.h"

#include "base/banned.h"

struct asleep {
	struct listed	 l;
	uint64_t	 order;
	struct mid_chain mids;
	struct node_ref	 node;
	unsigned char	 bytes[];
};

/* What of a message is packed. */
#define FROM	sizeof(struct listed)
#define PACKED	(sizeof(struct message) - FROM)

_Static_assert(offsetof(struct message, l) == 0, "listed is a message");
_Static_assert(PACKED % SPARSE_UNIT == 0 &&
    sizeof(struct session) % SPARSE_UNIT == 0, "for sparse_put");

struct listed *
asleep_put(struct processes *p, struct journal_pool *pool,
    const struct message *m)
{
	unsigned char part[SPARSE_MAX(PACKED) +
	    SPARSE_MAX(sizeof(struct session))];
	bool own = session_is_own(m->session);
	struct message copy = *m;
	struct asleep *r;
	size_t n;

	/* What is elsewhere, or made anew, needs no bytes. */
	copy.order = 0;
	copy.mids = (struct mid_chain){ .next = 0 };
	copy.node = (struct node_ref){ .idx = 0 };
	copy.journal.first = copy.journal.last = NULL;
	copy.journal.left = 0;
	if (own)
		copy.session = NULL;
	n = sparse_put(part, (const unsigned char *)&copy + FROM, PACKED);
	if (own)
		n += sparse_put(part + n, m->session, sizeof(*m->session));
	r = mem_alloc(1, sizeof(*r) + 1 + n + m->journal.len + SPARSE_PAD);
	r->l = m->l;
	r->l.asleep = true;
	r->order = m->order;
	r->mids = m->mids;
	r->node = m->node;
	r->bytes[0] = own;
	memcpy(r->bytes + 1, part, n);
	copy.journal = m->journal;
	journal_save(pool, &copy.journal, r->bytes + 1 + n);
	if (own)
		session_release(p, m->session);
	return &r->l;
}

void
asleep_get(struct processes *p, struct journal_pool *pool, struct listed *l,
    struct message *to)
{
	struct asleep *r = (struct asleep *)l;
	const unsigned char *at = r->bytes + 1;
	struct session s;

	at += sparse_get((unsigned char *)to + FROM, at, PACKED);
	to->l = r->l;
	to->l.asleep = false;
	to->order = r->order;
	to->mids = r->mids;
	to->node = r->node;
	if (r->bytes[0] != 0) {
		at += sparse_get(&s, at, sizeof(s));
		to->session = session_again(p, &s);
	}
	journal_load(pool, &to->journal, at);
	mem_free(r);
}

struct mid_chain *
listed_mids(struct listed *l)
{
	return l->asleep ? &((struct asleep *)l)->mids :
	    &((struct message *)l)->mids;
}

uint64_t
listed_order(const struct listed *l)
{
	return l->asleep ? ((const struct asleep *)l)->order :
	    ((const struct message *)l)->order;
}

struct node_ref
listed_node(const struct listed *l)
{
	return l->asleep ? ((const struct asleep *)l)->node :
	    ((const struct message *)l)->node;
}
