#include "rec/keyed.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

#define SLOTS	4096
#define TEXT	120	/* bytes of a text that is kept */
#define KEY	((size_t)1 << 16)

struct keyed_slot {
	unsigned char	len;	/* 0: free */
	unsigned char	text[TEXT];
	unsigned char	digits[KEYED_DIGITS];
};

void
keyed_open(struct keyed *k, struct slice key)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	*k = (struct keyed){ .slot = mem_alloc(SLOTS, sizeof(*k->slot)) };
	buf_init(&k->key, KEY);
	buf_init(&k->text, 3 * KEYED_NAME);
	(void)buf_add(&k->key, key);
}

void
keyed_close(struct keyed *k)
{
	buf_free(&k->key);
	buf_free(&k->text);
	mem_free(k->slot);
	k->slot = NULL;
}

/* What is digested. */
static struct slice
text_of(struct keyed *k, unsigned char kind, struct slice name,
    struct slice domain)
{
	struct buf *b = &k->text;

	name = slice_sub(name, 0, KEYED_NAME);
	domain = slice_sub(domain, 0, KEYED_NAME);
	b->len = 0;
	(void)buf_addc(b, kind);
	for (size_t i = 0; i < 8; i++)
		(void)buf_addc(b,
		    (unsigned char)((uint64_t)name.len >> (8 * i)));
	(void)buf_add(b, name);
	for (size_t i = 0; i < domain.len; i++)
		(void)buf_addc(b, ascii_tolower(domain.ptr[i]));
	return buf_slice(b);
}

static void
digest(const struct keyed *k, struct slice text,
    unsigned char digits[KEYED_DIGITS])
{
	static const unsigned char hex[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE] = { 0 };
	unsigned int n;

	(void)HMAC(EVP_sha256(), k->key.ptr, (int)k->key.len, text.ptr,
	    text.len, sum, &n);
	for (size_t i = 0; i < KEYED_DIGITS; i++)
		digits[i] = hex[i % 2 == 0 ? sum[i / 2] >> 4 :
		    sum[i / 2] & 15];
}

void
keyed_digits(struct keyed *k, unsigned char kind, struct slice name,
    struct slice domain, unsigned char digits[KEYED_DIGITS])
{
	struct slice text = text_of(k, kind, name, domain);
	struct keyed_slot *s;

	if (text.len > TEXT) {
		digest(k, text, digits);
		return;
	}
	s = &k->slot[hash_bytes(text, 17) % SLOTS];
	if (!slice_eq(text, slice_of(s->text, s->len))) {
		digest(k, text, s->digits);
		memcpy(s->text, text.ptr, text.len);
		s->len = (unsigned char)text.len;
	}
	memcpy(digits, s->digits, KEYED_DIGITS);
}
