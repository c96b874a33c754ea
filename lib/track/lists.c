#include "track/core.h"

#include "base/banned.h"

void
list_add(struct track *t, struct message *m, enum list_id id)
{
	struct list *list = &t->list[id];
	struct listed *l = &m->l;

	l->list = (unsigned int)id & 7;
	l->next = NULL;
	l->prev = list->last;
	if (list->last != NULL)
		list->last->next = l;
	else
		list->first = l;
	list->last = l;
	if (list->awake == NULL)
		list->awake = l;
}

void
list_remove(struct track *t, struct message *m)
{
	struct listed *l = &m->l;
	struct list *list = &t->list[l->list];

	if (l->prev != NULL)
		l->prev->next = l->next;
	else
		list->first = l->next;
	if (l->next != NULL)
		l->next->prev = l->prev;
	else
		list->last = l->prev;
	if (list->awake == l)
		list->awake = l->next;
}

/* A message has moved, with its place in its list. */
static void
list_moved(struct track *t, struct listed *l)
{
	struct list *list = &t->list[l->list];

	if (l->prev != NULL)
		l->prev->next = l;
	else
		list->first = l;
	if (l->next != NULL)
		l->next->prev = l;
	else
		list->last = l;
	node_get(&t->nodes, listed_node(l))->msg = l;
}

static void
put_to_sleep(struct track *t, struct message *m)
{
	struct listed *l = asleep_put(&t->processes, &t->pool, m);

	list_moved(t, l);
	pool_give(&t->messages, m);
}

struct message *
message_wake(struct track *t, struct listed *l)
{
	struct message *m = pool_take_raw(&t->messages);
	struct list *list;

	asleep_get(&t->processes, &t->pool, l, m);
	list_moved(t, &m->l);
	list = &t->list[m->l.list];
	if (m->l.next == list->awake)
		list->awake = &m->l;
	return m;
}

void
message_doze(struct track *t, struct message *m, bool slept)
{
	struct list *list = &t->list[m->l.list];

	if (!slept || m->l.asleep)
		return;
	if (list->awake == &m->l)
		list->awake = m->l.next;
	put_to_sleep(t, m);
}

/*
 * What was silent for a while goes to sleep.  Queue files do not, which are
 * looked at in the end, nor what is so long that packing it for each of its
 * lines takes time.
 */
static void
sleep_idle(struct track *t, struct list *list)
{
	struct listed *l;

	while ((l = list->awake) != NULL && l->touch + SLEEP_AFTER < t->now) {
		struct message *m = (struct message *)l;

		list->awake = l->next;
		if ((m->saw & SAW_FILE) == 0 && m->journal.len <= SLEEP_MOST)
			put_to_sleep(t, m);
	}
}

void
lists_sleep(struct track *t)
{
	for (size_t id = LIST_FRESH; id <= LIST_HELD; id++)
		sleep_idle(t, &t->list[id]);
}
