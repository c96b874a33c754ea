#include "source/scout.h"

#include <pthread.h>

#include "base/mem.h"
#include "scan/anchor.h"

enum state { TODO, QUIET, LOUD };

struct scout {
	const struct image	*image;
	uint64_t		 from, until;
	pthread_t		 thread[SCOUT_MAX];
	unsigned int		 n;
	pthread_mutex_t		 lock;
	pthread_cond_t		 done, room;
	uint64_t		 next;		/* block that nobody has yet */
	uint64_t		 asked;		/* the last one asked for */
	bool			 stop;
	enum state		 state[SCOUT_AHEAD];
};

bool
scout_test(struct slice s, uint64_t off)
{
	enum anchor a;

	return anchor_next(s, 0, &a) == SLICE_NONE &&
	    anchor_sector(s, off, 0, &a) == SLICE_NONE;
}

size_t
scout_len(const struct scout *s, uint64_t off)
{
	return s->until - off < SCOUT_BLOCK ? (size_t)(s->until - off) :
					      SCOUT_BLOCK;
}

/* Read a block and the bytes before it. */
static enum state
look(const struct scout *s, uint64_t block, unsigned char *buf)
{
	uint64_t off = s->from + block * SCOUT_BLOCK;
	size_t back = block == 0 ? 0 : ANCHOR_MAX, got;
	size_t len = back + scout_len(s, off);

	if (!image_peek(s->image, off - back, buf, len, &got))
		return LOUD;
	return scout_test(slice_of(buf, got), off - back) ? QUIET : LOUD;
}

static void *
run(void *arg)
{
	struct scout *s = arg;
	unsigned char *buf = mem_alloc(ANCHOR_MAX + SCOUT_BLOCK, 1);

	(void)pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		uint64_t block = s->next;
		enum state state;

		if (block >= s->asked + SCOUT_AHEAD) {
			(void)pthread_cond_wait(&s->room, &s->lock);
			continue;
		}
		if (s->until - s->from <= block * SCOUT_BLOCK)
			break;
		s->next++;
		s->state[block % SCOUT_AHEAD] = TODO;
		(void)pthread_mutex_unlock(&s->lock);
		state = look(s, block, buf);
		(void)pthread_mutex_lock(&s->lock);
		if (block >= s->asked)
			s->state[block % SCOUT_AHEAD] = state;
		(void)pthread_cond_broadcast(&s->done);
	}
	(void)pthread_mutex_unlock(&s->lock);
	mem_free(buf);
	return NULL;
}

struct scout *
scout_open(
    const struct image *im, uint64_t from, uint64_t until, unsigned int n)
{
	struct scout *s;
	uint64_t size;

	if (n < 2 || !image_size(im, &size) || !image_peeks(im))
		return NULL;
	if (until > size)
		until = size;
	if (until <= from || until - from < SCOUT_AHEAD * SCOUT_BLOCK)
		return NULL;
	s = mem_alloc(1, sizeof(*s));
	s->image = im;
	s->from = from;
	s->until = until;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->done, NULL);
	(void)pthread_cond_init(&s->room, NULL);
	while (s->n < n && s->n < SCOUT_MAX &&
	    pthread_create(&s->thread[s->n], NULL, run, s) == 0)
		s->n++;
	if (s->n > 0)
		return s;
	scout_close(s);
	return NULL;
}

bool
scout_quiet(struct scout *s, uint64_t off)
{
	uint64_t block = (off - s->from) / SCOUT_BLOCK;
	bool quiet;

	if (off >= s->until)
		return false;
	(void)pthread_mutex_lock(&s->lock);
	s->asked = block;
	/* Blocks that were left out are not looked at any more. */
	if (s->next < block)
		s->next = block;
	(void)pthread_cond_broadcast(&s->room);
	while (s->next <= block || s->state[block % SCOUT_AHEAD] == TODO)
		(void)pthread_cond_wait(&s->done, &s->lock);
	quiet = s->state[block % SCOUT_AHEAD] == QUIET;
	(void)pthread_mutex_unlock(&s->lock);
	return quiet;
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
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->done);
	(void)pthread_cond_destroy(&s->room);
	mem_free(s);
}
