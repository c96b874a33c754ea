/*
 * err - what can go wrong with evidence, and what with the system
 *
 * RC_OK       a value
 * RC_END      a clean end
 * RC_DAMAGED  the evidence is malformed at err.off: report, count, go on
 * RC_FAIL     a system call failed, err.sys is its errno: give up this file
 *
 * err.what is a literal that reads well after "tool: file: offset 7: ":
 * lower case, no full stop, no evidence inside.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdint.h>

enum rc {
	RC_OK,
	RC_END,
	RC_DAMAGED,
	RC_FAIL
};

struct err {
	const char	*what;
	uint64_t	 off;
	int		 sys;
};

/* Fill *e (may be NULL) and return RC_DAMAGED. */
enum rc	err_damaged(struct err *e, uint64_t off, const char *what);
/* Fill *e (may be NULL) from errno and return RC_FAIL. */
enum rc	err_fail(struct err *e, const char *what);

#endif
