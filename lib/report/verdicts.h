/*
 * verdicts - what a report says of the judged hops
 *
 * verdicts_hop is told of each hop of the period once, with its judgement;
 * verdicts_attempt of each attempt that TLS made fail; verdicts_peer of each
 * finding about a peer.  A hop over the network is one
 * that is judged or that no line of the policy covers: not local delivery,
 * loopback, or an arrival from before the evidence.
 *
 * The rows of `peer` and `domain` are "SIDE NAME" (NUL between), SIDE is
 * inbound or outbound as seen from the record; of `cipher` "SIDE VERSION
 * CIPHER"; of `doubt` "RULE TLS_WHY"; of `attempt` "SIDE RULE NAME".  Numbers of a row: VERDICTS_*.
 *
 * Limits: VERDICTS_ROWS rows each, what is over is counted as dropped; as
 * many violations are kept as the report shows, all are counted.
 */
#ifndef REPORT_VERDICTS_H
#define REPORT_VERDICTS_H

#include "policy/judge.h"
#include "report/counts.h"
#include "report/days.h"
#include "report/worst.h"

#define VERDICTS_ROWS	((size_t)65536)

enum {
	VERDICTS_HOPS,
	VERDICTS_PLAIN,
	VERDICTS_MESSAGES,	/* that came or went in plaintext */
	VERDICTS_UNKNOWN
};

struct verdicts {
	const struct policy	*policy;
	struct days		*days;
	struct counts		 cipher, peer, domain, doubt, attempt;
	struct worst		 violations, peers;
	uint64_t		 tls[DIRECTION_N][DAYS_TLS_N];
	uint64_t		 proven, inferred;	/* of those not unknown */
	uint64_t		 untimed;
	uint64_t		*exempted;	/* hops, by line of the policy */
};

extern const struct slice verdicts_tls_word[DAYS_TLS_N];

void	verdicts_init(struct verdicts *, const struct policy *,
	    struct days *, size_t limit);
void	verdicts_free(struct verdicts *);
/* All is told: before anything is read. */
void	verdicts_settle(struct verdicts *);
void	verdicts_hop(struct verdicts *, const struct judgement *,
	    const struct rec *);
void	verdicts_attempt(struct verdicts *, const struct judgement *);
void	verdicts_peer(struct verdicts *, const struct rec *finding);
enum days_tls verdicts_tls(const struct rec *);
/* Of a hop over the network: its peer, by name, else by address. */
struct slice verdicts_peer_name(const struct judgement *);
bool	verdicts_is_network(const struct judgement *);
struct slice verdicts_side(const struct judgement *);

#endif
