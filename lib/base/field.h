/*
 * field - the keys of a record, and the record itself
 *
 * Every key is defined once, here: name, type, unit and meaning.  Reader,
 * writer, column headers, filter and manual page are made from this table;
 * records list their keys in its order.
 *
 * A struct rec holds one value, a slice, per key.  The slices are borrowed:
 * whoever fills a record says how long they live.  A key that is not set is
 * unknown; an empty value is a known empty value.  Numbers and booleans are
 * kept as the text that was logged ("0.30", "true").
 *
 * A value may be ready to be written: whoever set it knows that it stands in
 * JSON as it is (text of plain bytes, see base/plain.h, a NUM or BOOL that is
 * one of JSON), and that FIELD_PAD bytes behind it may be read, whatever they
 * are, so that it can be copied a block at a time.
 *
 * It lives in base, below the parsers, so that a parser can write what it
 * finds straight into a record; lib/rec reads and writes them.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum field_type {
	FIELD_STR,	/* text */
	FIELD_NUM,	/* decimal number, possibly with a fraction */
	FIELD_BOOL,	/* true or false */
	FIELD_TIME,	/* RFC 3339 in UTC */
	FIELD_HOST,	/* a domain or host name: compared without case */
	FIELD_ADDR,	/* an IP address */
	FIELD_MAIL	/* a mail address: its domain compared without case */
};

/* X(enum suffix, name, type, meaning with its unit) */
#define FIELD_TABLE(X)							\
X(TYPE, type, STR, "what the record is: event, message, delivery, link, finding, file, source, coverage or piece") \
X(TIME, time, TIME, "when, in UTC with the digits that the evidence has") \
X(END, end, TIME, "time of the last line that the record rests on")	\
X(TIME_NOTE, time_note, STR, "why the time is not the evidence's own word: year-inferred, zone-assumed, zone-inferred, dst-ambiguous, clock-jump, no-such-day, ...") \
X(STAMP, stamp, STR, "the logged time text where no time can be given")	\
X(HOST, host, HOST, "host as logged")					\
X(INSTANCE, instance, STR, "Postfix instance: first part of the tag")	\
X(SERVICE, service, STR, "middle part of the tag")			\
X(DAEMON, daemon, STR, "program that wrote the line")			\
X(PID, pid, NUM, "process ID")						\
X(QID, qid, STR, "queue ID, or NOQUEUE")				\
X(EVENT, event, STR, "kind of event")					\
X(SEVERITY, severity, STR, "of an event warning, error, fatal or panic; of a finding info, low, medium, high or critical") \
X(TEXT, text, STR, "the logged text after the tag")			\
X(COMMANDS, commands, STR, "counters of a disconnect line")		\
X(REPEAT, repeat, NUM, "the event was logged as repeated this many times") \
X(TRACE, trace, STR, "identifier of the reconstructed message")		\
X(FROM, from, MAIL, "envelope sender, empty for the null sender")	\
X(TO, to, MAIL, "envelope recipient")					\
X(ORIG_TO, orig_to, MAIL, "recipient before rewriting and aliases")	\
X(MESSAGE_ID, message_id, STR, "Message-ID header as logged")		\
X(SIZE, size, NUM, "bytes: of a message, or of a source")		\
X(NRCPT, nrcpt, NUM, "recipients when the queue file was made")		\
X(CLIENT_NAME, client_name, HOST, "client's verified host name, or unknown") \
X(CLIENT_ADDR, client_addr, ADDR, "client's address")			\
X(CLIENT_PORT, client_port, NUM, "client's port")			\
X(HELO, helo, HOST, "name that the client gave in HELO or EHLO")	\
X(PROTOCOL, protocol, STR, "SMTP or ESMTP")				\
X(SASL_METHOD, sasl_method, STR, "SASL mechanism")			\
X(SASL_USER, sasl_user, STR, "SASL user name")				\
X(UID, uid, NUM, "user ID of a local submission")			\
X(WRITER_PID, writer_pid, NUM, "process ID of the line's writer by journald, where the line says another") \
X(WRITER_UID, writer_uid, NUM, "user ID of the line's writer by journald, which the writer cannot choose") \
X(WRITER_EXE, writer_exe, STR, "its program by journald")		\
X(SEQNUM, seqnum, NUM, "number that journald gave to the line; it counts up") \
X(SUBJECT, subject, STR, "Subject, where a header check logged it")	\
X(RELAY, relay, STR, "next hop as logged")				\
X(RELAY_NAME, relay_name, HOST, "host name of the next hop")		\
X(RELAY_ADDR, relay_addr, ADDR, "address or socket path of the next hop") \
X(RELAY_PORT, relay_port, NUM, "port of the next hop")			\
X(STATUS, status, STR, "outcome: of a delivery as logged, of a message one word") \
X(DSN, dsn, STR, "enhanced status code")				\
X(DELAY, delay, NUM, "seconds from arrival to this attempt's end")	\
X(DELAY_BEFORE, delay_before, NUM, "seconds before the active queue")	\
X(DELAY_QUEUE, delay_queue, NUM, "seconds in the active queue")		\
X(DELAY_CONN, delay_conn, NUM, "seconds to set up the connection")	\
X(DELAY_XMIT, delay_xmit, NUM, "seconds of transmission")		\
X(CONN_USE, conn_use, NUM, "deliveries so far on a reused connection")	\
X(REPLY, reply, STR, "text in parentheses of a delivery")		\
X(ACTION, action, STR, "reject, hold, discard, filter, milter-reject, ...; of a queue file's recipient the word of its log: delayed, failed, delivered, ...") \
X(STAGE, stage, STR, "SMTP stage: CONNECT, RCPT, END-OF-MESSAGE, ...")	\
X(REPLY_CODE, reply_code, STR, "three-digit SMTP code")			\
X(REASON, reason, STR, "reason text of a reject, a failure or a finding") \
X(REASON_CLASS, reason_class, STR, "class of the reason, one word")	\
X(TLS, tls, STR, "authenticated, encrypted, plaintext, refused, none-attempted, local or unknown") \
X(TLS_PROOF, tls_proof, STR, "proven or inferred")			\
X(TLS_WHY, tls_why, STR, "the rule that gave the verdict, one word")	\
X(TLS_VERSION, tls_version, STR, "TLS protocol version")		\
X(TLS_CIPHER, tls_cipher, STR, "cipher suite")				\
X(TLS_BITS, tls_bits, NUM, "secret bits used")				\
X(TLS_TRUST, tls_trust, STR, "Anonymous, Untrusted, Trusted or Verified") \
X(TLS_KEX, tls_kex, STR, "key exchange group")				\
X(TLS_SIG, tls_sig, STR, "signature of the peer")			\
X(TLS_REUSED, tls_reused, BOOL, "an open connection was used again")	\
X(TLS_POLICY, tls_policy, STR, "the tls= word of Postfix 3.11 and later") \
X(NEXT_QID, next_qid, STR, "queue ID that follows: queued as, forwarded as, notification") \
X(NEXT_HOST, next_host, HOST, "host that holds next_qid")		\
X(PARENT, parent, STR, "trace of the message that this one came from")	\
X(PARENT_WHY, parent_why, STR, "queued-as, orig-queue-id, forwarded, requeued, message-id or notice") \
X(PATH, path, STR, "trace of the earliest known ancestor")		\
X(HOP, hop, NUM, "1 for the first queue of a path")			\
X(COMPLETE, complete, BOOL, "of a message: arrival and removal were both seen; of a queue file or a part of a message: it is whole to its end")	\
X(MISSING, missing, STR, "what was not seen")				\
X(NOTE, note, STR, "something odd about the record, words")		\
X(ORIG_QID, orig_queue_id, STR, "queue ID on the system that passed the message on") \
X(ORIG_CLIENT, orig_client, STR, "client of the system that passed the message on") \
X(ORIG_ID, orig_id, STR, "queue ID before a requeue")			\
X(TLS_SRC, tls_src, STR, "source of the line that proves the TLS status") \
X(TLS_OFF, tls_off, NUM, "byte offset of that line")			\
X(TLS_LEN, tls_len, NUM, "bytes of that line")				\
X(ID, id, STR, "of a finding: the same rule, message and recipient have the same") \
X(RULE, rule, STR, "rule that gave the finding, one word")		\
X(VERDICT, verdict, STR, "compliant, violation, unknown, exempt or not-applicable") \
X(DIRECTION, direction, STR, "outbound, inbound, submission, internal, or unknown when the policy does not tell which hosts are ours") \
X(REMEDY, remedy, STR, "what to set to mend it")			\
X(POLICY, policy, STR, "name of the policy")				\
X(POLICY_LINE, policy_line, STR, "its line that was applied, FILE:LINE")	\
X(CLAUSE, clause, STR, "what that line rests on, in its own words")	\
X(EXEMPT_LINE, exempt_line, STR, "the policy's line that exempts, FILE:LINE") \
X(EXPIRES, expires, STR, "last day of the exemption, UTC")		\
X(COUNT, count, NUM, "hops that a finding about a peer rests on")	\
X(SEEN_FIRST, seen_first, TIME, "when a peer first did what it later did not") \
X(SEEN_LAST, seen_last, TIME, "when it last did")			\
X(SRC, src, STR, "evidence file, or forensic path inside one")		\
X(OFF, off, NUM, "byte offset in src")					\
X(LEN, len, NUM, "bytes, without the line end")				\
X(LINE, line, NUM, "line number, from 1")				\
X(VOLUME, volume, NUM, "number of the partition that off lies in, from 1") \
X(VOLUME_OFF, volume_off, NUM, "byte offset from its start")		\
X(CONFIDENCE, confidence, STR, "of what was carved from raw bytes: high, medium or low, by how plausible it is") \
X(EXTRACT, extract, STR, "file beneath the directory of --extract that holds the record's bytes") \
X(RECOVERED, recovered, STR, "how much there is of a carved or deleted file: whole; joined, from two pieces; guess, from more, or where another's bytes may be in it; cut, the end is missing; envelope or content, a part of that alone; of a deleted file that a file system knows also plausible, its content fits; partial; overwritten; lost") \
X(KEY_KIND, key_kind, STR, "what a key record is of: private-key, encrypted-key (a passphrase protects it) or certificate") \
X(KEY_TYPE, key_type, STR, "algorithm of a key, with its curve: rsa, ec prime256v1, ed25519") \
X(KEY_BITS, key_bits, NUM, "bits of a key")				\
X(KEY_SHA256, key_sha256, STR, "SHA-256 of the public key (SubjectPublicKeyInfo): the same for a private key and for its certificates") \
X(CERT_SHA256, cert_sha256, STR, "SHA-256 of a certificate; of a private key, those found that belong to it") \
X(CERT_SUBJECT, cert_subject, STR, "who a certificate names")		\
X(CERT_ISSUER, cert_issuer, STR, "who signed it")			\
X(CERT_FROM, cert_from, TIME, "a certificate is valid from then")	\
X(CERT_UNTIL, cert_until, TIME, "and until then")			\
X(KEY_OFF, key_off, NUM, "of a certificate: byte offset of its private key, where that was found, too") \
X(ONLY_HERE, only_here, BOOL, "not in the logs that were given as known") \
X(REFS, refs, STR, "OFF+LEN of the lines of a message, or of the pieces of a file")			\
X(SHA256, sha256, STR, "SHA-256 of the stored file")			\
X(MD5, md5, STR, "MD5 of the data of an image")				\
X(SHA1, sha1, STR, "SHA-1 of the data of an image")			\
X(FORMAT, format, STR, "detected framing or container")			\
X(QUEUE, queue, STR, "queue that a queue file lies in: maildrop, incoming, active, deferred, hold, corrupt, saved, bounce, defer or trace") \
X(MODE, mode, STR, "permission bits of a file, octal")		\
X(READY, ready, BOOL, "the mode says that the queue file is complete") \
X(OWNER, owner, NUM, "user ID that owns a file")		\
X(GROUP, group, NUM, "group ID of a file")			\
X(LINKS, links, NUM, "names that a file has, if not one")	\
X(INODE, inode, NUM, "inode number of a file")			\
X(MTIME, mtime, TIME, "when a file was last written, or what it was set to: in the deferred queue the next attempt") \
X(CTIME, ctime, TIME, "when a file's inode last changed")	\
X(ATIME, atime, TIME, "when a file was last read, or what it was set to") \
X(BTIME, btime, TIME, "when a file was made")			\
X(DELETED, deleted, TIME, "when a file was deleted, by its inode")	\
X(INODE_OFF, inode_off, NUM, "byte offset in src of the state of the inode that a deleted file rests on: in the inode table, or of an old copy in the journal") \
X(ID_TIME, id_time, TIME, "time that a long queue ID holds")	\
X(ID_INODE, id_inode, NUM, "inode number that a queue ID holds") \
X(CREATED, created, TIME, "when the queue file was made, by itself") \
X(NEXT_TRY, next_try, TIME, "when a deferred message is to be tried again") \
X(CONTENT, content, NUM, "bytes of a message as the log counts them") \
X(DONE, done, NUM, "recipients that are finished: delivered, bounced or discarded") \
X(PENDING, pending, NUM, "recipients that are still to do")	\
X(SEND_OPTS, send_opts, STR, "smtputf8, header-utf8, sender-utf8, tls-required-no, requiretls") \
X(ENVID, envid, STR, "DSN envelope ID")				\
X(ORCPT, orcpt, STR, "DSN original recipient, type;address")	\
X(ATTRS, attrs, STR, "other attributes of a queue file, and its F, L and V records by the names of postcat(1), NAME=VALUE, percent-encoded") \
X(BY, by, HOST, "host that a Received header says wrote it")	\
X(CLAIM, claim, BOOL, "a Received header that is not our own host's: whoever sent the message may have written it") \
X(PART, part, STR, "number of a MIME part: 1, 2, 2.1")		\
X(MIME_TYPE, mime_type, STR, "Content-Type that a part claims")	\
X(MAGIC, magic, STR, "type by the first bytes of a part or extract")		\
X(FILE_NAME, file_name, STR, "file name that a part claims; path that a deleted file had") \
X(DOMAIN, domain, HOST, "of a shape: domain of recipients or senders") \
X(AGES, ages, STR, "of a shape: MINUTES:COUNT of recipients up to that age")\
X(RESIDUE, residue, STR, "OFF+LEN of bytes that no record holds: what a milter replaced, or slack") \
X(CONTRADICTS, contradicts, STR, "what does not agree, words")	\
X(LINES, lines, NUM, "lines read")					\
X(UNDERSTOOD, understood, NUM, "lines understood")			\
X(IGNORED, ignored, NUM, "lines ignored on purpose")			\
X(FOREIGN, foreign, NUM, "lines that are not Postfix's")		\
X(FORGED, forged, NUM, "of these, lines in Postfix's name that another program wrote, if any") \
X(COPIES, copies, NUM, "lines that another source has, too, and that count once, if any") \
X(UNKNOWN, unknown, NUM, "Postfix lines that were not understood")	\
X(GAPS, gaps, STR, "gaps in the evidence: FROM/TO and the reason of each") \
X(TLS_LOGGING, tls_logging, STR, "tags and whether TLS logging was seen: yes or no-evidence") \
X(ANCHORS, anchors, STR, "what can date the lines of a piece, words") \
X(DAMAGED, damaged, STR, "what is wrong with the source")		\
X(TOOL, tool, STR, "tool that wrote the record")			\
X(VERSION, version, STR, "its version")					\
X(SANDBOX, sandbox, STR, "confinement that was in force")

enum field {
#define FIELD_ENUM(id, name, type, text)	F_##id,
	FIELD_TABLE(FIELD_ENUM)
#undef FIELD_ENUM
	FIELD_N
};

struct field_info {
	struct slice	 name;
	enum field_type	 type;
	const char	*text;
};

extern const struct field_info field_info[FIELD_N];

/* The key of that name, or FIELD_N. */
enum field	field_find(struct slice name);

/* Keys that are written without quotes in JSON. */
static inline bool
field_is_bare(enum field f)
{
	return field_info[f].type == FIELD_NUM ||
	    field_info[f].type == FIELD_BOOL;
}

#define REC_WORDS	((FIELD_N + 63) / 64)

#define FIELD_PAD	64
_Static_assert(FIELD_PAD >= SLICE_PAD, "what is plain is searched so, too");
#define FIELD_STEP	32	/* what is copied at once, mostly all */

/* A literal that is ready; for initializers and as a value. */
#define FIELD_ZERO16	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define FIELD_WORD(lit)	{ (const unsigned char *)("" lit FIELD_ZERO16	\
	FIELD_ZERO16 FIELD_ZERO16 FIELD_ZERO16), sizeof(lit) - 1 }
#define FIELD_LIT(lit)	((struct slice)FIELD_WORD(lit))

struct rec {
	uint64_t	set[REC_WORDS];
	uint64_t	ready[REC_WORDS];
	struct slice	v[FIELD_N];
};

/*
 * Copy a value that is ready, step bytes at a time, FIELD_PAD at most, so that
 * as many behind it may be written; dst + v.len is where it ends.  A wide step
 * is for processors that have such registers: how long a value is cannot be
 * foreseen.
 */
SLICE_INLINE void
field_copy(unsigned char *dst, struct slice v, size_t step)
{
	size_t i = 0;

	do
		memcpy(dst + i, v.ptr + i, step);
	while ((i += step) < v.len);
}

/* Make the record empty. */
static inline void
rec_clear(struct rec *r)
{
	for (size_t i = 0; i < REC_WORDS; i++)
		r->set[i] = r->ready[i] = 0;
}

static inline void
rec_set(struct rec *r, enum field f, struct slice v)
{
	r->v[f] = v;
	r->set[(size_t)f / 64] |= UINT64_C(1) << ((size_t)f % 64);
	r->ready[(size_t)f / 64] &= ~(UINT64_C(1) << ((size_t)f % 64));
}

/* The same of a key that is not ready, as in a record that was cleared. */
static inline void
rec_add(struct rec *r, enum field f, struct slice v)
{
	r->v[f] = v;
	r->set[(size_t)f / 64] |= UINT64_C(1) << ((size_t)f % 64);
}

/* A value that is ready to be written, if ready is true. */
static inline void
rec_set_ready(struct rec *r, enum field f, struct slice v, bool ready)
{
	uint64_t *bits = &r->ready[(size_t)f / 64];

	rec_add(r, f, v);
	*bits = (*bits & ~(UINT64_C(1) << ((size_t)f % 64))) |
	    (uint64_t)ready << ((size_t)f % 64);
}

/* The same of a key that the record, which was cleared, does not have yet. */
static inline void
rec_add_ready(struct rec *r, enum field f, struct slice v, bool ready)
{
	rec_add(r, f, v);
	r->ready[(size_t)f / 64] |= (uint64_t)ready << ((size_t)f % 64);
}

static inline void
rec_unset(struct rec *r, enum field f)
{
	r->set[(size_t)f / 64] &= ~(UINT64_C(1) << ((size_t)f % 64));
}

static inline bool
rec_has(const struct rec *r, enum field f)
{
	return (r->set[(size_t)f / 64] >> ((size_t)f % 64) & 1) != 0;
}

/* The value, or an absent slice. */
static inline struct slice
rec_get(const struct rec *r, enum field f)
{
	return rec_has(r, f) ? r->v[f] : slice_of(NULL, 0);
}

static inline bool
rec_is_ready(const struct rec *r, enum field f)
{
	return (r->ready[(size_t)f / 64] >> ((size_t)f % 64) & 1) != 0;
}

/* The same value, ready or not, in another record; from must have it. */
static inline void
rec_copy(struct rec *r, enum field f, const struct rec *from, enum field g)
{
	rec_set_ready(r, f, from->v[g], rec_is_ready(from, g));
}

/* Some keys, as bits like those of a record. */
struct field_set {
	uint64_t	w[REC_WORDS];
};

static inline struct field_set
field_set(const enum field *key, size_t n)
{
	struct field_set s = { .w = { 0 } };

	for (size_t i = 0; i < n; i++)
		s.w[(size_t)key[i] / 64] |= UINT64_C(1) <<
		    ((size_t)key[i] % 64);
	return s;
}

/* Those of the keys that from has. */
static inline void
rec_copy_keys(struct rec *r, const struct rec *from,
    const struct field_set *keys)
{
	for (size_t w = 0; w < REC_WORDS; w++) {
		uint64_t bits = from->set[w] & keys->w[w], left;

		for (left = bits; left != 0; left &= left - 1) {
			size_t f = w * 64 + (size_t)__builtin_ctzll(left);

			r->v[f] = from->v[f];
		}
		r->set[w] |= bits;
		r->ready[w] = (r->ready[w] & ~bits) | (from->ready[w] & bits);
	}
}

/* The next key that is set, from f on, or FIELD_N. */
static inline enum field
rec_next_field(const struct rec *r, size_t f)
{
	size_t w = f / 64;
	uint64_t bits;

	if (f >= FIELD_N)
		return FIELD_N;
	bits = r->set[w] >> (f % 64) << (f % 64);
	while (bits == 0) {
		if (++w == REC_WORDS)
			return FIELD_N;
		bits = r->set[w];
	}
	return (enum field)(w * 64 + (size_t)__builtin_ctzll(bits));
}

#endif
