#include "scan/member.h"

#include <archive.h>

#include "base/bytes.h"
#include "base/mem.h"

#include "base/banned.h"

#define FLAG_CRC	0x02
#define FLAG_EXTRA	0x04
#define FLAG_NAME	0x08
#define FLAG_COMMENT	0x10
#define FIXED		10	/* bytes of a header without names */
#define TRAILER		8
#define ADLER		4
#define MAGIC		4	/* bytes that any of them begins with */
#define XZ_HEAD		12	/* bytes of its header, and of its footer */
#define END_REACH	((uint64_t)1 << 30)	/* stored bytes looked through for an end */

static uint32_t
le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* Step over a text with a NUL behind it. */
static bool
skip_text(struct slice s, size_t *pos)
{
	size_t n = slice_chr(slice_from(s, *pos), '\0');

	if (n == SLICE_NONE)
		return false;
	*pos += n + 1;
	return true;
}

size_t
member_header(struct slice s, int64_t *mtime, bool *has_mtime)
{
	size_t pos = FIXED;
	unsigned int flags;

	if (s.len < FIXED || !slice_starts(s, SLICE("\x1f\x8b\x08")))
		return 0;
	flags = s.ptr[3];
	/* Extra flags 0, 2, 4; systems 0 to 13 and 255. */
	if ((flags & 0xe0) != 0 || (s.ptr[8] & ~6) != 0 ||
	    (s.ptr[9] > 13 && s.ptr[9] != 255))
		return 0;
	*mtime = le32(s.ptr + 4);
	*has_mtime = *mtime != 0;
	if ((flags & FLAG_EXTRA) != 0) {
		if (s.len - pos < 2)
			return 0;
		pos += 2 + (s.ptr[pos] | (size_t)s.ptr[pos + 1] << 8);
		if (pos > s.len)
			return 0;
	}
	if ((flags & FLAG_NAME) != 0 && !skip_text(s, &pos))
		return 0;
	if ((flags & FLAG_COMMENT) != 0 && !skip_text(s, &pos))
		return 0;
	if ((flags & FLAG_CRC) != 0)
		pos += 2;
	return pos <= s.len ? pos : 0;
}

/* Step over gzip's header; false if there is none. */
static bool
open_header(struct member *m, uint64_t off)
{
	unsigned char head[MEMBER_HEAD];
	size_t n = m->read(m->arg, off, head, sizeof(head));

	n = member_header(slice_of(head, n), &m->mtime, &m->has_mtime);
	m->data = off + n;
	m->open = n > 0;
	return m->open;
}

/* Step over zlib's header; false if there is none. */
static bool
open_zlib_header(struct member *m, uint64_t off)
{
	unsigned char head[DEFLATE_HEAD];
	size_t n = m->read(m->arg, off, head, sizeof(head));

	m->data = off + DEFLATE_ZLIB;
	m->open = deflate_zlib(slice_of(head, n));
	return m->open;
}

/* The sum of what was made, and of these bytes. */
static uint32_t
add_sum(const struct member *m, const unsigned char *p, size_t n)
{
	return (uint32_t)(m->kind == MEMBER_ZLIB ?
		adler32(m->sum, p, (unsigned int)n) :
		crc32(m->sum, p, (unsigned int)n));
}

static bool
open_deflate(struct member *m, uint64_t off)
{
	if (!(m->kind == MEMBER_ZLIB ? open_zlib_header(m, off) :
	    open_header(m, off)))
		return false;
	m->deflate = mem_alloc(1, sizeof(*m->deflate));
	deflate_init(m->deflate, m->read, m->arg);
	deflate_start(m->deflate, m->data);
	m->sum = add_sum(m, NULL, 0);
	return true;
}

/* Behind an xz stream whose footer is right; UINT64_MAX if there is none. */
static uint64_t
end_xz(struct member *m, uint64_t off)
{
	unsigned char head[XZ_HEAD], *buf = m->in;
	uint64_t pos = off + XZ_HEAD, end = UINT64_MAX;
	size_t n;

	/* The six bytes of magic stand in programs; flags with a sum do not. */
	if (m->read(m->arg, off, head, sizeof(head)) != sizeof(head) ||
	    crc32(0, head + 6, 2) != le32(head + 8))
		return end;
	while (end == UINT64_MAX && pos - off < END_REACH) {
		n = m->read(m->arg, pos, buf, MEMBER_BUF);
		m->searched += n;
		if (n < XZ_HEAD)
			break;
		/* Footers stand at multiples of four from the start. */
		for (size_t i = 0; i + XZ_HEAD <= n; i += 4) {
			const unsigned char *p = buf + i;

			if (p[10] == 'Y' && p[11] == 'Z' && p[8] == head[6] &&
			    p[9] == head[7] && crc32(0, p + 4, 6) == le32(p)) {
				end = pos + i + XZ_HEAD;
				break;
			}
		}
		pos += (n - XZ_HEAD) / 4 * 4 + 4;
	}
	return end;
}

/* Behind a zstd frame; UINT64_MAX if it is cut off. */
static uint64_t
end_zstd(const struct member *m, uint64_t off)
{
	static const unsigned char dict[4] = { 0, 1, 2, 4 };
	static const unsigned char size[4] = { 0, 2, 4, 8 };
	uint64_t pos = off + 5;
	unsigned char b[5];
	bool single;

	if (m->read(m->arg, off, b, sizeof(b)) != sizeof(b))
		return UINT64_MAX;
	single = (b[4] & 0x20) != 0;
	pos += (single ? 0 : 1) + (uint64_t)dict[b[4] & 3] +
	    (b[4] >> 6 == 0 ? single : size[b[4] >> 6]);
	while (pos - off < END_REACH) {
		unsigned char h[3];
		uint32_t v;

		if (m->read(m->arg, pos, h, sizeof(h)) != sizeof(h))
			break;
		v = h[0] | (uint32_t)h[1] << 8 | (uint32_t)h[2] << 16;
		if ((v >> 1 & 3) == 3)
			break;
		pos += 3 + ((v >> 1 & 3) == 1 ? 1 : v >> 3);
		if ((v & 1) != 0)
			return pos + ((b[4] & 4) != 0 ? 4 : 0);
	}
	return UINT64_MAX;
}

static la_ssize_t
give_archive(struct archive *a, void *arg, const void **p)
{
	struct member *m = arg;
	uint64_t left = m->limit - m->next;
	size_t n = m->read(m->arg, m->next, m->in, left < MEMBER_BUF ?
	    (size_t)left : MEMBER_BUF);

	(void)a;
	/* What was given before is used up. */
	if (m->next > m->solid)
		m->solid = m->next;
	m->next += n;
	*p = m->in;
	return (la_ssize_t)n;
}

static bool
open_archive(struct member *m, uint64_t off)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	int ret;

	if (a == NULL)
		return false;
	m->next = off;
	m->in = mem_alloc(MEMBER_BUF, 1);
	m->archive = a;
	m->open = true;
	/* libarchive would take what follows on a disk for damage. */
	m->limit = m->kind == MEMBER_XZ ? end_xz(m, off) : end_zstd(m, off);
	ret = m->kind == MEMBER_XZ ? archive_read_support_filter_xz(a) :
	    archive_read_support_filter_zstd(a);
	if (ret != ARCHIVE_OK || archive_read_support_format_raw(a) !=
	    ARCHIVE_OK || archive_read_open(a, m, NULL, give_archive, NULL) !=
	    ARCHIVE_OK || archive_read_next_header(a, &entry) != ARCHIVE_OK ||
	    archive_filter_count(a) < 2) {
		member_close(m);
		return false;
	}
	return true;
}

bool
member_open(struct member *m, enum member_kind kind, deflate_read_fn *read,
    void *arg, uint64_t off)
{
	*m = (struct member){ .kind = kind, .read = read, .arg = arg,
		.solid = off + MAGIC };
	switch (kind) {
	case MEMBER_GZIP:
	case MEMBER_ZLIB:
		return open_deflate(m, off);
	default:
		return open_archive(m, off);
	}
}

bool
member_open_part(struct member *m, deflate_read_fn *read, void *arg,
    uint64_t off, const struct resync *plan, size_t part,
    const struct prefix *prefix)
{
	*m = (struct member){ .kind = MEMBER_GZIP, .read = read, .arg = arg };
	if (plan->flip != RESYNC_NOWHERE) {
		m->flip = (struct resync_flip){ read, arg, plan->flip };
		m->read = resync_read_flipped;
		m->arg = &m->flip;
		return open_deflate(m, off);
	}
	if (!open_header(m, off))
		return false;
	m->part = mem_alloc(1, sizeof(*m->part));
	resync_open(m->part, plan, read, arg, prefix, part);
	return true;
}

/* Are the sum, and of gzip the length, those of what was made? */
static bool
is_sum(const struct member *m, const unsigned char *t)
{
	if (m->kind == MEMBER_ZLIB)
		return bytes_be32(slice_of(t, ADLER), 0) == m->sum;
	return le32(t) == m->sum && le32(t + 4) == (uint32_t)m->made;
}

/* The deflate data has ended: checksum and length follow. */
static enum rc
end_deflate(struct member *m)
{
	unsigned char t[TRAILER];
	size_t size = m->kind == MEMBER_ZLIB ? ADLER : TRAILER;
	size_t n = m->read(m->arg, m->end, t, size);

	m->end += n;
	m->good = m->made;
	if (n == size && is_sum(m, t)) {
		m->solid = m->end;
		return RC_END;
	}
	/* Cut off behind the data: nothing says that it is wrong. */
	if (n == size) {
		m->sum_bad = true;
		m->good = 0;
	} else
		m->solid = m->end;
	return RC_DAMAGED;
}

static enum rc
read_deflate(struct member *m, unsigned char *dst, size_t cap, size_t *made)
{
	enum rc rc;

	do {
		rc = deflate_step(m->deflate, dst, cap, made);
		m->end = deflate_pos(m->deflate);
		m->good = m->deflate->block_made;
		m->block = m->deflate->block;
		m->solid = m->block / 8;
	} while (rc == RC_OK && *made == 0);
	m->made += *made;
	m->sum = add_sum(m, dst, *made);
	if (rc != RC_END)
		return rc;
	return end_deflate(m);
}

enum rc
member_read(struct member *m, unsigned char *dst, size_t cap, size_t *made)
{
	la_ssize_t n;

	*made = 0;
	if (m->part != NULL)
		return resync_read(m->part, dst, cap, made);
	if (m->deflate != NULL)
		return read_deflate(m, dst, cap, made);
	n = archive_read_data(m->archive, dst, cap);
	m->end = m->next;
	if (n > 0) {
		*made = (size_t)n;
		m->made += *made;
		m->good = m->made;
		return RC_OK;
	}
	if (n == 0)
		m->solid = m->end;
	return n == 0 ? RC_END : RC_DAMAGED;
}

void
member_close(struct member *m)
{
	if (m->deflate != NULL)
		deflate_free(m->deflate);
	mem_free(m->deflate);
	if (m->part != NULL)
		resync_close(m->part);
	mem_free(m->part);
	m->part = NULL;
	if (m->archive != NULL)
		(void)archive_read_free(m->archive);
	mem_free(m->in);
	m->deflate = NULL;
	m->archive = NULL;
	m->in = NULL;
	m->open = false;
}
