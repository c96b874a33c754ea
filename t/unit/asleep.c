/* Messages asleep: awake again they are what they were. */
#include "track/asleep.h"

#include "kept.h"

#define N	60

struct all {
	struct kept	 kept;
	struct message	 made[N], got[N];
	struct listed	*there[N];
};

static void
put(struct all *a, size_t i)
{
	a->there[i] = asleep_put(&a->kept.processes, &a->kept.journals,
	    &a->made[i]);
}

/* Into memory that held something else. */
static void
get(struct all *a, size_t i)
{
	memset(&a->got[i], 0xa5, sizeof(a->got[i]));
	asleep_get(&a->kept.processes, &a->kept.journals, a->there[i],
	    &a->got[i]);
}

static void
drop(struct all *a, struct message *m)
{
	if (m->session != NULL)
		session_release(&a->kept.processes, m->session);
	journal_drop(&a->kept.journals, &m->journal);
}

/* Put to sleep, awake, one line more, asleep again. */
static void
test_messages(void **state)
{
	struct all a;

	(void)state;
	kept_setup(&a.kept);
	for (size_t i = 0; i < N; i++) {
		kept_fill(&a.kept, &a.made[i], i);
		put(&a, i);
	}
	for (size_t i = 0; i < N; i++) {
		get(&a, i);
		kept_holds(&a.kept, &a.got[i], i, false);
		kept_late(&a.kept, &a.got[i], i);
		a.made[i] = a.got[i];
		put(&a, i);
	}
	/* 7 and N have no factor in common. */
	for (size_t i = 0; i < N; i++) {
		size_t k = i * 7 % N;

		get(&a, k);
		kept_holds(&a.kept, &a.got[k], k, true);
		drop(&a, &a.got[k]);
	}
	kept_teardown(&a.kept);
}

/* What is told of one asleep and of one awake; and every byte of it. */
static void
test_place(void **state)
{
	struct all a;
	struct listed next;
	struct message *m = &a.made[0];

	(void)state;
	kept_setup(&a.kept);
	kept_fill(&a.kept, m, 0);
	m->l.next = &next;
	m->l.touch = 12345;
	m->l.nsettled = 3;
	m->l.list = LIST_HELD;
	m->l.piped = true;
	m->node = (struct node_ref){ .idx = 70000, .gen = 256 };
	m->mids = (struct mid_chain){ .next = 5, .prev = 1 << 24 };
	m->order = UINT64_C(1) << 40;
	m->handed_sec = -2;
	m->nfiled = 77;
	for (int awake = 0; awake < 2; awake++) {
		struct listed *l = &m->l;

		if (!awake) {
			put(&a, 0);
			l = a.there[0];
		}
		assert_int_equal(l->asleep, !awake);
		assert_ptr_equal(l->next, &next);
		assert_int_equal(l->touch, 12345);
		assert_int_equal(l->nsettled, 3);
		assert_int_equal(l->list, LIST_HELD);
		assert_true(l->piped);
		assert_int_equal(listed_order(l), UINT64_C(1) << 40);
		assert_int_equal(listed_node(l).idx, 70000);
		assert_int_equal(listed_node(l).gen, 256);
		assert_int_equal(listed_mids(l)->next, 5);
		assert_int_equal(listed_mids(l)->prev, 1 << 24);
	}
	/* A neighbour changes its place in the chain. */
	listed_mids(a.there[0])->next = 9;
	get(&a, 0);
	m->mids.next = 9;
	assert_memory_equal(&a.got[0], m, sizeof(*m));
	kept_teardown(&a.kept);
}

/* Its own session goes with it, any other stays where it is. */
static void
test_sessions(void **state)
{
	struct all a;
	struct session *s[3], *other;
	enum { OWN, SHARED, RUNNING };

	(void)state;
	kept_setup(&a.kept);
	for (size_t i = 0; i < 3; i++) {
		kept_fill(&a.kept, &a.made[i], i);
		s[i] = session_new(&a.kept.processes, &a.kept.tag, 7);
		s[i]->ended = i != RUNNING;
		s[i]->end_sec = (int64_t)i - 1;
		s[i]->uses += i == SHARED;
		a.made[i].session = s[i];
	}
	for (size_t i = 0; i < 3; i++)
		put(&a, i);
	/* The memory of the first is free. */
	other = session_new(&a.kept.processes, &a.kept.tag, 8);
	assert_ptr_equal(other, s[OWN]);
	for (size_t i = 0; i < 3; i++) {
		get(&a, i);
		kept_holds(&a.kept, &a.got[i], i, false);
		assert_true((a.got[i].session == s[i]) == (i != OWN));
		assert_int_equal(a.got[i].session->pid, 7);
		assert_int_equal(a.got[i].session->ended, i != RUNNING);
		assert_int_equal(a.got[i].session->end_sec, (int64_t)i - 1);
		assert_int_equal(a.got[i].session->uses, 1 + (i == SHARED));
		drop(&a, &a.got[i]);
	}
	session_release(&a.kept.processes, other);
	session_release(&a.kept.processes, s[SHARED]);
	kept_teardown(&a.kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_sessions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
