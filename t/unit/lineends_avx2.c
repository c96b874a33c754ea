/* The same as lineends.c, of the code for processors without AVX-512. */
#include <stdbool.h>

/* "avx2", if it is there, and nothing longer. */
#define __builtin_cpu_supports(what)	(sizeof(what) == sizeof("avx2") &&	\
	__builtin_cpu_supports(what))
#include "lineends.c"
#include "../../lib/fmt/lineends.c"
