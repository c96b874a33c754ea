/* Messages that only wait: on the shelf they are what they were. */
#include "track/shelf.h"

#include "kept.h"

#define N	60

struct all {
	struct kept	 kept;
	struct shelf	 shelf;
	struct message	 made[N], *there[N];
};

static void
setup(struct all *a)
{
	memset(a, 0, sizeof(*a));
	kept_setup(&a->kept);
	shelf_init(&a->shelf);
}

static void
teardown(struct all *a)
{
	shelf_free(&a->shelf);
	kept_teardown(&a->kept);
}

static void
fill(struct all *a, size_t i)
{
	kept_fill(&a->kept, &a->made[i], i);
}

static void
holds(const struct all *a, size_t i, bool late)
{
	kept_holds(&a->kept, a->there[i], i, late);
}

static void
put(struct all *a, size_t i)
{
	a->there[i] = shelf_put(&a->shelf, &a->kept.processes,
	    &a->kept.journals, &a->made[i]);
	assert_int_equal((uintptr_t)a->there[i] % 16, 0);
}

static void
give(struct all *a, size_t i)
{
	struct message *m = a->there[i];

	if (m->session != NULL)
		session_release(&a->kept.processes, m->session);
	journal_drop(&a->kept.journals, &m->journal);
	shelf_give(&a->shelf, m);
}

/* In whatever order they go, and again without more memory. */
static void
test_messages(void **state)
{
	struct all a;
	size_t total = 0;

	(void)state;
	setup(&a);
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < N; i++) {
			fill(&a, i);
			put(&a, i);
		}
		for (size_t i = 0; i < N; i++)
			holds(&a, i, false);
		for (size_t i = 0; i < N; i += 2)
			kept_late(&a.kept, a.there[i], i);
		for (size_t i = 0; i < N; i++)
			holds(&a, i, i % 2 == 0);
		/* 7 and N have no factor in common. */
		for (size_t i = 0; i < N; i++)
			give(&a, round % 2 == 0 ? i : i * 7 % N);
		if (round > 0)
			assert_int_equal(a.shelf.blocks.total, total);
		total = a.shelf.blocks.total;
	}
	teardown(&a);
}

/* Its own session goes with it, any other stays where it is. */
static void
test_sessions(void **state)
{
	struct all a;
	struct session *s;
	enum { OWN, SHARED, RUNNING, AHEAD, N_KINDS };

	(void)state;
	setup(&a);
	for (size_t i = 0; i < N_KINDS; i++) {
		fill(&a, i);
		s = a.made[i].session =
		    session_new(&a.kept.processes, &a.kept.tag, 7);
		s->ended = i != RUNNING;
		s->end_sec = (int64_t)i;
		s->uses += i == SHARED;
		if (i == AHEAD)
			assert_true(journal_fact(&a.kept.journals,
			    &session_ahead(&a.kept.processes, s)->next, F_DSN,
			    SLICE("x")));
		put(&a, i);
		assert_true((a.there[i]->session != s) == (i == OWN));
		assert_int_equal(a.there[i]->session->shelved, i == OWN);
		assert_int_equal(a.there[i]->session->end_sec, i);
		holds(&a, i, false);
	}
	/* The memory of the first is free. */
	s = session_new(&a.kept.processes, &a.kept.tag, 8);
	assert_int_equal(a.there[OWN]->session->pid, 7);
	session_release(&a.kept.processes, s);
	s = a.there[SHARED]->session;
	for (size_t i = 0; i < N_KINDS; i++)
		give(&a, i);
	assert_int_equal(s->uses, 1);
	session_release(&a.kept.processes, s);
	teardown(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_sessions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
