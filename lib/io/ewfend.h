/*
 * ewfend - how much there is of an EWF image whose last files are missing
 *
 * libewf opens such a set, and keeps some memory for each chunk that is not
 * there, for ever: nobody should ask for them.  ewfend_find gives the offset
 * behind the last byte that can be read, of an image of `size` bytes, by trying
 * less than a hundred chunks; `size` if all are there, or if the missing ones
 * are not all at the end.
 */
#ifndef IO_EWFEND_H
#define IO_EWFEND_H

#include <libewf.h>
#include <stdint.h>

uint64_t ewfend_find(libewf_handle_t *, uint64_t size);

#endif
