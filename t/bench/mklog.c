/*
 * mklog - write the mail log of a busy Postfix site that does not exist
 *
 *	mklog [-rt] [-c FILE] [-f FORMAT] [-n MSGS] [-q short|long]
 *	    [-S SEED] [-s SIZE] > log
 *
 * For measuring: the log is as long as asked for, the same for the same
 * options on every machine, and the true counts are known.  Several
 * hundred messages are in flight at any time; their lines interleave in
 * time order, 25 to 40 messages a second, from 2026-09-01 00:00:00 UTC.
 *
 * -c	write the counts to FILE, not to standard error, as key=value:
 *	what was really written, line by line
 * -f	bsd, iso, rfc5424, journal-json or docker; bsd without -f
 * -n	stop taking mail after so many messages, finish what is in flight
 * -q	the form of queue IDs, short without -q
 * -r	no "removed" lines: every message stays open
 * -S	seed; the same seed gives the same log
 * -s	stop, in the middle of everything, at SIZE bytes (k, M, G);
 *	100M without -s and -n.  The last line is whole.
 * -t	the layout of Postfix 3.11: tls= field, NOQUEUE before "lost
 *	connection", bounce line before the child's lines
 *
 * Names are reserved ones (RFC 2606), addresses come from the blocks for
 * documentation and benchmarks (RFC 5737, 3849, 2544).  Memory grows with
 * the messages in flight.  Status 0, or 2 when output could not be written
 * or an option is wrong.  Layouts: reference/postfix-logs.md 2, 3.2, 5.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MKLOG_TEXT 1000		 /* longest text of a line */
#define MKLOG_NONE UINT32_MAX	 /* no message, no process */
#define MKLOG_START 1788220800u	 /* 2026-09-01 00:00:00 UTC */
#define MKLOG_RCPTS 8		 /* recipients of one message */
#define MKLOG_USES 100		 /* jobs in the life of one process */
#define MKLOG_PIDS 32768	 /* pids start again here */
#define MKLOG_INODES 8192	 /* inodes before the first is used again */
#define MKLOG_LOCALS 1600	 /* addresses that are ours */
#define MKLOG_REMOTES 4800	 /* addresses of others */
#define MKLOG_CLIENTS 900	 /* places users send from */
#define MKLOG_HELD 300		 /* seconds a removed message is kept */
#define MKLOG_SLOTS 256		 /* lines allocated at a time */
#define MKLOG_SEC 1000000u	 /* microseconds */
#define MKLOG_MS 1000u
#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum format { F_BSD, F_ISO, F_RFC5424, F_JOURNAL, F_DOCKER };

enum svc {
	S_SMTPD,
	S_SUBMISSION,
	S_SMTPS,
	S_CLEANUP,
	S_QMGR,
	S_PICKUP,
	S_SMTP,
	S_LMTP,
	S_LOCAL,
	S_VIRTUAL,
	S_BOUNCE,
	S_ERROR,
	S_ANVIL,
	S_N
};

/* What a line is; the counts are printed under these names. */
enum kind {
	K_OTHER,
	K_CONNECT,
	K_DISCONNECT,
	K_CLIENT,
	K_PICKUP,
	K_MESSAGE_ID,
	K_ACTIVE,
	K_SENT,
	K_DEFERRED,
	K_BOUNCED,
	K_EXPIRED,
	K_NOTICE,
	K_REMOVED,
	K_REJECT,
	K_REJECT_QID,
	K_TLS_IN,
	K_TLS_OUT,
	K_WARNING,
	K_STATISTICS,
	K_N
};

enum {
	LF_LAST = 0x01,	     /* ends the delivery request of its message */
	LF_RELEASE = 0x02,   /* its process is free again */
	LF_TLS = 0x04,	     /* a delivery over TLS */
	LF_NET = 0x08,	     /* a delivery to another host */
	LF_CONN_USE = 0x10,  /* with conn_use= */
	LF_FORWARDED = 0x20, /* "forwarded as" */
	LF_TLS_MSG = 0x40    /* client= in a session with TLS */
};

enum event { E_LINE, E_SESSION, E_PICKUP, E_DELIVER, E_RETRY, E_ANVIL };

enum transport { T_LMTP, T_VIRTUAL, T_LOCAL, T_SMTP };

enum state { R_PENDING, R_DONE, R_BOUNCED };

/* Why a recipient was deferred last time. */
enum why { W_NONE, W_TIMEOUT, W_OTHER, W_TLS };

struct text {
	uint32_t len;
	char s[MKLOG_TEXT];
};

struct line {
	uint64_t time; /* microseconds since the epoch */
	uint32_t slot, msg, proc, pid;
	uint8_t svc, kind, flags;
	bool warning;
	struct text t;
};

struct event_at {
	uint64_t time;
	uint32_t seq;
	uint32_t what; /* line or message */
	uint16_t group;
	uint8_t type;
};

struct proc {
	uint32_t pid, uses;
	enum svc svc;
};

struct stack {
	uint32_t *v;
	size_t n, cap;
};

struct host {
	char peer[128]; /* name[addr] */
	char name[80];
	char addr[40];
};

struct domain {
	const char *name;
	struct host mx[2], out[4];
	uint8_t tls; /* index into tls_out, or TLS_NEVER */
	uint8_t reply;
};

struct addr {
	char s[72];
	uint8_t len;
	uint8_t dom;
	bool local;
};

/* An address: one of the tables, or made from seed; none is null. */
struct who {
	const struct addr *a;
	uint32_t verp;
};

struct rcpt {
	struct who who, orig;
	enum transport transport;
	enum state state;
	enum why why;
	uint16_t group;
};

struct msg {
	char qid[28];
	uint32_t qlen;
	uint32_t next; /* in the list of free messages */
	uint64_t inode, arrival, active, mid;
	uint64_t size;
	struct who from;
	uint32_t nrcpt, pending, tries;
	bool seen, bounced;
	struct rcpt rcpt[MKLOG_RCPTS];
};

/* A session of smtpd while its lines are being made. */
struct session {
	enum svc svc;
	uint32_t proc;
	uint64_t t;
	const char *peer;
	const char *helo;
	bool tls, auth, helo_only;
	uint32_t mail, rcpt, rcpt_bad, data;
};

struct gen {
	enum format format;
	bool long_ids, tls_field, no_removed;
	uint64_t rng, limit, msg_limit;
	/* output */
	int fd;
	char *out;
	size_t outlen, outcap;
	uint64_t bytes, second, last;
	char stamp[48];
	size_t stamplen;
	/* the schedule */
	struct event_at *heap;
	size_t nheap, capheap;
	uint32_t seq;
	struct line **chunk;
	size_t nchunk;
	struct stack free_line;
	/* processes */
	struct proc *proc;
	size_t nproc, capproc;
	struct stack idle[S_N], free_proc;
	uint8_t pid_used[MKLOG_PIDS];
	uint32_t pid;
	/* messages */
	struct msg *msg;
	size_t nmsg, capmsg;
	uint32_t free_msg;
	uint64_t inode, made;
	uint64_t *inodes; /* ring of free ones */
	size_t inode_at, inode_n, inode_cap;
	/* counts */
	uint64_t kinds[K_N], lines, messages, open, open_max, held, held_max;
	uint64_t sent_tls, sent_plain, conn_use, forwarded, client_tls;
	uint32_t removed_at[MKLOG_HELD];
	/* the world */
	struct addr *locals, *remotes;
	struct host *clients;
};

#define TLS_NEVER 255

static const char *const tags[S_N] = { "postfix/smtpd",
	"postfix/submission/smtpd", "postfix/smtps/smtpd", "postfix/cleanup",
	"postfix/qmgr", "postfix/pickup", "postfix/smtp", "postfix/lmtp",
	"postfix/local", "postfix/virtual", "postfix/bounce", "postfix/error",
	"postfix/anvil" };

static const char *const kinds[K_N] = { "other", "sessions", "disconnects",
	"clients", "pickups", "message_ids", "actives", "sent", "deferred",
	"bounced", "expired", "notices", "removed", "rejects", "rejects_qid",
	"tls_in", "tls_out", "warnings", "statistics" };

static const char *const local_names[] = { "example.com", "example.org",
	"mail.example.com", "harbour-logistics.example", "kirche.example",
	"stadtwerke-nord.example", "uni.example.org", "lists.example.org",
	"alder.example", "support.example.com", "praxis-am-markt.example",
	"verein.example" };

static const char *const local_aliases[] = { "info", "sales", "office",
	"postmaster", "hostmaster", "bestellung", "support", "abuse",
	"webmaster", "rechnung", "jobs", "team-einkauf" };

static struct domain domains[] = {
	{ .name = "bigmail.example", .tls = 0, .reply = 1 },
	{ .name = "outlook-like.example", .tls = 1, .reply = 2 },
	{ .name = "webpost.example", .tls = 2, .reply = 0 },
	{ .name = "example.net", .tls = 3, .reply = 0 },
	{ .name = "t-mail.example", .tls = 0, .reply = 5 },
	{ .name = "newsletter.shop.example", .tls = 4, .reply = 3 },
	{ .name = "cloudsend.example.net", .tls = 1, .reply = 5 },
	{ .name = "brightwater-consulting.example", .tls = 1, .reply = 2 },
	{ .name = "old-exchange.example", .tls = TLS_NEVER, .reply = 2 },
	{ .name = "alpine.example", .tls = 5, .reply = 0 },
	{ .name = "kanzlei-weber-partner.example",
	    .tls = TLS_NEVER,
	    .reply = 2 },
	{ .name = "bank.example", .tls = 6, .reply = 4 },
	{ .name = "ministry.gov.example", .tls = 6, .reply = 0 },
	{ .name = "social.example", .tls = 2, .reply = 5 },
	{ .name = "notify.social.example", .tls = 0, .reply = 5 },
	{ .name = "freemail.example", .tls = 3, .reply = 3 },
	{ .name = "factory-tooling.example", .tls = TLS_NEVER, .reply = 4 },
	{ .name = "hotel-seeblick.example", .tls = 2, .reply = 3 },
	{ .name = "spedition-krause.example", .tls = 4, .reply = 2 },
	{ .name = "city.example.net", .tls = 5, .reply = 0 },
	{ .name = "physics.university.example", .tls = 6, .reply = 3 },
	{ .name = "maths.university.example", .tls = 2, .reply = 4 },
	{ .name = "airline.example", .tls = 1, .reply = 1 },
	{ .name = "booking.airline.example", .tls = 1, .reply = 1 },
	{ .name = "telecom.example.net", .tls = 3, .reply = 5 },
	{ .name = "print-and-copy.example", .tls = TLS_NEVER, .reply = 3 },
	{ .name = "garden.example", .tls = 2, .reply = 0 },
	{ .name = "museum.example", .tls = 0, .reply = 0 },
	{ .name = "auction.example", .tls = 1, .reply = 5 },
	{ .name = "insurance-group.example", .tls = 6, .reply = 2 },
	{ .name = "pharma-research.example", .tls = 1, .reply = 2 },
	{ .name = "x.example", .tls = TLS_NEVER, .reply = 3 },
	{ .name = "dentist.example", .tls = TLS_NEVER, .reply = 3 },
	{ .name = "mail.architects.example", .tls = 2, .reply = 0 },
	{ .name = "bounces.marketing-cloud.example", .tls = 0, .reply = 5 },
	{ .name = "steel-works.example", .tls = TLS_NEVER, .reply = 4 },
	{ .name = "school.example.net", .tls = 2, .reply = 0 },
	{ .name = "theatre.example", .tls = 5, .reply = 0 },
	{ .name = "energy-supply-north.example", .tls = 1, .reply = 2 },
	{ .name = "rowing-club.example", .tls = 3, .reply = 3 },
};

static const char *const first_names[] = { "anna", "bob", "carla", "david",
	"eva", "felix", "greta", "hans", "ingrid", "jos\303\251", "karl",
	"lena", "martin", "nora", "oliver", "petra", "quentin", "rosa",
	"stefan", "theresa", "ulrich", "vera", "wolfgang", "xenia", "yusuf",
	"zoe", "christopher", "alexandra", "maximilian", "jo" };

static const char *const last_names[] = { "smith", "mueller", "schneider",
	"weber", "garcia", "rossi", "dubois", "jensen", "kowalski", "novak",
	"vandenberg", "lee", "okafor", "tanaka", "oconnor", "lindqvist",
	"schwarzenberger", "ito", "brown", "hoffmann" };

static const char *const role_names[] = { "noreply", "no-reply", "info",
	"newsletter", "rechnung", "service", "bestellung", "order-update",
	"notification", "support" };

/* Handshakes as Postfix 3.4 to 3.9 words them; outbound has its own words. */
static const char *const tls_in[] = {
	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange"
	" X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256",
	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange"
	" X25519 server-signature ECDSA (P-256) server-digest SHA256",
	"TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)",
	"TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits) key-exchange"
	" ECDHE (P-256) server-signature RSA-PSS (2048 bits) server-digest"
	" SHA256",
	"TLSv1.2 with cipher ECDHE-ECDSA-AES128-GCM-SHA256 (128/128 bits)",
	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange"
	" X25519 server-signature RSA-PSS (2048 bits)",
	"TLSv1 with cipher ECDHE-RSA-AES256-SHA (256/256 bits)"
};

/* The same from 3.10 on. */
static const char *const tls_in_new[] = {
	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange"
	" x25519 server-signature RSA-PSS (2048 bits) server-digest SHA256",
	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange"
	" X25519MLKEM768 server-signature ECDSA (prime256v1) server-digest"
	" SHA256",
	"TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)",
	"TLSv1.3 with cipher TLS_AES_128_GCM_SHA256 (128/128 bits) key-exchange"
	" secp256r1 server-signature RSA-PSS (2048 bits) server-digest SHA256",
	"TLSv1.2 with cipher ECDHE-ECDSA-AES128-GCM-SHA256 (128/128 bits)",
	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange"
	" x25519",
	"TLSv1 with cipher ECDHE-RSA-AES256-SHA (256/256 bits)"
};

static const struct {
	const char *trust, *level, *what;
} tls_out[] = {
	{ "Trusted", "may",
	    "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
	    " key-exchange X25519 server-signature ECDSA (P-256) server-digest"
	    " SHA256" },
	{ "Trusted", "may",
	    "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
	    " key-exchange ECDHE (P-384) server-signature RSA-PSS (2048 bits)"
	    " server-digest SHA256" },
	{ "Untrusted", "may",
	    "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
	    " key-exchange X25519 server-signature RSA-PSS (4096 bits)"
	    " server-digest SHA256" },
	{ "Untrusted", "may",
	    "TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)" },
	{ "Anonymous", "may",
	    "TLSv1.2 with cipher AECDH-AES256-SHA (256/256 bits)" },
	{ "Untrusted", "encrypt",
	    "TLSv1.2 with cipher ECDHE-ECDSA-CHACHA20-POLY1305"
	    " (256/256 bits)" },
	{ "Verified", "dane",
	    "TLSv1.3 with cipher TLS_CHACHA20_POLY1305_SHA256 (256/256 bits)"
	    " key-exchange X25519 server-signature RSA-PSS (2048 bits)"
	    " server-digest SHA256" },
};

static const char base52[] =
    "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";

static const char alnum[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";

static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* Say what failed and end. */
static _Noreturn void
die(const char *what, int error)
{
	if (error != 0)
		fprintf(stderr, "mklog: %s: %s\n", what, strerror(error));
	else
		fprintf(stderr, "mklog: %s\n", what);
	exit(2);
}

/* Give room for at least want members of size bytes. */
static void *
grow(void *p, size_t *cap, size_t want, size_t size)
{
	size_t n = *cap;

	if (want <= n)
		return p;
	while (n < want)
		n = n == 0 ? 64 : n * 2;
	p = realloc(p, n * size);
	if (p == NULL)
		die("memory", ENOMEM);
	*cap = n;
	return p;
}

static void *
zalloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL)
		die("memory", ENOMEM);
	return p;
}

static void
push(struct stack *s, uint32_t v)
{
	s->v = grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = v;
}

/* xorshift64*: one step of the state at *x. */
static inline uint64_t
step(uint64_t *x)
{
	*x ^= *x >> 12;
	*x ^= *x << 25;
	*x ^= *x >> 27;
	return *x * UINT64_C(2685821657736338717);
}

/* A number below n. */
static inline uint32_t
below(struct gen *g, uint32_t n)
{
	return (uint32_t)(((step(&g->rng) >> 32) * n) >> 32);
}

static inline bool
percent(struct gen *g, uint32_t n)
{
	return below(g, 100) < n;
}

static inline bool
permille(struct gen *g, uint32_t n)
{
	return below(g, 1000) < n;
}

/* A time from lo to hi microseconds, mostly near lo. */
static inline uint64_t
skew(struct gen *g, uint64_t lo, uint64_t hi)
{
	uint64_t r = step(&g->rng) >> 48;

	r = (r * r) >> 16;
	r = (r * r) >> 16;
	return lo + (((hi - lo) * r) >> 16);
}

static inline void
add(struct text *t, const char *s, size_t n)
{
	if (n > sizeof(t->s) - t->len)
		n = sizeof(t->s) - t->len;
	memcpy(t->s + t->len, s, n);
	t->len += (uint32_t)n;
}

static inline void
adds(struct text *t, const char *s)
{
	add(t, s, strlen(s));
}

/* Write n in decimal at the end of tmp, give its first digit. */
static inline char *
decimal(char tmp[static 20], uint64_t n)
{
	char *p = tmp + 20;

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	return p;
}

static inline void
addn(struct text *t, uint64_t n)
{
	char tmp[20], *p;

	p = decimal(tmp, n);
	add(t, p, (size_t)(tmp + 20 - p));
}

static void
add_hex(struct text *t, uint64_t n, unsigned digits, const char *set)
{
	char tmp[16];

	for (unsigned i = digits; i-- > 0; n >>= 4)
		tmp[i] = set[n & 15];
	add(t, tmp, digits);
}

/* Add n letters and digits made from *seed. */
static void
add_random(struct text *t, uint64_t *seed, unsigned n, unsigned set)
{
	char tmp[64];
	uint64_t r = 0;

	for (unsigned i = 0; i < n; i++) {
		if (i % 10 == 0)
			r = step(seed);
		tmp[i] = alnum[(r & 63) % set];
		r >>= 6;
	}
	add(t, tmp, n);
}

/* A delay as Postfix rounds it: two digits, at most two decimals. */
static void
add_delay(struct text *t, uint64_t us)
{
	unsigned frac = (unsigned)(us % MKLOG_SEC / 10000);
	char tmp[3] = ".";

	addn(t, us / MKLOG_SEC);
	tmp[1] = (char)('0' + frac / 10);
	tmp[2] = (char)('0' + frac % 10);
	if (us >= 10 * MKLOG_SEC)
		return;
	if (us < MKLOG_SEC && frac % 10 != 0)
		add(t, tmp, 3);
	else if (frac >= 10)
		add(t, tmp, 2);
}

/* An index below n, mostly a low one. */
static inline uint32_t
popular(struct gen *g, uint32_t n)
{
	uint64_t r = step(&g->rng) >> 40;

	return (uint32_t)((((r * r) >> 24) * n) >> 24);
}

/* An address between angle brackets. */
static void
add_who(struct text *t, struct who w)
{
	adds(t, "<");
	if (w.verp != 0) {
		adds(t, w.verp & 1 ? "bounces+" : "return-");
		addn(t, w.verp % 9000000 + 1000000);
		adds(t, "-");
		add_hex(t, w.verp * UINT64_C(0x9e3779b97f4a7c15) >> 40, 4,
		    "0123456789abcdef");
		adds(t, w.verp & 1 ? "-news=example.com@" : "@");
		adds(t, domains[w.a->dom].name);
	} else if (w.a != NULL)
		add(t, w.a->s, w.a->len);
	adds(t, ">");
}

/* The value of a message's Message-ID header. */
static void
add_message_id(struct text *t, const struct msg *m)
{
	uint64_t seed = m->mid;
	const char *dom = "mx.example.com";

	if (m->from.a != NULL)
		dom = m->from.a->local ? local_names[m->from.a->dom] :
					 domains[m->from.a->dom].name;
	adds(t, "<");
	switch (step(&seed) % 5) {
	case 0:
		adds(t, "CA");
		add_random(t, &seed, 46, 62);
		adds(t, "@mail.");
		adds(t, dom);
		break;
	case 1:
		add_random(t, &seed, 12, 36);
		adds(t, "PR04MB");
		addn(t, step(&seed) % 9000 + 1000);
		add_random(t, &seed, 26, 36);
		adds(t, "@");
		adds(t, dom);
		break;
	case 2:
		for (unsigned i = 0; i < 5; i++) {
			if (i > 0)
				adds(t, "-");
			add_hex(t, step(&seed), i == 0 ? 8 : i == 4 ? 12 : 4,
			    "0123456789abcdef");
		}
		adds(t, "@");
		adds(t, dom);
		break;
	case 3:
		adds(t, "20260901.");
		addn(t, step(&seed) % 1000000);
		adds(t, ".JavaMail.app@web");
		addn(t, step(&seed) % 40);
		adds(t, ".");
		adds(t, dom);
		break;
	default:
		addn(t, step(&seed) % 900000000 + 100000000);
		adds(t, ".");
		addn(t, step(&seed) % 9000000);
		adds(t, "@");
		adds(t, dom);
		break;
	}
	adds(t, ">");
}

/* A queue ID made at time us with that inode; returns its length. */
static uint32_t
queue_id(char *out, bool long_ids, uint64_t us, uint64_t inode)
{
	uint64_t sec = us / MKLOG_SEC, frac = us % MKLOG_SEC;
	char tmp[20];
	uint32_t n = 0, k = 0;

	if (!long_ids) {
		static const char hex[] = "0123456789ABCDEF";

		for (unsigned i = 5; i-- > 0; frac >>= 4)
			out[i] = hex[frac & 15];
		n = 5;
		for (; inode != 0; inode >>= 4)
			tmp[k++] = hex[inode & 15];
	} else {
		for (unsigned i = 6; i-- > 0; sec /= 52)
			out[i] = base52[sec % 52];
		for (unsigned i = 10; i-- > 6; frac /= 52)
			out[i] = base52[frac % 52];
		out[10] = 'z';
		n = 11;
		for (; inode != 0; inode /= 51)
			tmp[k++] = base52[inode % 51];
	}
	while (k > 0)
		out[n++] = tmp[--k];
	return n;
}

static inline bool
earlier(const struct event_at *a, const struct event_at *b)
{
	return a->time < b->time || (a->time == b->time && a->seq < b->seq);
}

static void
schedule(struct gen *g, uint64_t time, enum event type, uint32_t what,
    uint16_t group)
{
	struct event_at e = { time, g->seq++, what, group, (uint8_t)type };
	size_t i, up;

	g->heap = grow(g->heap, &g->capheap, g->nheap + 1, sizeof(*g->heap));
	for (i = g->nheap++; i > 0; i = up) {
		up = (i - 1) / 4;
		if (!earlier(&e, &g->heap[up]))
			break;
		g->heap[i] = g->heap[up];
	}
	g->heap[i] = e;
}

/* Take the earliest event off the heap. */
static struct event_at
next_event(struct gen *g)
{
	struct event_at first = g->heap[0], e = g->heap[--g->nheap];
	size_t i = 0;

	for (;;) {
		size_t k = i * 4 + 1, best = k, end = k + 4;

		if (k >= g->nheap)
			break;
		if (end > g->nheap)
			end = g->nheap;
		while (++k < end)
			if (earlier(&g->heap[k], &g->heap[best]))
				best = k;
		if (!earlier(&g->heap[best], &e))
			break;
		g->heap[i] = g->heap[best];
		i = best;
	}
	g->heap[i] = e;
	return first;
}

/* A process of that service, idle until now or new. */
static uint32_t
acquire(struct gen *g, enum svc svc)
{
	struct stack *s = &g->idle[svc];
	uint32_t i;

	if (s->n > 0) {
		size_t k = s->n - 1 - below(g, s->n > 4 ? 4 : (uint32_t)s->n);

		i = s->v[k];
		s->v[k] = s->v[--s->n];
		return i;
	}
	do {
		g->pid += 1 + below(g, 24);
		if (g->pid >= MKLOG_PIDS)
			g->pid = 400 + below(g, 100);
	} while (g->pid_used[g->pid]);
	g->pid_used[g->pid] = 1;
	if (g->free_proc.n > 0)
		i = g->free_proc.v[--g->free_proc.n];
	else {
		g->proc = grow(g->proc, &g->capproc, g->nproc + 1,
		    sizeof(*g->proc));
		i = (uint32_t)g->nproc++;
	}
	g->proc[i] = (struct proc){ g->pid, 0, svc };
	return i;
}

/* The process has done its job; after enough jobs it ends. */
static void
release(struct gen *g, uint32_t i)
{
	struct proc *p = &g->proc[i];

	if (++p->uses < MKLOG_USES || p->svc == S_QMGR || p->svc == S_ANVIL) {
		push(&g->idle[p->svc], i);
		return;
	}
	g->pid_used[p->pid] = 0;
	push(&g->free_proc, i);
}

/* A new line at that time; with a message its queue ID comes first. */
static struct line *
begin(struct gen *g, uint64_t time, uint32_t proc, uint32_t msg,
    enum kind kind)
{
	struct line *l;
	uint32_t slot;

	if (g->free_line.n == 0) {
		g->chunk = realloc(g->chunk,
		    (g->nchunk + 1) * sizeof(*g->chunk));
		if (g->chunk == NULL)
			die("memory", ENOMEM);
		g->chunk[g->nchunk] = zalloc(MKLOG_SLOTS, sizeof(**g->chunk));
		for (uint32_t i = MKLOG_SLOTS; i-- > 0;)
			push(&g->free_line,
			    (uint32_t)g->nchunk * MKLOG_SLOTS + i);
		g->nchunk++;
	}
	slot = g->free_line.v[--g->free_line.n];
	l = &g->chunk[slot / MKLOG_SLOTS][slot % MKLOG_SLOTS];
	l->time = time;
	l->slot = slot;
	l->msg = msg;
	l->proc = proc;
	l->pid = g->proc[proc].pid;
	l->svc = (uint8_t)g->proc[proc].svc;
	l->kind = (uint8_t)kind;
	l->flags = 0;
	l->warning = kind == K_WARNING;
	l->t.len = 0;
	if (l->warning)
		adds(&l->t, "warning: ");
	if (msg != MKLOG_NONE) {
		add(&l->t, g->msg[msg].qid, g->msg[msg].qlen);
		adds(&l->t, ": ");
	}
	schedule(g, time, E_LINE, slot, 0);
	return l;
}

/* A message whose queue file is made at that time. */
static uint32_t
new_msg(struct gen *g, uint64_t time, struct who from, uint64_t mid)
{
	uint64_t inode, made = time - below(g, 400);
	struct msg *m;
	uint32_t i;

	if (made / MKLOG_SEC != time / MKLOG_SEC)
		made = time;
	if (g->inode_n > MKLOG_INODES) {
		inode = g->inodes[g->inode_at++ % g->inode_cap];
		g->inode_n--;
	} else
		inode = g->inode++;
	if (g->free_msg != MKLOG_NONE) {
		i = g->free_msg;
		g->free_msg = g->msg[i].next;
	} else {
		g->msg = grow(g->msg, &g->capmsg, g->nmsg + 1, sizeof(*g->msg));
		i = (uint32_t)g->nmsg++;
	}
	m = &g->msg[i];
	m->qlen = queue_id(m->qid, g->long_ids, made, inode);
	m->inode = inode;
	m->arrival = time;
	m->active = time;
	m->mid = mid != 0 ? mid : step(&g->rng) | 1;
	m->size = skew(g, 900, percent(g, 6) ? 12000000 : 160000);
	m->from = from;
	m->nrcpt = m->pending = m->tries = 0;
	m->seen = m->bounced = false;
	g->made++;
	return i;
}

/* The message is gone; its inode will be used again. */
static void
free_msg(struct gen *g, uint32_t i)
{
	struct msg *m = &g->msg[i];

	m->next = g->free_msg;
	g->free_msg = i;
	if (g->no_removed)
		return;
	if (g->inode_n == g->inode_cap) {
		size_t cap = g->inode_cap == 0 ? 16384 : g->inode_cap * 2;
		uint64_t *v = zalloc(cap, sizeof(*v));

		for (size_t k = 0; k < g->inode_n; k++)
			v[k] = g->inodes[(g->inode_at + k) % g->inode_cap];
		free(g->inodes);
		g->inodes = v;
		g->inode_at = 0;
		g->inode_cap = cap;
	}
	g->inodes[(g->inode_at + g->inode_n++) % g->inode_cap] = m->inode;
}

static struct who
some_local(struct gen *g)
{
	return (struct who){ &g->locals[popular(g, MKLOG_LOCALS)], 0 };
}

static struct who
some_remote(struct gen *g)
{
	uint32_t d = popular(g, LEN(domains));

	d += popular(g, MKLOG_REMOTES / LEN(domains)) * (uint32_t)LEN(domains);
	return (struct who){ &g->remotes[d], 0 };
}

/* Add a recipient with the transport that its domain has. */
static void
add_rcpt(struct gen *g, struct msg *m, struct who who)
{
	struct rcpt *r = &m->rcpt[m->nrcpt++];

	*r = (struct rcpt){ .who = who, .transport = T_SMTP };
	if (!who.a->local || who.verp != 0)
		return;
	r->transport = who.a->dom == 3 || who.a->dom == 8 ? T_VIRTUAL :
	    who.a->dom == 6				 ? T_LOCAL :
							   T_LMTP;
	if (percent(g, 12)) {
		r->orig.a = &g->locals[MKLOG_LOCALS + below(g, 64)];
		if (percent(g, 8)) { /* an alias that leads elsewhere */
			r->who = some_remote(g);
			r->transport = T_SMTP;
		}
	}
}

/* One recipient mostly, 1.3 on average. */
static uint32_t
rcpt_count(struct gen *g)
{
	uint32_t r = below(g, 100);

	if (r < 81)
		return 1;
	if (r < 94)
		return 2;
	if (r < 98)
		return 3;
	return 4 + below(g, MKLOG_RCPTS - 3);
}

/* The line of qmgr, first time or again. */
static void
active_line(struct gen *g, uint64_t t, uint32_t i)
{
	uint32_t qmgr = g->idle[S_QMGR].v[0];
	struct line *l = begin(g, t, qmgr, i, K_ACTIVE);
	struct msg *m = &g->msg[i];

	m->active = t;
	adds(&l->t, "from=");
	add_who(&l->t, m->from);
	adds(&l->t, ", size=");
	addn(&l->t, m->size);
	adds(&l->t, ", nrcpt=");
	addn(&l->t, m->nrcpt);
	adds(&l->t, " (queue active)");
}

static void
message_id_line(struct gen *g, uint64_t t, uint32_t i)
{
	struct line *l = begin(g, t, acquire(g, S_CLEANUP), i, K_MESSAGE_ID);

	l->flags |= LF_RELEASE;
	adds(&l->t, "message-id=");
	add_message_id(&l->t, &g->msg[i]);
}

/* Connect and TLS lines of a session. */
static void
open_session(struct gen *g, struct session *s)
{
	struct line *l = begin(g, s->t, s->proc, MKLOG_NONE, K_CONNECT);
	uint32_t k;

	adds(&l->t, "connect from ");
	adds(&l->t, s->peer);
	s->t += skew(g, 15 * MKLOG_MS, 600 * MKLOG_MS);
	if (!s->tls)
		return;
	l = begin(g, s->t, s->proc, MKLOG_NONE, K_TLS_IN);
	adds(&l->t, "Anonymous TLS connection established from ");
	adds(&l->t, s->peer);
	adds(&l->t, ": ");
	k = below(g, 40);
	k = k < 18 ? 0 : k < 27 ? 1 : k < 33 ? 2 : k < 36 ? 3 : k < 38 ? 4 :
	    k < 39 ? 5 : 6;
	adds(&l->t, g->tls_field ? tls_in_new[k] : tls_in[k]);
	s->t += skew(g, 20 * MKLOG_MS, 500 * MKLOG_MS);
}

static void
add_count(struct text *t, const char *verb, uint32_t ok, uint32_t all)
{
	if (all == 0)
		return;
	adds(t, verb);
	addn(t, ok);
	if (ok != all) {
		adds(t, "/");
		addn(t, all);
	}
}

/* The disconnect line with its counters. */
static void
close_session(struct gen *g, struct session *s, bool quit, uint32_t auth_bad)
{
	struct line *l = begin(g, s->t, s->proc, MKLOG_NONE, K_DISCONNECT);
	uint32_t tls = s->tls && s->svc != S_SMTPS;
	uint32_t ehlo = s->helo == NULL ? 0 : 1 + tls;
	uint32_t rset = s->mail > 1 && s->data > 1 ? s->mail - 1 : 0;
	uint32_t ok = ehlo + tls + s->auth + s->mail + s->rcpt + s->data +
	    rset + quit;
	uint32_t bad = auth_bad + s->rcpt_bad;
	struct text *t = &l->t;

	l->flags |= LF_RELEASE;
	adds(t, "disconnect from ");
	adds(t, s->peer);
	add_count(t, s->helo_only ? " helo=" : " ehlo=", ehlo, ehlo);
	add_count(t, " starttls=", tls, tls);
	add_count(t, " auth=", s->auth, s->auth + auth_bad);
	add_count(t, " mail=", s->mail, s->mail);
	add_count(t, " rcpt=", s->rcpt, s->rcpt + s->rcpt_bad);
	add_count(t, " data=", s->data, s->data);
	add_count(t, " rset=", rset, rset);
	add_count(t, " quit=", quit, quit);
	adds(t, " commands=");
	addn(t, ok);
	if (bad > 0 || ok == 0) {
		adds(t, "/");
		addn(t, ok + bad);
	}
}

static void
lost_line(struct gen *g, struct session *s, const char *where)
{
	struct line *l = begin(g, s->t, s->proc, MKLOG_NONE, K_OTHER);

	if (g->tls_field)
		adds(&l->t, "NOQUEUE: ");
	adds(&l->t, "lost connection after ");
	adds(&l->t, where);
	adds(&l->t, " from ");
	adds(&l->t, s->peer);
	s->t += 40 + below(g, 200);
}

/* One refused recipient, with or without a queue ID. */
static void
reject_line(struct gen *g, struct session *s, uint32_t msg, struct who from,
    struct who to, uint32_t type)
{
	struct line *l = begin(g, s->t, s->proc, msg,
	    msg == MKLOG_NONE ? K_REJECT : K_REJECT_QID);
	const char *addr = strchr(s->peer, '[');
	struct text *t = &l->t;

	if (msg == MKLOG_NONE)
		adds(t, "NOQUEUE: ");
	adds(t, "reject: RCPT from ");
	adds(t, s->peer);
	switch (type) {
	case 0:
		adds(t, ": 554 5.7.1 Service unavailable; Client host ");
		adds(t, addr);
		adds(t, " blocked using zen.dnsbl.example; "
			"https://www.dnsbl.example/query/ip/");
		add(t, addr + 1, strlen(addr) - 2);
		break;
	case 1:
		adds(t, ": 550 5.1.1 ");
		add_who(t, to);
		adds(t, ": Recipient address rejected: "
			"User unknown in virtual mailbox table");
		break;
	case 2:
		adds(t, ": 450 4.2.0 ");
		add_who(t, to);
		adds(t, ": Recipient address rejected: Greylisted, see "
			"http://postgrey.example/help/example.com.html");
		break;
	case 3:
		adds(t, ": 450 4.7.25 Client host rejected: "
			"cannot find your hostname, ");
		adds(t, addr);
		break;
	case 4:
		adds(t, ": 454 4.7.1 ");
		add_who(t, to);
		adds(t, ": Relay access denied");
		break;
	case 5:
		adds(t, ": 504 5.5.2 <");
		adds(t, s->helo);
		adds(t, ">: Helo command rejected: "
			"need fully-qualified hostname");
		break;
	case 6:
		adds(t, ": 450 4.1.8 ");
		add_who(t, from);
		adds(t, ": Sender address rejected: Domain not found");
		break;
	default:
		adds(t, ": 550 5.7.23 ");
		add_who(t, to);
		adds(t, ": Recipient address rejected: Message rejected due to:"
			" SPF fail - not authorized. Please see"
			" http://www.openspf.example/Why?s=mfrom;ip=");
		add(t, addr + 1, strlen(addr) - 2);
		adds(t, ";r=mx.example.com");
		break;
	}
	adds(t, "; from=");
	add_who(t, from);
	adds(t, " to=");
	add_who(t, to);
	adds(t, s->helo_only ? " proto=SMTP helo=<" : " proto=ESMTP helo=<");
	adds(t, s->helo);
	adds(t, ">");
	s->t += skew(g, 20 * MKLOG_MS, 2 * MKLOG_SEC);
	s->rcpt_bad++;
}

/* One message in a session: client=, message-id, queue active. */
static void
session_msg(struct gen *g, struct session *s, struct who from)
{
	uint32_t i = new_msg(g, s->t, from, 0), n = rcpt_count(g);
	struct line *l = begin(g, s->t, s->proc, i, K_CLIENT);

	if (s->tls)
		l->flags |= LF_TLS_MSG;
	adds(&l->t, "client=");
	adds(&l->t, s->peer);
	if (s->auth) {
		adds(&l->t, ", sasl_method=PLAIN, sasl_username=");
		add(&l->t, from.a->s, from.a->len);
	}
	g->msg[i].arrival = s->t - skew(g, 2 * MKLOG_MS, 200 * MKLOG_MS);
	for (uint32_t k = 0; k < n; k++) {
		bool remote = s->auth && percent(g, 70);

		add_rcpt(g, &g->msg[i],
		    remote ? some_remote(g) : some_local(g));
		s->rcpt++;
	}
	s->mail++;
	s->data++;
	s->t += skew(g, 10 * MKLOG_MS, 90 * MKLOG_MS);
	if (!s->auth && permille(g, 15))
		reject_line(g, s, i, from, some_local(g), 1);
	message_id_line(g, s->t, i);
	s->t += skew(g, 15 * MKLOG_MS, 2500 * MKLOG_MS);
	active_line(g, s->t, i);
	s->t += skew(g, 10 * MKLOG_MS, 300 * MKLOG_MS);
}

/* A client without a good name: peer into out, perhaps a warning first. */
static void
stranger(struct gen *g, struct session *s, char *peer, size_t cap, char *helo,
    size_t hcap)
{
	char addr[24];
	unsigned a = below(g, 65536), b = below(g, 2);
	struct line *l;

	snprintf(addr, sizeof(addr), "198.%u.%u.%u", 18 + b, a >> 8, a & 255);
	snprintf(helo, hcap, "%u-%u-%u-198.static.isp%u.example.net", a & 255,
	    a >> 8, 18 + b, a % 37);
	if (percent(g, 45))
		snprintf(peer, cap, "%s[%s]", helo, addr);
	else
		snprintf(peer, cap, "unknown[%s]", addr);
	if (peer[0] == 'u' && percent(g, 60)) {
		l = begin(g, s->t, s->proc, MKLOG_NONE, K_WARNING);
		adds(&l->t, "hostname ");
		adds(&l->t, helo);
		adds(&l->t, " does not resolve to address ");
		adds(&l->t, addr);
		if (percent(g, 70))
			adds(&l->t, ": Name or service not known");
		s->t += 100 + below(g, 400);
	}
	if (percent(g, 20))
		snprintf(helo, hcap, "%s", a & 1 ? "ylmf-pc" : "User");
}

/* A session that gets nothing but refusals. */
static void
reject_session(struct gen *g, struct session *s)
{
	char peer[96], helo[64];
	uint32_t n = percent(g, 75) ? 1 : 2 + below(g, 3), type;
	bool lost;

	stranger(g, s, peer, sizeof(peer), helo, sizeof(helo));
	s->peer = peer;
	s->helo = helo;
	type = below(g, 20);
	type = type < 9 ? 0 : type < 12 ? 1 : type < 15 ? 2 : type - 12;
	s->helo_only = type == 5;
	if (s->helo_only)
		s->helo = "User";
	s->tls = !s->helo_only && percent(g, 35);
	open_session(g, s);
	for (uint32_t i = 0; i < n; i++) {
		struct who to = type == 4 ? some_remote(g) : some_local(g);

		reject_line(g, s, MKLOG_NONE, some_remote(g), to, type);
	}
	s->mail = 1;
	lost = percent(g, 50);
	if (lost)
		lost_line(g, s, "RCPT");
	close_session(g, s, !lost, 0);
}

/* A guesser of passwords, or a probe that says nothing. */
static void
bot_session(struct gen *g, struct session *s)
{
	char peer[96], helo[64];
	struct line *l;

	if (percent(g, 40)) {
		s->peer = percent(g, 50) ? "monitor.example.com[192.0.2.250]" :
					   "unknown[203.0.113.77]";
		open_session(g, s);
		lost_line(g, s, "CONNECT");
		close_session(g, s, false, 0);
		return;
	}
	stranger(g, s, peer, sizeof(peer), helo, sizeof(helo));
	s->peer = peer;
	s->helo = helo;
	open_session(g, s);
	s->t += skew(g, MKLOG_SEC, 6 * MKLOG_SEC);
	l = begin(g, s->t, s->proc, MKLOG_NONE, K_WARNING);
	adds(&l->t, peer);
	adds(&l->t, ": SASL LOGIN authentication failed: UGFzc3dvcmQ6");
	if (g->tls_field) {
		adds(&l->t, ", sasl_username=");
		add(&l->t, g->locals[below(g, 64)].s, 4);
	}
	s->t += skew(g, 100 * MKLOG_MS, MKLOG_SEC);
	lost_line(g, s, "AUTH");
	close_session(g, s, false, 1);
}

/* A user sends mail. */
static void
submission(struct gen *g, struct session *s)
{
	struct who from = some_local(g);
	const struct host *h = &g->clients[(size_t)(from.a - g->locals) %
	    MKLOG_CLIENTS];
	uint32_t n = percent(g, 90) ? 1 : 2;

	s->peer = h->peer;
	s->helo = h->name;
	s->tls = s->auth = true;
	open_session(g, s);
	s->t += skew(g, 30 * MKLOG_MS, 400 * MKLOG_MS);
	while (n-- > 0)
		session_msg(g, s, from);
	close_session(g, s, percent(g, 95), 0);
}

/* Another site sends mail. */
static void
inbound(struct gen *g, struct session *s)
{
	struct who from = some_remote(g);
	struct domain *d = &domains[from.a->dom];
	const struct host *h = &d->out[below(g, LEN(d->out))];
	uint32_t n = percent(g, 90) ? 1 : 2 + below(g, 4), r;

	s->peer = h->peer;
	s->helo = h->name;
	s->tls = percent(g, 70);
	open_session(g, s);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			from.a = &g->remotes[from.a->dom +
			    below(g, 100) * LEN(domains)];
		r = below(g, 100);
		from.verp = 0;
		if (r < 18)
			from.verp = (uint32_t)step(&g->rng) | 2;
		else if (r < 22)
			from = (struct who){ NULL, 0 };
		if (percent(g, 2))
			reject_line(g, s, MKLOG_NONE, from, some_local(g), 1);
		session_msg(g, s, from);
		if (from.a == NULL)
			break;
	}
	close_session(g, s, true, 0);
}

/* Start one session and plan the next. */
static void
start_session(struct gen *g, uint64_t now)
{
	uint32_t r = below(g, 100), wave;
	struct session s = { .svc = S_SMTPD, .t = now };

	if (g->msg_limit != 0 && g->made >= g->msg_limit)
		return;
	if (r < 24)
		s.svc = percent(g, 70) ? S_SUBMISSION : S_SMTPS;
	s.proc = acquire(g, s.svc);
	if (r < 24)
		submission(g, &s);
	else if (r < 34)
		reject_session(g, &s);
	else if (r < 38)
		bot_session(g, &s);
	else
		inbound(g, &s);
	/* Busier and quieter, a slow triangle over forty minutes. */
	wave = (uint32_t)(now / MKLOG_SEC % 2400);
	wave = wave < 1200 ? wave : 2400 - wave;
	schedule(g, now + 1 + below(g, 2 * (23000 + wave * 13)), E_SESSION, 0,
	    0);
}

/* A script on the host sends mail. */
static void
start_pickup(struct gen *g, uint64_t now)
{
	uint32_t proc, i;
	struct who from = { &g->locals[MKLOG_LOCALS + below(g, 64)], 0 };
	struct line *l;

	if (g->msg_limit != 0 && g->made >= g->msg_limit)
		return;
	proc = acquire(g, S_PICKUP);
	i = new_msg(g, now, from, 0);
	l = begin(g, now, proc, i, K_PICKUP);
	l->flags |= LF_RELEASE;
	adds(&l->t, "uid=");
	addn(&l->t, 33 + below(g, 4) * 322);
	adds(&l->t, " from=");
	add_who(&l->t, from);
	add_rcpt(g, &g->msg[i],
	    percent(g, 50) ? some_local(g) : some_remote(g));
	message_id_line(g, now + 8 * MKLOG_MS + below(g, 4000), i);
	active_line(g, now + 20 * MKLOG_MS + below(g, 9000), i);
	schedule(g, now + 200 * MKLOG_MS + below(g, 4 * MKLOG_SEC), E_PICKUP, 0,
	    0);
}

static void
anvil_lines(struct gen *g, uint64_t now)
{
	uint32_t anvil = g->idle[S_ANVIL].v[0];
	unsigned hour = (unsigned)(now / MKLOG_SEC / 3600 % 24);
	unsigned a = below(g, 65536), s = below(g, 60);
	char at[80];
	struct line *l;

	if (g->msg_limit != 0 && g->made >= g->msg_limit)
		return;
	snprintf(at, sizeof(at),
	    " for (smtp:198.18.%u.%u) at Sep %2u %02u:%02u:%02u", a >> 8,
	    a & 255,
	    1 + (unsigned)((now / MKLOG_SEC - MKLOG_START) / 86400) % 30, hour,
	    (unsigned)(now / MKLOG_SEC / 60 % 60), s);
	l = begin(g, now, anvil, MKLOG_NONE, K_STATISTICS);
	adds(&l->t, "statistics: max connection rate ");
	addn(&l->t, 20 + below(g, 50));
	adds(&l->t, "/60s");
	adds(&l->t, at);
	l = begin(g, now + 20, anvil, MKLOG_NONE, K_STATISTICS);
	adds(&l->t, "statistics: max connection count ");
	addn(&l->t, 4 + below(g, 20));
	adds(&l->t, at);
	l = begin(g, now + 40, anvil, MKLOG_NONE, K_STATISTICS);
	adds(&l->t, "statistics: max cache size ");
	addn(&l->t, 40 + below(g, 300));
	adds(&l->t, strstr(at, " at "));
	schedule(g, now + 600 * MKLOG_SEC, E_ANVIL, 0, 0);
}

/* A message that Postfix itself makes: no client=, no uid=. */
static uint32_t
child(struct gen *g, uint64_t t, struct who from, struct who to, uint64_t mid)
{
	uint32_t i = new_msg(g, t, from, mid);

	add_rcpt(g, &g->msg[i], to);
	message_id_line(g, t + 1 + below(g, 300), i);
	active_line(g, t + 2 * MKLOG_MS + below(g, 6000), i);
	return i;
}

/* A delivery attempt while its lines are being made. */
struct attempt {
	uint32_t proc, msg;
	uint64_t start, conn, xmit; /* when it began, c and d of delays= */
	const char *relay;	    /* host[addr]:25, or a word */
	const char *tls;	    /* value of tls=, or NULL */
	const char *dsn;
	uint32_t conn_use;
	uint8_t flags;
	enum kind kind;
};

/* Up to "status=WORD (" of a delivery line. */
static struct line *
delivery_line(struct gen *g, const struct attempt *a, uint64_t t,
    const struct rcpt *r)
{
	static const char *const words[] = { "sent", "deferred", "bounced" };
	struct line *l = begin(g, t, a->proc, a->msg, a->kind);
	const struct msg *m = &g->msg[a->msg];
	struct text *x = &l->t;

	l->flags = a->flags;
	adds(x, "to=");
	add_who(x, r->who);
	if (r->orig.a != NULL) {
		adds(x, ", orig_to=");
		add_who(x, r->orig);
	}
	adds(x, ", relay=");
	adds(x, a->relay);
	if (a->conn_use > 0) {
		adds(x, ", conn_use=");
		addn(x, a->conn_use);
	}
	adds(x, ", delay=");
	add_delay(x, t - m->arrival);
	adds(x, ", delays=");
	add_delay(x, m->active - m->arrival);
	adds(x, "/");
	add_delay(x, a->start - m->active);
	adds(x, "/");
	add_delay(x, a->conn);
	adds(x, "/");
	add_delay(x, a->xmit);
	if (g->tls_field && a->tls != NULL) {
		adds(x, ", tls=");
		adds(x, a->tls);
	}
	adds(x, ", dsn=");
	adds(x, a->dsn);
	adds(x, ", status=");
	adds(x, words[a->kind - K_SENT]);
	adds(x, " (");
	return l;
}

/* What the other server says when it takes the mail. */
static void
add_reply(struct gen *g, struct text *t, const struct msg *m, uint8_t style,
    uint64_t when)
{
	uint64_t seed = step(&g->rng) | 1;
	char qid[28];

	switch (style) {
	case 0:
		adds(t, "250 2.0.0 Ok: queued as ");
		add(t, qid,
		    queue_id(qid, seed & 1024, when, 400000 + (seed >> 40)));
		break;
	case 1:
		adds(t, "250 2.0.0 OK  ");
		addn(t, when / MKLOG_SEC);
		adds(t, " ");
		add_random(t, &seed, 12, 36);
		adds(t, "-");
		add_random(t, &seed, 11, 36);
		adds(t, "si");
		addn(t, seed % 90000000);
		adds(t, ".");
		addn(t, seed % 900);
		adds(t, " - gsmtp");
		break;
	case 2:
		adds(t, "250 2.6.0 ");
		add_message_id(t, m);
		adds(t, " [InternalId=");
		addn(t, seed % 90000000000000);
		adds(t, ", Hostname=");
		add_random(t, &seed, 8, 36);
		adds(t, ".eurprd04.prod.exchange.example] ");
		addn(t, m->size + 9000);
		adds(t, " bytes in 0.");
		addn(t, 100 + seed % 900);
		adds(t, ", 94.");
		addn(t, 100 + seed % 900);
		adds(t, " KB/sec Queued mail for delivery");
		break;
	case 3:
		adds(t, "250 OK id=1");
		add_random(t, &seed, 5, 62);
		adds(t, "-0000000");
		add_random(t, &seed, 4, 62);
		adds(t, "-");
		add_random(t, &seed, 4, 62);
		break;
	case 4:
		adds(t, "250 2.0.0 58");
		add_random(t, &seed, 5, 36);
		addn(t, 100000 + seed % 800000);
		adds(t, " Message accepted for delivery");
		break;
	default:
		adds(t, "250 ok ");
		addn(t, when / MKLOG_SEC);
		adds(t, " qp ");
		addn(t, 1000 + seed % 64000);
		adds(t, " server-");
		addn(t, seed % 30);
		adds(t, ".tower.example!");
		addn(t, when / MKLOG_SEC);
		break;
	}
}

/* Why the other server does not take the mail. */
static void
add_refusal(struct gen *g, struct text *t, const struct attempt *a,
    const struct rcpt *r, uint32_t type)
{
	adds(t, "host ");
	add(t, a->relay, strlen(a->relay) - 3); /* without :25 */
	adds(t, " said: ");
	switch (type) {
	case 0:
		adds(t, "450 4.2.0 ");
		add_who(t, r->who);
		adds(t, ": Recipient address rejected: Greylisted for 300 "
			"seconds, see http://greylist.example/help.html");
		break;
	case 1:
		adds(t, "452-4.2.2 The recipient's inbox is out of storage "
			"space. Please direct the 452-4.2.2 recipient to 452 "
			"4.2.2 https://support.bigmail.example/mail/?p="
			"OverQuotaTemp - gsmtp");
		break;
	case 2:
		adds(t, "451 4.7.500 Server busy. Please try again later from ["
			"192.0.2.25]. (S77714)");
		break;
	case 3:
		adds(t, "550 5.1.1 ");
		add_who(t, r->who);
		adds(t, ": Recipient address rejected: User unknown in virtual"
			" mailbox table");
		break;
	case 4:
		adds(t, "550-5.1.1 The email account that you tried to reach "
			"does not exist. Please try 550-5.1.1 double-checking "
			"the recipient's email address for typos or 550-5.1.1 "
			"unnecessary spaces. 550 5.1.1 "
			"https://support.bigmail.example/mail/?p=NoSuchUser"
			" - gsmtp");
		break;
	default:
		adds(t, "550 5.4.1 Recipient address rejected: Access denied. "
			"AS(201806281) [");
		addn(t, 10000 + below(g, 80000));
		adds(t, ".eurprd04.prod.exchange.example 2026-09-01T00:00Z]");
		break;
	}
	adds(t, " (in reply to RCPT TO command))");
}

static void
tls_out_line(struct gen *g, const struct attempt *a, uint64_t t,
    const char *peer, const struct domain *d)
{
	struct line *l = begin(g, t, a->proc, MKLOG_NONE, K_TLS_OUT);

	adds(&l->t, tls_out[d->tls].trust);
	adds(&l->t, " TLS connection established to ");
	for (; *peer != '\0'; peer++) {
		char c = *peer >= 'A' && *peer <= 'Z' ? (char)(*peer + 32) :
							*peer;

		add(&l->t, &c, 1);
	}
	adds(&l->t, ": ");
	adds(&l->t, tls_out[d->tls].what);
}

/* connect to HOST[ADDR]:25: TEXT */
static void
connect_failed(struct gen *g, const struct attempt *a, uint64_t t,
    const char *peer, const char *what)
{
	struct line *l = begin(g, t, a->proc, MKLOG_NONE, K_OTHER);

	adds(&l->t, "connect to ");
	adds(&l->t, peer);
	adds(&l->t, ": ");
	adds(&l->t, what);
}

/* The next recipient of the group that waits; NULL at the end. */
static struct rcpt *
next_rcpt(struct msg *m, uint16_t group, uint32_t *i)
{
	while (*i < m->nrcpt) {
		struct rcpt *r = &m->rcpt[(*i)++];

		if (r->state == R_PENDING && r->group == group)
			return r;
	}
	return NULL;
}

/*
 * Delivery lines for the group: with the text, else the refusal of that
 * number, else what the server of d says when it takes the mail.
 */
static void
settle(struct gen *g, struct attempt *a, uint16_t group, uint64_t t,
    const struct domain *d, int refusal, enum why why, const char *text)
{
	struct msg *m = &g->msg[a->msg];
	struct line *l = NULL;
	struct rcpt *r;
	uint32_t i = 0;

	while ((r = next_rcpt(m, group, &i)) != NULL) {
		l = delivery_line(g, a, t, r);
		if (text != NULL) {
			adds(&l->t, text);
			adds(&l->t, ")");
		} else if (refusal >= 0)
			add_refusal(g, &l->t, a, r, (uint32_t)refusal);
		else {
			add_reply(g, &l->t, m, d->reply, t);
			adds(&l->t, ")");
		}
		r->why = why;
		if (a->kind == K_SENT)
			r->state = R_DONE;
		else if (a->kind == K_BOUNCED) {
			r->state = R_BOUNCED;
			m->bounced = true;
		}
		t += 30 + below(g, 90);
	}
	l->flags |= LF_LAST | LF_RELEASE;
}

/* No answer from any host of the domain. */
static void
deliver_timeout(struct gen *g, struct attempt *a, uint16_t group,
    const struct domain *d, bool suspended)
{
	char peer[136], text[256];

	snprintf(peer, sizeof(peer), "%s:25", d->mx[0].peer);
	a->relay = "none";
	a->dsn = "4.4.1";
	a->kind = K_DEFERRED;
	a->tls = "may?";
	if (suspended) {
		snprintf(text, sizeof(text),
		    "delivery temporarily suspended: connect to %s: "
		    "Connection timed out",
		    peer);
		a->tls = NULL;
		a->xmit = 10 * MKLOG_MS + below(g, 40000);
	} else {
		snprintf(text, sizeof(text),
		    "connect to %s: Connection timed out", peer);
		a->conn = 30 * MKLOG_SEC + below(g, 90000);
		connect_failed(g, a, a->start + a->conn, peer,
		    "Connection timed out");
	}
	settle(g, a, group, a->start + a->conn + a->xmit + 60, d, -1,
	    W_TIMEOUT, text);
}

/* The handshake fails; old mail then goes out in clear text. */
static void
deliver_tls_failure(struct gen *g, struct attempt *a, uint16_t group,
    const struct domain *d, bool fallback)
{
	uint64_t t = a->start + a->conn;
	struct line *l;

	l = begin(g, t - 600, a->proc, MKLOG_NONE, K_OTHER);
	adds(&l->t, "SSL_connect error to ");
	adds(&l->t, a->relay);
	adds(&l->t, ": -1");
	l = begin(g, t - 560, a->proc, MKLOG_NONE, K_WARNING);
	adds(&l->t, "TLS library problem: error:0A000102:SSL routines::"
		    "unsupported protocol:ssl/statem/statem_lib.c:1987:");
	if (!fallback) {
		a->kind = K_DEFERRED;
		a->dsn = "4.7.5";
		a->tls = "may?";
		a->xmit = 0;
		settle(g, a, group, t, d, -1, W_TLS,
		    "Cannot start TLS: handshake failure");
		return;
	}
	l = begin(g, t - 500, a->proc, a->msg, K_OTHER);
	adds(&l->t, "Cannot start TLS: handshake failure");
	a->tls = "may:none";
	settle(g, a, group, t + a->xmit, d, -1, W_NONE, NULL);
}

/* A request to another host. */
static void
deliver_smtp(struct gen *g, struct attempt *a, uint16_t group,
    const struct rcpt *r)
{
	const struct domain *d = &domains[r->who.a->dom];
	const struct host *mx = &d->mx[percent(g, 80) ? 0 : 1];
	enum why why = r->why;
	char relay[136], v6[160];
	uint32_t roll = below(g, 1000);
	uint64_t t;

	snprintf(relay, sizeof(relay), "%s:25", mx->peer);
	a->relay = relay;
	a->flags = LF_NET;
	a->conn = skew(g, 60 * MKLOG_MS, 4 * MKLOG_SEC);
	a->xmit = skew(g, 80 * MKLOG_MS, 3 * MKLOG_SEC);
	if (roll < 44 || (why == W_TIMEOUT && roll < 350)) {
		bool suspended = why == W_TIMEOUT && percent(g, 60);

		if (suspended) {
			release(g, a->proc);
			a->proc = acquire(g, S_ERROR);
		}
		deliver_timeout(g, a, group, d, suspended);
		return;
	}
	if (permille(g, 60)) {
		snprintf(v6, sizeof(v6), "%s[2001:db8:%x::25]:25", mx->name,
		    (unsigned)r->who.a->dom + 16);
		connect_failed(g, a, a->start + 900 + below(g, 40000), v6,
		    "Network is unreachable");
	}
	if (d->tls != TLS_NEVER && (why == W_TLS || roll >= 994)) {
		deliver_tls_failure(g, a, group, d, why == W_TLS);
		return;
	}
	if (d->tls == TLS_NEVER && why == W_NONE && percent(g, 35)) {
		a->conn_use = 2 + below(g, 6);
		a->conn = below(g, 9000);
		a->flags |= LF_CONN_USE;
		a->tls = "may?";
	} else if (d->tls == TLS_NEVER)
		a->tls = "may:none";
	else {
		a->tls = tls_out[d->tls].level;
		a->flags |= LF_TLS;
		tls_out_line(g, a, a->start + a->conn - 2 * MKLOG_MS, relay, d);
	}
	t = a->start + a->conn + a->xmit;
	if (roll < 125 && why != W_OTHER) {
		a->kind = K_DEFERRED;
		a->dsn = roll < 80 ? "4.2.0" : roll < 105 ? "4.2.2" : "4.7.500";
		settle(g, a, group, t, d, roll < 80 ? 0 : roll < 105 ? 1 : 2,
		    W_OTHER, NULL);
		return;
	}
	if (roll < 195) {
		a->kind = K_BOUNCED;
		a->dsn = roll < 180 ? "5.1.1" : "5.4.1";
		settle(g, a, group, t, d, roll < 150 ? 3 : roll < 180 ? 4 : 5,
		    W_NONE, NULL);
		return;
	}
	settle(g, a, group, t, d, -1, W_NONE, NULL);
}

/* A request to a program or server of this host. */
static void
deliver_here(struct gen *g, struct attempt *a, uint16_t group,
    const struct rcpt *r)
{
	struct msg *m = &g->msg[a->msg];
	char text[160];
	uint64_t t, seed;
	uint32_t roll = below(g, 1000);
	struct text x = { .len = 0 };

	a->xmit = skew(g, 8 * MKLOG_MS, 700 * MKLOG_MS);
	t = a->start + a->xmit;
	if (r->transport == T_LMTP) {
		a->relay = "mx.example.com[private/dovecot-lmtp]";
		a->tls = "none";
		a->conn = 3 * MKLOG_MS + below(g, 12000);
		t += a->conn;
		if (roll < 16) {
			a->kind = roll < 9 ? K_DEFERRED : K_BOUNCED;
			a->dsn = roll < 9 ? "4.2.2" : "5.1.1";
			adds(&x, "host mx.example.com[private/dovecot-lmtp] "
				 "said: ");
			adds(&x, roll < 9 ? "452 4.2.2 " : "550 5.1.1 ");
			add_who(&x, r->who);
			adds(&x, roll < 9 ? " Quota exceeded (mailbox for user "
					    "is full)" :
					    " User doesn't exist");
			adds(&x, roll < 9 ? " (in reply to end of DATA "
					    "command)" :
					    " (in reply to RCPT TO command)");
		} else {
			seed = step(&g->rng) | 1;
			adds(&x, "250 2.0.0 ");
			add_who(&x, r->who);
			adds(&x, " ");
			add_random(&x, &seed, 20, 64);
			adds(&x, " Saved");
		}
	} else if (roll < 12) {
		a->kind = K_BOUNCED;
		a->dsn = "5.1.1";
		adds(&x, "unknown user: \"");
		add(&x, r->who.a->s,
		    (size_t)(strchr(r->who.a->s, '@') - r->who.a->s));
		adds(&x, "\"");
	} else if (r->transport == T_LOCAL && roll < 60) {
		uint32_t i = child(g, t - 12 * MKLOG_MS > a->start ?
			t - 12 * MKLOG_MS : a->start, m->from, some_remote(g),
		    m->mid);

		m = NULL; /* the table may have moved */
		a->flags |= LF_FORWARDED;
		adds(&x, "forwarded as ");
		add(&x, g->msg[i].qid, g->msg[i].qlen);
	} else if (r->transport == T_LOCAL && roll < 200)
		adds(&x, "delivered to command: /usr/bin/procmail -a "
			 "\"$EXTENSION\"");
	else if (r->transport == T_LOCAL && roll < 500)
		adds(&x, "delivered to mailbox");
	else
		adds(&x, "delivered to maildir");
	if (r->transport != T_LMTP)
		a->relay = r->transport == T_LOCAL ? "local" : "virtual";
	snprintf(text, sizeof(text), "%.*s", (int)x.len, x.s);
	settle(g, a, group, t, NULL, -1,
	    a->kind == K_DEFERRED ? W_OTHER : W_NONE, text);
}

/* Hand one group of recipients to a delivery agent. */
static void
deliver(struct gen *g, uint64_t now, uint32_t i, uint16_t group)
{
	static const enum svc svcs[] = { S_LMTP, S_VIRTUAL, S_LOCAL, S_SMTP };
	uint32_t k = 0;
	struct rcpt r = *next_rcpt(&g->msg[i], group, &k);
	struct attempt a = { .proc = acquire(g, svcs[r.transport]),
		.msg = i,
		.start = now,
		.dsn = "2.0.0",
		.kind = K_SENT };

	if (r.transport == T_SMTP)
		deliver_smtp(g, &a, group, &r);
	else
		deliver_here(g, &a, group, &r);
}

/* Group the recipients that are left and give each group its time. */
static void
dispatch(struct gen *g, uint64_t now, uint32_t i)
{
	struct msg *m = &g->msg[i];
	uint16_t n = 0;

	for (uint32_t k = 0; k < m->nrcpt; k++) {
		struct rcpt *r = &m->rcpt[k];
		uint32_t j = 0;

		if (r->state != R_PENDING)
			continue;
		r->group = n;
		if (r->transport == T_SMTP)
			for (; j < k; j++)
				if (m->rcpt[j].state == R_PENDING &&
				    m->rcpt[j].transport == T_SMTP &&
				    m->rcpt[j].who.a->dom == r->who.a->dom) {
					r->group = m->rcpt[j].group;
					break;
				}
		if (r->group == n)
			schedule(g, now + skew(g, 4 * MKLOG_MS, 60 * MKLOG_MS),
			    E_DELIVER, i, n++);
	}
	m->pending = n;
}

/* All requests of a message are back: bounce, wait, or be done. */
static void
finish(struct gen *g, uint64_t now, uint32_t i)
{
	struct msg *m = &g->msg[i];
	bool waiting = false;
	uint32_t qmgr = g->idle[S_QMGR].v[0];
	uint64_t t = now + 300 + below(g, 3000);
	struct line *l;

	for (uint32_t k = 0; k < m->nrcpt; k++)
		if (m->rcpt[k].state == R_PENDING)
			waiting = true;
	if (waiting && m->tries >= 14) {
		l = begin(g, t, qmgr, i, K_EXPIRED);
		adds(&l->t, "from=");
		add_who(&l->t, m->from);
		adds(&l->t, ", status=expired, returned to sender");
		m->bounced = true;
		waiting = false;
		t += 4 * MKLOG_MS;
	}
	if (m->bounced && m->from.a != NULL) {
		struct who none = { NULL, 0 };
		uint32_t proc = acquire(g, S_BOUNCE), kid;

		t += 2 * MKLOG_MS + below(g, 9000);
		kid = child(g, t, none, m->from, 0);
		m = &g->msg[i];
		l = begin(g, g->tls_field ? t - 40 : t + 9 * MKLOG_MS, proc, i,
		    K_NOTICE);
		l->flags |= LF_RELEASE;
		adds(&l->t, "sender non-delivery notification: ");
		add(&l->t, g->msg[kid].qid, g->msg[kid].qlen);
		t += 9 * MKLOG_MS;
	}
	m->bounced = false;
	if (waiting) {
		uint64_t back = 300u << (m->tries < 4 ? m->tries : 4);

		m->tries++;
		schedule(g, t + back * MKLOG_SEC + below(g, 90 * MKLOG_SEC),
		    E_RETRY, i, 0);
		return;
	}
	l = begin(g, t + 500 + below(g, 2000), qmgr, i, K_REMOVED);
	adds(&l->t, "removed");
}

static void
flush(struct gen *g)
{
	size_t pos = 0;

	while (pos < g->outlen) {
		ssize_t n = write(g->fd, g->out + pos, g->outlen - pos);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EPIPE)
			exit(2);
		if (n == -1)
			die("standard output", errno);
		pos += (size_t)n;
	}
	g->outlen = 0;
}

/* Calendar date of days since the epoch. */
static void
civil(uint64_t days, unsigned *y, unsigned *m, unsigned *d)
{
	static const unsigned len[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	for (*y = 1970;; ++*y) {
		unsigned n = *y % 4 == 0 && (*y % 100 != 0 || *y % 400 == 0) ?
		    366 :
		    365;

		if (days < n)
			break;
		days -= n;
	}
	for (*m = 0; *m < 11; ++*m) {
		unsigned n = len[*m] + (*m == 1 && *y % 4 == 0);

		if (days < n)
			break;
		days -= n;
	}
	*d = (unsigned)days + 1;
}

/* Remake the part of the stamp that a whole second shares. */
static void
new_second(struct gen *g, uint64_t sec)
{
	unsigned y, mon, d, h = (unsigned)(sec / 3600 % 24),
	    min = (unsigned)(sec / 60 % 60), s = (unsigned)(sec % 60);
	int n;

	civil(sec / 86400, &y, &mon, &d);
	if (g->format == F_BSD)
		n = snprintf(g->stamp, sizeof(g->stamp),
		    "%s %2u %02u:%02u:%02u mx ", months[mon], d, h, min, s);
	else if (g->format == F_DOCKER)
		n = snprintf(g->stamp, sizeof(g->stamp),
		    "%s %02u %02u:%02u:%02u mx ", months[mon], d, h, min, s);
	else
		n = snprintf(g->stamp, sizeof(g->stamp),
		    "%04u-%02u-%02uT%02u:%02u:%02u.", y, mon + 1, d, h, min, s);
	g->stamplen = (size_t)n;
	while (g->second < sec) { /* forget what was removed long ago */
		g->second++;
		g->held -= g->removed_at[g->second % MKLOG_HELD];
		g->removed_at[g->second % MKLOG_HELD] = 0;
		if (g->held == 0 && g->second + MKLOG_HELD < sec)
			g->second = sec;
	}
}

static inline char *
copy(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

static inline char *
copys(char *p, const char *s)
{
	return copy(p, s, strlen(s));
}

static inline char *
copyn(char *p, uint64_t n)
{
	char tmp[20], *d = decimal(tmp, n);

	return copy(p, d, (size_t)(tmp + 20 - d));
}

static inline char *
copy_micros(char *p, uint64_t us)
{
	for (unsigned i = 6; i-- > 0; us /= 10)
		p[i] = (char)('0' + us % 10);
	return p + 6;
}

/* The text of a JSON string; html also escapes what Docker escapes. */
static char *
copy_json(char *p, const char *s, size_t n, bool html)
{
	static const char hex[] = "0123456789abcdef";

	for (; n > 0; n--, s++) {
		if (*s == '"' || *s == '\\')
			*p++ = '\\';
		else if (html && (*s == '<' || *s == '>' || *s == '&')) {
			p = copys(p, "\\u00");
			*p++ = hex[(*s >> 4) & 15];
			*p++ = hex[*s & 15];
			continue;
		}
		*p++ = *s;
	}
	return p;
}

static char *
copy_tag(char *p, const struct line *l)
{
	p = copys(p, tags[l->svc]);
	*p++ = '[';
	p = copyn(p, l->pid);
	return copys(p, "]: ");
}

static char *
copy_journal(struct gen *g, char *p, const struct line *l)
{
	const char *comm = strrchr(tags[l->svc], '/') + 1;

	p = copys(p, "{\"__CURSOR\":\"s=5d1b6c0f4e2a4c7f9b3e8d7a6c5b4a39;i=");
	p = copyn(p, g->lines + 1000000);
	p = copys(p, ";b=7c9e6679f4b04b6fa8a1d2c3b4e5f607\","
		     "\"__REALTIME_TIMESTAMP\":\"");
	p = copyn(p, l->time);
	p = copys(p, "\",\"__MONOTONIC_TIMESTAMP\":\"");
	p = copyn(p, l->time - (uint64_t)MKLOG_START * MKLOG_SEC + 77000000);
	p = copys(p, "\",\"_BOOT_ID\":\"7c9e6679f4b04b6fa8a1d2c3b4e5f607\","
		     "\"_TRANSPORT\":\"syslog\",\"_HOSTNAME\":\"mx\","
		     "\"_UID\":\"0\",\"_SYSTEMD_UNIT\":\"postfix@-.service\","
		     "\"SYSLOG_FACILITY\":\"2\",\"PRIORITY\":\"");
	*p++ = l->warning ? '4' : '6';
	p = copys(p, "\",\"SYSLOG_IDENTIFIER\":\"");
	p = copys(p, tags[l->svc]);
	p = copys(p, "\",\"_COMM\":\"");
	p = copys(p, comm);
	p = copys(p, "\",\"SYSLOG_PID\":\"");
	p = copyn(p, l->pid);
	p = copys(p, "\",\"_PID\":\"");
	p = copyn(p, l->pid);
	p = copys(p, "\",\"MESSAGE\":\"");
	p = copy_json(p, l->t.s, l->t.len, false);
	return copys(p, "\"}");
}

/* Give the line its frame and put it out. */
static void
write_line(struct gen *g, const struct line *l)
{
	char *start, *p;

	if (g->outcap - g->outlen < 8 * MKLOG_TEXT)
		flush(g);
	if (l->time / MKLOG_SEC != g->second || g->stamplen == 0)
		new_second(g, l->time / MKLOG_SEC);
	start = p = g->out + g->outlen;
	switch (g->format) {
	case F_BSD:
		p = copy(p, g->stamp, g->stamplen);
		p = copy_tag(p, l);
		p = copy(p, l->t.s, l->t.len);
		break;
	case F_ISO:
		p = copy(p, g->stamp, g->stamplen);
		p = copy_micros(p, l->time % MKLOG_SEC);
		p = copys(p, "+00:00 mx ");
		p = copy_tag(p, l);
		p = copy(p, l->t.s, l->t.len);
		break;
	case F_RFC5424:
		p = copys(p, l->warning ? "<20>1 " : "<22>1 ");
		p = copy(p, g->stamp, g->stamplen);
		p = copy_micros(p, l->time % MKLOG_SEC);
		p = copys(p, "+00:00 mx.example.com ");
		p = copys(p, tags[l->svc]);
		*p++ = ' ';
		p = copyn(p, l->pid);
		p = copys(p, " - - ");
		p = copy(p, l->t.s, l->t.len);
		break;
	case F_JOURNAL:
		p = copy_journal(g, p, l);
		break;
	case F_DOCKER:
		p = copys(p, "{\"log\":\"");
		p = copy(p, g->stamp, g->stamplen);
		p = copy_tag(p, l);
		p = copy_json(p, l->t.s, l->t.len, true);
		p = copys(p, "\\n\",\"stream\":\"stdout\",\"time\":\"");
		{
			unsigned y, m, d;
			uint64_t s = l->time / MKLOG_SEC;

			civil(s / 86400, &y, &m, &d);
			p = copyn(p, y);
			*p++ = '-';
			*p++ = (char)('0' + (m + 1) / 10);
			*p++ = (char)('0' + (m + 1) % 10);
			*p++ = '-';
			*p++ = (char)('0' + d / 10);
			*p++ = (char)('0' + d % 10);
			*p++ = 'T';
			p = copy(p, g->stamp + 7, 8);
			*p++ = '.';
			p = copy_micros(p, l->time % MKLOG_SEC);
			p = copys(p, "417Z\"}");
		}
		break;
	}
	*p++ = '\n';
	g->outlen += (size_t)(p - start);
	g->bytes += (uint64_t)(p - start);
	g->last = l->time;
	g->lines++;
}

/* Count a line that was written. */
static void
count_line(struct gen *g, const struct line *l)
{
	g->kinds[l->kind]++;
	if (l->msg != MKLOG_NONE && !g->msg[l->msg].seen) {
		g->msg[l->msg].seen = true;
		g->messages++;
		g->open++;
	}
	if (l->kind == K_REMOVED) {
		g->open--;
		g->held++;
		g->removed_at[l->time / MKLOG_SEC % MKLOG_HELD]++;
	}
	if (g->open > g->open_max)
		g->open_max = g->open;
	if (g->open + g->held > g->held_max)
		g->held_max = g->open + g->held;
	if (l->kind == K_SENT && (l->flags & LF_NET)) {
		if (l->flags & LF_TLS)
			g->sent_tls++;
		else
			g->sent_plain++;
	}
	if (l->flags & LF_CONN_USE)
		g->conn_use++;
	if (l->flags & LF_FORWARDED)
		g->forwarded++;
	if (l->flags & LF_TLS_MSG)
		g->client_tls++;
}

/* A line's time has come. */
static void
run_line(struct gen *g, uint32_t slot)
{
	struct line *l = &g->chunk[slot / MKLOG_SLOTS][slot % MKLOG_SLOTS];
	uint64_t time = l->time;
	uint32_t msg = l->msg, proc = l->proc;
	uint8_t kind = l->kind, flags = l->flags;

	if (kind != K_REMOVED || !g->no_removed) {
		write_line(g, l);
		count_line(g, l);
	}
	push(&g->free_line, slot);
	if (flags & LF_RELEASE)
		release(g, proc);
	if (kind == K_ACTIVE)
		dispatch(g, time, msg);
	if ((flags & LF_LAST) && --g->msg[msg].pending == 0)
		finish(g, time, msg);
	if (kind == K_REMOVED)
		free_msg(g, msg);
}

static void
run(struct gen *g)
{
	while (g->nheap > 0 && (g->limit == 0 || g->bytes < g->limit)) {
		struct event_at e = next_event(g);

		switch (e.type) {
		case E_LINE:
			run_line(g, e.what);
			break;
		case E_SESSION:
			start_session(g, e.time);
			break;
		case E_PICKUP:
			start_pickup(g, e.time);
			break;
		case E_DELIVER:
			deliver(g, e.time, e.what, e.group);
			break;
		case E_RETRY:
			active_line(g, e.time, e.what);
			break;
		case E_ANVIL:
			anvil_lines(g, e.time);
			break;
		}
	}
	flush(g);
}

static void
make_addr(struct addr *a, const char *local, const char *dom, size_t d,
    bool ours)
{
	int n = snprintf(a->s, sizeof(a->s), "%s@%s", local, dom);

	a->len = (uint8_t)n;
	a->dom = (uint8_t)d;
	a->local = ours;
}

/* Make the names and addresses of everybody. */
static void
make_world(struct gen *g)
{
	char name[48];
	uint64_t seed = 20260901;

	g->locals = zalloc(MKLOG_LOCALS + 64, sizeof(*g->locals));
	g->remotes = zalloc(MKLOG_REMOTES, sizeof(*g->remotes));
	g->clients = zalloc(MKLOG_CLIENTS, sizeof(*g->clients));
	for (size_t i = 0; i < MKLOG_LOCALS + MKLOG_REMOTES; i++) {
		bool ours = i < MKLOG_LOCALS;
		uint64_t r = step(&seed) >> 20;
		const char *a = first_names[r % LEN(first_names)];
		const char *b = last_names[(r >> 8) % LEN(last_names)];
		size_t d = ours ? i % LEN(local_names) :
				  (i - MKLOG_LOCALS) % LEN(domains);

		r = (r >> 16) % 10;
		if (r < 5)
			snprintf(name, sizeof(name), "%s.%s", a, b);
		else if (r < 7)
			snprintf(name, sizeof(name), "%s%zu", a, i % 100);
		else if (r < 8)
			snprintf(name, sizeof(name), "%c.%s", a[0], b);
		else if (r < 9 && !ours)
			snprintf(name, sizeof(name), "%s",
			    role_names[i % LEN(role_names)]);
		else
			snprintf(name, sizeof(name), "%s", b);
		make_addr(ours ? &g->locals[i] : &g->remotes[i - MKLOG_LOCALS],
		    name, ours ? local_names[d] : domains[d].name, d, ours);
	}
	for (size_t i = 0; i < 64; i++)
		make_addr(&g->locals[MKLOG_LOCALS + i],
		    local_aliases[i % LEN(local_aliases)],
		    local_names[i % LEN(local_names)], i % LEN(local_names),
		    true);
	for (unsigned i = 0; i < LEN(domains); i++) {
		struct domain *d = &domains[i];

		for (unsigned k = 0; k < LEN(d->mx); k++) {
			struct host *h = &d->mx[k];

			if (d->reply == 2)
				snprintf(h->name, sizeof(h->name),
				    "%.24s.mail.protection.example", d->name);
			else if (i == 9)
				snprintf(h->name, sizeof(h->name),
				    "MX%u.Alpine.Example", k + 1);
			else
				snprintf(h->name, sizeof(h->name), "%s%u.%s",
				    i % 3 == 0 ? "mx" : "mail-in-", k + 1,
				    d->name);
			snprintf(h->peer, sizeof(h->peer),
			    "%s[198.51.100.%u]", h->name, 2 * i + k + 1);
		}
		for (unsigned k = 0; k < LEN(d->out); k++) {
			struct host *h = &d->out[k];

			snprintf(h->name, sizeof(h->name),
			    i % 2 == 0 ? "mail-out-%02u.%s" : "o%u.%s", k + 1,
			    d->name);
			if (i % 5 == 1)
				snprintf(h->peer, sizeof(h->peer),
				    "%s[2001:db8:%x:%x::%x]", h->name, 64 + i,
				    k, 1 + k);
			else
				snprintf(h->peer, sizeof(h->peer),
				    "%s[203.0.113.%u]", h->name, 4 * i + k + 1);
		}
	}
	for (unsigned i = 0; i < MKLOG_CLIENTS; i++) {
		struct host *h = &g->clients[i];

		snprintf(h->addr, sizeof(h->addr), "198.19.%u.%u", i / 250,
		    1 + i % 250);
		snprintf(h->name, sizeof(h->name),
		    "pool-198-19-%u-%u.access.telecom.example.net", i / 250,
		    1 + i % 250);
		snprintf(h->peer, sizeof(h->peer), "%s[%s]",
		    i % 4 == 0 ? "unknown" : h->name, h->addr);
	}
}

static void
print_counts(const struct gen *g, FILE *f)
{
	fprintf(f,
	    "bytes=%" PRIu64 "\nlines=%" PRIu64 "\nseconds=%" PRIu64 "\n",
	    g->bytes, g->lines,
	    g->last == 0 ? 0 : g->last / MKLOG_SEC - MKLOG_START + 1);
	fprintf(f, "messages=%" PRIu64 "\nopen=%" PRIu64 "\nopen_max=%" PRIu64
		   "\nheld_max=%" PRIu64 "\n",
	    g->messages, g->open, g->open_max, g->held_max);
	for (unsigned k = 0; k < K_N; k++)
		fprintf(f, "%s=%" PRIu64 "\n", kinds[k], g->kinds[k]);
	fprintf(f, "deliveries=%" PRIu64 "\n",
	    g->kinds[K_SENT] + g->kinds[K_DEFERRED] + g->kinds[K_BOUNCED]);
	fprintf(f, "sent_tls=%" PRIu64 "\nsent_plain=%" PRIu64
		   "\nconn_use=%" PRIu64 "\nforwarded=%" PRIu64
		   "\nclients_tls=%" PRIu64 "\n",
	    g->sent_tls, g->sent_plain, g->conn_use, g->forwarded,
	    g->client_tls);
}

/* A number with an optional k, M or G. */
static uint64_t
number(const char *s)
{
	char *end;
	uint64_t n, unit = 1;

	errno = 0;
	n = strtoull(s, &end, 10);
	if (*end == 'k' || *end == 'K')
		unit = UINT64_C(1) << 10;
	else if (*end == 'M')
		unit = UINT64_C(1) << 20;
	else if (*end == 'G')
		unit = UINT64_C(1) << 30;
	if (unit != 1)
		end++;
	if (end == s || *end != '\0' || *s == '-' || errno != 0 ||
	    n > UINT64_MAX / unit)
		die("bad number", 0);
	return n * unit;
}

static enum format
format_find(const char *s)
{
	static const char *const names[] = { "bsd", "iso", "rfc5424",
		"journal-json", "docker" };

	for (unsigned i = 0; i < LEN(names); i++)
		if (strcmp(s, names[i]) == 0)
			return (enum format)i;
	die("no such format", 0);
}

static _Noreturn void
usage(void)
{
	fputs("usage: mklog [-rt] [-c FILE] [-f bsd|iso|rfc5424|journal-json|"
	      "docker]\n\t[-n MSGS] [-q short|long] [-S SEED] [-s SIZE]"
	      " > log\n",
	    stderr);
	exit(2);
}

int
main(int argc, char *argv[])
{
	struct gen *g = zalloc(1, sizeof(*g));
	const uint64_t start = (uint64_t)MKLOG_START * MKLOG_SEC;
	const char *counts = NULL;
	FILE *f = stderr;
	uint64_t seed = 1;
	int c;

	while ((c = getopt(argc, argv, "c:f:n:q:rS:s:t")) != -1)
		switch (c) {
		case 'c':
			counts = optarg;
			break;
		case 'f':
			g->format = format_find(optarg);
			break;
		case 'n':
			g->msg_limit = number(optarg);
			break;
		case 'q':
			if (strcmp(optarg, "long") != 0 &&
			    strcmp(optarg, "short") != 0)
				usage();
			g->long_ids = optarg[0] == 'l';
			break;
		case 'r':
			g->no_removed = true;
			break;
		case 'S':
			seed = number(optarg);
			break;
		case 's':
			g->limit = number(optarg);
			break;
		case 't':
			g->tls_field = true;
			break;
		default:
			usage();
		}
	if (optind != argc)
		usage();
	if (g->limit == 0 && g->msg_limit == 0)
		g->limit = 100 << 20;
	g->rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 0x1234567;
	if (g->rng == 0)
		g->rng = 1;
	for (unsigned i = 0; i < 8; i++)
		step(&g->rng);
	g->fd = STDOUT_FILENO;
	g->outcap = 1 << 20;
	g->out = zalloc(g->outcap, 1);
	g->free_msg = MKLOG_NONE;
	g->inode = 1311234;
	g->pid = 700;
	g->second = MKLOG_START;
	make_world(g);
	release(g, acquire(g, S_QMGR));
	release(g, acquire(g, S_ANVIL));
	schedule(g, start + 20000, E_SESSION, 0, 0);
	schedule(g, start + 400000, E_PICKUP, 0, 0);
	schedule(g, start + 200 * (uint64_t)MKLOG_SEC, E_ANVIL, 0, 0);
	run(g);
	if (counts != NULL && (f = fopen(counts, "w")) == NULL)
		die(counts, errno);
	print_counts(g, f);
	if (fflush(f) != 0 || ferror(f))
		die("counts", errno);
	return 0;
}
