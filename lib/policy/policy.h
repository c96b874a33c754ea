/*
 * policy - what is wanted of the TLS of mail: a policy file, parsed
 *
 * The file is a table in the syntax of smtp_tls_policy_maps (logical lines,
 * KEY LEVEL ATTRIBUTE=VALUE ..., fmt/tableline), so that Postfix's own table
 * is a policy for outbound mail.  Behind a line with nothing but [SECTION]
 * the lines are those of that section:
 *
 *	[policy]    name TEXT; include BUILT-IN
 *	[outbound]  recipient domain, .parent or next hop; LEVEL and attributes
 *	[inbound]   client name, .domain, address or network, service:NAME,
 *		    instance:NAME; the first line that matches decides
 *	[internal]  the same keys, of hops between hosts of our own
 *	[default]   outbound, inbound, submission or internal
 *	[own]       host NAME ..., domain NAME ..., network NET ...
 *	[exempt]    a key of [outbound] or [inbound], until=DATE, reason=TEXT,
 *		    rule=RULE to exempt from that rule only
 *	[limits]    unknown N or N%, loopback judge or ignore, tls-seen N
 *	[rules]     RULE SEVERITY, or off
 *
 * Attributes that Postfix has are read as Postfix reads them; protocols=,
 * ciphers= and exclude= are judged.  Of our own are require= (fs, aead, pq,
 * with colons between) and { clause = TEXT }.
 *
 * policy_parse takes a whole file and may be called once; what it includes
 * stands behind the file's own lines, which win.  Every mistake is handed to
 * `bad` with file and line, and makes it return false: the policy is then
 * not to be used.  The texts are copied.  policy_find_* never fail: NULL is
 * "no line".  Limits: POLICY_MAX bytes, POLICY_LINES lines.
 *
 * Facts: reference/postfix-tls-audit.md 6.2 to 6.4.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/rule.h"
#include "rec/filter_value.h"

#define POLICY_MAX	((size_t)4 * 1024 * 1024)
#define POLICY_LINES	65536
#define POLICY_MISTAKES	20	/* told at most */

enum level {
	LEVEL_NONE,
	LEVEL_MAY,
	LEVEL_ENCRYPT,
	LEVEL_FINGERPRINT,
	LEVEL_DANE,
	LEVEL_DANE_ONLY,
	LEVEL_VERIFY,
	LEVEL_SECURE,
	LEVEL_N
};

extern const struct slice level_word[LEVEL_N];

enum grade {
	GRADE_UNSET,	/* Postfix's default: medium */
	GRADE_NULL,
	GRADE_EXPORT,	/* low, export */
	GRADE_MEDIUM,
	GRADE_HIGH
};

enum section {
	SECTION_OUTBOUND,
	SECTION_POLICY,
	SECTION_INBOUND,
	SECTION_INTERNAL,
	SECTION_DEFAULT,
	SECTION_OWN,
	SECTION_EXEMPT,
	SECTION_LIMITS,
	SECTION_RULES,
	SECTION_N
};

enum key_kind {
	KEY_NAME,	/* example.org */
	KEY_PARENT,	/* .example.org */
	KEY_NET,	/* 192.0.2.0/24, 2001:db8::1 */
	KEY_NEXTHOP,	/* [mx.example.org]:25, example.org:587 */
	KEY_SERVICE,
	KEY_INSTANCE
};

struct policy_key {
	enum key_kind		kind;
	struct slice		text;	/* lower case; of service: the name */
	struct filter_addr	addr;
	unsigned int		prefix;
};

enum direction {
	DIRECTION_OUTBOUND,
	DIRECTION_INBOUND,
	DIRECTION_SUBMISSION,
	DIRECTION_INTERNAL,
	DIRECTION_UNKNOWN,
	DIRECTION_N
};

extern const struct slice direction_word[DIRECTION_N];

#define REQUIRE_FS	1U
#define REQUIRE_AEAD	2U
#define REQUIRE_PQ	4U

struct policy_line {
	enum section		section;
	struct policy_key	key;
	struct slice		text;	/* as written, blanks folded */
	struct slice		file;
	uint32_t		line;
	bool			hidden;	/* the file has one of its own */
	/* what is wanted */
	enum level		level;
	bool			has_protocols;
	unsigned int		protocols;	/* PROTO_*; Postfix's default */
	enum grade		grade;
	struct slice		exclude;
	unsigned int		require;
	struct slice		clause;
	/* an exemption */
	int64_t			until;		/* first second after it */
	struct slice		until_text;
	struct slice		reason;
	enum rule		rule;		/* RULE_N: any */
};

struct policy {
	struct arena		 mem;
	struct slice		 name;
	struct policy_line	*line;		/* all sections with keys */
	size_t			 n;
	uint32_t		*by_key;	/* outbound lines, sorted */
	size_t			 nby_key;
	bool			 has_nexthop;	/* some are next hops */
	struct policy_line	*fallback[DIRECTION_N];	/* [default] */
	struct policy_key	*own;		/* hosts, domains (as parents),
						 * networks */
	size_t			 nown;
	bool			 has_own;
	uint64_t		 unknown;	/* allowed, in hops, */
	bool			 percent;	/* or in percent of them */
	bool			 loopback;	/* judge these hops, too */
	uint64_t		 tls_seen;	/* TLS hops that make a habit */
	enum severity		 severity[RULE_N];
};

/* A mistake: line 0 is about the whole file.  The text has no evidence. */
typedef void	policy_bad_fn(void *arg, struct slice file, uint32_t line,
		    const char *text);

bool	policy_parse(struct policy *, struct slice text, struct slice file,
	    policy_bad_fn *bad, void *arg);
void	policy_free(struct policy *);
/* N or N% of the unknown limit. */
bool	policy_limit(struct slice, uint64_t *n, bool *percent);

/*
 * The outbound line for a next hop as Postfix names it: the whole key, then,
 * if it is a plain domain, its parents.
 */
const struct policy_line *policy_find_nexthop(const struct policy *,
		    struct slice nexthop);
/* A peer, and the service that it spoke to; any of them may be empty. */
struct policy_peer {
	struct slice		name, addr;
	struct slice		service, instance;
	struct slice		domain;		/* of the recipient */
};
/* The first line of [inbound] or [internal] that matches, or NULL. */
const struct policy_line *policy_find_peer(const struct policy *,
		    enum section, const struct policy_peer *);
/* The first exemption from the rule for a hop at that time, or NULL. */
const struct policy_line *policy_find_exempt(const struct policy *,
		    const struct policy_peer *, enum rule, int64_t sec);
/* Is that host one of ours? */
bool	policy_is_own(const struct policy *, struct slice name,
	    struct slice addr);
/* Could a next-hop line be meant by this relay? */
bool	policy_maybe_nexthop(const struct policy *, const struct policy_peer *,
	    struct slice port);

#endif
