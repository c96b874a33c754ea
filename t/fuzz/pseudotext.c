/*
 * A record and a text around a secret: byte 1 of the input is the secret.
 * It must not be in what comes out, but behind an @, where domains stay; the
 * same text gives the same again, and nothing else is lost or made up.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "rec/pseudonym.h"

#define SECRET	"Zq7secretX"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Is the secret in it, but in a domain? */
static bool
leaks(struct slice s)
{
	bool domain = false;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		if (c == '@')
			domain = true;
		else if (!ascii_alnum(c) && c < 0x80 && c != '.' && c != '-' &&
		    c != '_' && c != '+')
			domain = false;
		if (!domain && slice_starts(slice_from(s, i), SLICE(SECRET)))
			return true;
	}
	return false;
}

static void
check(struct pseudonyms *p, const struct rec *r, enum field f)
{
	struct rec out;
	struct buf first;

	buf_init(&first, PSEUDONYM_MEMORY);
	pseudonym_rec(p, r, &out);
	if (!rec_has(&out, f) || leaks(out.v[f]) ||
	    leaks(rec_get(&out, F_FROM)))
		abort();
	(void)buf_add(&first, out.v[f]);
	pseudonym_rec(p, r, &out);
	if (!slice_eq(out.v[f], buf_slice(&first)))
		abort();
	buf_free(&first);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pseudonyms p = { .hosts = len > 0 && data[0] % 2 == 1 };
	struct buf text;
	struct rec r;

	if (len > 1 << 16)
		return 0;
	hash_init();
	buf_init(&p.text, PSEUDONYM_MEMORY);
	arena_init(&p.mem, PSEUDONYM_MEMORY);
	keyed_open(&p.keyed, SLICE("a key that is long enough for this"));
	buf_init(&text, PSEUDONYM_MEMORY);
	for (size_t i = 0; i < len; i++)
		(void)(data[i] == 1 ? buf_add(&text, SLICE(SECRET)) :
		    buf_addc(&text, data[i]));
	rec_clear(&r);
	rec_set(&r, F_TYPE, SLICE("delivery"));
	rec_set(&r, F_FROM, SLICE(SECRET "@example.org"));
	rec_set(&r, F_RELAY_NAME, SLICE("mx1.example.net"));
	rec_set(&r, F_REPLY, text.len == 0 ? SLICE("") : buf_slice(&text));
	check(&p, &r, F_REPLY);
	rec_set(&r, F_SUBJECT, r.v[F_REPLY]);
	check(&p, &r, F_SUBJECT);
	pseudonym_free(&p);
	buf_free(&text);
	return 0;
}
