/*
 * queuelogs - which entries of its logs are about which recipient
 *
 * queuelogs_join reads the texts of a message's logs (bounce, defer, trace;
 * fmt/bouncelog.h) once and keeps for each recipient of the facts where its
 * latest entry begins.  An entry is about a recipient if it names its
 * address, or the one before an alias, and its offset, if there is one, is
 * that of the recipient's record; what is redirected is logged at the place
 * of another recipient.  `strange` is set if an entry with an offset is about
 * none, `pending` if one is about a recipient that is still to do.
 *
 * Time and memory grow with the logs and the recipients, never with their
 * product.  The texts and the facts must stay until queuelogs_free, which
 * may be called twice.  No failure.  Facts: reference/postfix-queue-files.md 15.
 */
#ifndef SOURCE_QUEUELOGS_H
#define SOURCE_QUEUELOGS_H

#include "fmt/bouncelog.h"
#include "fmt/queuefacts.h"

#define QUEUELOGS	3	/* bounce, defer, trace */

struct queuelogs {
	struct slice		 text[QUEUELOGS];
	bool			 strange[QUEUELOGS];
	bool			 pending[QUEUELOGS];
	struct queuelogs_rcpt	*rcpt;		/* in the order of the facts */
	size_t			 n;
	struct queuelogs_addr	*addr;		/* a hash table */
	uint32_t		*by_off;	/* another: index + 1 */
	size_t			 cap;		/* of both, a power of two */
};

void	queuelogs_join(struct queuelogs *, const struct queuefacts *,
	    const struct slice text[QUEUELOGS]);
/* The latest entry of log k about the i-th recipient; false without one. */
bool	queuelogs_entry(const struct queuelogs *, size_t k, size_t i,
	    struct bouncelog *);
void	queuelogs_free(struct queuelogs *);

#endif
