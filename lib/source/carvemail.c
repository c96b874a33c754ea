#include "source/carvemail.h"

#include "base/caltime.h"
#include "base/mem.h"
#include "base/num.h"
#include "fmt/rfc822.h"
#include "scan/mail.h"

#define HEAD (MAIL_BEFORE + MAIL_HEADER)
#define FIRST ((size_t)4096) /* bytes read at first */

struct carvemail {
	unsigned char *head; /* HEAD bytes around an anchor */
	unsigned char *body;
	size_t cap;
	uint64_t none_until; /* no header up to there */
	uint64_t end;	     /* of the message before */
};

/* A record in the making. */
struct making {
	const struct stream *s;
	struct find find;
	struct rec r;
	unsigned char num[2][NUM_MAX];
	unsigned char time[CALTIME_MAX];
};

static void *
open_state(const struct stream *s)
{
	struct carvemail *c = mem_alloc(1, sizeof(*c));

	(void)s;
	c->head = mem_alloc(HEAD, 1);
	return c;
}

static void
close_state(void *state)
{
	struct carvemail *c = state;

	mem_free(c->head);
	mem_free(c->body);
	mem_free(c);
}

static void
put(struct making *m, enum field f, struct slice s)
{
	if (s.len > 0)
		rec_set(&m->r, f, s);
}

static void
put_num(struct making *m, enum field f, unsigned int i, uint64_t v)
{
	rec_set(&m->r, f, slice_of(m->num[i], num_u64(m->num[i], v)));
}

static void
put_time(struct making *m, int64_t sec)
{
	size_t n = caltime_text(m->time, sec, 0, 0);

	if (n > 0)
		rec_set(&m->r, F_TIME, slice_of(m->time, n));
}

/* How long the body is that begins at off. */
static size_t
body_len(const struct stream *s, struct carvemail *c, const struct mail *m,
    uint64_t off, enum mail_end *how)
{
	size_t want = FIRST, got, len;

	for (;;) {
		if (c->cap < want) {
			mem_free(c->body);
			c->body = mem_alloc(want, 1);
			c->cap = want;
		}
		got = stream_read(s, off, c->body, want);
		len = mail_body(slice_of(c->body, got), m, how);
		if (*how != MAIL_MORE || got < want || want == CARVEMAIL_BODY)
			return len;
		want = want < CARVEMAIL_BODY / 8 ? want * 8 : CARVEMAIL_BODY;
	}
}

/* A Received field as an event. */
static bool
give_hop(struct making *m, const struct received *r, uint64_t off, size_t len)
{
	rec_clear(&m->r);
	rec_set(&m->r, F_TYPE, SLICE("event"));
	rec_set(&m->r, F_EVENT, SLICE("received"));
	if (r->has_time)
		put_time(m, r->time);
	put(m, F_BY, r->by);
	put(m, F_CLIENT_NAME, r->name);
	put(m, F_CLIENT_ADDR, r->addr);
	put(m, F_HELO, r->from);
	put(m, F_PROTOCOL, r->with);
	put(m, F_TO, r->rcpt);
	put(m, F_ORIG_QID, r->id);
	put(m, F_TLS_VERSION, r->version);
	put(m, F_TLS_CIPHER, r->cipher);
	put(m, F_TLS_BITS, r->bits);
	if (r->tls != RECEIVED_SILENT)
		put(m, F_TLS,
		    r->tls == RECEIVED_TLS ? SLICE("encrypted") :
					     SLICE("plaintext"));
	rec_set(&m->r, F_CLAIM, SLICE("true"));
	put_num(m, F_OFF, 0, off);
	put_num(m, F_LEN, 1, len);
	return find_record(m->s, &m->find, &m->r);
}

/* <address> */
static struct slice
inside(struct slice s)
{
	s = slice_trim(s);
	return slice_starts(s, SLICE("<")) && slice_ends(s, SLICE(">")) ?
	    slice_sub(s, 1, s.len - 2) :
	    s;
}

/* The message as a file, and its hops. */
static void
give(struct making *m, const struct mail *mail, uint64_t off, uint64_t len,
    struct slice note)
{
	struct slice name, value, whole;
	size_t pos = 0;

	rec_clear(&m->r);
	rec_set(&m->r, F_TYPE, SLICE("file"));
	rec_set(&m->r, F_FORMAT, mail->mbox ? SLICE("mbox") : SLICE("rfc822"));
	rec_set(&m->r, F_NOTE, note);
	put_num(m, F_SIZE, 0, len);
	if (mail->mbox)
		pos = slice_chr(mail->header, '\n') + 1;
	while (mail_field(mail->header, &pos, &name, &value, &whole)) {
		struct received r;

		if (slice_eq_nocase(name, SLICE("message-id")))
			put(m, F_MESSAGE_ID, slice_trim(value));
		else if (slice_eq_nocase(name, SLICE("subject")))
			put(m, F_SUBJECT, value);
		else if (slice_eq_nocase(name, SLICE("return-path")))
			rec_set(&m->r, F_FROM, inside(value));
		else if (slice_eq_nocase(name, SLICE("received")) &&
		    !rec_has(&m->r, F_TIME)) {
			/* The topmost: when it arrived. */
			rfc822_received(value, &r);
			if (r.has_time)
				put_time(m, r.time);
		}
	}
	if (!find_record(m->s, &m->find, &m->r))
		return;
	pos = mail->mbox ? slice_chr(mail->header, '\n') + 1 : 0;
	while (mail_field(mail->header, &pos, &name, &value, &whole)) {
		struct received r;

		if (!slice_eq_nocase(name, SLICE("received")))
			continue;
		rfc822_received(value, &r);
		if (r.by.ptr != NULL &&
		    !give_hop(m, &r,
			off + (uint64_t)(whole.ptr - mail->header.ptr),
			whole.len))
			return;
	}
}

static struct slice
note_of(const struct mail *m, enum mail_end how)
{
	if (m->cut)
		return SLICE("header-cut");
	return how == MAIL_DELIMITER ? SLICE("body-delimiter") :
	    how == MAIL_NEXT	     ? SLICE("body-mbox") :
				       SLICE("body-estimated");
}

/* Is it at the start of a line, and not in a record of a queue file? */
static bool
at_line(struct slice head, size_t before, uint64_t off)
{
	unsigned char c = before == 0 ? '\n' : head.ptr[before - 1];

	return c == '\n' || c == '\0' || off % ANCHOR_SECTOR == 0;
}

/*
 * The header around off; *base is the offset of its bytes.  Most are short, and
 * begin behind the message before.
 */
static bool
find_header(const struct stream *s, struct carvemail *c, uint64_t off,
    uint64_t *base, struct mail *mail)
{
	uint64_t least = s->from > c->end ? s->from : c->end;
	size_t before = off - least < MAIL_BEFORE ? (size_t)(off - least) :
						    MAIL_BEFORE,
	       want = FIRST;
	struct slice head;

	for (;; want = MAIL_HEADER) {
		head = slice_of(c->head,
		    stream_read(s, off - before, c->head, before + want));
		if (head.len <= before || !at_line(head, before, off))
			return false;
		/* Nothing goes back over where a file may have begun. */
		if (off % ANCHOR_SECTOR == 0 && before > 0 &&
		    head.ptr[before - 1] != '\n') {
			head = slice_from(head, before);
			before = 0;
		}
		*base = off - before;
		if (mail_header(head, before, mail) && !mail->cut)
			return true;
		/* Are there bytes behind it, or may it go on? */
		if (want == MAIL_HEADER || mail->past + MAIL_LINE < head.len ||
		    head.len < before + want)
			break;
	}
	if (mail->nhop > 0 && mail_header(head, before, mail))
		return true;
	c->none_until = *base + mail->past;
	return false;
}

static uint64_t
on_anchor(const struct stream *s, void *state, enum anchor what, uint64_t off)
{
	struct carvemail *c = state;
	enum mail_end how = MAIL_BYTE;
	struct find_piece piece;
	struct making m = { .s = s };
	struct mail mail;
	uint64_t base;
	size_t len;

	(void)what;
	if (off < c->none_until || off < c->end ||
	    !find_header(s, c, off, &base, &mail))
		return 0;
	piece.off = base + mail.start;
	len = mail.cut ? 0 : body_len(s, c, &mail, base + mail.past, &how);
	piece.len = mail.past - mail.start + len;
	m.find = (struct find){ .class = FIND_MAIL,
		.piece = &piece,
		.n = 1,
		.confidence = mail.cut ? LOGRUN_LOW : LOGRUN_MEDIUM };
	find_claim(s, &m.find);
	give(&m, &mail, piece.off, piece.len, note_of(&mail, how));
	c->end = piece.off + piece.len;
	return c->end;
}

const struct finder carvemail_finder = {
	.anchors = FINDER_BIT(ANCHOR_RECEIVED),
	.open = open_state,
	.at = on_anchor,
	.close = close_state,
};
