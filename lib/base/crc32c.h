/*
 * crc32c - the CRC with Castagnoli's polynomial, as ext4 and jbd2 use it
 *
 * crc32c continues from crc; begin with 0xffffffff.  The result is not
 * inverted.  Pure.  Facts: RFC 3720, appendix B.4.
 */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include "base/slice.h"

uint32_t crc32c(uint32_t crc, struct slice);

#endif
