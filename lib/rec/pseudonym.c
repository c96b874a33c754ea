#include "rec/pseudonym.h"

#include "base/loopback.h"
#include "io/smallfile.h"
#include "rec/pseudotext.h"

#include "base/banned.h"

#define DIGITS_WORD	8	/* of a word */

void
pseudonym_free(struct pseudonyms *p)
{
	keyed_close(&p->keyed);
	buf_free(&p->text);
	arena_free(&p->mem);
}

/* So many different bytes that it can be a key. */
static bool
is_varied(struct slice s)
{
	bool seen[256] = { false };
	unsigned int n = 0;

	for (size_t i = 0; i < s.len; i++) {
		n += !seen[s.ptr[i]];
		seen[s.ptr[i]] = true;
	}
	return n >= 8;
}

enum rc
pseudonym_open(struct pseudonyms *p, const char *path, bool hosts,
    struct err *e)
{
	struct buf k;
	enum rc rc;

	*p = (struct pseudonyms){ .hosts = hosts };
	buf_init(&p->text, PSEUDONYM_MEMORY);
	arena_init(&p->mem, PSEUDONYM_MEMORY);
	buf_init(&k, PSEUDONYM_KEY_MAX);
	rc = smallfile_read(&k, path, e);
	while (k.len > 0 && (k.ptr[k.len - 1] == '\n' ||
	    k.ptr[k.len - 1] == '\r'))
		k.len--;
	if (rc == RC_OK && k.len < PSEUDONYM_KEY_MIN)
		rc = err_damaged(e, k.len, "a key has at least 32 bytes");
	if (rc == RC_OK && !is_varied(buf_slice(&k)))
		rc = err_damaged(e, 0, "a key is random");
	if (rc == RC_OK)
		keyed_open(&p->keyed, buf_slice(&k));
	buf_free(&k);
	return rc;
}

bool
pseudonym_put(struct pseudonyms *p, enum pseudonym_kind kind,
    struct slice name, struct slice domain)
{
	static const unsigned char letter[] = "pmswha";
	unsigned char text[2 + KEYED_DIGITS];

	text[0] = letter[kind];
	text[1] = '-';
	keyed_digits(&p->keyed, (unsigned char)kind, name, domain, text + 2);
	return buf_add(&p->text, slice_of(text, kind == PSEUDONYM_WORD ?
	    2 + DIGITS_WORD : sizeof(text)));
}

/* Without quotes and backslashes: "bob" is bob. */
static struct slice
unquote(struct slice s, unsigned char *dst, size_t cap)
{
	size_t n = 0;

	if (s.len < 2 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"' ||
	    s.len > cap)
		return s;
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.ptr[i] == '\\' && i + 2 < s.len)
			i++;
		dst[n++] = s.ptr[i];
	}
	return slice_of(dst, n);
}

bool
pseudonym_local(struct pseudonyms *p, struct slice local,
    struct slice domain)
{
	unsigned char plain[1024];

	return pseudonym_put(p, PSEUDONYM_PERSON, unquote(local, plain,
	    sizeof(plain)), domain);
}

bool
pseudonym_host(struct pseudonyms *p, struct slice name)
{
	if (!p->hosts || name.len == 0 || slice_eq(name, SLICE("unknown")))
		return buf_add(&p->text, name);
	return pseudonym_put(p, PSEUDONYM_HOST, SLICE(""), name);
}

bool
pseudonym_addr(struct pseudonyms *p, struct slice addr)
{
	/* A socket's path is no address, loopback that of everybody. */
	if (!p->hosts || addr.len == 0 || slice_eq(addr, SLICE("unknown")) ||
	    slice_chr(addr, '/') != SLICE_NONE || loopback_is(addr))
		return buf_add(&p->text, addr);
	return pseudonym_put(p, PSEUDONYM_ADDR, SLICE(""), addr);
}

/* Can it stand behind the @ of an address? */
static bool
is_domain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || slice_chr(SLICE("\"'()<>,;/\\|`{}"),
		    s.ptr[i]) != SLICE_NONE)
			return false;
	return s.len > 0;
}

static bool
put_mail(struct pseudonyms *p, struct slice s)
{
	struct slice local, domain;

	if (s.len == 0)
		return true;
	if (!slice_rcut(s, '@', &local, &domain) || !is_domain(domain))
		return pseudonym_local(p, s, SLICE(""));
	return (local.len == 0 || pseudonym_local(p, local, domain)) &&
	    buf_addc(&p->text, '@') && buf_add(&p->text, domain);
}

/* <LEFT@DOMAIN> */
static bool
put_message_id(struct pseudonyms *p, struct slice s)
{
	struct slice left, right = SLICE("");
	bool angle = s.len > 1 && s.ptr[0] == '<' && s.ptr[s.len - 1] == '>';
	struct slice in = angle ? slice_sub(s, 1, s.len - 2) : s;

	if (in.len == 0)
		return buf_add(&p->text, s);
	if (!slice_rcut(in, '@', &left, &right) || !is_domain(right)) {
		left = in;
		right = SLICE("");
	}
	return (!angle || buf_addc(&p->text, '<')) &&
	    pseudonym_put(p, PSEUDONYM_MESSAGE, left, right) &&
	    (right.len == 0 || (buf_addc(&p->text, '@') &&
	    pseudonym_host(p, right))) &&
	    (!angle || buf_addc(&p->text, '>'));
}

/* HOST/INSTANCE/QID... */
static bool
put_trace(struct pseudonyms *p, struct slice s)
{
	size_t n = slice_chr(s, '/');

	if (n == SLICE_NONE)
		return pseudonym_host(p, s);
	return pseudonym_host(p, slice_sub(s, 0, n)) &&
	    buf_add(&p->text, slice_from(s, n));
}

/* NAME[ADDRESS]:PORT, or a word */
static bool
put_relay(struct pseudonyms *p, struct slice s)
{
	size_t open = slice_chr(s, '['), end = slice_rchr(s, ']');

	if (open == SLICE_NONE || end == SLICE_NONE || end < open)
		return buf_add(&p->text, s);
	return pseudonym_host(p, slice_sub(s, 0, open)) &&
	    buf_addc(&p->text, '[') &&
	    pseudonym_addr(p, slice_sub(s, open + 1, end - open - 1)) &&
	    buf_add(&p->text, slice_from(s, end));
}

/* What says nothing of a person, or is our own. */
static bool
is_kept(enum field f)
{
	static const enum field keep[] = { F_TYPE, F_TIME_NOTE, F_STAMP,
		F_INSTANCE, F_SERVICE, F_DAEMON, F_QID, F_EVENT, F_SEVERITY,
		F_COMMANDS, F_PROTOCOL, F_SASL_METHOD, F_STATUS, F_DSN,
		F_ACTION, F_STAGE, F_REPLY_CODE, F_REASON_CLASS, F_TLS,
		F_TLS_PROOF, F_TLS_WHY, F_TLS_VERSION, F_TLS_CIPHER,
		F_TLS_TRUST, F_TLS_KEX, F_TLS_SIG, F_TLS_POLICY, F_NEXT_QID,
		F_PARENT_WHY, F_MISSING, F_ORIG_QID, F_ORIG_ID, F_TLS_SRC,
		F_ID, F_RULE, F_VERDICT, F_DIRECTION, F_REMEDY, F_POLICY,
		F_POLICY_LINE, F_CLAUSE, F_EXEMPT_LINE, F_EXPIRES, F_SRC,
		F_CONFIDENCE, F_REFS, F_SHA256, F_MD5, F_SHA1, F_FORMAT,
		F_QUEUE, F_MODE, F_SEND_OPTS, F_PART, F_MIME_TYPE, F_MAGIC,
		F_AGES, F_RESIDUE, F_GAPS, F_TLS_LOGGING, F_ANCHORS,
		F_DAMAGED, F_TOOL, F_VERSION, F_SANDBOX };

	for (size_t i = 0; i < sizeof(keep) / sizeof(*keep); i++)
		if (keep[i] == f)
			return true;
	return field_is_bare(f) || field_info[f].type == FIELD_TIME;
}

static bool
put_field(struct pseudonyms *p, const struct rec *r, enum field f)
{
	struct slice s = r->v[f];

	switch (f) {
	case F_MESSAGE_ID:
		return put_message_id(p, s);
	case F_SUBJECT:
	case F_ENVID:
	case F_FILE_NAME:
		return s.len == 0 || pseudonym_put(p, PSEUDONYM_SUBJECT, s,
		    SLICE(""));
	case F_SASL_USER:
		return put_mail(p, s);
	case F_TRACE:
	case F_PARENT:
	case F_PATH:
		return put_trace(p, s);
	case F_RELAY:
		return put_relay(p, s);
	default:
		break;
	}
	switch (field_info[f].type) {
	case FIELD_MAIL:
		return put_mail(p, s);
	case FIELD_HOST:
		return pseudonym_host(p, s);
	case FIELD_ADDR:
		return pseudonym_addr(p, s);
	default:
		return pseudotext_put(p, s, r);
	}
}

void
pseudonym_rec(struct pseudonyms *p, const struct rec *in, struct rec *out)
{
	struct slice copy;

	rec_clear(out);
	arena_reset(&p->mem);
	for (enum field f = rec_next_field(in, 0); f != FIELD_N;
	    f = rec_next_field(in, (size_t)f + 1)) {
		if (is_kept(f)) {
			rec_set(out, f, in->v[f]);
			continue;
		}
		p->text.len = 0;
		if (!put_field(p, in, f))
			continue;
		copy = p->text.len == 0 ? SLICE("") : arena_dup(&p->mem,
		    buf_slice(&p->text));
		if (copy.ptr != NULL)
			rec_set(out, f, copy);
	}
}
