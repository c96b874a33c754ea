#include "source/queuelogs.h"

#include "base/hash.h"
#include "base/mem.h"

#define NONE	SIZE_MAX
#define HASHED	((size_t)1024)	/* bytes of an address that are hashed */

/* A recipient, and where its latest entries begin. */
struct queuelogs_rcpt {
	const struct queuercpt	*p;
	size_t			 addr;		/* its slot */
	size_t			 at[QUEUELOGS];	/* by its offset */
};

/* An address, of one recipient or of several. */
struct queuelogs_addr {
	const struct queuercpt	*p;		/* NULL: free */
	uint64_t		 hash;
	bool			 redirect;	/* mail goes there instead */
	size_t			 at[QUEUELOGS];	/* entries with any offset */
	size_t			 plain[QUEUELOGS];	/* with none */
};

/* An address in a log is quoted, in a record it is not. */
static bool
same(struct slice log, struct slice raw)
{
	size_t k = 0;

	for (size_t i = 0; i < log.len; i++) {
		if (log.ptr[i] == '"')
			continue;
		if (log.ptr[i] == '\\' && i + 1 < log.len)
			i++;
		if (k == raw.len || ascii_tolower(log.ptr[i]) !=
		    ascii_tolower(raw.ptr[k]))
			return false;
		k++;
	}
	return k == raw.len;
}

/* Of its unquoted form without case. */
static uint64_t
hash_of(struct slice s, bool quoted)
{
	unsigned char text[HASHED];
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < HASHED; i++) {
		if (quoted && s.ptr[i] == '"')
			continue;
		if (quoted && s.ptr[i] == '\\' && i + 1 < s.len)
			i++;
		text[n++] = ascii_tolower(s.ptr[i]);
	}
	return hash_bytes(slice_of(text, n), 0);
}

/* The slot of an address as a record has it, or a free one. */
static size_t
addr_slot(const struct queuelogs *q, struct slice raw)
{
	uint64_t h = hash_of(raw, false);
	size_t i = (size_t)h & (q->cap - 1);

	while (q->addr[i].p != NULL && (q->addr[i].hash != h ||
	    !slice_eq_nocase(q->addr[i].p->addr, raw)))
		i = (i + 1) & (q->cap - 1);
	return i;
}

/* The address that a log's means, or NULL. */
static struct queuelogs_addr *
find_addr(const struct queuelogs *q, struct slice log)
{
	uint64_t h = hash_of(log, true);
	size_t i = (size_t)h & (q->cap - 1);

	for (; q->addr[i].p != NULL; i = (i + 1) & (q->cap - 1))
		if (q->addr[i].hash == h && same(log, q->addr[i].p->addr))
			return &q->addr[i];
	return NULL;
}

static size_t
off_slot(const struct queuelogs *q, uint64_t off)
{
	size_t i = (size_t)hash_bytes(slice_of((const unsigned char *)&off,
	    sizeof(off)), 1) & (q->cap - 1);

	while (q->by_off[i] != 0 && q->rcpt[q->by_off[i] - 1].p->off != off)
		i = (i + 1) & (q->cap - 1);
	return i;
}

static void
add_rcpt(struct queuelogs *q, size_t i, const struct queuercpt *p)
{
	struct queuelogs_rcpt *r = &q->rcpt[i];
	struct queuelogs_addr *a;

	r->p = p;
	r->addr = addr_slot(q, p->addr);
	a = &q->addr[r->addr];
	if (a->p == NULL) {
		a->p = p;
		a->hash = hash_of(p->addr, false);
		for (size_t k = 0; k < QUEUELOGS; k++)
			a->at[k] = a->plain[k] = NONE;
	}
	a->redirect = a->redirect || p->type == '>';
	for (size_t k = 0; k < QUEUELOGS; k++)
		r->at[k] = NONE;
	q->by_off[off_slot(q, p->off)] = (uint32_t)(i + 1);
}

/* An entry of log k: keep it for those that it is about. */
static void
add_entry(struct queuelogs *q, const struct queuefacts *f, size_t k,
    const struct bouncelog *b)
{
	struct queuelogs_addr *to = find_addr(q, b->recipient);
	/* With a redirection the address before it is of no account. */
	struct queuelogs_addr *orig = b->original.ptr == NULL ||
	    f->redirect.ptr != NULL ? NULL : find_addr(q, b->original);
	uint32_t i;

	if (to != NULL)
		to->at[k] = b->pos;
	if (b->offset == UINT64_MAX) {
		if (to != NULL)
			to->plain[k] = b->pos;
		if (orig != NULL)
			orig->plain[k] = b->pos;
		return;
	}
	i = q->by_off[off_slot(q, b->offset)];
	if (i != 0) {
		struct queuelogs_rcpt *r = &q->rcpt[i - 1];
		const struct queuelogs_addr *a = &q->addr[r->addr];

		if (a == to || a == orig) {
			r->at[k] = b->pos;
			q->pending[k] = q->pending[k] || r->p->type == 'R';
			return;
		}
	}
	if (to == NULL || !to->redirect)
		q->strange[k] = true;
}

void
queuelogs_join(struct queuelogs *q, const struct queuefacts *f,
    const struct slice text[QUEUELOGS])
{
	struct bouncelog b;
	size_t n = 0;

	*q = (struct queuelogs){ .n = 0 };
	for (size_t k = 0; k < QUEUELOGS; k++)
		q->text[k] = text[k];
	if (text[0].len == 0 && text[1].len == 0 && text[2].len == 0)
		return;
	for (const struct queuercpt *p = f->rcpt; p != NULL; p = p->next)
		q->n++;
	for (q->cap = 16; q->cap < 2 * q->n; q->cap *= 2)
		continue;
	q->rcpt = mem_alloc(q->n, sizeof(*q->rcpt));
	q->addr = mem_alloc(q->cap, sizeof(*q->addr));
	q->by_off = mem_alloc(q->cap, sizeof(*q->by_off));
	for (const struct queuercpt *p = f->rcpt; p != NULL; p = p->next)
		add_rcpt(q, n++, p);
	for (size_t k = 0; k < QUEUELOGS; k++) {
		size_t pos = 0;

		while (bouncelog_next(text[k], &pos, &b))
			add_entry(q, f, k, &b);
	}
}

bool
queuelogs_entry(const struct queuelogs *q, size_t k, size_t i,
    struct bouncelog *b)
{
	const struct queuelogs_rcpt *r;
	const struct queuelogs_addr *a;
	size_t pos;

	if (i >= q->n)
		return false;
	r = &q->rcpt[i];
	a = &q->addr[r->addr];
	pos = r->p->type == '>' ? a->at[k] : r->at[k];
	/* The later one. */
	if (a->plain[k] != NONE && (pos == NONE || a->plain[k] > pos))
		pos = a->plain[k];
	return pos != NONE && bouncelog_next(q->text[k], &pos, b);
}

void
queuelogs_free(struct queuelogs *q)
{
	mem_free(q->rcpt);
	mem_free(q->addr);
	mem_free(q->by_off);
	*q = (struct queuelogs){ .n = 0 };
}
