/*
 * nexthop - which next hop Postfix used for a recipient's domain
 *
 * The log names the relay, never the next hop that policy lines are keyed
 * by.  nexthop_add takes DOMAIN=NEXTHOP (--nexthop); nexthop_maincf reads
 * relayhost and transport_maps from main.cf, nexthop_transport a transport
 * table.  They return NULL, or what is wrong, a literal.  DOMAIN may be
 * .PARENT or *; the look-up is that of transport(5) without users.
 *
 * nexthop_find is true when the next hop is known: by an entry, or because
 * main.cf was given and all of it that matters could be read.  What depends
 * on the sender, a filter, or a table that is no text is not known.
 * Limit: NEXTHOP_MAX entries.
 */
#ifndef POLICY_NEXTHOP_H
#define POLICY_NEXTHOP_H

#include <stdbool.h>

#include "base/arena.h"

#define NEXTHOP_MAX	65536

struct nexthop_entry {
	struct slice	domain, nexthop;
};

struct nexthops {
	struct arena		 mem;
	struct nexthop_entry	*v;
	size_t			 n, cap;
	struct slice		 relayhost;
	bool			 known;		/* what no entry is about */
	struct slice		 table;		/* file of transport_maps to
						 * be given to
						 * nexthop_transport, or empty */
};

void		 nexthop_init(struct nexthops *);
void		 nexthop_free(struct nexthops *);
const char	*nexthop_add(struct nexthops *, struct slice arg);
const char	*nexthop_maincf(struct nexthops *, struct slice text);
const char	*nexthop_transport(struct nexthops *, struct slice text);
bool		 nexthop_find(const struct nexthops *, struct slice domain,
		    struct slice *nexthop);

#endif
