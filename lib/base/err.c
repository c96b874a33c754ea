#include "base/err.h"

#include <errno.h>
#include <stddef.h>

enum rc
err_damaged(struct err *e, uint64_t off, const char *what)
{
	if (e != NULL)
		*e = (struct err){ .what = what, .off = off };
	return RC_DAMAGED;
}

enum rc
err_fail(struct err *e, const char *what)
{
	if (e != NULL)
		*e = (struct err){ .what = what, .sys = errno };
	return RC_FAIL;
}
