/* Messages that are put away, on the shelf or to sleep: made, and looked at. */
#ifndef T_UNIT_KEPT_H
#define T_UNIT_KEPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "track/message.h"

#define KEPT_TEXT	100000

/* What messages are made of. */
struct kept {
	struct journal_pool	 journals;
	struct processes	 processes;
	struct host		 host;
	struct tag		 tag;
	char			*text;
};

static void
kept_setup(struct kept *a)
{
	memset(a, 0, sizeof(*a));
	journal_pool_init(&a->journals);
	processes_init(&a->processes, &a->journals);
	a->tag.host = &a->host;
	a->text = malloc(KEPT_TEXT);
	assert_non_null(a->text);
	memset(a->text, 'x', KEPT_TEXT);
}

static void
kept_teardown(struct kept *a)
{
	processes_free(&a->processes);
	journal_pool_free(&a->journals);
	free(a->text);
}

/* From nothing to more than a block of the shelf holds. */
static size_t
kept_size(size_t i)
{
	/* 579: exactly a piece of a journal. */
	static const size_t size[] = { 0, 10, 500, 578, 579, 580, 700, 5000,
		8100, KEPT_TEXT };

	return size[i % (sizeof(size) / sizeof(size[0]))];
}

/* Two facts and a line; what is said comes in one entry and in many. */
static void
kept_fill(struct kept *a, struct message *m, size_t i)
{
	struct ref line = { .off = i * 7, .len = 5, .src = 1 };
	size_t n = kept_size(i);

	*m = (struct message){ .tag = &a->tag, .nrcpt = (uint32_t)i,
		.order = i, .held = INT64_MIN, .first = { .sec = -1 } };
	if (n == 0)
		return;
	assert_true(journal_fact(&a->journals, &m->journal, F_FROM,
	    slice_of(a->text, n)));
	for (size_t k = 0; k < n / 100; k++)
		assert_true(journal_fact(&a->journals, &m->journal, F_TO,
		    slice_of(a->text, k % 100)));
	assert_true(journal_line(&a->journals, &m->journal, &line));
}

/* One more line and a fact that come late. */
static void
kept_late(struct kept *a, struct message *m, size_t i)
{
	struct ref line = { .off = i * 7 + 9, .len = 6, .src = 1 };

	assert_true(journal_line(&a->journals, &m->journal, &line));
	assert_true(journal_fact(&a->journals, &m->journal, F_DSN,
	    SLICE("2.0.0")));
}

static void
kept_next(const struct message *m, struct journal_at *pos,
    struct journal_entry *e, enum journal_kind kind)
{
	assert_int_equal(journal_next(&m->journal, pos, e), kind);
}

/* The i-th is what it was; late: with what came late. */
static void
kept_holds(const struct kept *a, const struct message *m, size_t i, bool late)
{
	struct journal_at pos = { .piece = NULL };
	struct journal_entry e;
	size_t n = kept_size(i);

	assert_int_equal(m->nrcpt, i);
	assert_int_equal(m->order, i);
	assert_int_equal(m->held, INT64_MIN);
	assert_int_equal(m->first.sec, -1);
	assert_ptr_equal(m->tag, &a->tag);
	if (n > 0) {
		kept_next(m, &pos, &e, JOURNAL_FACT);
		assert_int_equal(e.field, F_FROM);
		assert_true(slice_eq(e.value, slice_of(a->text, n)));
		for (size_t k = 0; k < n / 100; k++) {
			kept_next(m, &pos, &e, JOURNAL_FACT);
			assert_int_equal(e.value.len, k % 100);
		}
		kept_next(m, &pos, &e, JOURNAL_LINE);
		assert_int_equal(e.line.off, i * 7);
	}
	if (late) {
		kept_next(m, &pos, &e, JOURNAL_LINE);
		assert_int_equal(e.line.off, i * 7 + 9);
		assert_int_equal(e.line.len, 6);
		kept_next(m, &pos, &e, JOURNAL_FACT);
		assert_true(e.field == F_DSN &&
		    slice_eq(e.value, SLICE("2.0.0")));
	}
	kept_next(m, &pos, &e, JOURNAL_END);
}

#endif
