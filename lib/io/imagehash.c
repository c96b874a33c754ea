#include "io/imagehash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

static EVP_MD_CTX *
start(const char *name)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	bool good = c != NULL && md != NULL &&
	    EVP_DigestInit_ex2(c, md, NULL) == 1;

	EVP_MD_free(md);
	if (good)
		return c;
	EVP_MD_CTX_free(c);
	return NULL;
}

void
imagehash_start(struct imagehash *h, const struct image *im, bool all,
    bool sha256, bool md5, bool sha1)
{
	struct slice has_md5, has_sha1;

	*h = (struct imagehash){ .image = im };
	h->stored = image_stored(im, &has_md5, &has_sha1);
	h->seekable = image_fd(im) != -1;
	if (sha256 && (all || h->seekable))
		h->digest = digest_start(image_fd(im), h->seekable, 0);
	if (!all)
		return;
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_ATEXIT, NULL);
	if (md5 || (sha256 && has_md5.len > 0))
		h->md5 = start("MD5");
	if (sha1 || (sha256 && has_sha1.len > 0))
		h->sha1 = start("SHA1");
}

bool
imagehash_exact(const struct imagehash *h)
{
	return h->md5 != NULL || h->sha1 != NULL ||
	    (h->digest != NULL && !h->seekable);
}

void
imagehash_add(struct imagehash *h, struct slice s)
{
	h->seen += s.len;
	if (h->digest != NULL && h->seekable)
		digest_reach(h->digest, h->seen);
	else if (h->digest != NULL)
		digest_add(h->digest, s);
	if (h->md5 != NULL)
		(void)EVP_DigestUpdate(h->md5, s.ptr, s.len);
	if (h->sha1 != NULL)
		(void)EVP_DigestUpdate(h->sha1, s.ptr, s.len);
}

/* The hexadecimal text of a digest; compare it with what is stored. */
static void
finish(struct imagehash *h, EVP_MD_CTX *c, bool good, struct slice stored,
    char *dst)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	if (c == NULL)
		return;
	if (good && EVP_DigestFinal_ex(c, sum, &n) == 1 &&
	    2 * n < DIGEST_HEX) {
		for (unsigned int i = 0; i < n; i++) {
			dst[2 * i] = digits[sum[i] >> 4];
			dst[2 * i + 1] = digits[sum[i] & 15];
		}
		if (stored.len > 0 && !slice_is(stored, dst))
			h->wrong = true;
	}
	EVP_MD_CTX_free(c);
}

void
imagehash_end(struct imagehash *h, uint64_t size, bool complete)
{
	const struct image_bad *bad;
	struct slice md5, sha1;
	uint64_t bytes;

	(void)image_stored(h->image, &md5, &sha1);
	if (h->digest != NULL && complete) {
		if (h->seekable)
			digest_reach(h->digest, size);
		if (!digest_done(h->digest, h->sha256_hex))
			h->sha256_hex[0] = '\0';
	} else if (h->digest != NULL)
		digest_drop(h->digest);
	finish(h, h->md5, complete, md5, h->md5_hex);
	finish(h, h->sha1, complete, sha1, h->sha1_hex);
	h->digest = NULL;
	h->md5 = h->sha1 = NULL;
	/* Zeroes that stand for something are not the image's. */
	if (image_bad(h->image, &bad, &bytes) > 0)
		h->sha256_hex[0] = h->md5_hex[0] = h->sha1_hex[0] = '\0';
}
