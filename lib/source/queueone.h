/*
 * queueone - one queue file, of several that lie one behind the other
 *
 * queueone_walk reads the records of src into the facts.  With next it also
 * looks for where another file begins, behind the end of this one or, in a
 * damaged one, in what is lost: *next is then that offset in the input, or 0,
 * and the walk is to be repeated with a src that ends there.  The caller frees
 * the walk (queuefile_free).  queueone_end, after the last walk, says that the
 * end is missing where nobody is about to write it.  No failure.
 */
#ifndef SOURCE_QUEUEONE_H
#define SOURCE_QUEUEONE_H

#include "fmt/queuefacts.h"
#include "io/atfile.h"

struct queueone {
	struct atfile		*file;
	struct queuefacts	*facts;
};

/* What was lost of a file, and where first. */
struct queueone_loss {
	const char	*what;		/* NULL: nothing */
	uint64_t	 off;
};

void	queueone_walk(struct queueone *, const struct queuefile_src *,
	    struct queuefile *, struct queueone_loss *, uint64_t *next);
void	queueone_end(struct queueone *, const struct queuefile_src *,
	    const struct queuefile *, struct queueone_loss *);

#endif
