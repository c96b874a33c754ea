/*
 * builtin - the built-in policies: lib/policy/NAME.policy, compiled in
 *
 * The table is made from these files when the library is built, in the order
 * of their names.  Slices of static storage.
 */
#ifndef POLICY_BUILTIN_H
#define POLICY_BUILTIN_H

#include <stddef.h>

#include "base/slice.h"

struct builtin {
	struct slice	name;
	struct slice	text;
};

extern const struct builtin	builtin_table[];
extern const size_t		builtin_n;

/* Of that name, or NULL. */
const struct builtin	*builtin_find(struct slice name);

#endif
