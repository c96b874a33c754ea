#include "track/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "track/track.h"

/* Of postfix on the host mx/a b%. */
static struct instance *inst;

static struct ident
ident(const char *qid, int64_t sec)
{
	struct ident id = { .instance = inst, .sec = sec, .timed = true };

	id.qidlen = (unsigned char)strlen(qid);
	memcpy(id.qid, qid, id.qidlen);
	return id;
}

static void
check_trace(const struct ident *id, const char *want)
{
	unsigned char text[NODE_TRACE_MAX];
	struct caltime_day day = { .date = { .known = false } };
	struct slice s = node_trace(id, &day, text);

	if (!slice_eq(s, slice_cstr(want)))
		fail_msg("%.*s, not %s", (int)s.len, s.ptr, want);
}

static void
test_trace(void **state)
{
	struct ident id = ident("0000A14020A", 1788257045);

	(void)state;
	check_trace(&id, "mx%2fa%20b%25/postfix/0000A14020A/2026-09-01T10:04:05Z");
	id.timed = false;
	check_trace(&id, "mx%2fa%20b%25/postfix/0000A14020A/09-01T10:04:05");
	id = ident("4hZ1fY0sf8z9s6S", 1788257045);
	id.is_long = true;
	check_trace(&id, "mx%2fa%20b%25/postfix/4hZ1fY0sf8z9s6S");
	id = ident("", 1788257045);
	ident_reject(&id, 4194304, 12);
	check_trace(&id, "mx%2fa%20b%25/postfix/NOQUEUE/2026-09-01T10:04:05Z/4194304/12");
}

/* A reference to a node that is gone finds nothing, not its successor. */
static void
test_generations(void **state)
{
	struct ident id = ident("0000A14020A", 0);
	struct node_ref ref[100];
	struct nodes t;
	uint64_t hash;

	(void)state;
	nodes_init(&t);
	for (int round = 0; round < 50; round++) {
		for (size_t i = 0; i < 100; i++) {
			ref[i] = node_new(&t, &id);
			assert_non_null(node_get(&t, ref[i]));
		}
		for (size_t i = 0; i < 100; i++)
			node_written(&t, ref[i], round);
		for (size_t i = 0; i < 100; i++)
			assert_true(node_get(&t, ref[i])->written);
		nodes_expire(&t, round + 1);
		for (size_t i = 0; i < 100; i++)
			assert_null(node_get(&t, ref[i]));
		assert_int_equal(node_first(&t, SLICE("0000A14020A"), &hash), 0);
	}
	assert_int_equal(t.open.n + t.ended.n, 0);
	nodes_free(&t);
}

/* Lives of a few IDs, dropped in another order than they were made in. */
static void
test_drop(void **state)
{
	enum { N = 3000, IDS = 7 };
	struct node_ref ref[N];
	unsigned int left[IDS] = { 0 };
	struct nodes t;
	uint64_t hash;

	(void)state;
	nodes_init(&t);
	for (size_t i = 0; i < N; i++) {
		char qid[] = "0000A14020A";
		struct ident id;

		qid[0] = (char)('0' + i % IDS);
		id = ident(qid, (int64_t)i);
		ref[i] = node_new(&t, &id);
		left[i % IDS]++;
	}
	/* 1777 and 3000 have no common divisor: each once. */
	for (size_t i = 0; i < N; i++)
		node_written(&t, ref[i * 1777 % N], (int64_t)i);
	for (size_t i = 0; i < N; i++) {
		size_t k = i * 1777 % N % IDS;
		char qid[] = "0000A14020A";
		unsigned int n = 0;

		nodes_expire(&t, (int64_t)i + 1);
		assert_null(node_get(&t, ref[i * 1777 % N]));
		left[k]--;
		if (i % 10 != 0 && left[k] > 3)
			continue;
		qid[0] = (char)('0' + k);
		for (uint32_t j = node_first(&t, slice_cstr(qid), &hash);
		    j != 0; j = node_next(&t, j, slice_cstr(qid), hash))
			n++;
		assert_int_equal(n, left[k]);
	}
	assert_int_equal(t.open.n + t.ended.n, 0);
	nodes_free(&t);
}

/* Those of an ID that are found, as bits of their seconds modulo 3. */
static uint32_t
found(struct nodes *t, struct slice qid, bool live)
{
	uint64_t hash;
	uint32_t bits = 0, k = live ? node_live(t, qid, &hash) :
	    node_first(t, qid, &hash);

	while (k != 0) {
		const struct node *n = node_at(t, k);

		assert_true(slice_eq(ident_qid(&n->id), qid));
		assert_false(live && n->written);
		/* Each once, and those that have not ended first. */
		assert_int_equal(bits & 1U << (n->id.sec % 3), 0);
		bits |= 1U << (n->id.sec % 3);
		k = live ? node_next_live(t, k, qid, hash) :
		    node_next(t, k, qid, hash);
		assert_true(k == 0 || !n->ended || node_at(t, k)->ended);
	}
	return bits;
}

/* Of many, each is found; those of one ID each once, written or not. */
static void
test_table(void **state)
{
	enum { N = 20000 };
	static struct node_ref ref[N];
	struct nodes t;
	char qid[20];

	(void)state;
	nodes_init(&t);
	for (uint32_t i = 0; i < N; i++) {
		struct ident id;

		(void)snprintf(qid, sizeof(qid), "%05X14020A", i / 3);
		id = ident(qid, i);
		ref[i] = node_new(&t, &id);
	}
	assert_int_equal(t.ntwin, N / 3 * 2 + N % 3 / 2);
	/* By turns none, the first, the last, the last two and all. */
	for (uint32_t i = 0; i < N; i++) {
		bool written = (0x76410 >> i / 3 % 5 * 4 & 15) >> i % 3 & 1;

		/* Some have ended, but are not written, or long before. */
		if (i % 7 == 0 || i % 11 == 0)
			node_ended(&t, ref[i]);
		if (i % 7 == 0)
			node_ended(&t, ref[i]);
		if (written)
			node_written(&t, ref[i], 0);
	}
	for (uint32_t i = 0; i < N / 3; i++) {
		uint32_t written = 0x76410 >> i % 5 * 4 & 15;

		(void)snprintf(qid, sizeof(qid), "%05X14020A", i);
		assert_int_equal(found(&t, slice_cstr(qid), false), 7);
		assert_int_equal(found(&t, slice_cstr(qid), true),
		    7 & ~written);
	}
	assert_int_equal(found(&t, SLICE("FFFFF14020B"), false), 0);
	nodes_expire(&t, 1);
	assert_true(t.ended.n > 0);
	for (uint32_t i = 0; i < N / 3; i++) {
		(void)snprintf(qid, sizeof(qid), "%05X14020A", i);
		assert_int_equal(found(&t, slice_cstr(qid), false),
		    7 & ~(0x76410 >> i % 5 * 4 & 15));
	}
	nodes_free(&t);
}

/* An ID that is used over and over: its latest lives are found, at any size. */
static void
test_reuse(void **state)
{
	enum { N = 20000, LIVE = 200 };
	static struct node_ref ref[N];
	struct nodes t;
	uint64_t hash;

	(void)state;
	nodes_init(&t);
	for (uint32_t i = 0; i < N; i++) {
		struct ident id = ident("0000A14020A", i), other;
		char qid[20];
		uint32_t k;

		ref[i] = node_new(&t, &id);
		if (i >= 1)
			node_ended(&t, ref[i - 1]);
		if (i >= LIVE)
			node_written(&t, ref[i - LIVE], i);
		k = node_live(&t, SLICE("0000A14020A"), &hash);
		for (uint32_t back = 0; back <= i && back < LIVE; back++) {
			assert_int_equal(k, ref[i - back].idx);
			k = node_next_live(&t, k, SLICE("0000A14020A"), hash);
		}
		assert_int_equal(k, 0);
		(void)snprintf(qid, sizeof(qid), "%05X14020B", i);
		other = ident(qid, i);
		node_written(&t, node_new(&t, &other), i);
	}
	assert_int_equal(t.ntwin, LIVE);
	nodes_free(&t);
}

static void
test_path(void **state)
{
	struct ident id[6], root;
	struct node_ref ref[6];
	struct nodes t;
	uint32_t hop;

	(void)state;
	nodes_init(&t);
	for (int i = 0; i < 6; i++) {
		id[i] = ident("0000A14020A", i);
		ref[i] = node_new(&t, &id[i]);
	}
	assert_false(node_link(&t, ref[0], ref[0], WHY_QUEUED_AS));
	assert_true(node_link(&t, ref[1], ref[0], WHY_QUEUED_AS));
	assert_false(node_link(&t, ref[1], ref[0], WHY_ORIG_QID));
	assert_true(node_link(&t, ref[2], ref[1], WHY_FORWARDED));
	node_path(&t, node_get(&t, ref[2]), &root, &hop);
	assert_int_equal(root.sec, 0);
	assert_int_equal(hop, 3);
	/* The shorter way counts. */
	assert_true(node_link(&t, ref[2], ref[0], WHY_ORIG_QID));
	node_path(&t, node_get(&t, ref[2]), &root, &hop);
	assert_int_equal(root.sec, 0);
	assert_int_equal(hop, 2);
	/* A notice starts a path. */
	assert_true(node_link(&t, ref[3], ref[2], WHY_NOTICE));
	node_path(&t, node_get(&t, ref[3]), &root, &hop);
	assert_int_equal(root.sec, 3);
	assert_int_equal(hop, 1);
	/* A circle ends. */
	assert_true(node_link(&t, ref[4], ref[5], WHY_QUEUED_AS));
	assert_true(node_link(&t, ref[5], ref[4], WHY_QUEUED_AS));
	node_path(&t, node_get(&t, ref[4]), &root, &hop);
	assert_true(hop >= 1 && hop <= 100);
	nodes_free(&t);
}

/* Is it found after all that are old were dropped? */
static bool
stays(struct nodes *t, struct node_ref ref, int64_t sec)
{
	nodes_expire(t, sec);
	return node_get(t, ref) != NULL;
}

/* One that has an open parent or child stays, others go. */
static void
test_stay(void **state)
{
	struct ident id = ident("0000A14020A", 0);
	struct node_ref p, c;
	struct nodes t;

	(void)state;
	nodes_init(&t);
	for (int round = 0; round < 4; round++) {
		/* Which is written first; is it before they are linked? */
		bool child = round % 2 != 0, late = round >= 2;
		struct node_ref first, other;

		p = node_new(&t, &id);
		c = node_new(&t, &id);
		first = child ? c : p;
		other = child ? p : c;
		if (late)
			node_written(&t, first, round);
		assert_true(node_link(&t, c, p, WHY_QUEUED_AS));
		if (!late)
			node_written(&t, first, round);
		assert_true(stays(&t, first, round + 1));
		node_written(&t, other, round);
		assert_false(stays(&t, first, round + 1));
		assert_false(stays(&t, other, round + 1));
	}
	/* A circle goes, too. */
	p = node_new(&t, &id);
	c = node_new(&t, &id);
	assert_true(node_link(&t, c, p, WHY_QUEUED_AS));
	assert_true(node_link(&t, p, c, WHY_QUEUED_AS));
	node_written(&t, p, 0);
	node_written(&t, c, 0);
	assert_false(stays(&t, p, 1));
	assert_false(stays(&t, c, 1));
	assert_int_equal(t.nstay, 0);
	assert_int_equal(t.open.n + t.ended.n, 0);
	nodes_free(&t);
}

/* However many children one parent has, not all of them are kept. */
static void
test_children(void **state)
{
	enum { LOTS = TRACK_NODES * 3 };
	struct ident id = ident("0000A14020A", 0);
	struct node_ref parent, first = { 0 }, c = { 0 };
	struct nodes t;

	(void)state;
	nodes_init(&t);
	parent = node_new(&t, &id);
	for (int i = 0; i < LOTS; i++) {
		char qid[20];

		(void)snprintf(qid, sizeof(qid), "%06X4020A", i);
		id = ident(qid, i);
		c = node_new(&t, &id);
		assert_true(node_link(&t, c, parent, WHY_FORWARDED));
		node_written(&t, c, i);
		if (i == 0)
			first = c;
	}
	assert_true(stays(&t, first, LOTS));
	assert_false(stays(&t, c, LOTS));
	assert_int_equal(t.ended.n, TRACK_NODES);
	node_written(&t, parent, LOTS);
	assert_false(stays(&t, first, LOTS + 1));
	assert_int_equal(t.open.n + t.ended.n, 0);
	nodes_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_stay),
		cmocka_unit_test(test_children)
	};

	struct names names;
	int failed;

	names_init(&names);
	inst = names_instance(&names, names_host(&names, SLICE("mx/a b%")),
	    SLICE("postfix"));
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	names_free(&names);
	return failed;
}
