#include "io/unpack.h"

#include <bzlib.h>
#include <limits.h>
#include <lzma.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/mem.h"
#include "base/msg.h"
#include "io/utf16.h"

#define WINDOW_LOG 27 /* UNPACK_MEMORY, and zstd's own limit */

struct unpack {
	enum sniff kind;
	uint64_t off; /* of the next byte of input */
	bool between; /* a stream or frame has just ended */
	lzma_stream xz;
	ZSTD_DStream *zstd;
	bz_stream bz;
	struct utf16 utf16;
};

/* Input and output of one step. */
struct step {
	struct slice in;
	bool eof;
	unsigned char *dst;
	size_t cap;
};

static const char *const damaged[] = { [SNIFF_XZ] = "damaged xz data",
	[SNIFF_ZSTD] = "damaged zstd data",
	[SNIFF_BZIP2] = "damaged bzip2 data" };

static const char *const cut[] = { [SNIFF_XZ] = "xz data is cut off",
	[SNIFF_ZSTD] = "zstd data is cut off",
	[SNIFF_BZIP2] = "bzip2 data is cut off" };

#define TOO_MUCH "would need too much memory to unpack"
#define BEHIND "the compressed data is followed by other bytes"

static void
open_bzip2(struct unpack *u)
{
	u->bz = (bz_stream){ 0 };
	if (BZ2_bzDecompressInit(&u->bz, 0, 0) != BZ_OK)
		msg_panic("libbz2 does not start");
}

struct unpack *
unpack_open(enum sniff kind, uint64_t off)
{
	static const lzma_stream none = LZMA_STREAM_INIT;
	struct unpack *u = mem_alloc(1, sizeof(*u));

	u->kind = kind;
	u->off = off;
	switch (kind) {
	case SNIFF_XZ:
		u->xz = none;
		if (lzma_stream_decoder(
			&u->xz, UNPACK_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
			msg_panic("liblzma does not start");
		break;
	case SNIFF_ZSTD:
		u->zstd = ZSTD_createDStream();
		if (u->zstd == NULL ||
		    ZSTD_isError(ZSTD_DCtx_setParameter(
			u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG)))
			msg_panic("libzstd does not start");
		break;
	case SNIFF_BZIP2:
		open_bzip2(u);
		break;
	case SNIFF_UTF16:
		utf16_init(&u->utf16);
		break;
	default:
		msg_panic("not packed data");
	}
	return u;
}

void
unpack_free(struct unpack *u)
{
	if (u == NULL)
		return;
	if (u->kind == SNIFF_XZ)
		lzma_end(&u->xz);
	else if (u->kind == SNIFF_ZSTD)
		ZSTD_freeDStream(u->zstd);
	else if (u->kind == SNIFF_BZIP2)
		(void)BZ2_bzDecompressEnd(&u->bz);
	mem_free(u);
}

/* Take away what was used and made. */
static void
advance(struct unpack *u, struct step *s, size_t used, size_t made)
{
	s->in = slice_from(s->in, used);
	s->dst += made;
	s->cap -= made;
	u->off += used;
}

static enum rc
step_xz(struct unpack *u, struct step *s, struct err *e)
{
	while (s->cap > 0) {
		size_t in = s->in.len, cap = s->cap;
		lzma_ret ret;

		u->xz.next_in = s->in.ptr;
		u->xz.avail_in = in;
		u->xz.next_out = s->dst;
		u->xz.avail_out = cap;
		ret = lzma_code(&u->xz, s->eof ? LZMA_FINISH : LZMA_RUN);
		advance(u, s, in - u->xz.avail_in, cap - u->xz.avail_out);
		switch (ret) {
		case LZMA_OK:
			break;
		case LZMA_BUF_ERROR:
			if (!s->eof)
				return RC_OK;
			return err_damaged(e, u->off, cut[u->kind]);
		case LZMA_STREAM_END:
			return RC_END;
		case LZMA_MEM_ERROR:
		case LZMA_MEMLIMIT_ERROR:
			return err_damaged(e, u->off, TOO_MUCH);
		case LZMA_FORMAT_ERROR:
			return err_damaged(e, u->off, BEHIND);
		default:
			return err_damaged(e, u->off, damaged[u->kind]);
		}
		if (s->in.len == 0 && !s->eof)
			return RC_OK;
	}
	return RC_OK;
}

static enum rc
step_zstd(struct unpack *u, struct step *s, struct err *e)
{
	while (s->cap > 0) {
		ZSTD_inBuffer in = { s->in.ptr, s->in.len, 0 };
		ZSTD_outBuffer out = { s->dst, s->cap, 0 };
		size_t ret;

		if (u->between && in.size == 0)
			return s->eof ? RC_END : RC_OK;
		ret = ZSTD_decompressStream(u->zstd, &out, &in);
		advance(u, s, in.pos, out.pos);
		if (ZSTD_isError(ret)) {
			ZSTD_ErrorCode code = ZSTD_getErrorCode(ret);

			return err_damaged(e, u->off,
			    code == ZSTD_error_frameParameter_windowTooLarge ||
				    code == ZSTD_error_memory_allocation ?
				TOO_MUCH :
				u->between &&
				    code == ZSTD_error_prefix_unknown ?
				BEHIND :
				damaged[u->kind]);
		}
		u->between = ret == 0;
		if (s->in.len == 0 && s->cap > 0 && !u->between) {
			if (!s->eof)
				return RC_OK;
			return err_damaged(e, u->off, cut[u->kind]);
		}
	}
	return RC_OK;
}

static enum rc
step_bzip2(struct unpack *u, struct step *s, struct err *e)
{
	while (s->cap > 0) {
		size_t in = s->in.len < UINT_MAX ? s->in.len : UINT_MAX;
		size_t cap = s->cap < UINT_MAX ? s->cap : UINT_MAX;
		int ret;

		if (u->between) {
			if (in == 0)
				return s->eof ? RC_END : RC_OK;
			if (s->in.ptr[0] != 'B')
				return err_damaged(e, u->off, BEHIND);
			(void)BZ2_bzDecompressEnd(&u->bz);
			open_bzip2(u);
			u->between = false;
		}
		/* The interface is older than const. */
		memcpy(&u->bz.next_in, &s->in.ptr, sizeof(u->bz.next_in));
		u->bz.avail_in = (unsigned int)in;
		u->bz.next_out = (char *)s->dst;
		u->bz.avail_out = (unsigned int)cap;
		ret = BZ2_bzDecompress(&u->bz);
		advance(u, s, in - u->bz.avail_in, cap - u->bz.avail_out);
		if (ret == BZ_MEM_ERROR)
			return err_damaged(e, u->off, TOO_MUCH);
		if (ret != BZ_OK && ret != BZ_STREAM_END)
			return err_damaged(e, u->off, damaged[u->kind]);
		u->between = ret == BZ_STREAM_END;
		if (s->in.len == 0 && s->cap > 0 && !u->between) {
			if (!s->eof)
				return RC_OK;
			return err_damaged(e, u->off, cut[u->kind]);
		}
	}
	return RC_OK;
}

static enum rc
step_utf16(struct unpack *u, struct step *s, struct err *e)
{
	size_t in = s->in.len;

	utf16_step(&u->utf16, &s->in, &s->dst, &s->cap);
	u->off += in - s->in.len;
	if (s->in.len > 0 || s->cap == 0 || !s->eof)
		return RC_OK;
	return utf16_torn(&u->utf16) ?
	    err_damaged(e, u->off, "UTF-16 ends within a character") :
	    RC_END;
}

enum rc
unpack_step(struct unpack *u, struct slice in, bool eof, size_t *used,
    unsigned char *dst, size_t cap, size_t *made, struct err *e)
{
	struct step s = { .in = in, .eof = eof, .dst = dst, .cap = cap };
	enum rc rc = u->kind == SNIFF_XZ ? step_xz(u, &s, e) :
	    u->kind == SNIFF_ZSTD	 ? step_zstd(u, &s, e) :
	    u->kind == SNIFF_BZIP2	 ? step_bzip2(u, &s, e) :
					   step_utf16(u, &s, e);

	*used = in.len - s.in.len;
	*made = cap - s.cap;
	return rc;
}
