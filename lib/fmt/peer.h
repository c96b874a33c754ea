/*
 * peer - name[address], name[address]:port, [address]:port
 *
 * Host names and addresses as Postfix logs them; the address may be a
 * socket path.  Facts: reference/postfix-logs.md 6.
 */
#ifndef FMT_PEER_H
#define FMT_PEER_H

#include <stdbool.h>

#include "base/slice.h"

struct peer {
	struct slice	all;	/* as logged */
	struct slice	name;	/* may be empty */
	struct slice	addr;
	struct slice	port;	/* absent if not given */
};

/* The whole slice is a peer.  padded: SLICE_PAD bytes behind it may be read. */
bool	peer_parse(struct slice, struct peer *, bool padded);
/*
 * Take a peer off the front of *s.  It ends where its syntax ends: after ]
 * or after :port.  A colon that is not followed by digits is left alone.
 */
bool	peer_take(struct slice *s, struct peer *, bool padded);

#endif
