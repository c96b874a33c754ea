/* The same as rec.c, of the JSON writer for processors without AVX2. */
#include <stdbool.h>

#define __builtin_cpu_supports(what)	false
#include "rec.c"
#include "../../lib/rec/rec_json.c"
