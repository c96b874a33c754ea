/*
 * pseudonym - records without the names of people: keyed pseudonyms
 *
 * A name becomes the first 64 bits of HMAC-SHA-256, in hexadecimal, behind a
 * letter that says what it was: "p-" the local part of an address or a user,
 * "m-" that of a Message-ID, "s-" a subject or a file name, "w-" another word
 * (32 bits), and with `hosts` "h-" a host and "a-" an address.  The same name
 * has the same pseudonym in every record and in every run with the same key;
 * without the key nobody can try names.  What two names have in common does
 * not show.
 *
 * Local parts count with their case and without quotes, together with their
 * domain, which is compared without case: bob@a.example and bob@b.example
 * have nothing in common.  A local part goes as a whole: user+tag,
 * user%other.example and bounce+user=example.net are one name each.  Domains
 * of addresses stay; so do the empty sender, loopback addresses, "unknown".
 *
 * Free text (replies, reasons) was written by strangers.  Of it only what
 * cannot name anybody stays: words of rec/lexicon, codes, numbers of up to
 * three digits, punctuation, domains behind an @, host names and addresses
 * written NAME[ADDRESS], names of hosts and domains that the record has in
 * keys of their own (but no HELO without a dot, nor a host that is called as
 * one of the record's people).  Everything else becomes a pseudonym; an address, or a
 * local part that the record has in a key, the same one as there.
 *
 * Keys that this module does not know are treated as free text.  Times,
 * sizes, queue IDs, places in the evidence stay: whoever has the log finds
 * the line, and the name, by them.
 *
 * pseudonym_open reads a key: a file of PSEUDONYM_KEY_MIN to
 * PSEUDONYM_KEY_MAX bytes, without line ends at its end.  RC_DAMAGED for a
 * file that is no key, RC_FAIL for one that cannot be read.  pseudonym_rec
 * fills `out`, whose values live until the next call; a value for which there
 * is no room (PSEUDONYM_MEMORY a record) is left out.
 */
#ifndef REC_PSEUDONYM_H
#define REC_PSEUDONYM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/field.h"
#include "rec/keyed.h"

#define PSEUDONYM_KEY_MIN	((size_t)32)
#define PSEUDONYM_KEY_MAX	((size_t)4096)
#define PSEUDONYM_MEMORY	((size_t)64 * 1024 * 1024)

struct pseudonyms {
	struct keyed	 keyed;
	bool		 hosts;
	struct arena	 mem;	/* of the latest record */
	struct buf	 text;	/* under construction */
};

enum rc	pseudonym_open(struct pseudonyms *, const char *path, bool hosts,
	    struct err *);
void	pseudonym_free(struct pseudonyms *);
void	pseudonym_rec(struct pseudonyms *, const struct rec *in,
	    struct rec *out);

/*
 * The parts, for pseudotext: each appends to p->text and is false when that
 * is full.
 */
enum pseudonym_kind {
	PSEUDONYM_PERSON,
	PSEUDONYM_MESSAGE,
	PSEUDONYM_SUBJECT,
	PSEUDONYM_WORD,
	PSEUDONYM_HOST,
	PSEUDONYM_ADDR
};
bool	pseudonym_put(struct pseudonyms *, enum pseudonym_kind,
	    struct slice name, struct slice domain);
/* The local part of an address with this domain, which may be empty. */
bool	pseudonym_local(struct pseudonyms *, struct slice local,
	    struct slice domain);
/* A host's name, or an address: as it is, unless p->hosts. */
bool	pseudonym_host(struct pseudonyms *, struct slice);
bool	pseudonym_addr(struct pseudonyms *, struct slice);

#endif
