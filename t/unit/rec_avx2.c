/* The same as rec.c, of the JSON writer for processors without AVX-512. */
#include <stdbool.h>

/* "avx2" and what is as short, if it is there, and nothing longer. */
#define __builtin_cpu_supports(what)	(sizeof(what) <= sizeof("avx2") &&	\
	__builtin_cpu_supports(what))
#include "rec.c"
#include "../../lib/rec/rec_json.c"
