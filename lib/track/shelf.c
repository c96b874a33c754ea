#include "track/shelf.h"

#include "base/mem.h"

#include "base/banned.h"

#define BLOCK	((size_t)8064)	/* a few messages; the pool has no rest */
#define ALIGN	16

struct shelf_block {
	size_t		 size, used;	/* bytes, with this head */
	uint32_t	 n;		/* messages in it */
	_Alignas(ALIGN) unsigned char bytes[];
};

static size_t
round_up(size_t n)
{
	return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

void
shelf_init(struct shelf *s)
{
	*s = (struct shelf){ .last = NULL };
	pool_init(&s->blocks, BLOCK);
}

static void
block_free(struct shelf *s, struct shelf_block *b)
{
	if (b->size == BLOCK)
		pool_give(&s->blocks, b);
	else
		mem_free(b);
}

void
shelf_free(struct shelf *s)
{
	if (s->last != NULL)
		block_free(s, s->last);
	s->last = NULL;
	pool_free(&s->blocks);
}

/* A block with room for so many bytes: for a large message, of its own. */
static struct shelf_block *
block_new(struct shelf *s, size_t need)
{
	size_t size = sizeof(struct shelf_block) + need;
	struct shelf_block *b;

	if (size <= BLOCK) {
		b = pool_take_raw(&s->blocks);
		size = BLOCK;
	} else
		b = mem_alloc(1, size);
	*b = (struct shelf_block){ .size = size, .used = sizeof(*b) };
	return b;
}

/* Room for so many bytes, and FIELD_PAD behind them. */
static unsigned char *
room(struct shelf *s, size_t need, struct shelf_block **in)
{
	struct shelf_block *b = s->last;
	unsigned char *at;

	if (b == NULL || b->size - b->used < need + FIELD_PAD) {
		if (b != NULL && b->n == 0)
			block_free(s, b);
		b = s->last = block_new(s, need + FIELD_PAD);
	}
	at = (unsigned char *)b + b->used;
	b->used += need;
	b->n++;
	*in = b;
	return at;
}

struct message *
shelf_put(struct shelf *s, struct processes *p, struct journal_pool *pool,
    struct message *m)
{
	bool own = session_is_own(m->session);
	size_t head = round_up(sizeof(*m));
	size_t session = own ? round_up(sizeof(*m->session)) : 0;
	size_t need = head + session + round_up(journal_packed(&m->journal));
	struct shelf_block *b;
	unsigned char *at = room(s, need, &b);
	struct message *to = (struct message *)at;

	*to = *m;
	to->l.block = b;
	if (own) {
		to->session = (struct session *)(at + head);
		*to->session = *m->session;
		to->session->shelved = true;
		session_release(p, m->session);
	}
	journal_pack(pool, &to->journal, at + head + session);
	return to;
}

void
shelf_give(struct shelf *s, struct message *m)
{
	struct shelf_block *b = m->l.block;

	if (--b->n == 0 && b != s->last)
		block_free(s, b);
}
