#include "source/origins.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/readat.h"
#include "io/reader.h"
#include "source/inside.h"
#include "source/journals.h"

#define BLOCK	((size_t)64 * 1024)	/* read at once */
#define INSIDE_SLACK	((uint64_t)64 * 1024 * 1024)

/* What an origin_read is after. */
struct search {
	struct origins	*o;
	origin_fn	*fn;
	void		*arg;
	bool		 stopped;
};

/* Give out a place; false to stop. */
static bool
give(struct search *s, const struct origin_place *p, const unsigned char *b)
{
	if (!s->stopped && !s->fn(s->arg, p, slice_of(b, p->len)))
		s->stopped = true;
	return !s->stopped;
}

/* Places of a stream that it does not have. */
static void
complain_missing(struct origins *o, uint64_t n, const struct origin_place *p,
    const char *why)
{
	origins_complain(o, o->stream[p->stream].src, "%llu lines are not "
	    "quoted, the first at offset %llu: %s", (unsigned long long)n,
	    (unsigned long long)p->off, why);
}

static bool
too_long(const struct origin_place *p)
{
	return p->len > ORIGIN_LINE;
}

size_t
origins_bytes(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	const struct origins *o = arg;
	size_t got = 0;

	if (off >= o->size)
		return 0;
	if (len > o->size - off)
		len = (size_t)(o->size - off);
	if (o->image != NULL)
		return image_read(o->image, off, dst, len, &got, NULL) ==
			RC_OK ? got : 0;
	return readat(o->fd, dst, len, o->base + off, NULL);
}

/* Fill the block from off on, with `least` bytes or more; the bytes there. */
static size_t
read_block(struct origins *o, uint64_t off, size_t least)
{
	return origins_bytes(o, off, o->block, least > BLOCK ? least : BLOCK);
}

/* Where a journal begins in the file at hand. */
struct journal_at {
	struct origins	*o;
	uint64_t	 off;
};

static size_t
read_at(void *arg, uint64_t off, void *buf, size_t n)
{
	const struct journal_at *at = arg;

	return off >= at->o->size - at->off ? 0 :
	    origins_bytes(at->o, at->off + off, buf, n);
}

/* Places of a journal, which are entries; NULL: there is none. */
static void
read_journal(struct search *s, struct journals *j,
    const struct origin_place *v, size_t n)
{
	const struct origin_place *first = NULL;
	uint64_t missing = 0;
	struct buf text;

	buf_init(&text, 2 * JOURNALFILE_TEXT);
	for (size_t i = 0; i < n && !s->stopped; i++) {
		text.len = 0;
		if (j == NULL || !journals_quote(j, v[i].off, v[i].len, &text)) {
			if (missing++ == 0)
				first = &v[i];
		} else if (!s->fn(s->arg, &v[i], buf_slice(&text)))
			s->stopped = true;
	}
	buf_free(&text);
	journals_close(j);
	if (missing > 0)
		complain_missing(s->o, missing, first,
		    "no entry of the journal stands there");
}

/* Places of a journal that begins at `off`, before the end of the file. */
static void
read_journal_at(struct search *s, uint64_t off, const struct origin_place *v,
    size_t n)
{
	struct journal_at at = { s->o, off };
	struct journalfile_src src = { .read = read_at, .arg = &at,
		.size = s->o->size - off };

	read_journal(s, journals_of(&src, true), v, n);
}

/*
 * A journal that begins at an offset, of the file or of what is in it:
 * ...@OFFSET-JOURNAL; *before is the path of what it lies in.
 */
static bool
is_in_journal(struct slice path, struct slice *before, uint64_t *off)
{
	size_t n = slice_rchr(path, '@');
	struct slice number, word;

	*before = slice_sub(path, 0, n);
	return n != SLICE_NONE &&
	    slice_cut(slice_from(path, n + 1), '-', &number, &word) &&
	    slice_eq(word, SLICE("JOURNAL")) &&
	    slice_u64(number, INT64_MAX, off);
}

/* Is the file at hand a journal? */
static bool
is_journal(struct origins *o)
{
	size_t n = read_block(o, 0, BLOCK);
	struct journal_header header;

	return journalobj_header(slice_of(o->block, n), &header);
}

/* Places of a plain file. */
static void
read_plain(struct search *s, const struct origin_place *v, size_t n)
{
	struct origins *o = s->o;
	const struct origin_place *first = NULL;
	uint64_t at = 0, missing = 0;
	size_t len = 0;

	if (!o->disk && is_journal(o)) {
		read_journal_at(s, 0, v, n);
		return;
	}
	for (size_t i = 0; i < n && !s->stopped; i++) {
		const struct origin_place *p = &v[i];

		if (!too_long(p) && (p->off < at || p->off - at > len ||
		    p->len > len - (size_t)(p->off - at))) {
			at = p->off;
			len = read_block(o, at, p->len);
		}
		if (!too_long(p) && p->len <= len - (size_t)(p->off - at))
			(void)give(s, p, o->block + (p->off - at));
		else if (missing++ == 0)
			first = p;
	}
	if (missing > 0)
		complain_missing(o, missing, first, too_long(first) ?
		    "no line is that long" : "behind the end of what was read");
}

/* The part of a path that is inside of the file. */
static struct slice
inner(const struct stream *t)
{
	return slice_from(t->src, t->outer);
}

/* Does the file itself begin like a compressed one? */
static bool
is_packed(struct origins *o)
{
	struct slice s = slice_of(o->block, read_block(o, 0, 1));

	return slice_starts(s, SLICE("\x1f\x8b")) ||
	    slice_starts(s, SLICE("\x28\xb5\x2f\xfd")) ||
	    slice_starts(s, SLICE("\xfd" "7zXZ"));
}

/* A compressed file within the one at hand; mxcarve decodes no more of it. */
static struct inside *
open_inside(struct origins *o, struct slice path)
{
	uint64_t limit = (o->size < UINT64_MAX / 64 ? o->size : 0) * 32 +
	    INSIDE_SLACK;

	return inside_open(origins_bytes, o, limit, path);
}

/* inside_read as a deflate_read_fn. */
static size_t
read_decoded(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	return inside_read(arg, off, dst, len);
}

/* Places of a journal in a compressed file; false if there is none. */
static bool
read_nested(struct search *s, const struct origin_place *v, size_t n)
{
	struct origins *o = s->o;
	struct journalfile_src src = { .read = scratch_read,
		.arg = &o->scratch };
	struct slice before;
	struct inside *in;
	uint64_t off;

	if (!is_in_journal(inner(&o->stream[v[0].stream]), &before, &off))
		return false;
	in = open_inside(o, before);
	if (in == NULL)
		return false;
	src.size = scratch_fill(&o->scratch, read_decoded, in, off,
	    SCRATCH_MAX);
	inside_close(in);
	read_journal(s, journals_of(&src, true), v, n);
	return true;
}

/*
 * Places of a compressed file that begins anywhere in an image; false if none
 * begins there.
 */
static bool
read_inside(struct search *s, const struct origin_place *v, size_t n)
{
	struct origins *o = s->o;
	struct inside *in = open_inside(o, inner(&o->stream[v[0].stream]));
	const struct origin_place *first = NULL;
	uint64_t missing = 0;

	if (in == NULL)
		return read_nested(s, v, n);
	for (size_t i = 0; i < n && !s->stopped; i++)
		if (!too_long(&v[i]) && inside_read(in, v[i].off, o->block,
		    v[i].len) == v[i].len)
			(void)give(s, &v[i], o->block);
		else if (missing++ == 0)
			first = &v[i];
	inside_close(in);
	if (missing > 0)
		complain_missing(o, missing, first, too_long(first) ?
		    "no line is that long" : "behind the end of what decodes");
	return true;
}

/* Places of the stream that the reader is in. */
static void
read_stream(struct search *s, struct reader *r, const struct origin_place *v,
    size_t n)
{
	const struct origin_place *first = NULL;
	uint64_t missing = 0, off;
	bool end = false, eof;

	for (size_t i = 0; i < n && !s->stopped;) {
		const struct origin_place *p = &v[i];
		struct slice w = reader_window(r, &off, &eof);
		uint64_t skip = p->off < off ? 0 : p->off - off;

		end = end || eof;
		if (skip > 0) {
			skip = skip < w.len ? skip : w.len;
			reader_consume(r, (size_t)skip);
			w = slice_from(w, (size_t)skip);
			off += skip;
		}
		if (!too_long(p) && off == p->off && w.len >= p->len)
			(void)give(s, p, w.ptr);
		else if (!end && !too_long(p)) {
			end = reader_more(r, NULL) != RC_OK;
			continue;
		} else if (missing++ == 0)
			first = p;
		i++;
	}
	if (missing > 0)
		complain_missing(s->o, missing, first, too_long(first) ?
		    "no line is that long" : "behind the end of what was read");
}

/* How many places from the first on are of its stream. */
static size_t
same_stream(const struct origin_place *v, size_t n)
{
	size_t k = 1;

	while (k < n && v[k].stream == v[0].stream)
		k++;
	return k;
}

/* The first place of a stream among n; n if there is none. */
static size_t
place_of(const struct origin_place *v, size_t n, uint32_t stream)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].stream < stream)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo].stream == stream ? lo : n;
}

/* The stream of ours that the reader's path "-..." stands for. */
static uint32_t
stream_of(struct origins *o, uint32_t any, struct slice path)
{
	const struct stream *s = &o->stream[any];

	o->text.len = 0;
	(void)buf_add(&o->text, slice_sub(s->src, 0, s->outer));
	(void)buf_add(&o->text, slice_from(path, 1));
	return keyset_find(&o->streams, keyset_key(buf_slice(&o->text)));
}

/* True for the stored bytes of a file. */
static bool
is_plain(const struct stream *t)
{
	return t->outer == t->src.len;
}

/*
 * Places inside of a container, in `left` of its streams, those that are not
 * done: the reader goes through it once.
 */
static size_t
read_container(struct search *s, const struct origin_place *v, size_t n,
    size_t left, bool *done)
{
	struct origins *o = s->o;
	struct reader_stream rs;
	struct reader *r;
	struct err e;
	size_t k;

	(void)close(STDIN_FILENO);
	if (fcntl(o->fd, F_DUPFD, STDIN_FILENO) != STDIN_FILENO ||
	    lseek(STDIN_FILENO, (off_t)o->base, SEEK_SET) < 0 ||
	    reader_open(&r, "-", false, false, &e) != RC_OK) {
		origins_complain(o, o->file[o->cur].name, "cannot be read: %s",
		    strerror(errno));
		return 0;
	}
	while (left > 0 && !s->stopped &&
	    reader_stream(r, &rs, &e) == RC_OK) {
		k = place_of(v, n, stream_of(o, v[0].stream, rs.path));
		if (k == n || done[k])
			continue;
		done[k] = true;
		left--;
		if (journals_here(r))
			read_journal(s, journals_open(r, true), v + k,
			    same_stream(v + k, n - k));
		else
			read_stream(s, r, v + k, same_stream(v + k, n - k));
	}
	reader_close(r);
	return left;
}

/* What the reader has not met: compressed files elsewhere, or nothing. */
static void
read_left(struct search *s, const struct origin_place *v, size_t n,
    const bool *done)
{
	size_t k;

	for (size_t i = 0; i < n && !s->stopped; i += k) {
		k = same_stream(v + i, n - i);
		if (!done[i] && !read_inside(s, v + i, k))
			complain_missing(s->o, k, &v[i],
			    "the file has nothing of that name inside");
	}
}

int
origin_read(struct origins *o, uint32_t file, const struct origin_place *v,
    size_t n, origin_fn *fn, void *arg)
{
	struct search s = { .o = o, .fn = fn, .arg = arg };
	size_t left = 0, k;
	bool packed, *done;

	if (n == 0)
		return EXIT_YES;
	if (o->block == NULL)
		o->block = mem_alloc(ORIGIN_LINE, 1);
	if (o->cur != file)
		origins_enter(o, file, v[0].stream);
	if (o->fd == -1)
		return EXIT_TROUBLE;
	packed = !o->disk && is_packed(o);
	done = mem_alloc(n, sizeof(*done));
	for (size_t i = 0; i < n && !s.stopped; i += k) {
		const struct stream *t = &o->stream[v[i].stream];
		struct slice before;
		uint64_t off;

		k = same_stream(v + i, n - i);
		done[i] = true;
		if (is_plain(t))
			read_plain(&s, v + i, k);
		else if (is_in_journal(inner(t), &before, &off) &&
		    before.len == 0 && off < o->size)
			read_journal_at(&s, off, v + i, k);
		else if (packed || !read_inside(&s, v + i, k)) {
			done[i] = false;
			left++;
		}
	}
	/* An image holds no bundle. */
	if (left > 0 && !s.stopped && o->image == NULL)
		left = read_container(&s, v, n, left, done);
	if (left > 0)
		read_left(&s, v, n, done);
	mem_free(done);
	return o->trouble ? EXIT_TROUBLE : EXIT_YES;
}
