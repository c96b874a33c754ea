/*
 * Records of queue files and entries of their logs, near misses beside hits.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fmt/bouncelog.h"
#include "fmt/queuefile.h"
#include "fmt/queuepath.h"

static void
test_heads(void **state)
{
	static const struct {
		const char	*bytes;
		size_t		 n;
		int64_t		 len;	/* -1: none */
		unsigned int	 head;
	} cases[] = {
		{ "N\x00", 2, 0, 2 }, { "N\x5f", 2, 95, 2 },
		{ "N\x7f", 2, 127, 2 }, { "N\x80\x01", 3, 128, 3 },
		{ "N\xac\x02", 3, 300, 3 }, { "N\x80\x10", 3, 2048, 3 },
		{ "N\xff\x7f", 3, 16383, 3 },
		{ "N\x80\x80\x01", 4, 16384, 4 },
		{ "N\x80\xa0\x06", 4, 102400, 4 },
		{ "N\xff\xff\xff\x7f", 5, (1 << 28) - 1, 5 },
		/* Not the shortest form; a fifth byte; cut off. */
		{ "N\x85\x00", 3, -1, 0 }, { "N\x80\x80\x00", 4, -1, 0 },
		{ "N\x80\x80\x80\x80\x01", 6, -1, 0 },
		{ "N\x80", 2, -1, 0 }, { "N", 1, -1, 0 }, { "", 0, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct queuerec_head h;
		bool ok = queuerec_head(slice_of(cases[i].bytes, cases[i].n),
		    &h);

		assert_int_equal(ok, cases[i].len >= 0);
		if (!ok)
			continue;
		assert_int_equal(h.len, cases[i].len);
		assert_int_equal(h.head, cases[i].head);
	}
}

/* A C record of n columns, each of that width, with these numbers. */
static size_t
sizes(char *dst, size_t size, const int *v, size_t n, int width)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(dst + len, size - len, "%s%*d",
		    i == 0 ? "" : " ", width, v[i]);
	return len;
}

static void
test_sizes(void **state)
{
	static const int good[] = { 289, 803, 2, 17, 300, 49 };
	static const int zero[6], minus[] = { -1, -1, -1, -1, -1, 1 };
	struct queuesize q;
	char text[128];
	size_t len;

	(void)state;
	/* All widths that there ever were: 9, 15, 47, 63, 79 and 95. */
	len = sizes(text, sizeof(text), good, 1, 9);
	assert_int_equal(len, 9);
	assert_true(queuesize_parse(slice_of(text, len), &q));
	assert_true(q.n == 1 && q.done && q.v[0] == 289);
	for (size_t n = 1; n <= 6; n++) {
		bool ok;

		len = sizes(text, sizeof(text), good, n, 15);
		assert_int_equal(len, 16 * n - 1);
		ok = queuesize_parse(slice_of(text, len), &q);
		assert_int_equal(ok, n != 2);
		for (size_t i = 0; ok && i < 6; i++)
			assert_int_equal(q.v[i], i < n ? good[i] : 0);
		/* One byte more or less, another between, no digit. */
		assert_false(queuesize_parse(slice_of(text, len - 1), &q));
		text[len] = ' ';
		assert_false(queuesize_parse(slice_of(text, len + 1), &q));
		text[len - 1] = 'x';
		assert_false(queuesize_parse(slice_of(text, len), &q));
	}
	assert_true(queuesize_parse(slice_of(text, sizes(text, sizeof(text),
	    zero, 6, 15)), &q) && !q.done);
	assert_true(queuesize_parse(slice_of(text, sizes(text, sizeof(text),
	    minus, 6, 15)), &q) && !q.done && q.v[QUEUESIZE_OPTIONS] == 1);
}

static void
test_begins(void **state)
{
	static const struct {
		const char	*text;
		size_t		 n;
		bool		 is;
	} cases[] = {
		{ "T\x11""1772366460 913402A\x16""create_time=1772366461", 43, true },
		{ "T\x11""1772366460 913402C\x00", 21, true },
		{ "T\x11""1772366460 913402F\x00", 21, true },
		{ "T\x0a""1772366460S\x00", 14, true },
		{ "T\x11""1772366460 913402N\x00", 21, false },
		{ "T\x11""1772366460 91340xA\x00", 21, false },
		{ "T\x03""177A\x00", 7, false }, { "T\x11", 2, false },
		{ "S\x00R\x01x", 5, false }, { "", 0, false },
	};
	static const int v[] = { 289, 803, 2, 0, 289, 0 };
	char text[128] = "C_";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(queuefile_begins(slice_of(cases[i].text,
		    cases[i].n)), cases[i].is);
	(void)sizes(text + 2, sizeof(text) - 2, v, 6, 15);
	assert_true(queuefile_begins(slice_of(text, 97)));
	assert_false(queuefile_begins(slice_of(text, 96)));
	text[1] = 'O';
	assert_true(queuefile_begins(slice_of(text, 81)));
}

static void
test_types(void **state)
{
	static const char *const legal[] = { "MCTcFILSDRO/WVApA>K<ion",
		"XLNwp", "EDROp/PreAFILA>Kon" };

	(void)state;
	for (int c = 0; c < 256; c++)
		for (int seg = QUEUE_ENVELOPE; seg < QUEUE_END; seg++) {
			bool want = c != 0 && strchr(legal[seg], c) != NULL;

			/* F is read by old versions only. */
			if (c == 'F' && seg == QUEUE_EXTRACTED)
				continue;
			assert_int_equal(queuerec_legal((unsigned char)c,
			    (enum queue_segment)seg), want);
		}
	/* L is two records. */
	assert_true(slice_is(queuerec_name('L', QUEUE_CONTENT),
	    "unterminated_text"));
	assert_true(slice_is(queuerec_name('L', QUEUE_ENVELOPE),
	    "content_filter"));
	assert_true(slice_is(queuerec_name('L', QUEUE_EXTRACTED),
	    "content_filter"));
}

/* Both forms, alone and together; what a stranger's text imitates. */
static void
test_bouncelog(void **state)
{
	static const char text[] =
	    "<old@example.org>: connect: timed out\n\n"
	    "\n<eve@slow.example>: said: 450 >: x\n"
	    "recipient=eve@slow.example\noffset = 783\n"
	    "dsn_orig_rcpt=rfc822;eve@slow.example\nstatus=4.4.1\n"
	    "action=delayed\nfuture_name=1\ndiag_type=smtp\n"
	    "diag_text=450 4.4.1 later; recipient=mallory\nmta_type=dns\n"
	    "mta_mname=mx.slow.example\nreason=said: 450 >: x\n\n"
	    "recipient=<>\nstatus=5.1.1\nreason=gone\n\n \n-junk\n"
	    "recipient=\"a b\"@example.org\noriginal_recipient=c@example.org";
	struct slice s = slice_of(text, sizeof(text) - 1);
	struct bouncelog b;
	size_t pos = 0;

	(void)state;
	assert_true(bouncelog_begins(s));
	assert_true(bouncelog_next(s, &pos, &b));
	assert_true(slice_is(b.recipient, "old@example.org"));
	assert_true(slice_is(b.reason, "connect: timed out"));
	assert_true(b.offset == UINT64_MAX && b.status.ptr == NULL);
	assert_int_equal(b.pos, 0);
	assert_true(bouncelog_next(s, &pos, &b));
	assert_true(slice_is(b.recipient, "eve@slow.example"));
	assert_true(slice_is(b.reason, "said: 450 >: x"));
	assert_int_equal(b.offset, 783);
	assert_true(slice_is(b.status, "4.4.1"));
	assert_true(slice_is(b.diag_text,
	    "450 4.4.1 later; recipient=mallory"));
	assert_true(slice_is(b.mta_name, "mx.slow.example"));
	assert_true(slice_starts(slice_from(s, b.pos), SLICE("<eve")));
	assert_true(slice_ends(slice_sub(s, b.pos, b.len), SLICE(">: x")));
	assert_true(bouncelog_next(s, &pos, &b));
	assert_true(b.recipient.ptr != NULL && b.recipient.len == 0);
	assert_true(bouncelog_next(s, &pos, &b));
	assert_true(slice_is(b.recipient, "\"a b\"@example.org"));
	assert_true(slice_is(b.original, "c@example.org"));
	assert_true(b.reason.ptr == NULL);
	assert_false(bouncelog_next(s, &pos, &b));
	/* No logs of bounces. */
	assert_false(bouncelog_begins(SLICE("")));
	assert_false(bouncelog_begins(SLICE("\n\n\n")));
	assert_false(bouncelog_begins(SLICE("<a@b> no colon\n")));
	assert_false(bouncelog_begins(SLICE("recipient=a@b\nstatus=4.0.0\n")));
	assert_false(bouncelog_begins(SLICE("recipe: eggs\n")));
}

static void
test_paths(void **state)
{
	static const struct {
		const char	*path, *queue, *qid, *root;
		bool		 hash_wrong, temp, log;
	} cases[] = {
		{ "spool/deferred/4/400008000D", "deferred", "400008000D", "spool", false, false, false },
		{ "spool/deferred/4/0/4fP0yP1rxDz3wYP", "deferred", "4fP0yP1rxDz3wYP", "spool", false, false, false },
		{ "spool/deferred/f/4fP0yP1rxDz3wYP", "deferred", "4fP0yP1rxDz3wYP", "spool", true, false, false },
		{ "spool/deferred/5/400008000D", "deferred", "400008000D", "spool", true, false, false },
		{ "defer/7/4X3vqF3RdBz5Yqn", "defer", "4X3vqF3RdBz5Yqn", "", false, false, true },
		{ "a/incoming/262144.8123", "incoming", NULL, "a", false, true, false },
		{ "a/hold/400008000D#FIX", "hold", "400008000D", "a", false, false, false },
		{ "400008000D", NULL, "400008000D", NULL, false, false, false },
		{ "a/other/400008000D", NULL, "400008000D", NULL, false, false, false },
		{ "a/hold/README", "hold", NULL, "a", false, false, false },
		{ "a/hold/400008000d", "hold", NULL, "a", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct queuepath p;

		queuepath_parse(slice_cstr(cases[i].path), &p);
		assert_int_equal(p.queue.ptr != NULL, cases[i].queue != NULL);
		assert_int_equal(p.qid.ptr != NULL, cases[i].qid != NULL);
		if (cases[i].queue != NULL)
			assert_true(slice_is(p.queue, cases[i].queue));
		if (cases[i].qid != NULL)
			assert_true(slice_is(p.qid, cases[i].qid));
		if (cases[i].root != NULL)
			assert_true(slice_is(p.root, cases[i].root));
		assert_int_equal(p.hash_wrong, cases[i].hash_wrong);
		assert_int_equal(p.temp, cases[i].temp);
		assert_int_equal(p.log, cases[i].log);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_begins),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_bouncelog),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
