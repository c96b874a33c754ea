/* Messages that only wait: on the shelf they are what they were. */
#include "track/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N	60

/* From nothing to more than a block of the shelf holds. */
static const size_t sizes[] = { 0, 10, 500, 700, 5000, 8100, 100000 };

struct all {
	struct journal_pool	 journals;
	struct processes	 processes;
	struct shelf		 shelf;
	struct host		 host;
	struct tag		 tag;
	struct message		 made[N], *there[N];
	char			*text;
};

static void
setup(struct all *a)
{
	memset(a, 0, sizeof(*a));
	journal_pool_init(&a->journals);
	processes_init(&a->processes, &a->journals);
	shelf_init(&a->shelf);
	a->tag.host = &a->host;
	a->text = malloc(100000);
	assert_non_null(a->text);
	memset(a->text, 'x', 100000);
}

static void
teardown(struct all *a)
{
	shelf_free(&a->shelf);
	processes_free(&a->processes);
	journal_pool_free(&a->journals);
	free(a->text);
}

static size_t
size_of(size_t i)
{
	return sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
}

/* Two facts and a line; what is said comes in one entry and in many. */
static void
fill(struct all *a, size_t i)
{
	struct message *m = &a->made[i];
	struct ref line = { .off = i * 7, .len = 5, .src = 1 };
	size_t n = size_of(i);

	*m = (struct message){ .tag = &a->tag, .nrcpt = (uint32_t)i,
		.order = i };
	if (n == 0)
		return;
	assert_true(journal_fact(&a->journals, &m->journal, F_FROM,
	    slice_of(a->text, n)));
	for (size_t k = 0; k < n / 100; k++)
		assert_true(journal_fact(&a->journals, &m->journal, F_TO,
		    slice_of(a->text, k % 100)));
	assert_true(journal_line(&a->journals, &m->journal, &line));
}

/* The same, and one more fact that came late. */
static void
holds(const struct all *a, size_t i, bool late)
{
	const struct message *m = a->there[i];
	struct journal_at pos = { .piece = NULL };
	struct journal_entry e;
	size_t n = size_of(i);

	assert_int_equal(m->nrcpt, i);
	assert_ptr_equal(m->tag, &a->tag);
	if (n > 0) {
		assert_int_equal(journal_next(&m->journal, &pos, &e),
		    JOURNAL_FACT);
		assert_int_equal(e.field, F_FROM);
		assert_true(slice_eq(e.value, slice_of(a->text, n)));
		for (size_t k = 0; k < n / 100; k++) {
			assert_int_equal(journal_next(&m->journal, &pos, &e),
			    JOURNAL_FACT);
			assert_int_equal(e.value.len, k % 100);
		}
		assert_int_equal(journal_next(&m->journal, &pos, &e),
		    JOURNAL_LINE);
		assert_int_equal(e.line.off, i * 7);
	}
	if (late) {
		assert_int_equal(journal_next(&m->journal, &pos, &e),
		    JOURNAL_FACT);
		assert_true(e.field == F_DSN &&
		    slice_eq(e.value, SLICE("2.0.0")));
	}
	assert_int_equal(journal_next(&m->journal, &pos, &e), JOURNAL_END);
}

static void
put(struct all *a, size_t i)
{
	a->there[i] = shelf_put(&a->shelf, &a->processes, &a->journals,
	    &a->made[i]);
	assert_int_equal((uintptr_t)a->there[i] % 16, 0);
}

static void
give(struct all *a, size_t i)
{
	struct message *m = a->there[i];

	if (m->session != NULL)
		session_release(&a->processes, m->session);
	journal_drop(&a->journals, &m->journal);
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
			assert_true(journal_fact(&a.journals,
			    &a.there[i]->journal, F_DSN, SLICE("2.0.0")));
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
		s = a.made[i].session = session_new(&a.processes, &a.tag, 7);
		s->ended = i != RUNNING;
		s->end_sec = (int64_t)i;
		s->uses += i == SHARED;
		if (i == AHEAD)
			assert_true(journal_fact(&a.journals,
			    &session_ahead(&a.processes, s)->next, F_DSN,
			    SLICE("x")));
		put(&a, i);
		assert_true((a.there[i]->session != s) == (i == OWN));
		assert_int_equal(a.there[i]->session->shelved, i == OWN);
		assert_int_equal(a.there[i]->session->end_sec, i);
		holds(&a, i, false);
	}
	/* The memory of the first is free. */
	s = session_new(&a.processes, &a.tag, 8);
	assert_int_equal(a.there[OWN]->session->pid, 7);
	session_release(&a.processes, s);
	s = a.there[SHARED]->session;
	for (size_t i = 0; i < N_KINDS; i++)
		give(&a, i);
	assert_int_equal(s->uses, 1);
	session_release(&a.processes, s);
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
