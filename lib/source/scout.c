#include "source/scout.h"

#include <pthread.h>

#include "base/mem.h"
#include "scan/anchor.h"
#include "source/carve.h"
#include "source/scoutlook.h"

#define KEPT (2 * SCOUT_AHEAD) /* blocks behind and ahead */

/* What is known of a block. */
struct slot {
	uint64_t block;
	bool known;
	struct scoutlook look;
};

struct scout {
	const struct image *image;
	struct scout_opt o;
	pthread_t thread[SCOUT_MAX];
	unsigned int n;
	pthread_mutex_t lock;
	pthread_cond_t done, room;
	uint64_t next;	/* block that nobody has yet */
	uint64_t asked; /* the last one asked for */
	uint64_t work;	/* of first looks */
	bool stop;
	struct slot slot[KEPT];
};

bool
scout_test(struct slice s, uint64_t off)
{
	enum anchor a;

	return anchor_next(s, 0, &a) == SLICE_NONE &&
	    anchor_sector(s, off, 0, &a) == SLICE_NONE;
}

/* Work that is left, as source/carve.h bounds it. */
static uint64_t
work_left(const struct scout *s, uint64_t block)
{
	uint64_t most = (block * SCOUT_BLOCK + CARVE_WINDOW) * CARVE_WORK +
	    64 * CARVE_SLACK;

	return s->work < most ? most - s->work : 0;
}

/* Look at the next block; the lock is held but for that time. */
static void
take_block(struct scout *s, unsigned char *buf)
{
	uint64_t block = s->next++, off = s->o.from + block * SCOUT_BLOCK;
	uint64_t limit = work_left(s, block), left = limit;
	uint64_t len = s->o.until - off;
	struct slot *slot = &s->slot[block % KEPT];
	struct scoutlook look;

	scoutlook_free(&slot->look);
	slot->block = block;
	slot->known = false;
	(void)pthread_mutex_unlock(&s->lock);
	scoutlook_block(s->image, s->o.anchors, off,
	    len < SCOUT_BLOCK ? (size_t)len : SCOUT_BLOCK, block == 0, &left,
	    &look, buf);
	(void)pthread_mutex_lock(&s->lock);
	s->work += limit - left;
	/* Whoever asks may have gone on meanwhile. */
	if (slot->block != block) {
		scoutlook_free(&look);
		return;
	}
	slot->look = look;
	slot->known = true;
	(void)pthread_cond_broadcast(&s->done);
}

static void *
run(void *arg)
{
	struct scout *s = arg;
	unsigned char *buf = mem_alloc(ANCHOR_MAX + SCOUT_BLOCK, 1);

	(void)pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		if (s->next >= s->asked + SCOUT_AHEAD) {
			(void)pthread_cond_wait(&s->room, &s->lock);
			continue;
		}
		if (s->o.until - s->o.from <= s->next * SCOUT_BLOCK)
			break;
		take_block(s, buf);
	}
	(void)pthread_mutex_unlock(&s->lock);
	mem_free(buf);
	return NULL;
}

struct scout *
scout_open(const struct image *im, const struct scout_opt *o)
{
	struct scout *s;
	uint64_t size, until = o->until;

	if (o->n < 2 || !image_size(im, &size) || !image_peeks(im))
		return NULL;
	if (until > size)
		until = size;
	if (until <= o->from || until - o->from < SCOUT_AHEAD * SCOUT_BLOCK)
		return NULL;
	s = mem_alloc(1, sizeof(*s));
	s->image = im;
	s->o = *o;
	s->o.until = until;
	for (size_t i = 0; i < KEPT; i++)
		s->slot[i].block = UINT64_MAX;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->done, NULL);
	(void)pthread_cond_init(&s->room, NULL);
	while (s->n < o->n && s->n < SCOUT_MAX &&
	    pthread_create(&s->thread[s->n], NULL, run, s) == 0)
		s->n++;
	if (s->n > 0)
		return s;
	scout_close(s);
	return NULL;
}

/* The block, once it is known; NULL if nobody will look at it. */
static const struct slot *
wait_for(struct scout *s, uint64_t block)
{
	const struct slot *slot = &s->slot[block % KEPT];

	while (slot->block == block && !slot->known)
		(void)pthread_cond_wait(&s->done, &s->lock);
	return slot->block == block ? slot : NULL;
}

/* The stretch of parts at off that are all loud or all quiet. */
static enum scout_word
stretch(
    const struct scout *s, const struct scoutlook *l, uint64_t off, size_t *len)
{
	unsigned int part =
	    (unsigned int)((off - s->o.from) % SCOUT_BLOCK / SCOUT_PART);
	unsigned int loud = l->loud >> part & 1, end = part;
	size_t past = (size_t)((off - s->o.from) % SCOUT_PART);

	while (end < SCOUT_BLOCK / SCOUT_PART &&
	    (l->bad || (l->loud >> end & 1) == loud))
		end++;
	*len = (end - part) * SCOUT_PART - past;
	if (*len > s->o.until - off)
		*len = (size_t)(s->o.until - off);
	return l->bad ? SCOUT_BAD : loud ? SCOUT_LOUD : SCOUT_QUIET;
}

enum scout_word
scout_next(struct scout *s, uint64_t off, size_t *len)
{
	uint64_t block = (off - s->o.from) / SCOUT_BLOCK;
	const struct slot *slot;
	enum scout_word word;

	*len = SCOUT_BLOCK;
	if (off >= s->o.until)
		return SCOUT_BAD;
	(void)pthread_mutex_lock(&s->lock);
	s->asked = block;
	/* Blocks that were left out are not looked at any more. */
	if (s->next < block)
		s->next = block;
	(void)pthread_cond_broadcast(&s->room);
	while (s->next <= block)
		(void)pthread_cond_wait(&s->done, &s->lock);
	slot = wait_for(s, block);
	word = slot == NULL ? SCOUT_BAD : stretch(s, &slot->look, off, len);
	(void)pthread_mutex_unlock(&s->lock);
	return word;
}

/* What a block has of a file. */
static bool
find(const struct slot *slot, enum member_kind kind, uint64_t off,
    struct carveprobe *p)
{
	for (size_t i = 0; slot != NULL && i < slot->look.n; i++)
		if (slot->look.probe[i].off == off &&
		    slot->look.probe[i].kind == kind) {
			*p = slot->look.probe[i].p;
			return true;
		}
	return false;
}

bool
scout_probe(
    struct scout *s, enum member_kind kind, uint64_t off, struct carveprobe *p)
{
	uint64_t block = (off - s->o.from) / SCOUT_BLOCK;
	bool found;

	if (off < s->o.from)
		return false;
	(void)pthread_mutex_lock(&s->lock);
	/* What begins at the end of a block is seen in the next one. */
	found = find(wait_for(s, block), kind, off, p) ||
	    find(wait_for(s, block + 1), kind, off, p);
	(void)pthread_mutex_unlock(&s->lock);
	return found;
}

void
scout_close(struct scout *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	s->stop = true;
	(void)pthread_cond_broadcast(&s->room);
	(void)pthread_mutex_unlock(&s->lock);
	for (unsigned int i = 0; i < s->n; i++)
		(void)pthread_join(s->thread[i], NULL);
	for (size_t i = 0; i < KEPT; i++)
		scoutlook_free(&s->slot[i].look);
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->done);
	(void)pthread_cond_destroy(&s->room);
	mem_free(s);
}
