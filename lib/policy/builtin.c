#include "policy/builtin.h"

#include "base/banned.h"

const struct builtin *
builtin_find(struct slice name)
{
	for (size_t i = 0; i < builtin_n; i++)
		if (slice_eq(name, builtin_table[i].name))
			return &builtin_table[i];
	return NULL;
}
