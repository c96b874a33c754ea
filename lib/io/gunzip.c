#include "io/gunzip.h"

#include <limits.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/msg.h"

#define TRIAL_OUT	1024	/* so much inflated is proof enough */
#define TRIAL_LEAST	32	/* before an error */
#define WINDOW_GZIP	(15 + 16)

enum state {
	MEMBER,		/* inside a member */
	BETWEEN,	/* behind a member */
	PADDING,	/* in zero bytes behind a member */
	OVER
};

struct gunzip {
	z_stream	 z;
	z_stream	 trial;
	enum state	 state;
	uint64_t	 off;		/* of the next byte of input */
	uint64_t	 member;	/* where the last member began */
	uint64_t	 padding;	/* where the padding began */
	uint64_t	 from;		/* where to search after damage */
};

static void *
zalloc(void *arg, unsigned int n, unsigned int size)
{
	(void)arg;
	return mem_alloc(n, size);
}

static void
zfree(void *arg, void *p)
{
	(void)arg;
	mem_free(p);
}

static void
open_stream(z_stream *z)
{
	z->zalloc = zalloc;
	z->zfree = zfree;
	if (inflateInit2(z, WINDOW_GZIP) != Z_OK)
		msg_panic("zlib does not start");
}

struct gunzip *
gunzip_new(void)
{
	struct gunzip *g = mem_alloc(1, sizeof(*g));

	open_stream(&g->z);
	g->state = OVER;
	return g;
}

void
gunzip_free(struct gunzip *g)
{
	if (g == NULL)
		return;
	inflateEnd(&g->z);
	if (g->trial.state != NULL)
		inflateEnd(&g->trial);
	mem_free(g);
}

/* A member begins at the next byte. */
static void
begin_member(struct gunzip *g)
{
	if (inflateReset(&g->z) != Z_OK)
		msg_panic("zlib does not start again");
	g->state = MEMBER;
	g->member = g->off;
}

void
gunzip_start(struct gunzip *g, uint64_t off)
{
	g->off = off;
	begin_member(g);
}

/* Damage behind a whole member. */
static enum rc
damaged_behind(struct gunzip *g, uint64_t off, const char *what, struct err *e)
{
	g->state = OVER;
	g->from = g->off;
	return err_damaged(e, off, what);
}

/* Damage inside a member, whose real end may lie before it. */
static enum rc
damaged(struct gunzip *g, uint64_t off, const char *what, struct err *e)
{
	g->state = OVER;
	g->from = g->member + 1;
	if (off > GUNZIP_BACK && g->from < off - GUNZIP_BACK)
		g->from = off - GUNZIP_BACK;
	return err_damaged(e, off, what);
}

/*
 * Where inflate has stopped, to the bit: what it has taken less what it
 * holds unused, so that the offset does not depend on how input was cut.
 */
static enum rc
damaged_here(struct gunzip *g, struct err *e)
{
	unsigned int bits = (unsigned int)g->z.data_type & 63;
	uint64_t off = g->off - (bits + 7) / 8;

	/* Only the trailer's fields are looked at 32 bits at a time. */
	return damaged(g, off, bits == 32 ?
	    "gzip checksum or length does not match: lines may be wrong, "
	    "mxcarve tells more" :
	    "damaged gzip data: mxcarve may find lines behind it", e);
}

/* Inflate until input or room is used up or the member ends. */
static enum rc
inflate_some(struct gunzip *g, struct slice in, bool eof, size_t *used,
    unsigned char *dst, size_t cap, size_t *made, struct err *e)
{
	unsigned int n_in = in.len < INT_MAX ? (unsigned int)in.len : INT_MAX;
	unsigned int n_out = cap < INT_MAX ? (unsigned int)cap : INT_MAX;
	int ret;

	/* zlib is not const-correct; it does not write to its input. */
	g->z.next_in = (unsigned char *)(uintptr_t)in.ptr;
	g->z.avail_in = n_in;
	g->z.next_out = dst;
	g->z.avail_out = n_out;
	ret = inflate(&g->z, Z_NO_FLUSH);
	*used += n_in - g->z.avail_in;
	*made += n_out - g->z.avail_out;
	g->off += n_in - g->z.avail_in;
	if (ret == Z_STREAM_END)
		g->state = BETWEEN;
	else if (ret != Z_OK && ret != Z_BUF_ERROR)
		return damaged_here(g, e);
	else if (eof && n_in == in.len && g->z.avail_in == 0 &&
	    g->z.avail_out > 0)
		return damaged(g, g->off, "gzip data is cut off", e);
	return RC_OK;
}

/*
 * Look at the first byte behind a member; that a header which begins well
 * is a header, zlib finds out.
 */
static enum rc
look_behind(struct gunzip *g, unsigned char c, struct err *e)
{
	if (c == 0) {
		g->state = PADDING;
		g->padding = g->off;
		return RC_OK;
	}
	if (c == 0x1f) {
		begin_member(g);
		return RC_OK;
	}
	return damaged_behind(g, g->off,
	    "something else follows the gzip data", e);
}

/* Skip zero bytes. */
static enum rc
skip_padding(struct gunzip *g, struct slice in, size_t *used, struct err *e)
{
	size_t n = 0;

	while (n < in.len && in.ptr[n] == 0)
		n++;
	*used += n;
	g->off += n;
	if (n < in.len)
		return damaged_behind(g, g->padding,
		    "zero bytes inside the gzip data", e);
	return RC_OK;
}

enum rc
gunzip_step(struct gunzip *g, struct slice in, bool eof, size_t *used,
    unsigned char *dst, size_t cap, size_t *made, struct err *e)
{
	enum rc rc = RC_OK;

	*used = *made = 0;
	while (rc == RC_OK) {
		struct slice left = slice_from(in, *used);

		if (g->state == MEMBER) {
			if (*made == cap || (left.len == 0 && !eof))
				return RC_OK;
			rc = inflate_some(g, left, eof, used, dst + *made,
			    cap - *made, made, e);
		} else if (g->state == OVER) {
			return RC_END;
		} else if (left.len == 0) {
			if (!eof)
				return RC_OK;
			g->state = OVER;
			return RC_END;
		} else if (g->state == BETWEEN) {
			rc = look_behind(g, left.ptr[0], e);
		} else {
			rc = skip_padding(g, left, used, e);
		}
	}
	return rc;
}

size_t
gunzip_back(const struct gunzip *g)
{
	return g->from < g->off ? (size_t)(g->off - g->from) : 0;
}

/* True if a member begins here, as far as in shows. */
static bool
try_member(struct gunzip *g, struct slice in)
{
	unsigned char out[TRIAL_OUT];
	size_t made;
	int ret;

	if (g->trial.state == NULL)
		open_stream(&g->trial);
	else if (inflateReset(&g->trial) != Z_OK)
		msg_panic("zlib does not start again");
	in = slice_sub(in, 0, GUNZIP_TRIAL);
	g->trial.next_in = (unsigned char *)(uintptr_t)in.ptr;
	g->trial.avail_in = (unsigned int)in.len;
	g->trial.next_out = out;
	g->trial.avail_out = sizeof(out);
	ret = inflate(&g->trial, Z_NO_FLUSH);
	made = sizeof(out) - g->trial.avail_out;
	return ret == Z_STREAM_END || made >= TRIAL_LEAST ||
	    (ret == Z_OK && made > 0);
}

bool
gunzip_find(struct gunzip *g, struct slice in, bool eof, size_t *pos)
{
	size_t at = 0, next;

	for (;;) {
		next = slice_chr(slice_from(in, at), 0x1f);
		if (next == SLICE_NONE) {
			*pos = in.len;
			return false;
		}
		at += next;
		*pos = at;
		if (in.len - at < GUNZIP_TRIAL && !eof)
			return false;
		if (in.len - at < 4) {
			*pos = in.len;
			return false;
		}
		if (slice_starts(slice_from(in, at), SLICE("\x1f\x8b\x08")) &&
		    (in.ptr[at + 3] & 0xe0) == 0 &&
		    try_member(g, slice_from(in, at)))
			return true;
		at++;
	}
}

bool
gunzip_mtime(struct slice s, int64_t *sec)
{
	if (s.len < 8)
		return false;
	*sec = (int64_t)((uint32_t)s.ptr[4] | (uint32_t)s.ptr[5] << 8 |
	    (uint32_t)s.ptr[6] << 16 | (uint32_t)s.ptr[7] << 24);
	return *sec != 0;
}
