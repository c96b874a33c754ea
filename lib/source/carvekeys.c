#include "source/carvekeys.h"

#include <assert.h>

#include "base/caltime.h"
#include "base/mem.h"
#include "base/num.h"
#include "scan/keys.h"

#define FIRST ((size_t)4096) /* bytes read of PEM at first */
#define BEGIN 11	     /* of "-----BEGIN " */
#define ONE 4096	     /* what a try costs beside them */

/* One that was found. */
struct item {
	uint64_t off;
	bool pem;
	struct keys key;
};

static_assert(sizeof(struct item) <= FINDER_NOTE, "an item fits in a note");

struct carvekeys {
	struct item *item;
	size_t n, cap;
	unsigned char *bytes; /* KEYS_MAX, at hand */
	uint64_t work;	      /* bytes looked at */
};

static void *
open_state(const struct stream *s)
{
	struct carvekeys *c = mem_alloc(1, sizeof(*c));

	(void)s;
	c->bytes = mem_alloc(KEYS_MAX, 1);
	return c;
}

static void
close_state(void *state)
{
	struct carvekeys *c = state;

	mem_free(c->bytes);
	mem_free(c->item);
	mem_free(c);
}

static void
set_hex(struct rec *r, enum field f, const char *hex)
{
	if (hex[0] != '\0')
		rec_set(r, f, slice_cstr(hex));
}

static void
set_num(struct rec *r, enum field f, unsigned char num[NUM_MAX], uint64_t v)
{
	rec_set(r, f, slice_of(num, num_u64(num, v)));
}

static void
set_time(struct rec *r, enum field f, unsigned char text[CALTIME_MAX], bool has,
    int64_t sec)
{
	size_t n = has ? caltime_text(text, sec, 0, 0) : 0;

	if (n > 0)
		rec_set(r, f, slice_of(text, n));
}

static struct slice
kind_word(enum keys_kind kind)
{
	return kind == KEYS_CERTIFICATE ? SLICE("certificate") :
	    kind == KEYS_ENCRYPTED	? SLICE("encrypted-key") :
					  SLICE("private-key");
}

/* The record of one; certs and key are those that belong to it. */
static void
give(const struct stream *s, const struct item *i, struct slice certs,
    const struct item *key)
{
	struct find_piece piece = { i->off, i->key.len };
	struct find find = { .class = FIND_KEY,
		.piece = &piece,
		.n = 1,
		.confidence = i->key.kind == KEYS_ENCRYPTED ? LOGRUN_MEDIUM :
							      LOGRUN_HIGH };
	unsigned char num[3][NUM_MAX], time[2][CALTIME_MAX], format[16];
	struct slice form = slice_cstr(i->key.form);
	struct rec r;

	rec_clear(&r);
	rec_set(&r, F_TYPE, SLICE("file"));
	set_num(&r, F_SIZE, num[0], i->key.len);
	memcpy(format, i->pem ? "pem " : "der ", 4);
	memcpy(format + 4, form.ptr, form.len);
	rec_set(&r, F_FORMAT, slice_of(format, 4 + form.len));
	rec_set(&r, F_KEY_KIND, kind_word(i->key.kind));
	set_hex(&r, F_KEY_TYPE, i->key.type);
	if (i->key.bits > 0)
		set_num(&r, F_KEY_BITS, num[1], i->key.bits);
	set_hex(&r, F_KEY_SHA256, i->key.key_sha256);
	set_hex(&r, F_CERT_SHA256, i->key.cert_sha256);
	if (certs.len > 0)
		rec_set(&r, F_CERT_SHA256, certs);
	if (i->key.kind == KEYS_CERTIFICATE) {
		rec_set(&r, F_CERT_SUBJECT,
		    slice_of(i->key.subject, i->key.nsubject));
		rec_set(
		    &r, F_CERT_ISSUER, slice_of(i->key.issuer, i->key.nissuer));
	}
	set_time(&r, F_CERT_FROM, time[0], i->key.has_from, i->key.from);
	set_time(&r, F_CERT_UNTIL, time[1], i->key.has_until, i->key.until);
	if (key != NULL)
		set_num(&r, F_KEY_OFF, num[2], key->off);
	(void)find_record(s, &find, &r);
}

static void
found(const struct stream *s, struct carvekeys *c, const struct item *i)
{
	struct find_piece piece = { i->off, i->key.len };
	struct find find = { .class = FIND_KEY, .piece = &piece, .n = 1 };

	find_claim(s, &find);
	if (s->depth == 0 && c->n < CARVEKEYS_MAX)
		finder_note(s, &carvekeys_finder, c, slice_of(i, sizeof(*i)));
	else
		give(s, i, slice_of(NULL, 0), NULL);
}

/* PEM at off: the end is near, or further away. */
static bool
read_pem(const struct stream *s, struct carvekeys *c, struct item *i)
{
	size_t want = FIRST;

	for (;; want = KEYS_MAX) {
		size_t got = stream_read(s, i->off, c->bytes, want), n;
		struct slice b = slice_of(c->bytes, got);

		c->work += got;
		if (keys_pem(b, &i->key))
			return true;
		/* Behind the label, dashes would have been the end. */
		n = slice_find(slice_from(b, BEGIN), SLICE("-----"));
		if (got < FIRST || want == KEYS_MAX || n == SLICE_NONE ||
		    slice_find(slice_from(b, BEGIN + n + 5), SLICE("-----")) !=
			SLICE_NONE)
			return false;
	}
}

/* DER around off, which is behind its heads. */
static bool
read_der(const struct stream *s, struct carvekeys *c, struct item *i)
{
	size_t before = i->off < KEYS_BEFORE ? (size_t)i->off : KEYS_BEFORE;
	size_t got, start, len;
	struct slice b;

	got = stream_read(s, i->off - before, c->bytes, 2 * KEYS_BEFORE);
	b = slice_of(c->bytes, got);
	start = keys_der_start(slice_sub(b, 0, before), slice_from(b, before));
	len = keys_der_len(slice_from(b, before - start));
	if (start == 0 || len == 0 || len > KEYS_MAX)
		return false;
	i->off -= start;
	c->work += len;
	return keys_der(
	    slice_of(c->bytes, stream_read(s, i->off, c->bytes, len)), &i->key);
}

static uint64_t
on_anchor(const struct stream *s, void *state, enum anchor what, uint64_t off)
{
	struct carvekeys *c = state;
	struct item i = { .off = off, .pem = what == ANCHOR_PEM };

	if (c->work / CARVEKEYS_WORK > off + KEYS_MAX)
		return 0;
	c->work += ONE;
	if (i.pem ? !read_pem(s, c, &i) : !read_der(s, c, &i))
		return 0;
	found(s, c, &i);
	return i.off + i.key.len;
}

static void
on_note(void *state, struct slice bytes)
{
	struct carvekeys *c = state;

	if (bytes.len != sizeof(*c->item) || c->n == CARVEKEYS_MAX)
		return;
	if (c->n == c->cap) {
		size_t cap = c->cap == 0 ? 16 : 2 * c->cap;

		c->item = mem_grow(c->item, c->cap, cap, sizeof(*c->item));
		c->cap = cap;
	}
	memcpy(&c->item[c->n++], bytes.ptr, bytes.len);
}

static bool
same_key(const struct item *a, const struct item *b)
{
	return a->key.key_sha256[0] != '\0' &&
	    memcmp(a->key.key_sha256, b->key.key_sha256, KEYS_HEX) == 0;
}

/* The fingerprints of the certificates of a key, each once. */
static void
certs_of(const struct carvekeys *c, const struct item *key, struct buf *b)
{
	size_t n = 0;

	b->len = 0;
	for (size_t i = 0; i < c->n && n < CARVEKEYS_CERTS; i++) {
		const struct item *cert = &c->item[i];
		struct slice hex = slice_cstr(cert->key.cert_sha256);

		if (cert->key.kind != KEYS_CERTIFICATE ||
		    !same_key(cert, key) ||
		    slice_find(buf_slice(b), hex) != SLICE_NONE)
			continue;
		if (n++ > 0)
			(void)buf_addc(b, ' ');
		(void)buf_add(b, hex);
	}
}

static void
on_end(const struct stream *s, void *state)
{
	const struct carvekeys *c = state;
	struct buf certs;

	buf_init(&certs, CARVEKEYS_CERTS * KEYS_HEX);
	for (size_t i = 0; i < c->n; i++) {
		const struct item *at = &c->item[i], *key = NULL;

		certs.len = 0;
		if (at->key.kind == KEYS_PRIVATE)
			certs_of(c, at, &certs);
		for (size_t k = 0; at->key.kind == KEYS_CERTIFICATE &&
		     key == NULL && k < c->n;
		     k++)
			if (c->item[k].key.kind == KEYS_PRIVATE &&
			    same_key(&c->item[k], at))
				key = &c->item[k];
		give(s, at, buf_slice(&certs), key);
	}
	buf_free(&certs);
}

const struct finder carvekeys_finder = {
	.anchors = FINDER_BIT(ANCHOR_PEM) | FINDER_BIT(ANCHOR_DER),
	.nested = FINDER_BIT(ANCHOR_PEM) | FINDER_BIT(ANCHOR_DER),
	.open = open_state,
	.at = on_anchor,
	.note = on_note,
	.end = on_end,
	.close = close_state,
};
