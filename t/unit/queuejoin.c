#include "scan/queuejoin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scan/anchor.h"
#include "scan/queuelog.h"

static struct slice
at(void *arg, uint64_t off, size_t n)
{
	const struct slice *s = arg;

	(void)n;
	return off < s->len ? slice_from(*s, (size_t)off) : slice_of(NULL, 0);
}

static size_t
load(const char *path, unsigned char *dst, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	n = fread(dst, 1, cap, f);
	assert_int_equal(fclose(f), 0);
	return n;
}

static void
test_pieces(void **state)
{
	struct slice image = SLICE("0123456789abcdef");
	struct pieces p;
	uint64_t len;

	(void)state;
	pieces_init(&p, at, &image);
	assert_true(pieces_add(&p, 4, 3));
	assert_true(pieces_add(&p, 7, 2)); /* goes on */
	assert_true(pieces_add(&p, 1, 2));
	assert_true(pieces_add(&p, 0, 0));
	assert_int_equal(p.n, 2);
	assert_int_equal(p.size, 7);
	assert_true(
	    slice_eq(slice_sub(pieces_at(&p, 3, 4), 0, 4), SLICE("7812")));
	assert_int_equal(pieces_at(&p, 5, 9).len, 2);
	assert_int_equal(pieces_image(&p, 4, &len), 8);
	assert_int_equal(len, 1);
	assert_int_equal(pieces_image(&p, 6, &len), 2);
	(void)pieces_image(&p, 7, &len);
	assert_int_equal(len, 0);
	assert_false(pieces_add(&p, UINT64_MAX, 2));
	pieces_cut(&p, 4);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.v[0].len, 4);
	pieces_free(&p);
}

static void
test_walk(void **state)
{
	static const char *const file[] = { "samples/queue/400008000D",
		"samples/queue/milter" };
	unsigned char b[4096];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t n = load(file[i], b, sizeof(b) - 1);
		struct slice s = slice_of(b, n + 1);
		struct queuefile_src src = { .at = at, .arg = &s };
		uint64_t size = 0;

		b[n] = 'N';
		for (src.size = 0; src.size < n; src.size++)
			assert_false(queuewalk_whole(&src, &size));
		for (; src.size <= n + 1; src.size++) {
			assert_true(queuewalk_whole(&src, &size));
			assert_int_equal(size, n);
		}
	}
}

/* The sample in blocks of 1024 bytes, its second one before the first. */
static void
test_join(void **state)
{
	unsigned char b[8192] = { 0 };
	struct slice s = slice_of(b, sizeof(b));
	struct queuefind q;
	struct queuejoin j;
	struct pieces p;
	unsigned char file[2048];
	size_t n = load("samples/queue/400008000D", file, sizeof(file));

	(void)state;
	memcpy(b + 1024, file + 1024, n - 1024);
	memcpy(b + 4096, file, 1024);
	memset(b + 5120, 0xee, 1024);
	queuefind_init(&q, 0);
	assert_int_equal(queuefind_window(&q, s, 0, true), sizeof(b));
	assert_int_equal(q.nhead, 1);
	assert_int_equal(q.head[0].off, 4096);
	assert_int_equal(q.nrun, 2);
	assert_int_equal(q.run[0].off, 1035);
	assert_true(q.run[0].ended);
	queuejoin_init(&j, &q, at, &s);
	j.block = 1024;
	pieces_init(&p, at, &s);
	assert_int_equal(
	    queuejoin_file(&j, 4096, sizeof(b), &p), QUEUEJOIN_JOINED);
	assert_int_equal(p.size, n);
	assert_int_equal(p.n, 2);
	assert_memory_equal(pieces_at(&p, 0, n).ptr, file, n);
	pieces_free(&p);
	/* One byte of the rest is another: no end fits. */
	b[1035 + 1]++;
	pieces_init(&p, at, &s);
	assert_int_equal(
	    queuejoin_file(&j, 4096, sizeof(b), &p), QUEUEJOIN_CUT);
	assert_true(p.size < 1024 && p.size > 803);
	pieces_free(&p);
	queuejoin_free(&j);
	queuefind_free(&q);
}

/* Where windows begin does not matter: a long run breaks at each offset. */
static void
test_windows(void **state)
{
	enum { TEXT = 1200, SIZE = 96 * 1024, STEP = 4096 };
	unsigned char *b = calloc(SIZE, 1);

	(void)state;
	assert_non_null(b);
	for (size_t shift = 0; shift < 9216; shift += 97) {
		struct slice all = slice_of(b, SIZE);
		struct queuefind one, many;
		size_t off = 0, pos = shift, n;
		bool eof = false;

		memset(b, 0, SIZE);
		/* Six records of 1,200 bytes; behind them none. */
		for (int i = 0; i < 6; i++, pos += 1203) {
			memcpy(b + pos, "N\xb0\x09", 3);
			memset(b + pos + 3, 'x', TEXT);
		}
		queuefind_init(&one, 0);
		assert_int_equal(queuefind_window(&one, all, 0, true), SIZE);
		assert_int_equal(one.nrun, 1);
		queuefind_init(&many, 0);
		for (size_t have = 0; !eof; have -= n, off += n) {
			have = have + STEP < SIZE - off ? have + STEP :
							  SIZE - off;
			eof = off + have == SIZE;
			/* Of its own, so that nothing before it is read. */
			unsigned char *w = malloc(have);
			assert_non_null(w);
			memcpy(w, b + off, have);
			n = queuefind_window(
			    &many, slice_of(w, have), off, eof);
			assert_true(n <= have);
			assert_true(have - n <= QUEUEFIND_KEEP);
			free(w);
		}
		assert_int_equal(many.nrun, one.nrun);
		assert_memory_equal(
		    many.run, one.run, one.nrun * sizeof(*one.run));
		queuefind_free(&one);
		queuefind_free(&many);
	}
	free(b);
}

static void
test_log(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool whole;
	} cases[] = {
		{ "\n<a@b>: x\nrecipient=a@b\nstatus=4.4.1\naction=delayed\n"
		  "reason=x\n\n",
		    62, true },
		{ "\nrecipient=a@b\nstatus=4.4.1\naction=delayed\nreason=x\n",
		    52, false },
		{ "\nrecipient=a@b\nstatus=4.4.1\naction=delayed\nreason=x\n"
		  "\nreci",
		    53, true },
		/* Another one begins, and is gone. */
		{ "\nrecipient=a@b\nstatus=4.4.1\naction=delayed\nreason=x\n"
		  "\n\n<c@d",
		    54, false },
		{ "\nrecipient=a@b\nstatus=4.4.1\naction=delayed\nreason=x\n"
		  "\n\n\x07",
		    53, true },
		/* Blocks of two logs: what is surely of the first. */
#define ENTRY                                                                  \
	"\n<a@b>: x\nrecipient=a@b\nstatus=4.4.1\naction=delayed\nreason=x\n\n"
		{ ENTRY ENTRY, 2 * 62, true },
		{ ENTRY "\n<c@d>: y\nrecipient=c@d\nstatus=4.4.1\n" ENTRY,
		    62 + 37, false },
		{ ENTRY "\n<c@d>: y\nrecipient=c" ENTRY, 62 + 10, false },
		{ ENTRY "\n<c@d>: connect to" ENTRY, 62 + 1, false },
		{ ENTRY "\n<c@d>: y\nrecipient=c@d\nstatus=4.4.1\n"
			"action=delayed\nreason=x\n\n",
		    62 + 1, false },
		{ ENTRY "\nrecipient=c@d\nstatus=4.4.1\naction=delayed\n"
			"reason=y\n\n",
		    62 + 53, true },
#undef ENTRY
		/* Near misses. */
		{ "\nrecipient=a@b\nstatus=4.4.1\naction=delayed\n\n", 0,
		    false },
		{ "\nrecipient=a@b\nstatus=4x4.1\naction=delayed\nreason=x\n",
		    0, false },
		{ "\nrecipient=a@b\nstatus=4.4.1\nreason=x\n", 0, false },
		{ "x\nrecipient=a@b\nstatus=4.4.1\naction=delayed\nreason=x\n",
		    0, false },
		{ "\n\n\nrecipient=a@b\nstatus=4.4.1\naction=f\nreason=x\n", 0,
		    false },
		{ "<a@b>: x\n\n", 0, false },
		{ "", 0, false },
	};
	bool whole;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    queuelog_len(slice_cstr(cases[i].text), &whole),
		    cases[i].len);
		assert_int_equal(whole, cases[i].whole);
	}
}

/* The first record anywhere, and what only resembles it. */
static void
test_first(void **state)
{
	static const struct {
		const char *text;
		enum anchor what;
	} cases[] = {
		{ "C_            289             803", ANCHOR_QUEUE },
		{ "CO            289             803", ANCHOR_QUEUE },
		{ "C\x0f            289M", ANCHOR_QUEUE },
		{ "T\x11"
		  "1772366460 913402A\x16",
		    ANCHOR_QUEUE },
		{ "\nrecipient=a", ANCHOR_QUEUELOG },
		{ "C^            289             803", ANCHOR_NONE },
		{ "C_  1234567890123             803", ANCHOR_NONE },
		{ "T\x11"
		  "1772366460.913402A\x16",
		    ANCHOR_NONE },
		{ "T\x11"
		  "1772366460 913402N\x16",
		    ANCHOR_NONE },
		{ "T\x11"
		  "17723664x0 913402A\x16",
		    ANCHOR_NONE },
		{ " recipient=a", ANCHOR_NONE },
		{ "\nrecipient =a", ANCHOR_NONE },
	};
	unsigned char b[256];
	enum anchor what;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t pos = 0; pos < 100; pos++) {
			memset(b, 0x80, sizeof(b));
			memcpy(b + pos, cases[i].text, strlen(cases[i].text));
			assert_int_equal(anchor_next(slice_of(b, sizeof(b)), 0,
			    &what), cases[i].what == ANCHOR_NONE ? SLICE_NONE :
			    pos);
			assert_int_equal(what, cases[i].what);
		}
}

static void
test_sector(void **state)
{
	unsigned char b[2048] = { 0 };
	struct slice s = slice_of(b, sizeof(b));
	enum anchor what;

	(void)state;
	memcpy(b + 412, "C_    ", 6);
	memcpy(b + 1436,
	    "T\x11"
	    "1772366460 913402A\x16",
	    21);
	assert_int_equal(anchor_sector(s, 100, 0, &what), 412);
	assert_int_equal(what, ANCHOR_QUEUE);
	assert_int_equal(anchor_sector(s, 100, 413, &what), 1436);
	assert_int_equal(what, ANCHOR_QUEUE);
	assert_true(anchor_sector(s, 101, 0, &what) == SLICE_NONE);
	assert_int_equal(what, ANCHOR_NONE);
	b[413] = '^';
	assert_int_equal(anchor_sector(s, 100, 0, &what), 1436);
	b[1438] = 'x';
	assert_true(anchor_sector(s, 100, 0, &what) == SLICE_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_sector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
