/*
 * bytes - numbers in evidence, byte by byte
 *
 * bytes_le and bytes_be give the number in n bytes (at most 8) at pos of a
 * slice, little or big end first.  What would lie past the end counts as
 * zero, so that a structure that was cut off cannot be read past.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/slice.h"

static inline uint64_t
bytes_le(struct slice s, size_t pos, size_t n)
{
	uint64_t v = 0;

	if (pos > s.len || n > s.len - pos)
		return 0;
	while (n-- > 0)
		v = v << 8 | s.ptr[pos + n];
	return v;
}

static inline uint64_t
bytes_be(struct slice s, size_t pos, size_t n)
{
	uint64_t v = 0;

	if (pos > s.len || n > s.len - pos)
		return 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | s.ptr[pos + i];
	return v;
}

static inline uint16_t
bytes_le16(struct slice s, size_t pos)
{
	return (uint16_t)bytes_le(s, pos, 2);
}

static inline uint32_t
bytes_le32(struct slice s, size_t pos)
{
	return (uint32_t)bytes_le(s, pos, 4);
}

static inline uint32_t
bytes_be32(struct slice s, size_t pos)
{
	return (uint32_t)bytes_be(s, pos, 4);
}

#endif
