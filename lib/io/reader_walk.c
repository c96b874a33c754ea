#include "io/reader_level.h"

#include "base/msg.h"
#include "io/srcpath.h"

#define SALVAGE_MAX	65536		/* streams found behind damage */

static void
copy_path(struct buf *dst, const struct buf *src)
{
	dst->len = 0;
	buf_add(dst, buf_slice(src));
}

/* Name the stream of a level that decodes what is below. */
static void
name_data(struct level *l, uint64_t off)
{
	struct level *low = l - 1;
	struct slice word = slice_cstr(sniff_name(l->kind));

	srcpath_data(&l->path, buf_slice(&low->path), off, word);
	/* A compressed bundle is called like the file itself. */
	if (off == 0)
		copy_path(&l->outer, &low->outer);
	else
		srcpath_data(&l->outer, buf_slice(&low->path), off, word);
}

/* Begin to decompress what the window below shows. */
static void
begin_data(struct level *l)
{
	struct level *low = l - 1;

	level_begin(l);
	name_data(l, low->off);
	l->has_mtime = low->has_mtime;
	l->mtime = low->mtime;
}

static void
start_gzip(struct level *l)
{
	struct level *low = l - 1;
	int64_t mtime;

	begin_data(l);
	if (gunzip_mtime(level_window(low), &mtime)) {
		l->has_mtime = true;
		l->mtime = mtime;
	}
	gunzip_start(l->gunzip, low->off);
}

/* Go to the next file of a bundle. */
static enum rc
next_file(struct level *l)
{
	struct level *low = l - 1;
	struct bundle_file f;
	struct err e;
	enum rc rc;

	level_begin(l);
	l->has_mtime = low->has_mtime;
	l->mtime = low->mtime;
	rc = bundle_next(l->bundle, &f, &e);
	if (rc == RC_OK) {
		srcpath_member(&l->path, buf_slice(&low->outer), f.name);
		srcpath_member(&l->outer, buf_slice(&low->outer), f.name);
		if (f.has_mtime) {
			l->has_mtime = true;
			l->mtime = f.mtime;
		}
	} else {
		copy_path(&l->path, &low->outer);
		level_end_decoder(l, rc, &e);
		rc = l->end;
	}
	return rc;
}

/* Put a decoder on top; false if that would be too deep. */
static bool
push(struct reader *r, enum sniff kind)
{
	struct level *low = &r->level[r->top], *l = low + 1;

	if (r->top == READER_DEPTH)
		return false;
	r->top++;
	l->kind = kind;
	l->lent = 0;
	l->keep = 0;
	if (kind == SNIFF_GZIP) {
		low->keep = GUNZIP_KEEP;
		if (l->gunzip == NULL)
			l->gunzip = gunzip_new();
		start_gzip(l);
		return true;
	}
	if (!sniff_bundle(kind)) {
		begin_data(l);
		l->unpack = unpack_open(kind, low->off);
		return true;
	}
	level_begin(l);
	copy_path(&l->path, &low->outer);
	copy_path(&l->outer, &low->outer);
	l->bundle = bundle_open(kind, level_lend, l);
	(void)next_file(l);
	return true;
}

/* Take the topmost decoder away. */
static void
pop(struct reader *r)
{
	struct level *l = &r->level[r->top], *low = l - 1;

	level_consume(low, l->lent);
	l->lent = 0;
	low->keep = 0;
	bundle_free(l->bundle);
	l->bundle = NULL;
	unpack_free(l->unpack);
	l->unpack = NULL;
	r->top--;
}

/* Search the stored bytes for a gzip member behind damage. */
static bool
salvage(struct reader *r, struct level *l)
{
	struct level *low = l - 1;
	size_t back = gunzip_back(l->gunzip), pos;

	if (back > low->pos)
		msg_panic("gzip lookback is gone");
	low->pos -= back;
	low->off -= back;
	while (!gunzip_find(l->gunzip, level_window(low), low->end != RC_OK, &pos)) {
		level_consume(low, pos);
		if (low->end != RC_OK)
			return false;
		reader_fill(r, (size_t)(low - r->level));
	}
	level_consume(low, pos);
	start_gzip(l);
	return true;
}

/*
 * Go on behind the stream on top; false if that was the last.  *look is set
 * if the new one may be a container; otherwise it only brings damage.
 */
static bool
advance(struct reader *r, bool *look)
{
	for (;;) {
		struct level *l = &r->level[r->top];

		*look = false;
		reader_skip(r, r->top);
		if (level_untold(l))
			return true;
		if (r->top == 0)
			return false;
		if (r->stop) {
			pop(r);
			continue;
		}
		if (l->torn && salvage(r, l)) {
			if (++r->salvaged <= SALVAGE_MAX) {
				*look = true;
				return true;
			}
			level_end(l, RC_DAMAGED, &(struct err){
			    .what = "too much damage, the rest is left out",
			    .off = l[-1].off });
			r->stop = true;
			return true;
		}
		if (sniff_bundle(l->kind) && next_file(l) != RC_END) {
			*look = l->end == RC_OK;
			return true;
		}
		pop(r);
	}
}

/* What the bytes of the stream on top are. */
static enum sniff
look_into(struct reader *r)
{
	struct level *l = &r->level[r->top];

	while (l->len - l->pos < SNIFF_LEN && reader_fill(r, r->top) == RC_OK)
		;
	return sniff(level_window(l));
}

/* The outermost container that the path shows. */
static enum sniff
container(const struct reader *r)
{
	const struct level *l = r->level;

	if (r->top == 0)
		return SNIFF_NONE;
	if (r->top > 1 && !sniff_bundle(l[1].kind) && sniff_bundle(l[2].kind))
		return l[2].kind;
	return l[1].kind;
}

enum rc
reader_stream(struct reader *r, struct reader_stream *s, struct err *e)
{
	bool look = !r->started;
	struct level *l;

	(void)e;
	if (r->finished)
		return RC_END;
	r->started = true;
	if (r->bad_news)
		r->level[r->top].told = true;
	while (look || advance(r, &look)) {
		enum sniff kind = look ? look_into(r) : SNIFF_NONE;

		l = &r->level[r->top];
		if (kind == SNIFF_NONE) {
			r->bad_news = !look;
			if (r->bad_news)
				l->off = 0;
			*s = (struct reader_stream){
			    .path = buf_slice(&l->path),
			    .mtime = l->mtime,
			    .has_mtime = l->has_mtime,
			    .container = sniff_name(container(r)) };
			return RC_OK;
		}
		if (push(r, kind)) {
			/* A bundle without files has no stream. */
			l = &r->level[r->top];
			look = !sniff_bundle(kind) || l->end != RC_END;
			continue;
		}
		reader_skip(r, r->top);
		level_end(l, RC_DAMAGED, &(struct err){
		    .what = "containers nested too deep" });
		look = false;
	}
	return RC_END;
}
