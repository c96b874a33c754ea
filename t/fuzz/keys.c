/*
 * keys - any bytes as a key or certificate: what is told lies inside, texts
 * are of their kind, and the same is told however much follows
 */
#include "scan/keys.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(struct slice s, const struct keys *k)
{
	must(k->len > 0 && k->len <= s.len && k->len <= KEYS_MAX);
	must(k->nsubject <= KEYS_NAME && k->nissuer <= KEYS_NAME);
	must(slice_cstr(k->form).len > 0);
	must(k->key_sha256[0] == '\0' || slice_cstr(k->key_sha256).len == 64);
	must((k->kind == KEYS_CERTIFICATE) == (k->cert_sha256[0] != '\0'));
	must(k->kind != KEYS_PRIVATE || k->key_sha256[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size);
	struct keys k, again;

	if (keys_pem(s, &k)) {
		check(s, &k);
		must(keys_pem(slice_sub(s, 0, k.len), &again));
		must(again.len == k.len);
	}
	if (keys_der(s, &k)) {
		check(s, &k);
		must(keys_der(slice_sub(s, 0, k.len), &again));
		must(again.len == k.len);
	}
	if (size > KEYS_BEFORE) {
		size_t start = keys_der_start(
		    slice_sub(s, 0, KEYS_BEFORE), slice_from(s, KEYS_BEFORE));

		must(start <= KEYS_BEFORE);
		must(start == 0 || data[KEYS_BEFORE - start] == 0x30);
	}
	return 0;
}
