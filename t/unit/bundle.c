/* Bundles and what is compressed otherwise, through the reader. */
#include "readall.h"

#include <archive.h>
#include <archive_entry.h>

#define MB	((size_t)1024 * 1024)

struct member {
	const char	*name;
	struct slice	 data;
	int		 type;		/* AE_IFREG, ... */
	const char	*link;		/* hard link to */
};

/* An archive of members in memory. */
static void
pack(struct buf *out, int format, const struct member *m, size_t n)
{
	struct archive *a = archive_write_new();
	size_t used = 0, cap = 1 * MB;

	for (size_t i = 0; i < n; i++)
		cap += m[i].data.len + 4096;
	if (archive_write_set_format(a, format) != ARCHIVE_OK ||
	    archive_write_add_filter_none(a) != ARCHIVE_OK ||
	    !buf_reserve(out, cap) || archive_write_open_memory(a,
	    out->ptr + out->len, cap, &used) != ARCHIVE_OK)
		abort();
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *e = archive_entry_new();

		archive_entry_copy_pathname(e, m[i].name);
		archive_entry_set_filetype(e, (unsigned int)m[i].type);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_mtime(e, 1700000000 + (time_t)i, 0);
		archive_entry_set_size(e, m[i].link != NULL ? 0 :
		    (la_int64_t)m[i].data.len);
		if (m[i].link != NULL)
			archive_entry_copy_hardlink(e, m[i].link);
		if (m[i].type == AE_IFLNK)
			archive_entry_copy_symlink(e, "elsewhere");
		if (archive_write_header(a, e) < ARCHIVE_WARN)
			abort();
		if (m[i].link == NULL && m[i].data.len > 0 &&
		    archive_write_data(a, m[i].data.ptr, m[i].data.len) < 0)
			abort();
		archive_entry_free(e);
	}
	if (archive_write_close(a) != ARCHIVE_OK)
		abort();
	archive_write_free(a);
	out->len += used;
}

/* Compressed data in memory; false if the library cannot do it. */
static bool
compress_by(struct buf *out, int filter, struct slice s)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t used = 0, cap = s.len + MB;
	bool good;

	if (archive_write_set_format_raw(a) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
	    !buf_reserve(out, cap))
		abort();
	good = archive_write_add_filter(a, filter) == ARCHIVE_OK;
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_pathname(e, "x");
	if (good && (archive_write_open_memory(a, out->ptr + out->len, cap,
	    &used) != ARCHIVE_OK || archive_write_header(a, e) != ARCHIVE_OK ||
	    archive_write_data(a, s.ptr, s.len) != (la_ssize_t)s.len ||
	    archive_write_close(a) != ARCHIVE_OK))
		abort();
	archive_entry_free(e);
	archive_write_free(a);
	out->len += used;
	return good;
}

static void
read_bytes(struct all *a, const struct buf *b, size_t bite)
{
	put_buf(in_tmp("x"), b);
	read_all(a, in_tmp("x"), true, bite);
	check_hash(a, buf_slice(b));
}

/* The stream at i: its path behind that of the file, its data. */
static void
check(const struct all *a, size_t i, const char *path, const char *container,
    struct slice data, enum rc rc)
{
	const char *x = in_tmp("x");

	assert_true(i < a->n);
	assert_memory_equal(a->v[i].path, x, strlen(x));
	assert_string_equal(a->v[i].path + strlen(x), path);
	assert_string_equal(a->v[i].container, container);
	assert_int_equal(a->v[i].rc, rc);
	check_data(&a->v[i], data);
}

static void
compressed(void **state)
{
	static const struct {
		int filter;
		const char *path, *container;
	} t[] = {
		{ ARCHIVE_FILTER_XZ, "@0-XZ", "xz" },
		{ ARCHIVE_FILTER_ZSTD, "@0-ZSTD", "zstd" },
		{ ARCHIVE_FILTER_BZIP2, "@0-BZIP2", "bzip2" }
	};
	static const size_t sizes[] = { 0, 1, 100, 65536, 3 * MB + 5 };
	struct buf text, b;
	struct all a;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 5; j++) {
			buf_init(&text, 8 * MB);
			buf_init(&b, 16 * MB);
			add_text(&text, sizes[j], 1);
			if (!compress_by(&b, t[i].filter, buf_slice(&text)))
				continue;
			read_bytes(&a, &b, j == 2 ? 7 : 0);
			assert_int_equal(a.n, 1);
			check(&a, 0, t[i].path, t[i].container,
			    buf_slice(&text), RC_OK);
			assert_int_equal(a.v[0].mtime, -1);
			free_all(&a);
			/* Two of them, one behind the other, are one. */
			(void)compress_by(&b, t[i].filter, SLICE("more\n"));
			buf_add(&text, SLICE("more\n"));
			read_bytes(&a, &b, 0);
			assert_int_equal(a.n, 1);
			check(&a, 0, t[i].path, t[i].container,
			    buf_slice(&text), RC_OK);
			free_all(&a);
			buf_free(&text);
			buf_free(&b);
		}
	}
}

/* Cut off: what the decoder has given is there, and the end is told. */
static void
compressed_cut(void **state)
{
	static const int filters[] = { ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD,
	    ARCHIVE_FILTER_BZIP2 };
	struct buf text, b;
	struct all a;

	(void)state;
	buf_init(&text, 8 * MB);
	add_text(&text, 4 * MB, 2);
	for (size_t i = 0; i < 3; i++) {
		size_t whole;

		buf_init(&b, 16 * MB);
		(void)compress_by(&b, filters[i], buf_slice(&text));
		whole = b.len;
		for (size_t cut = 1; cut < 20; cut++) {
			b.len = whole * cut / 20;
			read_bytes(&a, &b, 0);
			assert_int_equal(a.n, 1);
			assert_int_equal(a.v[0].rc, RC_DAMAGED);
			assert_true(a.v[0].err.off <= b.len);
			assert_true(a.v[0].data.len < text.len);
			assert_true(cut < 15 || a.v[0].data.len > MB);
			assert_memory_equal(a.v[0].data.ptr == NULL ? text.ptr
			    : a.v[0].data.ptr, text.ptr, a.v[0].data.len);
			free_all(&a);
		}
		buf_free(&b);
	}
	buf_free(&text);
}

static const int formats[] = {
	ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_GNUTAR,
	ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FORMAT_ZIP,
	ARCHIVE_FORMAT_CPIO_SVR4_NOCRC, ARCHIVE_FORMAT_CPIO_POSIX
};
static const char *const names[] = {
	"tar", "tar", "tar", "zip", "cpio", "cpio"
};

static void
bundles(void **state)
{
	struct buf text, gz, b;
	struct all a;
	struct member m[] = {
		{ .name = "var/log", .type = AE_IFDIR },
		{ .name = "var/log/mail.log", .type = AE_IFREG },
		{ .name = "var/log/empty", .type = AE_IFREG },
		{ .name = "var/log/link", .type = AE_IFLNK },
		{ .name = "var/log/mail.log.2.gz", .type = AE_IFREG },
		{ .name = "../a!b@c%d\n\033", .type = AE_IFREG,
		    .data = SLICE("evil\n") },
		{ .name = "caf\303\251/\377", .type = AE_IFREG,
		    .data = SLICE("bytes\n") }
	};

	(void)state;
	buf_init(&text, 8 * MB);
	buf_init(&gz, 8 * MB);
	add_text(&text, 2 * MB + 77, 3);
	add_gzip(&gz, SLICE("zipped\n"), 9, 4242);
	m[1].data = buf_slice(&text);
	m[4].data = buf_slice(&gz);
	for (size_t i = 0; i < 6; i++) {
		for (size_t bite = 0; bite < 10000; bite += 9999) {
			buf_init(&b, 16 * MB);
			/* A zip file says at its end only what is a link. */
			m[3].type = formats[i] == ARCHIVE_FORMAT_ZIP ?
			    AE_IFDIR : AE_IFLNK;
			pack(&b, formats[i], m, 7);
			read_bytes(&a, &b, bite);
			assert_int_equal(a.n, 5);
			check(&a, 0, "!var/log/mail.log", names[i],
			    buf_slice(&text), RC_OK);
			assert_true(a.v[0].mtime >= 1700000000 &&
			    a.v[0].mtime <= 1700000001);
			check(&a, 1, "!var/log/empty", names[i], SLICE(""),
			    RC_OK);
			check(&a, 2, "!var/log/mail.log.2.gz@0-GZIP", names[i],
			    SLICE("zipped\n"), RC_OK);
			assert_int_equal(a.v[2].mtime, 4242);
			check(&a, 3, "!../a%21b%40c%25d%0A%1B", names[i],
			    SLICE("evil\n"), RC_OK);
			check(&a, 4, "!caf\303\251/\377", names[i],
			    SLICE("bytes\n"), RC_OK);
			free_all(&a);
			buf_free(&b);
		}
	}
	buf_free(&text);
	buf_free(&gz);
}

/* A hard link has no bytes of its own and is no second file. */
static void
hard_links(void **state)
{
	struct buf b;
	struct all a;
	const struct member m[] = {
		{ .name = "a", .type = AE_IFREG, .data = SLICE("once\n") },
		{ .name = "b", .type = AE_IFREG, .link = "a" }
	};

	(void)state;
	buf_init(&b, 16 * MB);
	pack(&b, ARCHIVE_FORMAT_TAR_USTAR, m, 2);
	read_bytes(&a, &b, 0);
	assert_int_equal(a.n, 1);
	check(&a, 0, "!a", "tar", SLICE("once\n"), RC_OK);
	free_all(&a);
	buf_free(&b);
}

/* tar.gz, tar.xz, ..., and bundles in bundles. */
static void
nested(void **state)
{
	struct buf gz, inner, mid, outer, twice;
	struct all a;
	struct member m[] = {
		{ .name = "log", .type = AE_IFREG, .data = SLICE("text\n") },
		{ .name = "log.gz", .type = AE_IFREG }
	};
	struct member o[] = {
		{ .name = "in.tar.xz", .type = AE_IFREG },
		{ .name = "last", .type = AE_IFREG, .data = SLICE("last\n") }
	};

	(void)state;
	buf_init(&gz, MB);
	buf_init(&inner, 4 * MB);
	buf_init(&mid, 4 * MB);
	buf_init(&outer, 4 * MB);
	buf_init(&twice, 4 * MB);
	add_gzip(&gz, SLICE("zipped\n"), 9, 0);
	m[1].data = buf_slice(&gz);
	pack(&inner, ARCHIVE_FORMAT_TAR_GNUTAR, m, 2);
	(void)compress_by(&mid, ARCHIVE_FILTER_XZ, buf_slice(&inner));
	read_bytes(&a, &mid, 0);
	assert_int_equal(a.n, 2);
	check(&a, 0, "!log", "tar", SLICE("text\n"), RC_OK);
	check(&a, 1, "!log.gz@0-GZIP", "tar", SLICE("zipped\n"), RC_OK);
	assert_int_equal(a.v[1].mtime, 1700000001);
	free_all(&a);
	/* A tar in a gzip file is a tar. */
	inner.len = 0;
	o[0].data = buf_slice(&mid);
	pack(&inner, ARCHIVE_FORMAT_TAR_GNUTAR, o, 2);
	add_gzip(&outer, buf_slice(&inner), 6, 5);
	read_bytes(&a, &outer, 1);
	assert_int_equal(a.n, 3);
	check(&a, 0, "!in.tar.xz!log", "tar", SLICE("text\n"), RC_OK);
	check(&a, 1, "!in.tar.xz!log.gz@0-GZIP", "tar", SLICE("zipped\n"),
	    RC_OK);
	check(&a, 2, "!last", "tar", SLICE("last\n"), RC_OK);
	free_all(&a);
	/* A gzip file in a gzip file. */
	add_gzip(&twice, buf_slice(&gz), 6, 0);
	read_bytes(&a, &twice, 0);
	assert_int_equal(a.n, 1);
	check(&a, 0, "@0-GZIP@0-GZIP", "gzip", SLICE("zipped\n"), RC_OK);
	free_all(&a);
	buf_free(&gz);
	buf_free(&inner);
	buf_free(&mid);
	buf_free(&outer);
	buf_free(&twice);
}

/* Deeper than READER_DEPTH: told, not read; the rest goes on. */
static void
too_deep(void **state)
{
	struct buf b, next;
	struct all a;
	struct member m[] = {
		{ .name = "deep", .type = AE_IFREG },
		{ .name = "after", .type = AE_IFREG, .data = SLICE("after\n") }
	};

	(void)state;
	for (int depth = READER_DEPTH - 2; depth <= READER_DEPTH + 2;
	    depth++) {
		buf_init(&b, 4 * MB);
		buf_add(&b, SLICE("bottom\n"));
		for (int i = 0; i < depth - 1; i++) {
			buf_init(&next, 4 * MB);
			add_gzip(&next, buf_slice(&b), 6, 0);
			buf_free(&b);
			b = next;
		}
		m[0].data = buf_slice(&b);
		buf_init(&next, 4 * MB);
		pack(&next, ARCHIVE_FORMAT_TAR_USTAR, m, 2);
		read_bytes(&a, &next, 0);
		assert_int_equal(a.n, 2);
		if (depth <= READER_DEPTH) {
			assert_int_equal(a.v[0].rc, RC_OK);
			check_data(&a.v[0], SLICE("bottom\n"));
		} else {
			assert_int_equal(a.v[0].rc, RC_DAMAGED);
			assert_int_equal(a.v[0].data.len, 0);
		}
		check(&a, 1, "!after", "tar", SLICE("after\n"), RC_OK);
		free_all(&a);
		buf_free(&b);
		buf_free(&next);
	}
}

/* A file in a tar bundle is damaged: the others are read. */
static void
damaged_member(void **state)
{
	struct buf text, gz, b;
	struct all a;
	struct member m[] = {
		{ .name = "one", .type = AE_IFREG, .data = SLICE("one\n") },
		{ .name = "two.gz", .type = AE_IFREG },
		{ .name = "three", .type = AE_IFREG, .data = SLICE("three\n") }
	};

	(void)state;
	buf_init(&text, MB);
	buf_init(&gz, MB);
	buf_init(&b, 4 * MB);
	add_text(&text, 20000, 4);
	add_gzip(&gz, buf_slice(&text), 6, 0);
	m[1].data = slice_sub(buf_slice(&gz), 0, gz.len / 2);
	pack(&b, ARCHIVE_FORMAT_TAR_USTAR, m, 3);
	read_bytes(&a, &b, 0);
	assert_int_equal(a.n, 3);
	check(&a, 0, "!one", "tar", SLICE("one\n"), RC_OK);
	assert_int_equal(a.v[1].rc, RC_DAMAGED);
	assert_int_equal(a.v[1].err.off, gz.len / 2);
	assert_true(a.v[1].data.len > 5000);
	assert_memory_equal(a.v[1].data.ptr, text.ptr, a.v[1].data.len);
	check(&a, 2, "!three", "tar", SLICE("three\n"), RC_OK);
	free_all(&a);
	/* The header of the second file is damaged. */
	b.ptr[1024 + 10] ^= 1;
	read_bytes(&a, &b, 0);
	check(&a, 0, "!one", "tar", SLICE("one\n"), RC_OK);
	check(&a, 1, "", "tar", SLICE(""), RC_DAMAGED);
	check(&a, a.n - 1, "!three", "tar", SLICE("three\n"), RC_OK);
	free_all(&a);
	buf_free(&text);
	buf_free(&gz);
	buf_free(&b);
}

/* Files behind the end marks of a tar bundle are read. */
static void
concatenated(void **state)
{
	struct buf b;
	struct all a;
	const struct member m[] = {
		{ .name = "one", .type = AE_IFREG, .data = SLICE("one\n") }
	};
	const struct member n[] = {
		{ .name = "two", .type = AE_IFREG, .data = SLICE("two\n") }
	};

	(void)state;
	buf_init(&b, 4 * MB);
	pack(&b, ARCHIVE_FORMAT_TAR_USTAR, m, 1);
	pack(&b, ARCHIVE_FORMAT_TAR_USTAR, n, 1);
	read_bytes(&a, &b, 0);
	assert_int_equal(a.n, 2);
	check(&a, 0, "!one", "tar", SLICE("one\n"), RC_OK);
	check(&a, 1, "!two", "tar", SLICE("two\n"), RC_OK);
	free_all(&a);
	buf_free(&b);
}

/* Every length, every byte wrong: an end, a hash, no stream too many. */
static void
hostile(const struct buf *whole, size_t step)
{
	struct buf b;
	struct all a;

	buf_init(&b, 8 * MB);
	buf_add(&b, buf_slice(whole));
	for (size_t at = 0; at < whole->len; at += step) {
		b.len = at;
		read_bytes(&a, &b, 0);
		free_all(&a);
		b.len = whole->len;
		b.ptr[at] ^= 0xff;
		read_bytes(&a, &b, 0);
		free_all(&a);
		b.ptr[at] ^= 0xff;
	}
	buf_free(&b);
}

static void
damage_everywhere(void **state)
{
	struct buf text, gz, b, c;
	struct member m[] = {
		{ .name = "one", .type = AE_IFREG },
		{ .name = "two.gz", .type = AE_IFREG },
		{ .name = "three", .type = AE_IFREG, .data = SLICE("three\n") }
	};

	(void)state;
	buf_init(&text, MB);
	buf_init(&gz, MB);
	add_text(&text, 900, 5);
	add_gzip(&gz, buf_slice(&text), 6, 0);
	m[0].data = buf_slice(&text);
	m[1].data = buf_slice(&gz);
	for (size_t i = 0; i < 6; i++) {
		buf_init(&b, 4 * MB);
		pack(&b, formats[i], m, 3);
		hostile(&b, 41);
		if (i == 0) {
			buf_init(&c, 4 * MB);
			add_gzip(&c, buf_slice(&b), 6, 0);
			hostile(&c, 2);
			buf_free(&c);
		}
		buf_free(&b);
	}
	buf_init(&b, 4 * MB);
	(void)compress_by(&b, ARCHIVE_FILTER_XZ, buf_slice(&text));
	hostile(&b, 7);
	b.len = 0;
	(void)compress_by(&b, ARCHIVE_FILTER_ZSTD, buf_slice(&text));
	hostile(&b, 7);
	b.len = 0;
	(void)compress_by(&b, ARCHIVE_FILTER_BZIP2, buf_slice(&text));
	hostile(&b, 7);
	buf_free(&b);
	buf_free(&text);
	buf_free(&gz);
}

/* A tar.gz that is cut off: whole files before, one in part, one report. */
static void
cut_tgz(void **state)
{
	struct buf text, tar, gz;
	struct all a;
	struct member m[] = {
		{ .name = "one", .type = AE_IFREG },
		{ .name = "two", .type = AE_IFREG }
	};

	(void)state;
	buf_init(&text, MB);
	buf_init(&tar, 4 * MB);
	buf_init(&gz, 4 * MB);
	add_text(&text, 300000, 6);
	m[0].data = m[1].data = buf_slice(&text);
	pack(&tar, ARCHIVE_FORMAT_TAR_USTAR, m, 2);
	add_gzip(&gz, buf_slice(&tar), 6, 0);
	gz.len = gz.len * 3 / 4;
	read_bytes(&a, &gz, 0);
	assert_int_equal(a.n, 2);
	check(&a, 0, "!one", "tar", buf_slice(&text), RC_OK);
	assert_int_equal(a.v[1].rc, RC_DAMAGED);
	assert_int_equal(a.v[1].err.off, gz.len);
	assert_string_equal(a.v[1].err.what, "gzip data is cut off");
	assert_true(a.v[1].data.len > 10000);
	assert_memory_equal(a.v[1].data.ptr, text.ptr, a.v[1].data.len);
	free_all(&a);
	buf_free(&text);
	buf_free(&tar);
	buf_free(&gz);
}

/* Whoever is not interested goes on: nothing but the hash is left to do. */
static void
not_read(void **state)
{
	struct buf text, b;
	struct reader *r;
	struct reader_stream s;
	struct all a = { 0 };
	struct err e;
	size_t n = 0;
	struct member m[] = {
		{ .name = "one", .type = AE_IFREG },
		{ .name = "two", .type = AE_IFREG },
		{ .name = "three", .type = AE_IFREG }
	};

	(void)state;
	buf_init(&text, 4 * MB);
	buf_init(&b, 16 * MB);
	add_text(&text, 2 * MB, 7);
	m[0].data = m[1].data = m[2].data = buf_slice(&text);
	pack(&b, ARCHIVE_FORMAT_TAR_USTAR, m, 3);
	put_buf(in_tmp("x"), &b);
	for (size_t stop = 0; stop < 5; stop++) {
		assert_int_equal(reader_open(&r, in_tmp("x"), true, true, &e),
		    RC_OK);
		for (n = 0; n < stop; n++)
			if (reader_stream(r, &s, &e) != RC_OK)
				break;
		assert_int_equal(n, stop < 3 ? stop : 3);
		assert_int_equal(reader_finish(r, &a.total, &e), RC_OK);
		check_hash(&a, buf_slice(&b));
		reader_close(r);
	}
	buf_free(&text);
	buf_free(&b);
}

/* A sparse file of a terabyte in a small bundle is no terabyte of work. */
static void
sparse(void **state)
{
	struct archive *w = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	struct buf b;
	struct all a;
	size_t used = 0;

	(void)state;
	buf_init(&b, MB);
	buf_reserve(&b, MB);
	archive_write_set_format_pax(w);
	archive_write_open_memory(w, b.ptr, MB, &used);
	archive_entry_copy_pathname(e, "sparse");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, INT64_C(1) << 40);
	archive_entry_sparse_add_entry(e, 4096, 6);
	if (archive_write_header(w, e) < ARCHIVE_WARN)
		abort();
	for (la_int64_t off = 0; off < 4102; off += 4096)
		if (off == 0 ? archive_write_data(w, (char[4096]){ 0 }, 4096) <
		    0 : archive_write_data(w, "data\n", 6) < 0)
			abort();
	archive_entry_free(e);
	archive_write_close(w);
	archive_write_free(w);
	b.len = used;
	read_bytes(&a, &b, 0);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.v[0].rc, RC_DAMAGED);
	assert_true(a.v[0].data.len >= 4102);
	assert_int_equal(a.v[0].data.ptr[0], 0);
	assert_memory_equal(a.v[0].data.ptr + 4096, "data\n", 6);
	assert_true(a.v[0].data.len <= READER_SLACK + READER_RATIO *
	    (uint64_t)b.len + READER_MAX);
	free_all(&a);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compressed),
		cmocka_unit_test(compressed_cut),
		cmocka_unit_test(bundles),
		cmocka_unit_test(hard_links),
		cmocka_unit_test(nested),
		cmocka_unit_test(too_deep),
		cmocka_unit_test(damaged_member),
		cmocka_unit_test(concatenated),
		cmocka_unit_test(damage_everywhere),
		cmocka_unit_test(cut_tgz),
		cmocka_unit_test(not_read),
		cmocka_unit_test(sparse)
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	make_tmpdir();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove_tmpdir();
	return failed == 0 ? 0 : 1;
}
