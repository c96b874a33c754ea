/*
 * readat - bytes of a file at an offset, all that there are
 *
 * readat gives how many of n were read: fewer at the end of the file, or
 * when reading fails; *sys is then errno, else 0.  An interrupted read goes
 * on.  sys may be NULL.
 */
#ifndef IO_READAT_H
#define IO_READAT_H

#include <stddef.h>
#include <stdint.h>

size_t	readat(int fd, void *buf, size_t n, uint64_t off, int *sys);

#endif
