/*
 * loopback - the addresses of the host itself
 *
 * 127.0.0.0/8 (RFC 1122), also mapped to IPv6, and ::1 (RFC 4291), as Postfix
 * logs them.  What only begins like one, as a name, is none.
 */
#ifndef BASE_LOOPBACK_H
#define BASE_LOOPBACK_H

#include <stdbool.h>

#include "base/slice.h"

bool	loopback_is(struct slice addr);

#endif
