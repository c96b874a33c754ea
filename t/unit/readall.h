/*
 * readall - for tests: a file made of bytes, and everything a reader gives
 *
 * read_all checks on the way that offsets go on without a gap, that damage
 * is told once a stream and that nothing moves behind the end.  `bite` is the
 * number of bytes taken at a time, 0 for all that there are.
 */
#ifndef UNIT_READALL_H
#define UNIT_READALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "base/buf.h"
#include "io/reader.h"

#define STREAMS	64

struct got {
	struct buf	 data;
	char		 path[512];
	char		 container[8];
	int64_t		 mtime;		/* -1 if none */
	enum rc		 rc;		/* RC_OK, or how it ended */
	struct err	 err;
};

struct all {
	struct got		 v[STREAMS];
	size_t			 n;
	struct reader_total	 total;
};

static char tmpdir[256];

static inline void
make_tmpdir(void)
{
	const char *t = getenv("TMPDIR");

	snprintf(tmpdir, sizeof(tmpdir), "%s/unit-XXXXXX",
	    t == NULL ? "/tmp" : t);
	if (mkdtemp(tmpdir) == NULL)
		abort();
}

/* The path of a file in the temporary directory, in turn of four buffers. */
static inline const char *
in_tmp(const char *name)
{
	static char path[4][512];
	static int i;

	i = (i + 1) % 4;
	snprintf(path[i], sizeof(path[i]), "%s/%s", tmpdir, name);
	return path[i];
}

static inline void
remove_tmpdir(void)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", tmpdir);
	if (system(cmd) != 0)
		abort();
}

static inline void
put_file(const char *path, const void *p, size_t len)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || (len > 0 && fwrite(p, 1, len, f) != len) ||
	    fclose(f) != 0)
		abort();
}

static inline void
put_buf(const char *path, const struct buf *b)
{
	put_file(path, b->ptr, b->len);
}

static inline void
sha256_hex(struct slice s, char hex[65])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (EVP_Digest(s.ptr, s.len, sum, &len, EVP_sha256(), NULL) != 1)
		abort();
	for (unsigned int i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}

/* One gzip member behind what is there; mtime 0 for none. */
static inline void
add_gzip(struct buf *b, struct slice s, int level, uint32_t mtime)
{
	z_stream z = { 0 };
	gz_header h = { 0 };
	size_t room = s.len + s.len / 1000 + 1000;

	h.time = mtime;
	h.os = 3;
	if (deflateInit2(&z, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK || deflateSetHeader(&z, &h) != Z_OK || !buf_reserve(b, room))
		abort();
	z.next_in = (unsigned char *)(uintptr_t)s.ptr;
	z.avail_in = (unsigned int)s.len;
	z.next_out = b->ptr + b->len;
	z.avail_out = (unsigned int)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	b->len += room - z.avail_out;
	deflateEnd(&z);
}

/* Log-like lines, len bytes of them, the same for the same seed. */
static inline void
add_text(struct buf *b, size_t len, unsigned int seed)
{
	char line[160];
	size_t n, end = b->len + len;

	while (b->len < end) {
		seed = seed * 1103515245u + 12345u;
		n = (size_t)snprintf(line, sizeof(line), "Nov 25 10:%02u:%02u "
		    "mail postfix/qmgr[%u]: %08X: from=<u%u@example.org>, "
		    "size=%u, nrcpt=1 (queue active)\n", (seed >> 8) % 60,
		    (seed >> 16) % 60, seed % 30000, seed * 77u, seed % 977,
		    seed >> 12);
		if (n > end - b->len)
			n = end - b->len;
		buf_add(b, slice_of(line, n));
	}
}

static inline void
read_stream(struct reader *r, struct got *g, size_t bite)
{
	uint64_t off, want = 0;
	bool eof;
	struct err e = { 0 };

	for (;;) {
		struct slice w = reader_window(r, &off, &eof);
		size_t n = bite == 0 || bite > w.len ? w.len : bite;
		enum rc rc;

		assert_int_equal(off, want);
		assert_true(buf_add(&g->data, slice_sub(w, 0, n)));
		reader_consume(r, n);
		want += n;
		if (n > 0 && bite != 0)
			continue;
		if (eof)
			break;
		rc = reader_more(r, &e);
		if (rc == RC_DAMAGED || rc == RC_FAIL) {
			assert_int_equal(g->rc, RC_OK);
			assert_non_null(e.what);
			g->rc = rc;
			g->err = e;
		}
	}
	assert_int_equal(reader_more(r, &e), RC_END);
}

static inline void
read_open(struct all *a, struct reader *r, size_t bite)
{
	struct reader_stream s;
	struct err e;

	memset(a, 0, sizeof(*a));
	while (reader_stream(r, &s, &e) == RC_OK) {
		struct got *g = &a->v[a->n];

		assert_true(a->n < STREAMS);
		a->n++;
		buf_init(&g->data, (size_t)1 << 30);
		snprintf(g->path, sizeof(g->path), "%.*s", (int)s.path.len,
		    (const char *)s.path.ptr);
		snprintf(g->container, sizeof(g->container), "%s",
		    s.container);
		g->mtime = s.has_mtime ? s.mtime : -1;
		read_stream(r, g, bite);
	}
	assert_int_equal(reader_finish(r, &a->total, &e), RC_OK);
	reader_close(r);
}

static inline void
read_all(struct all *a, const char *path, bool hash, size_t bite)
{
	struct reader *r;
	struct err e;

	assert_int_equal(reader_open(&r, path, false, hash, &e), RC_OK);
	read_open(a, r, bite);
}

static inline void
free_all(struct all *a)
{
	for (size_t i = 0; i < a->n; i++)
		buf_free(&a->v[i].data);
	a->n = 0;
}

/* The hash of a file that was read is that of its bytes. */
static inline void
check_hash(const struct all *a, struct slice stored)
{
	char hex[65];

	sha256_hex(stored, hex);
	assert_int_equal(a->total.size, stored.len);
	assert_true(a->total.has_sha256);
	assert_string_equal(a->total.sha256, hex);
}

static inline void
check_data(const struct got *g, struct slice want)
{
	assert_int_equal(g->data.len, want.len);
	if (want.len > 0)
		assert_memory_equal(g->data.ptr, want.ptr, want.len);
}

#endif
