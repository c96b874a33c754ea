#include "source/carverjob.h"

#include "base/msg.h"
#include "base/num.h"
#include "io/sandbox.h"
#include "io/srcpath.h"

#define BAD_TOLD 8 /* places that could not be read, in messages */

/* Say what could not be read. */
static int
tell_bad(const struct carverjob *j, int status)
{
	const struct image_bad *v;
	uint64_t bytes;
	size_t n = image_bad(j->image, &v, &bytes);
	char name[256];

	if (n == 0)
		return status;
	(void)msg_quote(name, sizeof(name), slice_cstr(j->path));
	(void)msg_error("%s: %llu bytes cannot be read; zeroes stand for "
			"them",
	    name, (unsigned long long)bytes);
	for (size_t i = 0; i < n && i < BAD_TOLD; i++)
		(void)msg_error("%s: offset %llu: %llu bytes unreadable", name,
		    (unsigned long long)v[i].off, (unsigned long long)v[i].len);
	return EXIT_TROUBLE;
}

/* Say what was found and left out. */
int
carverjob_tell(const struct carverjob *j, int status)
{
	const struct carve_total *t = &j->total;
	char name[256];

	status = tell_bad(j, status);
	if (image_missing(j->image) != NULL) {
		(void)msg_quote(name, sizeof(name),
		    slice_cstr(image_missing(j->image)));
		(void)msg_error("%s: missing; the image ends before it", name);
		status = EXIT_TROUBLE;
	}
	(void)msg_quote(name, sizeof(name), slice_cstr(j->path));
	if (t->damaged > 0)
		msg_note("%s: compressed files with log lines that are cut off "
			 "or damaged: %llu; the lines before the damage were "
			 "taken, and those behind it that can be told",
		    name, (unsigned long long)t->damaged);
	if (t->skipped > 0) {
		(void)msg_error("%s: compressed files that would take too much "
				"work left out: %llu",
		    name, (unsigned long long)t->skipped);
		status = EXIT_TROUBLE;
	}
	if (j->hash.stored && j->hash.wrong) {
		(void)msg_error("%s: the data does not have the hash that the "
				"image says it has",
		    name);
		status = EXIT_TROUBLE;
	} else if (j->hash.stored &&
	    (j->hash.md5_hex[0] != '\0' || j->hash.sha1_hex[0] != '\0'))
		msg_note("%s: the data has the hash that is stored in the "
			 "image",
		    name);
	return status;
}

/* The framings that were met, in words. */
static void
put_format(struct buf *b, const struct carverjob *j)
{
	(void)buf_add(b, slice_cstr(image_format(j->image)));
	for (size_t k = FRAMING_BSD; k < FRAMING_N; k++) {
		if ((j->total.framings >> k & 1) == 0)
			continue;
		(void)buf_addc(b, ' ');
		(void)buf_add(b, framing_name[k]);
	}
}

static void
set_num(struct rec *r, enum field f, unsigned char num[NUM_MAX], uint64_t v)
{
	rec_set(r, f, slice_of(num, num_u64(num, v)));
}

static void
set_hash(struct rec *r, enum field f, const char *hex)
{
	if (hex[0] != '\0')
		rec_set(r, f, slice_cstr(hex));
}

bool
carverjob_source(const struct carverjob *j, records_fn *fn, void *arg)
{
	static const enum field key[4] = { F_UNDERSTOOD, F_IGNORED, F_FOREIGN,
		F_UNKNOWN };
	unsigned char num[6][NUM_MAX];
	const struct image_bad *bad;
	uint64_t lines = 0, bytes, size;
	struct buf format, path;
	struct rec r;
	bool good;

	rec_clear(&r);
	buf_init(&format, 4096);
	srcpath_init(&path);
	put_format(&format, j);
	srcpath_file(&path, slice_cstr(j->path));
	rec_set(&r, F_TYPE, SLICE("source"));
	rec_set(&r, F_SRC, buf_slice(&path));
	if (image_size(j->image, &size))
		set_num(&r, F_SIZE, num[0], size);
	set_hash(&r, F_SHA256, j->hash.sha256_hex);
	set_hash(&r, F_MD5, j->hash.md5_hex);
	set_hash(&r, F_SHA1, j->hash.sha1_hex);
	rec_set(&r, F_FORMAT, buf_slice(&format));
	for (size_t k = 0; k < 4; k++) {
		set_num(&r, key[k], num[1 + k], j->n.line[k]);
		lines += j->n.line[k];
	}
	set_num(&r, F_LINES, num[5], lines);
	if (j->failed)
		rec_set(&r, F_DAMAGED, SLICE("unreadable"));
	else if (image_bad(j->image, &bad, &bytes) > 0)
		rec_set(&r, F_DAMAGED, SLICE("bad-sectors"));
	else if (image_missing(j->image) != NULL)
		rec_set(&r, F_DAMAGED, SLICE("segment-missing"));
	else if (j->hash.wrong)
		rec_set(&r, F_DAMAGED, SLICE("stored-hash"));
	else if (j->total.damaged > 0)
		rec_set(&r, F_DAMAGED, SLICE("damaged"));
	rec_set(&r, F_TOOL, slice_cstr(msg_tool()));
	rec_set(&r, F_VERSION, slice_cstr(VERSION));
	rec_set(&r, F_SANDBOX, slice_cstr(sandbox_state()));
	good = fn(arg, &r);
	buf_free(&format);
	buf_free(&path);
	return good;
}
