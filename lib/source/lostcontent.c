#include "source/lostcontent.h"

#include "base/mem.h"
#include "fmt/bouncelog.h"
#include "io/sniff.h"
#include "scan/member.h"
#include "source/extracts.h"

#define LOOK 512 /* bytes that tell text from other things */

/* Letters of a log, all of them. */
static bool
is_text(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] < ' ' && s.ptr[i] != '\n' && s.ptr[i] != '\t' &&
			s.ptr[i] != '\r' && s.ptr[i] != 033) ||
		    s.ptr[i] == 127)
			return false;
	return s.len > 0;
}

/* The kind of compressed file that begins like this. */
static bool
is_packed(struct slice s, enum member_kind *kind)
{
	*kind = MEMBER_GZIP;
	switch (sniff(s)) {
	case SNIFF_GZIP:
		return true;
	case SNIFF_XZ:
		*kind = MEMBER_XZ;
		return true;
	case SNIFF_ZSTD:
		*kind = MEMBER_ZSTD;
		return true;
	default:
		return false;
	}
}

/* Compressed in a way that is not decoded here: bzip2, lz4. */
static bool
is_other_packed(struct slice s)
{
	return sniff(s) == SNIFF_BZIP2 ||
	    slice_starts(s, SLICE("\x04\x22\x4d\x18"));
}

/*
 * Decompress it all, into a file unless x is NULL; is its checksum right, and
 * does it end where it ends?
 */
static const char *
unpack(struct lostfile *f, enum member_kind kind, struct extracts *x)
{
	unsigned char *buf;
	struct member m;
	uint64_t end = 0;
	enum rc rc = RC_OK;
	size_t made;

	buf = mem_alloc(MEMBER_BUF, 1);
	/* A gzip file may have several members. */
	while (end < f->data.size && rc == RC_OK) {
		if (!member_open(&m, kind, ext4_data_read, &f->data, end))
			break;
		while (rc == RC_OK && f->decoded >= MEMBER_BUF) {
			rc = member_read(&m, buf, MEMBER_BUF, &made);
			f->decoded -= made;
			if (x != NULL)
				extracts_put(x, slice_of(buf, made));
		}
		if (rc == RC_END && m.end > end) {
			end = m.end;
			rc = RC_OK;
		} else
			rc = RC_DAMAGED;
		member_close(&m);
	}
	mem_free(buf);
	return end == f->lost->inode.size ? "whole" : "partial";
}

/* Nothing in it proves that so many bytes are all of one file. */
static const char *
unproven(const struct lostfile *f, uint64_t size)
{
	return size == f->lost->inode.size && f->lost->used == 0 ?
	    "plausible" :
	    "partial";
}

/* All of it text, and the last line ended? */
static const char *
check_text(struct lostfile *f)
{
	uint64_t off = 0;
	struct slice s;
	unsigned char last = 0;

	while ((s = ext4_data_at(&f->data, off, EXT4_DATA_ASK)).len > 0) {
		if (!is_text(s))
			return off == 0 && !is_text(slice_sub(s, 0, LOOK)) ?
			    "overwritten" :
			    "partial";
		last = s.ptr[s.len - 1];
		off += s.len;
	}
	return last == '\n' ? unproven(f, off) : "partial";
}

const char *
lostcontent_check(struct lostfile *f)
{
	struct slice s = slice_sub(ext4_data_at(&f->data, 0, LOOK), 0, LOOK);
	enum ext4_lost_kind kind = f->lost->kind;
	struct slice name = f->lost->path;
	enum member_kind packed;

	if (s.len == 0)
		return "lost";
	if (kind == EXT4_LOST_JOURNAL && !slice_starts(s, SLICE("LPKSHHRH")))
		return "overwritten";
	if (kind == EXT4_LOST_JOURNAL || is_other_packed(s))
		return unproven(f, f->data.size);
	if (kind == EXT4_LOST_NOTICE && !bouncelog_begins(s))
		return "overwritten";
	if (is_packed(s, &packed)) {
		const char *word = unpack(f, packed, NULL);

		f->packed = slice_is(slice_cstr(word), "whole");
		f->kind = packed;
		return word;
	}
	if (slice_ends(name, SLICE(".gz")) || slice_ends(name, SLICE(".xz")) ||
	    slice_ends(name, SLICE(".zst")))
		return "overwritten";
	return check_text(f);
}

/* Bytes of it that are stored at all; holes are free, and may be endless. */
static uint64_t
stored(const struct lostfile *f)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->npiece; i++)
		n += f->piece[i].len;
	return n;
}

void
lostcontent_extract(struct lostfile *f)
{
	struct extracts *x = finds_extracts(f->s->finds);
	struct slice s = slice_sub(ext4_data_at(&f->data, 0, LOOK), 0, LOOK);
	enum find_class class = f->find.class;
	enum member_kind packed;
	bool unpacks = is_packed(s, &packed);
	char name[EXTRACTS_NAME], hex[DIGEST_HEX];
	uint64_t off = 0;

	if (x == NULL || f->npiece == 0 || f->data.size / 2 > stored(f) ||
	    slice_is(slice_cstr(f->recovered), "overwritten") ||
	    slice_is(slice_cstr(f->recovered), "lost"))
		return;
	if (unpacks)
		class = FIND_GZIP;
	if (!extracts_begin(x, class, f->piece[0].off))
		return;
	if (unpacks)
		(void)unpack(f, packed, x);
	while (!unpacks &&
	    (s = ext4_data_at(&f->data, off, EXT4_DATA_ASK)).len > 0) {
		extracts_put(x, s);
		off += s.len;
	}
	if (!extracts_end(x, hex))
		return;
	s = extracts_name(name, class, f->piece[0].off);
	memcpy(f->extract, name, s.len + 1);
	s = slice_sub(extracts_type(x), 0, sizeof(f->type) - 1);
	if (s.len > 0)
		memcpy(f->type, s.ptr, s.len);
	f->type[s.len] = '\0';
}
