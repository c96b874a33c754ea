/*
 * utf8 - the characters of a byte string, and which are unsafe to show
 *
 * utf8_next decodes the first character of a slice that is not empty and
 * returns how many bytes it takes; for bytes that are not UTF-8 (overlong,
 * surrogates, above U+10FFFF, cut off) it sets UTF8_BAD and returns 1.
 *
 * utf8_unsafe is true for what must not reach a terminal, a page or a record
 * as it is: C0, DEL, C1, line and paragraph separators, zero-width and
 * bidirectional controls, byte order mark, interlinear marks, tags and
 * noncharacters.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define UTF8_BAD	UINT32_MAX

size_t	utf8_next(struct slice, uint32_t *cp);
bool	utf8_unsafe(uint32_t cp);
/* Encode cp (a valid scalar value, or a surrogate) in dst; bytes written. */
size_t	utf8_put(unsigned char dst[4], uint32_t cp);

#endif
