/*
 * Lists of messages that sleep, wake and move, by chance: neighbours know each
 * other, nodes find their messages, and the cursor stands before what is awake.
 */
#include "track/core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chance.h"

#define N	300
#define STEPS	20000

static bool
put(void *arg, const struct rec *r)
{
	(void)arg;
	(void)r;
	return true;
}

/* A tracker, and whose lines it gets. */
static struct track *
begin(struct tag **tag)
{
	struct track_opt opt = { .events = false };
	struct track *t = track_new(&opt, put, NULL);
	struct host *host = names_host(&t->names, SLICE("mx"));
	struct instance *in = names_instance(&t->names, host,
	    SLICE("postfix"));

	*tag = names_tag(&t->names, in, SLICE("smtp"), SLICE("smtp"));
	return t;
}

static struct node_ref
make(struct track *t, struct tag *tag, size_t i)
{
	struct event ev = { .time = { .sec = 1 } };
	struct at at = { .ev = &ev, .host = tag->host,
		.instance = tag->instance, .tag = tag };
	struct ident id = { .instance = tag->instance, .qidlen = 5 };

	(void)snprintf(id.qid, sizeof(id.qid), "%05zu", i);
	t->order = i;
	return message_new(t, &at, &id)->node;
}

/* How many sleep; all of it is looked at. */
static size_t
check(const struct track *t)
{
	size_t asleep = 0, n = 0;

	for (size_t i = 0; i < LIST_N; i++) {
		const struct list *list = &t->list[i];
		const struct listed *last = NULL;
		bool behind = false;

		for (const struct listed *l = list->first; l != NULL;
		     last = l, l = l->next, n++) {
			behind = behind || l == list->awake;
			assert_ptr_equal(l->prev, last);
			assert_int_equal(l->list, i);
			assert_false(behind && l->asleep);
			assert_true(last == NULL || last->touch <= l->touch);
			assert_ptr_equal(node_get(&t->nodes,
			    listed_node(l))->msg, l);
			asleep += l->asleep;
		}
		assert_ptr_equal(list->last, last);
		assert_int_equal(behind, list->awake != NULL);
	}
	assert_int_equal(n, N);
	return asleep;
}

/* A line: it may move to another list, or become a queue file's. */
static void
touch(struct track *t, struct message *m)
{
	static const uint32_t saw[] = { 0, SAW_QUEUED, SAW_QUEUED | SAW_HELD |
		SAW_PICKUP, SAW_FILE };

	m->saw = saw[chance(8) == 0 ? 3 : chance(3)];
	m->l.nsettled = (uint32_t)chance(2);
	m->nrcpt = 1;
	message_touch(t, m);
}

static void
test_chance(void **unused)
{
	struct tag *tag;
	struct track *t = begin(&tag);
	struct node_ref node[N];
	size_t most = 0, asleep;

	(void)unused;
	for (size_t i = 0; i < N; i++)
		node[i] = make(t, tag, i);
	for (size_t step = 0; step < STEPS; step++) {
		size_t i = chance(N);
		struct node *n = node_get(&t->nodes, node[i]);
		bool slept = n->msg->asleep;
		struct message *m;

		switch (chance(4)) {
		case 0:
			t->now += (int64_t)chance(SLEEP_AFTER / 2);
			lists_sleep(t);
			break;
		case 1:
			m = message_at(t, n);
			assert_int_equal(m->order, i);
			message_doze(t, m, slept);
			assert_int_equal(n->msg->asleep, slept);
			break;
		case 2:
			assert_int_equal(message_at(t, n)->order, i);
			break;
		default:
			touch(t, message_at(t, n));
			break;
		}
		asleep = check(t);
		most = asleep > most ? asleep : most;
	}
	assert_true(most > N / 4);
	/* All sleep, and so does again what was woken last of its list. */
	for (size_t i = 0; i < N; i++) {
		struct message *m = message_at(t, node_get(&t->nodes, node[i]));

		m->saw = 0;
		message_touch(t, m);
	}
	t->now += SLEEP_AFTER + 1;
	lists_sleep(t);
	assert_int_equal(check(t), N);
	(void)message_awake(t, t->list[LIST_FRESH].last);
	assert_int_equal(check(t), N - 1);
	lists_sleep(t);
	assert_int_equal(check(t), N);
	track_free(t);
}

/* What is long stays awake: to pack it for each line would take time. */
static void
test_long(void **unused)
{
	struct tag *tag;
	struct track *t = begin(&tag);
	static const unsigned char text[SLEEP_MOST];

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		struct message *m = message_at(t, node_get(&t->nodes,
		    make(t, tag, i)));

		message_fact(t, m, F_REPLY, slice_of(text,
		    i == 0 ? SLEEP_MOST - 100 : SLEEP_MOST));
	}
	t->now += SLEEP_AFTER + 1;
	lists_sleep(t);
	assert_true(t->list[LIST_FRESH].first->asleep);
	assert_false(t->list[LIST_FRESH].last->asleep);
	track_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
