#include "base/field.h"

const struct field_info field_info[FIELD_N] = {
#define FIELD_INFO(id, name, type, text)				\
	{ { (const unsigned char *)#name, sizeof(#name) - 1 },		\
	    FIELD_##type, text },
	FIELD_TABLE(FIELD_INFO)
#undef FIELD_INFO
};

enum field
field_find(struct slice name)
{
	for (size_t f = 0; f < FIELD_N; f++)
		if (slice_eq(field_info[f].name, name))
			return (enum field)f;
	return FIELD_N;
}
