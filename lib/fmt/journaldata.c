#include "fmt/journaldata.h"

#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

#include "base/banned.h"

#define LZ4_SIZE 8 /* bytes of the size before an LZ4 block */

static bool
unpack_xz(struct buf *out, struct slice in, size_t limit)
{
	uint64_t memory = JOURNALDATA_MEMORY;
	size_t from = 0, to = 0;

	if (!buf_reserve(out, limit) ||
	    lzma_stream_buffer_decode(&memory, 0, NULL, in.ptr, &from, in.len,
		out->ptr + out->len, &to, limit) != LZMA_OK)
		return false;
	out->len += to;
	return true;
}

static bool
unpack_lz4(struct buf *out, struct slice in, size_t limit)
{
	uint64_t size = 0;
	int got;

	if (in.len <= LZ4_SIZE || in.len > LZ4_MAX_INPUT_SIZE)
		return false;
	for (size_t i = LZ4_SIZE; i-- > 0;)
		size = size << 8 | in.ptr[i];
	in = slice_from(in, LZ4_SIZE);
	if (size == 0 || size > limit || size > LZ4_MAX_INPUT_SIZE ||
	    !buf_reserve(out, (size_t)size))
		return false;
	got = LZ4_decompress_safe((const char *)in.ptr,
	    (char *)out->ptr + out->len, (int)in.len, (int)size);
	if (got < 0 || (uint64_t)got != size)
		return false;
	out->len += (size_t)size;
	return true;
}

static bool
unpack_zstd(struct buf *out, struct slice in, size_t limit)
{
	unsigned long long size = ZSTD_getFrameContentSize(in.ptr, in.len);
	size_t got;

	if (size == ZSTD_CONTENTSIZE_ERROR)
		return false;
	if (size == ZSTD_CONTENTSIZE_UNKNOWN)
		size = limit;
	if (size == 0 || size > limit || !buf_reserve(out, (size_t)size))
		return false;
	got =
	    ZSTD_decompress(out->ptr + out->len, (size_t)size, in.ptr, in.len);
	if (ZSTD_isError(got))
		return false;
	out->len += got;
	return true;
}

bool
journaldata_unpack(
    struct buf *out, struct slice payload, unsigned int flags, size_t limit)
{
	switch (flags) {
	case 0:
		return payload.len <= limit && buf_add(out, payload);
	case JOURNALDATA_XZ:
		return unpack_xz(out, payload, limit);
	case JOURNALDATA_LZ4:
		return unpack_lz4(out, payload, limit);
	case JOURNALDATA_ZSTD:
		return unpack_zstd(out, payload, limit);
	default:
		return false;
	}
}
