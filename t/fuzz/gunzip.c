/*
 * gzip data of any bytes, from the first one on: what is handed out and
 * where it is damaged lies within the input, every stream begins behind the
 * one before, and the same comes out however input and output are cut.  The
 * first byte chooses the cuts.
 */
#include <stdint.h>

#include "io/gunzip.h"
#include "must.h"

#define STREAMS	32

struct found {
	uint64_t	start;
	uint64_t	hash;	/* of the bytes made */
	uint64_t	made;
	uint64_t	off;	/* of the damage */
	enum rc		rc;
};

/* One stream, until it ends or has made enough; returns the bytes used. */
static size_t
one_stream(struct gunzip *g, struct slice in, size_t in_max, size_t out_max,
    struct found *f)
{
	unsigned char out[4096];
	size_t pos = f->start;
	struct err e = { 0 };

	gunzip_start(g, pos);
	while (f->rc == RC_OK) {
		struct slice s = slice_sub(in, pos, in_max);
		bool eof = pos + s.len == in.len;
		size_t used, made;

		f->rc = gunzip_step(g, s, eof, &used, out, out_max, &made,
		    &e);
		must(used <= s.len && made <= out_max);
		must(f->rc != RC_OK || used + made > 0);
		pos += used;
		f->made += made;
		for (size_t i = 0; i < made; i++)
			f->hash = (f->hash ^ out[i]) *
			    UINT64_C(0x100000001b3);
		/* No deflate data makes more than 1,032 of each byte. */
		must(f->made / 1033 <= in.len);
	}
	f->off = e.off;
	return pos;
}

static size_t
all_streams(struct slice in, size_t in_max, size_t out_max, struct found *f)
{
	struct gunzip *g = gunzip_new();
	size_t n = 0, pos = 0;
	bool found = true;

	while (found && n < STREAMS) {
		f[n] = (struct found){ .start = pos, .hash = 1 };
		pos = one_stream(g, in, in_max, out_max, &f[n]);
		must(f[n].rc == RC_END || f[n].rc == RC_DAMAGED);
		if (f[n].rc == RC_END)
			must(pos == in.len);
		else
			must(f[n].off >= f[n].start && f[n].off <= in.len);
		n++;
		if (f[n - 1].rc == RC_END)
			break;
		must(gunzip_back(g) <= GUNZIP_KEEP);
		must(gunzip_back(g) <= pos);
		pos -= gunzip_back(g);
		must(pos > f[n - 1].start);
		do {
			struct slice s = slice_sub(in, pos,
			    in_max + GUNZIP_TRIAL);
			size_t skip;

			found = gunzip_find(g, s, pos + s.len == in.len,
			    &skip);
			must(skip <= s.len);
			pos += skip;
		} while (!found && pos < in.len);
	}
	gunzip_free(g);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct found a[STREAMS], b[STREAMS];
	struct slice in;
	size_t na, nb;

	if (len < 2)
		return 0;
	in = slice_of(p + 1, len - 1);
	na = all_streams(in, in.len, 4096, a);
	nb = all_streams(in, 1 + p[0] % 16, 1 + p[0] / 2, b);
	must(na == nb);
	for (size_t i = 0; i < na; i++) {
		must(a[i].start == b[i].start && a[i].rc == b[i].rc);
		must(a[i].off == b[i].off && a[i].made == b[i].made);
		must(a[i].hash == b[i].hash);
	}
	return 0;
}
