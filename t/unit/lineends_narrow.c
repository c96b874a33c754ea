/* The same as lineends.c, of the code for processors without AVX2. */
#include <stdbool.h>

#define __builtin_cpu_supports(what)	false
#include "lineends.c"
#include "../../lib/fmt/lineends.c"
