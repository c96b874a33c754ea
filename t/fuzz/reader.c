/*
 * A file of any bytes, through the whole reader: every stream ends, offsets
 * go on without a gap, damage is told once, size and hash are those of the
 * file, and the same comes out however much is taken at a time.
 *
 * libarchive asks for as much memory as a cpio header says (up to 4 GB, not
 * touched); AddressSanitizer would touch it, so that here it gets none.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/reader.h"
#include "must.h"

int		 LLVMFuzzerTestOneInput(const uint8_t *, size_t);
const char	*__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=512";
}

static void
mix(uint64_t *h, const void *p, size_t len)
{
	const unsigned char *c = p;

	for (size_t i = 0; i < len; i++)
		*h = (*h ^ c[i]) * UINT64_C(0x100000001b3);
}

/* Read a stream, at most bite bytes at a time. */
static void
one_stream(struct reader *r, size_t bite, uint64_t *h)
{
	uint64_t off, want = 0;
	struct err e = { 0 };
	bool eof, told = false;

	for (;;) {
		struct slice w = slice_sub(reader_window(r, &off, &eof), 0,
		    bite);
		enum rc rc;

		must(off == want);
		mix(h, w.ptr, w.len);
		reader_consume(r, w.len);
		want += w.len;
		if (w.len > 0)
			continue;
		if (eof)
			break;
		rc = reader_more(r, &e);
		must(rc != RC_FAIL);
		if (rc == RC_DAMAGED) {
			must(!told && e.what != NULL);
			mix(h, &e.off, sizeof(e.off));
			told = true;
		}
	}
	mix(h, &want, sizeof(want));
	must(reader_more(r, &e) == RC_END);
}

static uint64_t
read_all(const char *path, size_t bite, struct reader_total *t)
{
	struct reader *r;
	struct reader_stream s;
	struct err e;
	uint64_t h = 1;

	must(reader_open(&r, path, false, true, &e) == RC_OK);
	while (reader_stream(r, &s, &e) == RC_OK) {
		for (size_t i = 0; i < s.path.len; i++)
			must(s.path.ptr[i] >= ' ' && s.path.ptr[i] != 0x7f);
		mix(&h, s.path.ptr, s.path.len);
		mix(&h, &s.mtime, sizeof(s.mtime));
		one_stream(r, bite, &h);
	}
	must(reader_finish(r, t, &e) == RC_OK);
	reader_close(r);
	return h;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static int fd = -1;
	unsigned char sum[EVP_MAX_MD_SIZE];
	char path[64], hex[65];
	struct reader_total t;
	unsigned int n;
	uint64_t h;

	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	must(fd != -1 && ftruncate(fd, 0) == 0 &&
	    pwrite(fd, p, len, 0) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	h = read_all(path, SIZE_MAX, &t);
	must(read_all(path, 1 + len % 97, &t) == h);
	must(t.size == len && t.has_sha256);
	must(EVP_Digest(p, len, sum, &n, EVP_sha256(), NULL) == 1);
	for (unsigned int i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	must(slice_eq(slice_cstr(hex), slice_cstr(t.sha256)));
	return 0;
}
