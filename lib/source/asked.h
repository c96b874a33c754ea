/*
 * asked - the message that --explain asks about, and the lines it rests on
 *
 * Use: asked_open when the inputs are known; asked_confine before the first
 * byte of them is read, so that what records name may be read, too; asked_is
 * for each record, asked_take for those that it is true of and for `source`
 * and `coverage` records; asked_find at the end, which says what cannot be
 * quoted and joins that with `status`; then asked_next gives the lines until
 * RC_END.  Without a queue ID (NULL) all of them do nothing and asked_is is
 * false.
 *
 * asked_take: false when the temporary file failed; asked_next: RC_FAIL then.
 */
#ifndef SOURCE_ASKED_H
#define SOURCE_ASKED_H

#include "source/opt.h"
#include "source/quote.h"

struct asked {
	const char	*qid;		/* or trace */
	struct origins	*origins;
	struct quote	*quote;
	bool		 found;
};

void	asked_open(struct asked *, const struct inputs *);
void	asked_close(struct asked *);
void	asked_confine(struct asked *, struct opt *);
bool	asked_is(const struct asked *, const struct rec *);
bool	asked_take(struct asked *, const struct rec *);
int	asked_find(struct asked *, int status);
enum rc	asked_next(struct asked *, struct slice *line, struct err *);

#endif
