#include "source/piece.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"
#include "io/spool.h"
#include "source/piece_head.h"
#include "source/runlog.h"

#define PIECE_HEAD_MAX	(1 << 20)

void
pieces_open(struct pieces *p)
{
	*p = (struct pieces){ .fd = spool_temp() };
	if (p->fd == -1)
		p->sys = errno;
}

void
pieces_close(struct pieces *p)
{
	if (p->fd != -1)
		(void)close(p->fd);
	p->fd = -1;
}

/* The feed of one piece, as far as it does not depend on its head. */
static void
init_feed(struct feed *p, const struct feed *of, uint64_t off, int fd)
{
	*p = (struct feed){ .input = of->input, .prefix = of->prefix,
		.rec_in = of->rec_in, .container = of->container };
	p->survey.records = p->survey.readable = true;
	p->piece.is = true;
	p->piece.off = off;
	p->piece.fd = fd;
	buf_init(&p->name, of->name.limit);
	buf_init(&p->host, of->host.limit);
	buf_init(&p->last_host, of->last_host.limit);
	buf_init(&p->last_src, of->last_src.limit);
}

/* A search through a file for pieces. */
struct search {
	struct pieces	*store;
	struct feed	*of;
	const struct opt *opt;
	struct feed	*v;
	size_t		 n, cap;
	bool		 kept;		/* in the temporary file */
	uint64_t	 base;		/* where it begins there */
	struct buf	 scratch;
	bool		 many;
};

static void
add_piece(struct search *x, const struct rec *r, uint64_t off)
{
	char name[256];
	struct feed *f;

	if (x->n == PIECES_MAX) {
		x->many = true;
		return;
	}
	if (x->n == x->cap) {
		size_t cap = x->cap == 0 ? 4 : 2 * x->cap;

		x->v = mem_grow(x->v, x->cap, cap, sizeof(*x->v));
		x->cap = cap;
	}
	f = &x->v[x->n++];
	init_feed(f, x->of, x->kept ? x->base + off : off,
	    x->kept ? x->store->fd : -1);
	if (piece_read_head(f, r, x->opt))
		return;
	(void)msg_error("%s: offset %llu: the head of a piece is not as it was "
	    "written: its anchors are left out", msg_quote(name, sizeof(name),
	    slice_cstr(f->input->path)), (unsigned long long)off);
	f->damaged++;
}

/* What identifies the evidence of the pieces before; a bundle has many. */
static void
add_source(struct search *x, const struct rec *r)
{
	struct slice sha = rec_get(r, F_SHA256);
	uint64_t size;

	if (sha.len + 1 != sizeof(x->v->total.sha256) ||
	    !slice_u64(rec_get(r, F_SIZE), UINT64_MAX, &size))
		return;
	for (size_t i = x->n; i-- > 0;) {
		struct feed *f = &x->v[i];

		if (f->total.has_sha256 || !slice_eq(buf_slice(&f->name),
		    rec_get(r, F_SRC)))
			break;
		memcpy(f->total.sha256, sha.ptr, sha.len);
		f->total.size = size;
		f->total.has_sha256 = true;
	}
}

static void
look_at(struct search *x, struct slice line, uint64_t off)
{
	struct rec r;

	if (slice_starts(line, SLICE("type\t")))
		(void)rec_in_header(&x->of->rec_in, line);
	if (!piece_is(line) &&
	    !slice_starts(line, SLICE("{\"type\":\"source\"")) &&
	    !slice_starts(line, SLICE("source\t")))
		return;
	rec_clear(&r);
	x->scratch.len = 0;
	if (rec_in_line(&x->of->rec_in, &r, line, &x->scratch, NULL) != RC_OK)
		return;
	if (rec_has(&r, F_ANCHORS))
		add_piece(x, &r, off);
	else if (!piece_is(line))
		add_source(x, &r);
}

/* Keep what was read in the temporary file. */
static bool
keep(struct search *x, struct slice s)
{
	struct pieces *p = x->store;
	char name[256];

	while (x->kept && p->fd != -1 && s.len > 0) {
		ssize_t n = pwrite(p->fd, s.ptr, s.len, (off_t)p->end);

		if (n > 0) {
			p->end += (uint64_t)n;
			s = slice_from(s, (size_t)n);
		} else if (n == 0 || errno != EINTR) {
			p->sys = n == 0 ? EIO : errno;
			break;
		}
	}
	if (!x->kept || s.len == 0)
		return true;
	(void)msg_error("%s: pieces are kept in a temporary file while they "
	    "are read, and it cannot be written: %s; TMPDIR?",
	    msg_quote(name, sizeof(name), slice_cstr(x->of->input->path)),
	    strerror(p->sys));
	x->of->damaged++;
	return false;
}

/* Look at every line of the records. */
static void
search_lines(struct search *x)
{
	struct feed *f = x->of;
	struct slice w, line, rest;
	bool middle = false, eof;
	uint64_t off;

	for (;;) {
		w = reader_window(f->reader, &off, &eof);
		rest = w;
		while (slice_cut(rest, '\n', &line, &rest)) {
			if (!middle)
				look_at(x, line, off +
				    (uint64_t)(line.ptr - w.ptr));
			middle = false;
		}
		if (rest.len >= PIECE_HEAD_MAX) {
			middle = true;
			rest = slice_from(rest, rest.len);
		}
		if (f->stream_end)
			rest = slice_from(rest, rest.len);
		if (!keep(x, slice_sub(w, 0, w.len - rest.len)))
			return;
		reader_consume(f->reader, w.len - rest.len);
		if (f->stream_end)
			return;
		f->stream_rc = reader_more(f->reader, &f->stream_err);
		f->stream_end = f->stream_rc != RC_OK;
	}
}

/* Open the file again: the survey has closed it, or read on. */
static bool
reopen(struct feed *f, bool hash)
{
	struct err e;
	enum rc rc;

	if (f->reader != NULL)
		return true;
	rc = reader_open(&f->reader, f->input->path, f->input->found, hash,
	    &e);
	if (rc == RC_OK)
		return feed_stream(f);
	(void)msg_err(f->input->path, rc, &e);
	f->damaged++;
	return false;
}

struct feed *
pieces_find(struct pieces *store, struct feed *f, const struct opt *opt,
    size_t *n)
{
	struct search x = { .store = store, .of = f, .opt = opt,
	    .base = store->end };
	struct reader_total total;
	char name[256];

	*n = 0;
	if (!reopen(f, opt->hash))
		return NULL;
	x.kept = !f->input->regular || f->stream.container[0] != '\0' ||
	    slice_eq(slice_cstr(f->input->path), SLICE("-"));
	buf_init(&x.scratch, 1 << 22);
	search_lines(&x);
	if (f->stream_rc == RC_DAMAGED || f->stream_rc == RC_FAIL) {
		(void)msg_err(f->input->path, f->stream_rc, &f->stream_err);
		f->damaged++;
	}
	if (x.many) {
		(void)msg_error("%s: more than %d pieces: the rest is read as "
		    "part of the last", msg_quote(name, sizeof(name),
		    slice_cstr(f->input->path)), PIECES_MAX);
		f->damaged++;
	}
	if (reader_finish(f->reader, &total, NULL) == RC_OK)
		runlog_input(f->input->path, &total);
	reader_close(f->reader);
	f->reader = NULL;
	if (x.n > 0) {
		x.v[x.n - 1].damaged += f->damaged;
		x.v[x.n - 1].told = x.v[x.n - 1].damaged;
	}
	buf_free(&x.scratch);
	*n = x.n;
	return x.v;
}

static int
by_evidence(const void *a, const void *b)
{
	const struct feed *x = *(const struct feed *const *)a;
	const struct feed *y = *(const struct feed *const *)b;
	int c = slice_cmp(buf_slice(&x->name), buf_slice(&y->name));

	if (c == 0)
		c = memcmp(x->total.sha256, y->total.sha256,
		    sizeof(x->total.sha256));
	if (c == 0 && x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return c;
}

static void
drop(struct feed *f)
{
	char name[256];

	msg_note("%s: the piece of %s was given before; this one is left out",
	    msg_quote(name, sizeof(name) / 2, slice_cstr(f->input->path)),
	    msg_quote(name + sizeof(name) / 2, sizeof(name) / 2,
	    buf_slice(&f->name)));
	buf_free(&f->name);
	buf_free(&f->host);
	buf_free(&f->last_host);
	buf_free(&f->last_src);
	f->input = NULL;
}

size_t
pieces_once(struct feed *v, size_t n)
{
	struct feed **at = mem_alloc(n, sizeof(struct feed *));
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].piece.is && v[i].total.has_sha256)
			at[k++] = &v[i];
	if (k > 0)
		qsort(at, k, sizeof(struct feed *), by_evidence);
	for (size_t i = 0, first = 0; i < k; i++)
		if (i == first || by_evidence(&at[first], &at[i]) != 0)
			first = i;
		else if (at[i] > at[first])
			drop(at[i]);
		else {
			drop(at[first]);
			first = i;
		}
	mem_free(at);
	k = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i].input == NULL)
			continue;
		if (k != i)
			v[k] = v[i];
		k++;
	}
	return k;
}
