/*
 * names - hosts, instances, tags and sources, each kept once
 *
 * Interned objects live until names_free and never move.  Tables are capped
 * (NAMES_MAX of each kind; tests lower `limit`): past that, those that are
 * known are found as before, a new host, instance or tag is NULL, and
 * `overflow` is set; lines of such a host are not joined, which is told.
 *
 * All texts are padded, and those of plain bytes ready for records
 * (base/field.h): the `ready` beside one says so.
 */
#ifndef TRACK_NAMES_H
#define TRACK_NAMES_H

#include "base/arena.h"
#include "base/same.h"
#include "fmt/event.h"

#define NAMES_MAX	65536
#define NAMES_TRACE_MAX	1066	/* bytes of the beginning of a trace */
#define NAMES_NOTES	200	/* different time notes; clock makes fewer */

/* A place in the evidence. */
struct ref {
	uint64_t	off;
	uint32_t	len;
	uint32_t	src;	/* index of the source, 0: none */
};

/* A text and whether it is ready. */
struct word {
	struct slice	text;
	bool		ready;
};

/* A reload of the settings, as a log has it. */
struct reload {
	int64_t		sec;	/* 0: none */
	uint32_t	pid;	/* of the command that asked for it, or 0 */
};

struct host {
	struct slice	name;
	bool		ready;		/* the name */
	bool		timed;		/* a line with a time was seen */
	int64_t		first, last;	/* seconds, of its lines */
	int64_t		gap_end;	/* when the latest gap ended */
	uint32_t	gap_epoch;	/* number of gaps so far */
	uint32_t	epoch;		/* starts and reloads of any instance */
	struct reload	reload;		/* the latest */
};

struct track_spool;

/* One syslog_name on one host. */
struct instance {
	struct host	*host;
	struct slice	 name;
	bool		 ready;		/* the name */
	struct word	 trace;		/* what traces begin with: host/name/ */
	struct instance	*owner;		/* the one whose queue it feeds, or NULL */
	bool		 queue;		/* cleanup or qmgr lines were seen */
	uint32_t	 epoch;		/* starts and reloads so far */
	struct reload	 reload;	/* the latest */
	struct reload	 asked;		/* for by postfix-script */
	const struct track_spool *spool;	/* its queue, given whole */
};

/* The latest proof that a tag logs handshakes. */
struct evidence {
	bool		 logs;
	int64_t		 sec;
	uint32_t	 gap_epoch;
	uint32_t	 epoch;		/* of the instance, */
	uint32_t	 host_epoch;	/* and of its host */
	struct ref	 ref;
};

/* A full tag on one host: instance, service, program. */
struct tag {
	struct host	*host;
	struct instance	*instance;
	struct slice	 service;
	struct slice	 program;
	bool		 ready;		/* the service */
	enum daemon_id	 daemon;
	bool		 lost;		/* the program is not known */
	struct evidence	 tls;
	bool		 wrapper;	/* a session had TLS without STARTTLS */
};

#define TLS_RECENT	64	/* a power of two */

enum tls_word {
	TLS_VERSION,
	TLS_CIPHER,
	TLS_BITS,	/* a number */
	TLS_TRUST,
	TLS_KEX,
	TLS_SIG,
	TLS_WORDS
};

/* The words of a handshake line. */
struct tls_words {
	struct slice	word[TLS_WORDS];
	bool		ready[TLS_WORDS];	/* also as a number */
};

struct names {
	struct arena	 mem;
	struct table {
		void		**slot;
		size_t		 cap;
		size_t		 n;
	} hosts, instances, tags, tls;
	const struct tls_words *recent_tls[TLS_RECENT];	/* met lately */
	struct word	*src;		/* sources by index, from 1 */
	uint32_t	*src_at;	/* 2 * capsrc: indices by hash */
	size_t		 nsrc, capsrc;
	uint32_t	 last_src;
	struct word	 note[NAMES_NOTES];	/* time notes, from 1 */
	uint8_t		 nnote, last_note;
	size_t		 limit;
	bool		 overflow;	/* something had no room */
};

void		 names_init(struct names *);
void		 names_free(struct names *);
struct host	*names_host(struct names *, struct slice name);
struct instance	*names_instance(struct names *, struct host *, struct slice);
/* By instance, service and program; program may be absent. */
struct tag	*names_tag(struct names *, struct instance *,
		    struct slice service, struct slice program);
/* Past the cap, words of no handshake (all empty) stand for the rest. */
const struct tls_words *names_tls(struct names *,
		    const struct slice word[TLS_WORDS]);
uint8_t		 names_note_find(struct names *, struct slice);
uint32_t	 names_src_find(struct names *, struct slice path);

/* Into a record that does not have that key yet. */
static inline void
word_put(const struct word *w, struct rec *r, enum field f)
{
	rec_add_ready(r, f, w->text, w->ready);
}

/* A time note by number; 0 for none, or for the last of too many. */
static inline uint8_t
names_note(struct names *n, struct slice note)
{
	if (note.len == 0)
		return 0;
	if (n->last_note != 0 && same_text(n->note[n->last_note].text, note))
		return n->last_note;
	return names_note_find(n, note);
}

/* A source by number, from 1; most lines are of that of the line before. */
static inline uint32_t
names_src(struct names *n, struct slice path)
{
	if (n->last_src != 0 && same_text(n->src[n->last_src].text, path))
		return n->last_src;
	return names_src_find(n, path);
}

#endif
