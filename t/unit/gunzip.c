/* gzip, whole, in members, cut off, damaged anywhere: what comes out. */
#include "readall.h"

#include "io/gunzip.h"

#define MB	((size_t)1024 * 1024)

static bool
begins(const struct buf *b, const struct buf *prefix)
{
	return prefix->len == 0 ||
	    slice_starts(buf_slice(b), buf_slice(prefix));
}

/* Several streams as gunzip itself gives them, in pieces of any size. */
struct part {
	uint64_t	start;
	struct buf	data;
	enum rc		rc;
	uint64_t	off;
};

static size_t
decode(struct slice in, size_t in_max, size_t out_max, struct part *part,
    size_t max)
{
	struct gunzip *g = gunzip_new();
	size_t pos = 0, n = 0;
	bool found = true;

	while (found && n < max) {
		struct part *p = &part[n++];
		struct err e = { 0 };

		*p = (struct part){ .start = pos, .rc = RC_OK };
		buf_init(&p->data, 64 * MB);
		gunzip_start(g, pos);
		while (p->rc == RC_OK) {
			unsigned char out[5000];
			size_t used, made;
			struct slice s = slice_sub(in, pos, in_max);

			p->rc = gunzip_step(g, s, pos + s.len == in.len, &used,
			    out, out_max, &made, &e);
			assert_true(used <= s.len && made <= out_max);
			assert_true(p->rc != RC_OK || used + made > 0);
			buf_add(&p->data, slice_of(out, made));
			pos += used;
		}
		p->off = e.off;
		if (p->rc != RC_DAMAGED)
			break;
		assert_true(p->off <= in.len && p->off >= p->start);
		assert_true(gunzip_back(g) <= GUNZIP_KEEP);
		assert_true(pos - gunzip_back(g) > p->start);
		pos -= gunzip_back(g);
		do {
			struct slice s = slice_sub(in, pos,
			    in_max + GUNZIP_TRIAL);
			size_t skip;

			found = gunzip_find(g, s, pos + s.len == in.len,
			    &skip);
			assert_true(skip <= s.len);
			pos += skip;
		} while (!found && pos < in.len);
	}
	gunzip_free(g);
	return n;
}

static void
free_parts(struct part *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_free(&p[i].data);
}

/* Two decodings are the same in everything. */
static void
same_parts(const struct part *a, size_t na, const struct part *b, size_t nb)
{
	assert_int_equal(na, nb);
	for (size_t i = 0; i < na; i++) {
		assert_int_equal(a[i].start, b[i].start);
		assert_int_equal(a[i].rc, b[i].rc);
		assert_int_equal(a[i].off, b[i].off);
		assert_true(slice_eq(buf_slice(&a[i].data),
		    buf_slice(&b[i].data)));
	}
}

/* Every cut of input and output gives the same. */
static void
cuts(void **state)
{
	struct buf text, gz;
	struct part p[4];

	(void)state;
	buf_init(&text, MB);
	buf_init(&gz, MB);
	add_text(&text, 3000, 1);
	add_gzip(&gz, slice_sub(buf_slice(&text), 0, 1000), 9, 77);
	add_gzip(&gz, slice_sub(buf_slice(&text), 1000, 0), 9, 0);
	add_gzip(&gz, slice_from(buf_slice(&text), 1000), 1, 0);
	for (size_t in = 1; in <= gz.len; in += in < 40 ? 1 : 97) {
		for (size_t out = 1; out < 5000; out += out < 40 ? 3 : 999) {
			assert_int_equal(decode(buf_slice(&gz), in, out, p, 4),
			    1);
			assert_int_equal(p[0].rc, RC_END);
			assert_true(slice_eq(buf_slice(&p[0].data),
			    buf_slice(&text)));
			free_parts(p, 1);
		}
	}
	buf_free(&text);
	buf_free(&gz);
}

/* What zlib inflates of the first n bytes and no more. */
static void
inflate_prefix(struct slice s, struct buf *out)
{
	z_stream z = { 0 };
	unsigned char tmp[4096];
	int ret;

	if (inflateInit2(&z, 31) != Z_OK)
		abort();
	z.next_in = (unsigned char *)(uintptr_t)s.ptr;
	z.avail_in = (unsigned int)s.len;
	do {
		z.next_out = tmp;
		z.avail_out = sizeof(tmp);
		ret = inflate(&z, Z_NO_FLUSH);
		buf_add(out, slice_of(tmp, sizeof(tmp) - z.avail_out));
	} while (ret == Z_OK && z.avail_out == 0);
	inflateEnd(&z);
}

/*
 * One byte wrong, at every position and in several ways: what its
 * predecessors tell comes out, damage is told at or behind it, the whole
 * member behind it is found.  Cuts do not matter.
 */
static void
damage_everywhere(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x80, 0xff };
	struct buf text, gz, want, next;
	struct part p[8], q[8];
	size_t one, n, m;

	(void)state;
	buf_init(&text, MB);
	buf_init(&gz, MB);
	buf_init(&want, MB);
	buf_init(&next, MB);
	add_text(&text, 1500, 2);
	add_text(&next, 700, 3);
	add_gzip(&gz, buf_slice(&text), 9, 0);
	one = gz.len;
	add_gzip(&gz, buf_slice(&next), 9, 0);
	for (size_t at = 3; at < one; at++) {
		for (size_t f = 0; f < sizeof(flips); f++) {
			gz.ptr[at] ^= flips[f];
			n = decode(buf_slice(&gz), gz.len, 5000, p, 8);
			m = decode(buf_slice(&gz), 1 + at % 7, 1 + at % 300, q,
			    8);
			same_parts(p, n, q, m);
			want.len = 0;
			inflate_prefix(slice_sub(buf_slice(&gz), 0, at),
			    &want);
			assert_true(begins(&p[0].data, &want));
			/* Of the header gzip checks nothing but flags. */
			if (at < 10 && (at > 3 || flips[f] == 1)) {
				assert_int_equal(p[0].rc, RC_END);
			} else if (at == one - 9 && p[0].rc == RC_END) {
				/* Bits between the data and the trailer. */
				assert_true(slice_ends(buf_slice(&p[0].data),
				    buf_slice(&next)));
			} else {
				assert_int_equal(p[0].rc, RC_DAMAGED);
				assert_true(at < 10 || at >= one - 8 ||
				    p[0].off >= at);
				assert_true(n >= 2);
				assert_int_equal(p[n - 1].start, one);
				assert_int_equal(p[n - 1].rc, RC_END);
				assert_true(slice_eq(
				    buf_slice(&p[n - 1].data),
				    buf_slice(&next)));
			}
			free_parts(p, n);
			free_parts(q, m);
			gz.ptr[at] ^= flips[f];
		}
	}
	buf_free(&text);
	buf_free(&gz);
	buf_free(&want);
	buf_free(&next);
}

/* Cut off at every length: what is there comes out, the end is told. */
static void
cut_everywhere(void **state)
{
	struct buf text, gz, want;
	struct part p[2];
	size_t n;

	(void)state;
	buf_init(&text, MB);
	buf_init(&gz, MB);
	buf_init(&want, MB);
	add_text(&text, 1500, 4);
	add_gzip(&gz, buf_slice(&text), 6, 0);
	for (size_t len = 1; len < gz.len; len++) {
		struct slice s = slice_sub(buf_slice(&gz), 0, len);

		n = decode(s, len, 5000, p, 2);
		assert_int_equal(n, 1);
		assert_int_equal(p[0].rc, RC_DAMAGED);
		assert_int_equal(p[0].off, len);
		want.len = 0;
		inflate_prefix(s, &want);
		assert_true(slice_eq(buf_slice(&p[0].data), buf_slice(&want)));
		free_parts(p, n);
	}
	buf_free(&text);
	buf_free(&gz);
	buf_free(&want);
}

/* A file through the reader: its parts, and the hash of all of it. */
static void
through_reader(struct all *a, const struct buf *gz)
{
	const char *path = in_tmp("x");

	put_buf(path, gz);
	read_all(a, path, true, 0);
	check_hash(a, buf_slice(gz));
	for (size_t i = 0; i < a->n; i++) {
		char want[600];
		unsigned long long off = 0;
		const char *at = strrchr(a->v[i].path, '@');

		assert_string_equal(a->v[i].container, "gzip");
		assert_non_null(at);
		off = strtoull(at + 1, NULL, 10);
		snprintf(want, sizeof(want), "%s@%llu-GZIP", path, off);
		assert_string_equal(a->v[i].path, want);
	}
}

static uint64_t
start_of(const struct got *g)
{
	return strtoull(strrchr(g->path, '@') + 1, NULL, 10);
}

static void
members(void **state)
{
	struct buf text, gz;
	struct all a;

	(void)state;
	buf_init(&text, 8 * MB);
	buf_init(&gz, 8 * MB);
	add_text(&text, 4 * MB, 5);
	for (size_t i = 0; i < 64; i++)
		add_gzip(&gz, slice_sub(buf_slice(&text), i * MB / 16, MB / 16),
		    1, i == 0 ? 1700000000 : 1);
	through_reader(&a, &gz);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.v[0].rc, RC_OK);
	assert_int_equal(a.v[0].mtime, 1700000000);
	check_data(&a.v[0], buf_slice(&text));
	free_all(&a);
	buf_free(&text);
	buf_free(&gz);
}

static void
what_follows(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		uint64_t off;		/* of the damage, UINT64_MAX: none */
	} t[] = {
		{ "", 0, UINT64_MAX },
		{ "\0", 1, UINT64_MAX },
		{ "\0\0\0\0\0\0\0\0", 8, UINT64_MAX },
		{ "x", 1, 0 },
		{ "garbage", 7, 0 },
		{ "\0\0\0x", 4, 0 },
		{ "\x1f", 1, 1 },
		{ "\x1f\x8b", 2, 2 },
		{ "\x1f\x9b", 2, 0 },
		{ "\x1f\x8b\x08\0", 4, 4 }
	};
	struct buf text, gz;
	struct all a;
	size_t len;

	(void)state;
	buf_init(&text, MB);
	buf_init(&gz, 8 * MB);
	add_text(&text, 5000, 6);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		gz.len = 0;
		add_gzip(&gz, buf_slice(&text), 6, 0);
		len = gz.len;
		buf_add(&gz, slice_of(t[i].bytes, t[i].len));
		through_reader(&a, &gz);
		assert_int_equal(a.n, 1);
		check_data(&a.v[0], buf_slice(&text));
		assert_int_equal(a.v[0].mtime, -1);
		if (t[i].off == UINT64_MAX) {
			assert_int_equal(a.v[0].rc, RC_OK);
		} else {
			assert_int_equal(a.v[0].rc, RC_DAMAGED);
			assert_int_equal(a.v[0].err.off, len + t[i].off);
		}
		free_all(&a);
		/* A megabyte of nothing, then another member. */
		gz.len = len;
		buf_reserve(&gz, MB);
		memset(gz.ptr + len, i % 2 == 0 ? 0 : 'x', MB);
		gz.len += MB;
		add_gzip(&gz, buf_slice(&text), 6, 99);
		through_reader(&a, &gz);
		assert_int_equal(a.n, 2);
		assert_int_equal(a.v[0].rc, RC_DAMAGED);
		assert_int_equal(a.v[0].err.off, len);
		assert_int_equal(start_of(&a.v[1]), len + MB);
		assert_int_equal(a.v[1].rc, RC_OK);
		assert_int_equal(a.v[1].mtime, 99);
		check_data(&a.v[1], buf_slice(&text));
		free_all(&a);
	}
	buf_free(&text);
	buf_free(&gz);
}

/*
 * A member that was cut off and goes on, without a seam, with the next one:
 * inflate runs into that, but its beginning is found behind us.
 */
static void
spliced(void **state)
{
	struct buf text, next, one, gz;
	struct all a;

	(void)state;
	buf_init(&text, 8 * MB);
	buf_init(&next, 8 * MB);
	buf_init(&one, 8 * MB);
	buf_init(&gz, 8 * MB);
	add_text(&text, 2 * MB, 7);
	add_text(&next, MB, 8);
	add_gzip(&one, buf_slice(&text), 6, 0);
	for (size_t cut = 20; cut < one.len; cut += one.len / 23) {
		gz.len = 0;
		buf_add(&gz, slice_sub(buf_slice(&one), 0, cut));
		add_gzip(&gz, buf_slice(&next), 6, 0);
		through_reader(&a, &gz);
		assert_int_equal(a.n, 2);
		assert_int_equal(a.v[0].rc, RC_DAMAGED);
		assert_int_equal(start_of(&a.v[1]), cut);
		assert_int_equal(a.v[1].rc, RC_OK);
		check_data(&a.v[1], buf_slice(&next));
		/* What the cut piece says is there, garbage behind it. */
		one.len = 0;
		inflate_prefix(slice_sub(buf_slice(&gz), 0, cut), &one);
		assert_true(begins(&a.v[0].data, &one));
		assert_true(begins(&text, &one));
		free_all(&a);
		one.len = 0;
		add_gzip(&one, buf_slice(&text), 6, 0);
	}
	buf_free(&text);
	buf_free(&next);
	buf_free(&one);
	buf_free(&gz);
}

/* A hole in the middle of many members: those on both sides are there. */
static void
hole(void **state)
{
	struct buf text, gz;
	struct all a;
	size_t start[40], n = 0, good = 0;

	(void)state;
	buf_init(&text, 8 * MB);
	buf_init(&gz, 8 * MB);
	add_text(&text, 2 * MB, 9);
	for (; n < 40; n++) {
		start[n] = gz.len;
		add_gzip(&gz, slice_sub(buf_slice(&text), n * (MB / 20),
		    MB / 20),
		    6, 0);
	}
	memset(gz.ptr + start[20] + 100, 0, start[25] - start[20]);
	through_reader(&a, &gz);
	assert_true(a.n >= 2);
	assert_int_equal(a.v[0].rc, RC_DAMAGED);
	assert_true(a.v[0].err.off > start[20] && a.v[0].err.off < start[26]);
	assert_true(a.v[0].data.len >= 20 * (MB / 20));
	assert_memory_equal(a.v[0].data.ptr, text.ptr, 20 * (MB / 20));
	for (size_t i = 1; i < a.n; i++)
		if (start_of(&a.v[i]) == start[26]) {
			good++;
			assert_int_equal(a.v[i].rc, RC_OK);
			check_data(&a.v[i], slice_sub(buf_slice(&text),
			    26 * (MB / 20), 14 * (MB / 20)));
		}
	assert_int_equal(good, 1);
	free_all(&a);
	buf_free(&text);
	buf_free(&gz);
}

/* Nothing but beginnings: no end of streams, no end of time. */
static void
many_beginnings(void **state)
{
	struct buf gz;
	struct reader *r;
	struct reader_stream s;
	struct reader_total total;
	struct err e;
	size_t n = 0;

	(void)state;
	buf_init(&gz, 8 * MB);
	for (size_t i = 0; i < 300000; i++)
		buf_add(&gz, SLICE("\x1f\x8b\x08\0\0\0\0\0\0\3"
		    "\0\40\0\xdf\xff" "01234567890123456789012345678901\7"));
	put_buf(in_tmp("many"), &gz);
	assert_int_equal(reader_open(&r, in_tmp("many"), false, false, &e),
	    RC_OK);
	while (reader_stream(r, &s, &e) == RC_OK) {
		while (reader_more(r, &e) == RC_OK)
			;
		n++;
	}
	assert_true(n > 60000 && n < 70000);
	assert_int_equal(reader_finish(r, &total, &e), RC_OK);
	assert_int_equal(total.size, gz.len);
	reader_close(r);
	buf_free(&gz);
}

/* A gzip bomb in a gzip file ends as damage, behind a bounded length. */
static void
bomb(void **state)
{
	struct buf zeros, one, two;
	struct all a;

	(void)state;
	buf_init(&zeros, 256 * MB);
	buf_init(&one, 256 * MB);
	buf_init(&two, 8 * MB);
	buf_reserve(&zeros, 128 * MB);
	memset(zeros.ptr, 0, 128 * MB);
	zeros.len = 128 * MB;
	add_gzip(&one, buf_slice(&zeros), 9, 0);
	add_gzip(&two, buf_slice(&one), 9, 0);
	buf_free(&zeros);
	put_buf(in_tmp("bomb"), &two);
	read_all(&a, in_tmp("bomb"), true, 0);
	check_hash(&a, buf_slice(&two));
	assert_int_equal(a.n, 1);
	assert_non_null(strstr(a.v[0].path, "/bomb@0-GZIP@0-GZIP"));
	assert_int_equal(a.v[0].rc, RC_DAMAGED);
	assert_true(a.v[0].data.len > READER_SLACK);
	assert_true(a.v[0].data.len < READER_SLACK +
	    (two.len + 1) * READER_RATIO + READER_MAX);
	free_all(&a);
	/* The same size, honestly stored, is no bomb. */
	put_buf(in_tmp("nobomb"), &one);
	read_all(&a, in_tmp("nobomb"), false, 0);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.v[0].rc, RC_OK);
	assert_int_equal(a.v[0].data.len, 128 * MB);
	free_all(&a);
	buf_free(&one);
	buf_free(&two);
}

/* Through the reader every damage gives the same as through gunzip. */
static void
reader_agrees(void **state)
{
	struct buf text, gz;
	struct all a;
	struct part p[8];
	size_t n;

	(void)state;
	buf_init(&text, MB);
	buf_init(&gz, MB);
	add_text(&text, 400, 10);
	add_gzip(&gz, buf_slice(&text), 9, 0);
	add_gzip(&gz, SLICE("second\n"), 9, 0);
	add_gzip(&gz, buf_slice(&text), 9, 0);
	for (size_t at = 4; at < gz.len; at++) {
		gz.ptr[at] ^= 0x55;
		n = decode(buf_slice(&gz), 3, 100, p, 8);
		through_reader(&a, &gz);
		assert_int_equal(a.n, n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(start_of(&a.v[i]), p[i].start);
			assert_int_equal(a.v[i].rc,
			    p[i].rc == RC_END ? RC_OK : p[i].rc);
			if (p[i].rc == RC_DAMAGED)
				assert_int_equal(a.v[i].err.off, p[i].off);
			check_data(&a.v[i], buf_slice(&p[i].data));
		}
		free_all(&a);
		free_parts(p, n);
		gz.ptr[at] ^= 0x55;
	}
	buf_free(&text);
	buf_free(&gz);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts),
		cmocka_unit_test(damage_everywhere),
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(members),
		cmocka_unit_test(what_follows),
		cmocka_unit_test(spliced),
		cmocka_unit_test(hole),
		cmocka_unit_test(many_beginnings),
		cmocka_unit_test(bomb),
		cmocka_unit_test(reader_agrees)
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	make_tmpdir();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove_tmpdir();
	return failed == 0 ? 0 : 1;
}
