/*
 * lineproof - does a decoded text look like the log that it was?
 *
 * Damage in a deflate stream shows late or never: the codes fall into step
 * again and the text goes on, garbled.  lineproof_line judges one line (without
 * its end) by what stood before it: PROOF_BAD is a line without a framing, one
 * of Postfix that cannot be understood, and one whose host or program was not
 * seen so far.  Whole logs have such lines, too, one here and there;
 * what is damaged has many in a row.  With `learn` hosts and programs are
 * remembered (PROOF_NAMES in all), and the first PROOF_FIRST lines may have
 * any.  An empty line is good.  A line is looked at by itself, so forms whose
 * entries have several lines cannot be judged: all of theirs are bad.
 */
#ifndef SCAN_LINEPROOF_H
#define SCAN_LINEPROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "fmt/framing.h"

#define PROOF_NAMES 1024 /* a power of two */
#define PROOF_FIRST 256

struct lineproof {
	struct framing framing;
	uint64_t seen[2 * PROOF_NAMES];
	size_t n;
	unsigned int lines; /* learnt, to PROOF_FIRST */
};

/* prefix: of --prefix, or NULL. */
void lineproof_init(struct lineproof *, const struct prefix *prefix);
void lineproof_free(struct lineproof *);
/* False for a bad line. */
bool lineproof_line(struct lineproof *, struct slice, bool learn);

#endif
