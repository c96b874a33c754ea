/*
 * event - one log line, understood
 *
 * A parser fills an event from one line.  The facts stand in the record,
 * whose slices point into the line, a literal, or the parser's own storage;
 * they live until the next line is parsed.  What the code asks often is
 * kept decoded beside it.
 */
#ifndef FMT_EVENT_H
#define FMT_EVENT_H

#include "base/field.h"

#define EVENT_TABLE(X)							\
X(UNKNOWN, "unknown") X(CONNECT, "connect") X(TLS, "tls")		\
X(CLIENT, "client") X(REJECT, "reject") X(DISCONNECT, "disconnect")	\
X(AUTH_FAILURE, "auth-failure") X(SCREEN, "screen") X(PICKUP, "pickup")	\
X(MESSAGE_ID, "message-id") X(MILTER, "milter")				\
X(HEADER_CHECK, "header-check") X(QUEUED, "queued")			\
X(DELIVERY, "delivery") X(BOUNCE_NOTICE, "bounce-notice")		\
X(EXPIRED, "expired") X(REMOVED, "removed") X(HELD, "held")		\
X(RELEASED, "released") X(REQUEUED, "requeued") X(DELETED, "deleted")	\
X(TLSRPT, "tlsrpt") X(CONFIG, "config") X(STATISTICS, "statistics")	\
X(WARNING, "warning") X(OTHER, "other")

enum event_kind {
#define EVENT_ENUM(id, name)	EV_##id,
	EVENT_TABLE(EVENT_ENUM)
#undef EVENT_ENUM
	EVENT_N
};

#define DAEMON_TABLE(X)							\
X(NONE, "") X(ANVIL, "anvil") X(BOUNCE, "bounce") X(CLEANUP, "cleanup")	\
X(DISCARD, "discard") X(DNSBLOG, "dnsblog") X(ERROR, "error")		\
X(FLUSH, "flush") X(LMTP, "lmtp") X(LOCAL, "local") X(MASTER, "master")	\
X(NBDB_REINDEXD, "nbdb_reindexd") X(OQMGR, "oqmgr") X(NQMGR, "nqmgr")	\
X(PICKUP, "pickup") X(PIPE, "pipe") X(POSTDROP, "postdrop")		\
X(POSTFIX, "postfix") X(POSTFIX_SCRIPT, "postfix-script")		\
X(POSTLOG, "postlog") X(POSTLOGD, "postlogd") X(POSTQUEUE, "postqueue")	\
X(POSTSCREEN, "postscreen") X(POSTSUPER, "postsuper")			\
X(PROXYMAP, "proxymap") X(QMGR, "qmgr") X(QMQPD, "qmqpd")		\
X(SCACHE, "scache") X(SENDMAIL, "sendmail") X(SHOWQ, "showq")		\
X(SMTP, "smtp") X(SMTPD, "smtpd") X(SPAWN, "spawn") X(TLSMGR, "tlsmgr")	\
X(TLSPROXY, "tlsproxy") X(TRIVIAL_REWRITE, "trivial-rewrite")		\
X(VERIFY, "verify") X(VIRTUAL, "virtual")				\
/* commands, which log what goes wrong */				\
X(POSTALIAS, "postalias") X(POSTCAT, "postcat")				\
X(POSTCONF, "postconf") X(POSTKICK, "postkick")				\
X(POSTLOCK, "postlock") X(POSTMAP, "postmap")				\
X(POSTMULTI, "postmulti") X(POSTTLS_FINGER, "posttls-finger")

enum daemon_id {
#define DAEMON_ENUM(id, name)	DM_##id,
	DAEMON_TABLE(DAEMON_ENUM)
#undef DAEMON_ENUM
	DAEMON_N
};

/* Every line is one of these; they add up to the line count. */
enum line_class {
	LINE_UNDERSTOOD,
	LINE_IGNORED,		/* Postfix's, of no use here on purpose */
	LINE_FOREIGN,		/* not Postfix's */
	LINE_UNKNOWN		/* Postfix's, not understood */
};

/*
 * Seconds since the epoch and nanoseconds.  Without a year, known is false
 * and sec counts from an arbitrary year: good for differences, never shown.
 * ordered is false when the line has no stamp at all.
 */
struct event_time {
	int64_t		sec;
	uint32_t	nsec;
	uint8_t		digits;		/* fraction digits in the evidence */
	bool		known;
	bool		ordered;
};

struct event {
	struct rec		rec;
	struct event_time	time;
	/*
	 * Values that lie in it are plain, and FIELD_PAD bytes behind them may
	 * be read: they are ready, but for numbers.  Mostly the whole line;
	 * empty if that is not known.
	 */
	struct slice		plain;
	struct slice		src;		/* where the line stands */
	/*
	 * Lines with the same number here, which is not 0, have the same src;
	 * and where their time notes have one address, the same note.
	 */
	uint64_t		stream;
	uint64_t		off;
	uint64_t		len;
	uint64_t		line;
	/*
	 * Lines with the same number here, which is not 0, come from the same
	 * host and tag; daemon may differ.  Many have none.
	 */
	uint64_t		writer;
	enum event_kind		kind;
	enum daemon_id		daemon;
	enum line_class		class;
	uint32_t		pid;
};

/* May SLICE_PAD bytes behind a part of the event's line be read? */
static inline bool
event_padded(const struct event *ev, struct slice s)
{
	return (uintptr_t)s.ptr - (uintptr_t)ev->plain.ptr < ev->plain.len;
}

/* Ready for records. */
extern const struct slice event_name[EVENT_N];
extern const struct slice daemon_name[DAEMON_N];

/* The kind or daemon of that name; EV_UNKNOWN, DM_NONE for another. */
enum event_kind	event_find(struct slice);
enum daemon_id	daemon_find(struct slice);

/* The note of the record holds that word. */
bool		event_lines_lost(const struct event *);
bool		event_program_lost(const struct event *);
bool		event_forged(const struct event *);	/* not-by-postfix */
bool		event_odd_qid(const struct event *);	/* odd-queue-id */

/* Storage for the text of an event's numbers and time. */
struct event_text {
	unsigned char	time[32];
	unsigned char	num[4][24];
};

/* Set type, time, event, src, off, len, line and pid from what is decoded. */
void	event_write(struct event *, struct event_text *);
/*
 * The reverse: decode what a record of another tool says.  class is derived
 * from the kind and the daemon.  False if it is no event record.
 */
bool	event_read(struct event *);

#endif
