/*
 * coverage_state - what coverage has counted so far, host by host
 *
 * Private to coverage*.c: coverage.c counts events, coverage_merge.c takes
 * in the coverage records of pieces, coverage_write.c makes records.
 */
#ifndef TRACK_COVERAGE_STATE_H
#define TRACK_COVERAGE_STATE_H

#include "base/buf.h"
#include "track/coverage.h"

#define COVERAGE_SILENCE	(6 * 3600)	/* seconds that are a gap */
#define COVERAGE_TAGS		1024		/* of one host kept */
#define COVERAGE_WRITERS	256		/* a power of two */

struct gap {
	int64_t		from, to;
	char		why;		/* 's' silence, 'l' lost, 'd' damage */
};

struct tag_tls {
	struct slice	name;		/* postfix/submission/smtpd */
	bool		yes;
	bool		out;		/* by handshakes with next hops only */
};

struct host_cover {
	struct slice	name;
	bool		timed;
	struct event_time first, last;
	bool		proxied;	/* tlsproxy connects for smtp */
	uint64_t	n[4];
	uint64_t	forged;		/* of LINE_FOREIGN */
	uint64_t	copies;		/* that another source has, too */
	struct gap	*gap;
	size_t		ngap, more_gaps;
	struct tag_tls	*tag;
	size_t		ntag;
};

struct coverage {
	struct host_cover	**host;		/* by first line */
	size_t			  n, cap;
	uint32_t		 *slot;		/* index + 1 by hash */
	size_t			  nslot;
	struct host_cover	 *latest;
	/* Hosts and tags by the number of their writer. */
	struct writer {
		uint64_t	   writer;
		struct host_cover *host;
		size_t		   tag;		/* index + 1, 0: not yet */
		enum daemon_id	   daemon;	/* of the tag */
	}			  writer[COVERAGE_WRITERS];
};

/*
 * The host of that name, a new one if need be; over the limit that of
 * "(more hosts)".
 */
struct host_cover *coverage_host(struct coverage *, struct slice name);
void	 coverage_gap(struct host_cover *, int64_t from, int64_t to, char why);
bool	 coverage_before(const struct event_time *, const struct event_time *);
/* Its index, a new one if need be; COVERAGE_TAGS without a name or above. */
size_t	 coverage_tag(struct host_cover *, struct slice name);
/* It logs TLS: out by handshakes with next hops only. */
void	 coverage_tls(struct host_cover *, size_t tag, bool yes, bool out);

#endif
