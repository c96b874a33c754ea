#include "io/bundle.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/mem.h"
#include "base/msg.h"

struct bundle {
	struct archive		*a;
	struct archive_entry	*entry;
	enum sniff		 kind;
	bundle_pull		*pull;
	void			*arg;
	bool			 able;		/* libarchive can do the kind */
	bool			 dead;		/* nothing more can be read */
	bool			 ended;		/* this file has */
	bool			 lost;		/* searching for a header */
	int64_t			 tried;		/* position of the last try */
	struct slice		 block;		/* bytes at hand */
	uint64_t		 hole;		/* zero bytes before them */
	uint64_t		 out;		/* bytes of the file so far */
};

static la_ssize_t
pull(struct archive *a, void *arg, const void **p)
{
	struct bundle *b = arg;
	struct slice s = { 0 };

	(void)a;
	/* Any error is an end to libarchive, so that it hands out all. */
	if (b->pull(b->arg, &s) != RC_OK)
		return 0;
	*p = s.ptr;
	return (la_ssize_t)s.len;
}

/* Allow one format, and no filter. */
static bool
allow(struct archive *a, enum sniff kind)
{
	switch (kind) {
	case SNIFF_TAR:
		return archive_read_support_format_tar(a) == ARCHIVE_OK &&
		    archive_read_set_format_option(a, "tar",
		    "read_concatenated_archives", "1") == ARCHIVE_OK;
	case SNIFF_ZIP:
		return archive_read_support_format_zip_streamable(a) ==
		    ARCHIVE_OK;
	case SNIFF_CPIO:
		return archive_read_support_format_cpio(a) == ARCHIVE_OK;
	default:
		msg_panic("not a bundle");
	}
}

struct bundle *
bundle_open(enum sniff kind, bundle_pull *fn, void *arg)
{
	struct bundle *b = mem_alloc(1, sizeof(*b));

	b->kind = kind;
	b->pull = fn;
	b->arg = arg;
	b->tried = -1;
	b->a = archive_read_new();
	if (b->a == NULL)
		msg_panic("libarchive does not start");
	b->able = allow(b->a, kind);
	if (!b->able ||
	    archive_read_open(b->a, b, NULL, pull, NULL) < ARCHIVE_WARN)
		b->dead = b->lost = true;
	return b;
}

void
bundle_free(struct bundle *b)
{
	if (b == NULL)
		return;
	archive_read_free(b->a);
	mem_free(b);
}

/* How far libarchive has come in the stored bytes. */
static uint64_t
position(const struct bundle *b)
{
	la_int64_t n = archive_filter_bytes(b->a, -1);

	return n > 0 ? (uint64_t)n : 0;
}

static const char *
complaint(const struct bundle *b)
{
	if (b->entry != NULL && archive_entry_is_encrypted(b->entry) == 1)
		return "encrypted";
	switch (b->kind) {
	case SNIFF_TAR:
		return "damaged or cut off tar bundle";
	case SNIFF_ZIP:
		return "damaged or cut off zip bundle";
	case SNIFF_CPIO:
		return "damaged or cut off cpio bundle";
	default:
		return "damaged";
	}
}

/* No header here: report the first of a row, stop where nothing moves. */
static enum rc
lose(struct bundle *b, int ret, bool *report, struct err *e)
{
	int64_t at = archive_filter_bytes(b->a, 0);

	*report = !b->lost;
	b->lost = true;
	if (ret == ARCHIVE_FATAL || at <= b->tried)
		b->dead = true;
	b->tried = at;
	return err_damaged(e, position(b), complaint(b));
}

static bool
wanted(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) != NULL &&
	    archive_entry_size(entry) == 0)
		return false;
	return archive_entry_filetype(entry) == AE_IFREG;
}

static void
describe(struct bundle *b, struct bundle_file *f)
{
	const char *name = archive_entry_pathname(b->entry);

	if (name == NULL)
		name = archive_entry_pathname_utf8(b->entry);
	*f = (struct bundle_file){ .name = slice_of("", 0) };
	if (name != NULL)
		f->name = slice_cstr(name);
	if (archive_entry_mtime_is_set(b->entry)) {
		f->has_mtime = true;
		f->mtime = archive_entry_mtime(b->entry);
	}
}

enum rc
bundle_next(struct bundle *b, struct bundle_file *f, struct err *e)
{
	b->block = slice_of(NULL, 0);
	b->hole = b->out = 0;
	b->ended = false;
	if (b->dead && b->lost && b->tried == -1) {
		/* Could not even be opened; tell it once. */
		b->tried = 0;
		return err_damaged(e, 0, b->able ? complaint(b) :
		    "cannot be unpacked here");
	}
	while (!b->dead) {
		int ret = archive_read_next_header(b->a, &b->entry);
		bool report;
		enum rc rc;

		if (ret == ARCHIVE_EOF)
			break;
		if (ret != ARCHIVE_OK && ret != ARCHIVE_WARN) {
			b->entry = NULL;
			rc = lose(b, ret, &report, e);
			if (report)
				return rc;
			continue;
		}
		b->lost = false;
		if (!wanted(b->entry))
			continue;
		describe(b, f);
		return RC_OK;
	}
	b->dead = true;
	return RC_END;
}

/* Fetch the next block; RC_END at the end of the file. */
static enum rc
fetch(struct bundle *b, struct err *e)
{
	const void *p = NULL;
	size_t len = 0;
	la_int64_t off = 0;
	int ret;

	if (b->ended)
		return RC_END;
	ret = archive_read_data_block(b->a, &p, &len, &off);
	if (ret == ARCHIVE_OK) {
		b->block = slice_of(p, len);
		if (off > 0 && (uint64_t)off > b->out)
			b->hole = (uint64_t)off - b->out;
		return RC_OK;
	}
	b->ended = true;
	if (ret == ARCHIVE_EOF) {
		la_int64_t size = archive_entry_size(b->entry);

		if (archive_entry_sparse_count(b->entry) > 0 && size > 0 &&
		    (uint64_t)size > b->out)
			b->hole = (uint64_t)size - b->out;
		return b->hole > 0 ? RC_OK : RC_END;
	}
	if (ret == ARCHIVE_FATAL)
		b->dead = true;
	return err_damaged(e, position(b), complaint(b));
}

enum rc
bundle_read(struct bundle *b, unsigned char *dst, size_t cap, size_t *got,
    struct err *e)
{
	size_t n;
	enum rc rc;

	*got = 0;
	/* Some blocks are empty, but each of them moves on. */
	while (b->hole == 0 && b->block.len == 0)
		if ((rc = fetch(b, e)) != RC_OK)
			return rc;
	n = b->hole < cap ? (size_t)b->hole : cap;
	memset(dst, 0, n);
	b->hole -= n;
	*got = n;
	if (b->hole == 0) {
		n = b->block.len < cap - n ? b->block.len : cap - n;
		if (n > 0)
			memcpy(dst + *got, b->block.ptr, n);
		b->block = slice_from(b->block, n);
		*got += n;
	}
	b->out += *got;
	return RC_OK;
}
