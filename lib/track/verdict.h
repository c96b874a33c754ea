/*
 * verdict - the TLS status of one hop, from its evidence
 *
 * The two tables of DESIGN.md 4, first matching row wins.  Pure functions:
 * the caller has gathered what the log says about the connection.
 * Facts: reference/postfix-logs.md 3.8.
 */
#ifndef TRACK_VERDICT_H
#define TRACK_VERDICT_H

#include "track/tlsinfo.h"

enum tls_status {
	TLS_ABSENT,
	TLS_AUTHENTICATED,
	TLS_ENCRYPTED,
	TLS_PLAINTEXT,
	TLS_REFUSED,
	TLS_NONE_ATTEMPTED,
	TLS_LOCAL,
	TLS_UNKNOWN,
	TLS_STATUS_N
};

enum tls_proof {
	PROOF_NONE,
	PROOF_PROVEN,
	PROOF_INFERRED,
	PROOF_N
};

/* X(enum suffix, word): one word per row */
#define TLS_WHY_TABLE(X)						\
X(NONE, "")								\
X(LOCAL_AGENT, "local-agent")						\
X(POLICY_VIOLATED, "policy-violated")					\
X(TLS_FAILURE, "tls-failure")						\
X(NO_CONNECTION, "no-connection")					\
X(NO_GREETING, "no-greeting")						\
X(NOT_ACCEPTED, "not-accepted")						\
X(TLS_FIELD, "tls-field")						\
X(HANDSHAKE, "handshake")						\
X(REUSED, "reused")							\
X(CONN_USE, "conn-use")							\
X(STARTTLS_OFFERED, "starttls-offered")					\
X(FALLBACK, "fallback")							\
X(NO_HANDSHAKE, "no-handshake")						\
X(PEER_LOG, "peer-log")							\
X(GAP, "gap")								\
X(NOT_LOGGED, "not-logged")						\
X(SUBMITTED, "submitted")						\
X(INTERNAL, "internal")							\
X(CLIENT_CERT, "client-certificate")					\
X(BEFORE_STARTTLS, "before-starttls")					\
X(STARTTLS_COUNT, "starttls-count")					\
X(WRAPPER_MODE, "wrapper-mode")						\
X(NO_STARTTLS, "no-starttls")						\
X(TAG_LOST, "tag-lost")							\
X(NO_ARRIVAL, "no-arrival")						\
X(RECEIVED, "received-header")						\
X(QUEUE_FILE, "queue-file")

enum tls_why {
#define TLS_WHY_ENUM(id, word)	TLS_WHY_##id,
	TLS_WHY_TABLE(TLS_WHY_ENUM)
#undef TLS_WHY_ENUM
	TLS_WHY_N
};

extern const struct slice tls_status_word[TLS_STATUS_N];
extern const struct slice tls_proof_word[PROOF_N];
extern const struct slice tls_why_word[TLS_WHY_N];

struct verdict {
	unsigned char	status;
	unsigned char	proof;
	unsigned char	why;
	struct ref	ref;	/* len 0: the record's own line */
};

struct outbound {
	const struct tlsinfo	*handshake;	/* to that peer, still alive */
	bool			 stale;		/* one, but not of this request */
	bool			 offered;	/* Host offered STARTTLS */
	bool			 fallback;	/* TLS failed first: no handshake, or
						 * a connection lost after it */
	struct ref		 plain_ref;	/* the line of the two above */
	bool			 logs_tls;	/* the tag logs handshakes near by */
	struct ref		 logs_ref;
	bool			 gap;		/* lines of this request may be lost */
	bool			 reuse_gap;	/* the same for a cached connection */
};

/* d: the keys of the delivery line. */
struct verdict	verdict_outbound(const struct rec *d, const struct outbound *);

/* d: an attempt that only the log of bounce or defer tells of. */
struct verdict	verdict_unlogged(const struct rec *d);

struct inbound {
	const struct tlsinfo	*handshake;	/* before client= */
	const struct tlsinfo	*later;		/* the session's, after client= */
	bool			 session;	/* there is an smtpd session */
	bool			 screened;	/* or one of postscreen */
	bool			 counted;	/* its counters were logged */
	bool			 starttls;	/* counted at least once */
	bool			 starttls_tried; /* 0/n */
	bool			 wrapper;	/* smtps, submissions */
	bool			 no_wrapper;	/* wrapper mode is excluded */
	bool			 any_service;	/* its name is lost, and it may
						 * be one in wrapper mode */
	struct ref		 end_ref;	/* of the disconnect line */
};

struct verdict	verdict_inbound(const struct inbound *);

/* Set tls, tls_proof, tls_why. */
void	verdict_put(const struct verdict *, struct rec *);
/* True for smtps, submissions: TLS from the first byte. */
bool	verdict_wrapper_service(struct slice service);
/* True for submission and the like: TLS by STARTTLS only. */
bool	verdict_starttls_service(struct slice service);

#endif
