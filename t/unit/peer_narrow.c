/* The same as peer.c, of the code for processors without AVX2. */
#include <stdbool.h>

#define __builtin_cpu_supports(what)	false
#include "peer.c"
#include "../../lib/fmt/peer.c"
