#include "fmt/journalfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fmt/journald.h"
#include "fmt/journaldata.h"
#include "fmt/journalhash.h"
#include "fmt/journalwho.h"

#define SEEDS "t/fuzz/seeds/journalfile/"
#define ENTRIES 14 /* in each of them */
#define FILE_MAX (64 * 1024)

/* A journal in memory. */
struct file {
	unsigned char bytes[FILE_MAX];
	size_t len;
};

static size_t
read_bytes(void *arg, uint64_t off, void *buf, size_t n)
{
	const struct file *f = arg;
	struct slice s = slice_sub(slice_of(f->bytes, f->len), (size_t)off, n);

	if (s.len > 0)
		memcpy(buf, s.ptr, s.len);
	return s.len;
}

static struct file *
load(const char *name)
{
	struct file *f = mem_alloc(1, sizeof(*f));
	FILE *in = fopen(name, "rb");

	assert_non_null(in);
	f->len = fread(f->bytes, 1, sizeof(f->bytes), in);
	(void)fclose(in);
	assert_true(f->len > 1000 && f->len < FILE_MAX);
	return f;
}

/* The entries of a file, as sums of what they say. */
struct read {
	size_t n, damaged, flawed, unlinked;
	uint64_t sum[2 * ENTRIES];
	uint64_t off[2 * ENTRIES];
	unsigned int flaws[2 * ENTRIES];
};

static void
read_all(struct file *f, struct read *r)
{
	struct journalfile_src src = {
		.read = read_bytes, .arg = f, .size = f->len
	};
	struct journalfile *j = journalfile_open(&src, journald_wants);
	struct journalfile_entry e;
	struct err err;
	enum rc rc;

	*r = (struct read){ .n = 0 };
	if (j == NULL)
		return;
	while ((rc = journalfile_next(j, &e, &err)) != RC_END) {
		uint64_t sum = 1;

		if (rc == RC_DAMAGED) {
			r->damaged++;
			continue;
		}
		for (size_t i = 0; i < e.nfield; i++)
			sum = sum * 31 + journalhash_jenkins(e.field[i]);
		r->flawed += (e.flaws & ~JOURNALFILE_UNLINKED) != 0;
		r->unlinked += (e.flaws & JOURNALFILE_UNLINKED) != 0;
		assert_true(r->n < 2 * ENTRIES);
		r->off[r->n] = e.off;
		r->flaws[r->n] = e.flaws;
		r->sum[r->n++] = sum;
	}
	journalfile_close(j);
}

static void
test_hashes(void **state)
{
	unsigned char key[16], in[64];

	(void)state;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)i;
	/* lookup3.c, driver5 */
	assert_true(
	    journalhash_jenkins(SLICE("")) == UINT64_C(0xdeadbeefdeadbeef));
	assert_true(
	    journalhash_jenkins(SLICE("Four score and seven years ago")) ==
	    UINT64_C(0x17770551ce7226e6));
	/* the reference implementation's vectors */
	assert_true(journalhash_siphash(slice_of(in, 0), key) ==
	    UINT64_C(0x726fdb47dd0e0e31));
	assert_true(journalhash_siphash(slice_of(in, 15), key) ==
	    UINT64_C(0xa129ca6149be45e5));
	assert_true(journalhash_siphash(slice_of(in, 63), key) ==
	    UINT64_C(0x958a324ceb064572));
}

static const char *const seeds[] = { SEEDS "regular", SEEDS "keyed",
	SEEDS "compact" };

static void
test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct file *f = load(seeds[i]);
		struct read r;

		read_all(f, &r);
		assert_int_equal(r.n, ENTRIES);
		assert_int_equal(r.damaged + r.flawed + r.unlinked, 0);
		mem_free(f);
	}
}

/* How many of a's entries are in b with the same text and without flaw. */
static size_t
kept(const struct read *a, const struct read *b, size_t *silent)
{
	size_t n = 0;

	*silent = 0;
	for (size_t i = 0, k = 0; i < a->n; i++) {
		while (k < b->n && b->off[k] < a->off[i])
			k++;
		if (k == b->n || b->off[k] != a->off[i])
			continue;
		n++;
		if (a->sum[i] != b->sum[k] &&
		    (b->flaws[k] & ~JOURNALFILE_UNLINKED) == 0)
			++*silent;
	}
	return n;
}

/*
 * Each byte changed in turn: at most one entry is lost, none is made up, and
 * none says something else without a flaw.
 */
static void
test_flips(void **state)
{
	static const unsigned char change[] = { 0x01, 0x80, 0xff };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct file *f = load(seeds[i]);
		struct read good, r;
		size_t silent, lost = 0, told = 0;

		read_all(f, &good);
		for (size_t pos = 8; pos < f->len; pos++)
			for (size_t k = 0; k < sizeof(change); k++) {
				size_t n;

				f->bytes[pos] ^= change[k];
				read_all(f, &r);
				f->bytes[pos] ^= change[k];
				n = kept(&good, &r, &silent);
				if (n + 1 < good.n || silent > 0 || r.n > n)
					print_message(
					    "%s: byte %zu ^ %02x: "
					    "%zu of %zu, %zu kept, %zu "
					    "silent\n",
					    seeds[i], pos, change[k], r.n,
					    good.n, n, silent);
				assert_true(n + 1 >= good.n);
				assert_int_equal(silent, 0);
				assert_int_equal(r.n, n);
				lost += good.n - n;
				told += r.damaged + r.flawed > 0;
			}
		assert_true(lost > 0 && told > 1000);
		mem_free(f);
	}
}

/* Cut at each byte: what is before the cut is there. */
static void
test_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct file *f = load(seeds[i]);
		struct read good, r;
		size_t whole = f->len, silent;

		read_all(f, &good);
		for (size_t len = JOURNALOBJ_HEADER; len < whole; len++) {
			size_t want = 0;

			f->len = len;
			read_all(f, &r);
			while (want + 1 < good.n && good.off[want + 1] <= len)
				want++;
			assert_true(kept(&good, &r, &silent) >= want);
			assert_int_equal(silent, 0);
			assert_true(r.damaged > 0);
		}
		mem_free(f);
	}
}

/* An entry taken out of the entry array is found and said to be. */
static void
test_unlinked(void **state)
{
	struct file *f = load(seeds[1]);
	struct read good, r;
	unsigned char *p;

	(void)state;
	read_all(f, &good);
	p = f->bytes + journalobj_u64(f->bytes + 176) + JOURNALOBJ_ARRAY;
	assert_true(journalobj_u64(p) == good.off[0]);
	assert_true(journalobj_u64(p + 8) == good.off[1]);
	memmove(p, p + 8, 8 * 3);
	memset(p + 24, 0xff, 8);
	read_all(f, &r);
	assert_int_equal(r.n, ENTRIES);
	assert_true(r.unlinked >= 1 && r.flaws[0] == JOURNALFILE_UNLINKED);
	assert_int_equal(r.flaws[1], 0);
	mem_free(f);
}

/* Bytes that are no journal, or no more than its magic. */
static void
test_none(void **state)
{
	struct file *f = load(seeds[0]);
	struct journalfile_src src = { .read = read_bytes, .arg = f };

	(void)state;
	assert_null(journalfile_open(&src, NULL));
	src.size = f->len = JOURNALOBJ_HEADER_MIN - 1;
	assert_null(journalfile_open(&src, NULL));
	src.size = f->len = JOURNALOBJ_HEADER_MIN;
	f->bytes[0] = 'l';
	assert_null(journalfile_open(&src, NULL));
	f->bytes[0] = 'L';
	memset(f->bytes + 8, ' ', 200);
	assert_null(journalfile_open(&src, NULL));
	mem_free(f);
}

static void
test_unpack(void **state)
{
	/* "aaaa..." 64 times as an LZ4 block behind its size */
	static const unsigned char lz4[] = { 64, 0, 0, 0, 0, 0, 0, 0, 0x1f, 'a',
		1, 0, 39, 0x50, 'a', 'a', 'a', 'a', 'a' };
	unsigned char copy[sizeof(lz4)];
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	assert_true(journaldata_unpack(
	    &out, slice_of(lz4, sizeof(lz4)), JOURNALDATA_LZ4, 64));
	assert_int_equal(out.len, 64);
	for (size_t i = 0; i < out.len; i++)
		assert_int_equal(out.ptr[i], 'a');
	/* one byte less than it has, a lying size, cut off, other kinds */
	assert_false(journaldata_unpack(
	    &out, slice_of(lz4, sizeof(lz4)), JOURNALDATA_LZ4, 63));
	memcpy(copy, lz4, sizeof(lz4));
	copy[0] = 65;
	assert_false(journaldata_unpack(
	    &out, slice_of(copy, sizeof(copy)), JOURNALDATA_LZ4, 4096));
	for (size_t n = 0; n < sizeof(lz4); n++)
		assert_false(journaldata_unpack(
		    &out, slice_of(lz4, n), JOURNALDATA_LZ4, 4096));
	assert_false(journaldata_unpack(
	    &out, slice_of(lz4, sizeof(lz4)), JOURNALDATA_XZ, 64));
	assert_false(journaldata_unpack(
	    &out, slice_of(lz4, sizeof(lz4)), JOURNALDATA_ZSTD, 64));
	assert_false(
	    journaldata_unpack(&out, slice_of(lz4, sizeof(lz4)), 3, 64));
	assert_int_equal(out.len, 64);
	assert_true(journaldata_unpack(&out, SLICE("A=b"), 0, 3));
	assert_false(journaldata_unpack(&out, SLICE("A=b"), 0, 2));
	buf_free(&out);
}

struct who_case {
	const char *tag, *exe, *comm, *uid;
	bool forged;
};

static void
test_who(void **state)
{
	static const struct who_case cases[] = {
		{ "postfix/smtpd", "/usr/lib/postfix/sbin/smtpd", "smtpd",
		    "110", false },
		{ "postfix/smtpd", "/usr/libexec/postfix/smtpd (deleted)",
		    "smtpd", "110", false },
		{ "postfix/submission/smtpd", "/usr/lib/postfix/sbin/smtpd", "",
		    "1001", false },
		{ "postfix/smtpd", "/usr/bin/logger", "logger", "1000", true },
		{ "postfix/smtpd", "/usr/bin/logger", "logger", "0", true },
		{ "postfix/smtpd", "", "logger", "33", true },
		{ "postfix/smtpd", "", "smtpd", "33", false },
		{ "postfix/smtpd", "/tmp/smtpd", "smtpd", "33", true },
		{ "postfix/smtpd", "/home/eve/usr/smtpd", "smtpd", "110",
		    true },
		{ "postfix/smtpd", "/usr/sbin/rsyslogd", "rs:main Q:Reg", "104",
		    false },
		{ "postfix/smtpd", "/usr/sbin/postlog", "postlog", "0", false },
		{ "postfix/smtpd", "/usr/sbin/postlog", "postlog", "999",
		    false },
		{ "postfix/smtpd", "/usr/sbin/postlog", "postlog", "1000",
		    true },
		{ "postfix/postlog", "/usr/sbin/postlog", "postlog", "1000",
		    false },
		{ "postfix/smtpd", "", "", "999", false },
		{ "postfix/smtpd", "", "", "1000", true },
		{ "postfix/smtpd", "", "", "", false },
		{ "postfix/smtpd", "", "", "-1", false },
		{ "postfix/sendmail", "", "", "1000", false },
		{ "postfix/postdrop", "", "", "1000", false },
		{ "postfix/pickup", "", "", "1000", true },
		{ "postfix/smtpd", "smtpd", "", "110", true },
		{ "postfix/smtpd", "/usr/bin/", "", "110", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct who_case *c = &cases[i];
		struct frame_who who = { .uid = slice_cstr(c->uid),
			.exe = slice_cstr(c->exe),
			.comm = slice_cstr(c->comm) };
		struct postfix_tag t;

		postfix_tag(slice_cstr(c->tag), false, &t);
		assert_true(t.ours);
		if (journalwho_forged(&who, &t) != c->forged)
			print_message(
			    "%s %s %s %s\n", c->tag, c->exe, c->comm, c->uid);
		assert_int_equal(journalwho_forged(&who, &t), c->forged);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_unlinked),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_unpack),
		cmocka_unit_test(test_who),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
