/*
 * checkpoint - any bytes as the file of an interrupted run
 *
 * As they are, and with the checksums of their marks put right: reading ends,
 * gives no more than the file holds, and ends with a mark if it gives
 * anything.  Entries that are records can be taken, put in order and read back,
 * or are refused.  What is put into a file behind them is read back as it was.
 */
#include "source/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "io/newfile.h"
#include "must.h"
#include "source/finds.h"

#define HEAD	5	/* length, little-endian, and kind */
#define SUM	4	/* behind a mark's state */
#define RUN	"run"

static void
write_file(const char *path, const unsigned char *p, size_t n)
{
	int fd = -1;

	(void)unlink(path);
	must(newfile_open(path, &fd, &(struct err){ 0 }) == RC_OK &&
	    write(fd, p, n) == (ssize_t)n && close(fd) == 0);
}

/* The checksum of each mark becomes that of what stands before it. */
static void
put_right(unsigned char *p, size_t n)
{
	uint32_t sum = 0;

	while (n >= HEAD) {
		size_t len = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 |
		    (size_t)p[3] << 24;

		if (len > n - HEAD)
			return;
		len += HEAD;
		if (p[4] == CHECKPOINT_MARK && len >= HEAD + SUM) {
			sum = (uint32_t)crc32(sum, p, (uInt)(len - SUM));
			for (size_t i = 0; i < SUM; i++)
				p[len - SUM + i] =
				    (unsigned char)(sum >> (8 * i));
			sum = 0;
		} else
			sum = (uint32_t)crc32(sum, p, (uInt)len);
		p += len;
		n -= len;
	}
}

/* All records that were taken come back in some order. */
static void
read_records(struct found *f)
{
	struct rec r;
	struct err e;
	bool line;

	if (found_sort(f, &e) != RC_OK)
		return;
	while (found_next(f, &r, &line, &e) == RC_OK)
		for (unsigned int i = 0; i < FIELD_N; i++)
			if (rec_has(&r, (enum field)i))
				must(rec_get(&r, (enum field)i).ptr != NULL);
}

/* Read what a file holds; true if it is of this run. */
static bool
read_file(const char *path, size_t size, bool again)
{
	struct found *found = found_open(false, false);
	struct finds *finds = finds_open(found);
	struct checkpoint *c = NULL;
	enum checkpoint_kind kind = CHECKPOINT_RUN;
	struct finds_count count = { .doubts = 0 };
	struct slice s;
	struct err e;
	size_t held = 0;
	bool good;

	finds_image(finds, &count);
	must(checkpoint_open(&c, path, &e) == RC_OK);
	good = checkpoint_begin(c, SLICE(RUN), &e) == RC_OK;
	while (good && checkpoint_next(c, &kind, &s)) {
		held += HEAD + s.len;
		must(held <= size && s.len <= CHECKPOINT_ENTRY);
		finds_restore(finds, kind, s);
	}
	must(held == 0 || kind == CHECKPOINT_MARK);
	if (finds_state(finds, &e) == RC_OK)
		read_records(found);
	if (good && again) {
		checkpoint_put(c, CHECKPOINT_NOTE, SLICE("a"), SLICE("b"));
		checkpoint_mark(c, SLICE("state"));
	}
	must(checkpoint_close(c, &e) == RC_OK);
	finds_close(finds);
	found_close(found);
	return good;
}

/* The last two entries are those that read_file put there. */
static void
read_again(const char *path)
{
	struct checkpoint *c = NULL;
	enum checkpoint_kind kind, before = CHECKPOINT_RUN, last = before;
	struct slice s = slice_of(NULL, 0);
	struct err e;

	must(checkpoint_open(&c, path, &e) == RC_OK &&
	    checkpoint_begin(c, SLICE(RUN), &e) == RC_OK &&
	    checkpoint_resumes(c));
	while (checkpoint_next(c, &kind, &s)) {
		before = last;
		last = kind;
	}
	must(before == CHECKPOINT_NOTE && last == CHECKPOINT_MARK);
	must(slice_eq(s, SLICE("state")));
	must(checkpoint_close(c, &e) == RC_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	unsigned char *copy = malloc(size + 1);

	must(copy != NULL);
	if (path[0] == '\0') {
		const char *dir = getenv("TMPDIR");

		(void)snprintf(path, sizeof(path), "%.40s/checkpoint.%ld",
		    dir == NULL ? "/tmp" : dir, (long)getpid());
	}
	memcpy(copy, data, size);
	for (int right = 0; right < 2; right++) {
		write_file(path, copy, size);
		if (read_file(path, size, true))
			read_again(path);
		put_right(copy, size);
	}
	(void)unlink(path);
	free(copy);
	return 0;
}
