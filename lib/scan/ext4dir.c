#include "scan/ext4dir.h"

#include "base/bytes.h"

#include "base/banned.h"

#define HEAD 8	  /* bytes before the name */
#define TYPES 8	  /* kinds of files there are */
#define TAIL 0xde /* type of the checksum's entry */

/* The length of an entry, which 64 KB blocks must squeeze into 16 bits. */
static size_t
length(struct slice b, size_t pos)
{
	size_t n = bytes_le16(b, pos + 4);

	if (b.len < EXT4_BLOCK_MAX)
		return n;
	return n == 0 || n == 65535 ? b.len : (n & 65532) | (n & 3) << 16;
}

static size_t
name_length(const struct ext4_super *sb, struct slice b, size_t pos)
{
	return (sb->incompat & EXT4_FILETYPE) != 0 ?
	    (size_t)bytes_le(b, pos + 6, 1) :
	    bytes_le16(b, pos + 6);
}

static unsigned int
type(const struct ext4_super *sb, struct slice b, size_t pos)
{
	return (sb->incompat & EXT4_FILETYPE) != 0 ?
	    (unsigned int)bytes_le(b, pos + 7, 1) :
	    0;
}

/* Bytes that an entry with a name of n bytes takes. */
static size_t
taken(size_t n)
{
	return (HEAD + n + 3) & ~(size_t)3;
}

/* An entry stands at pos and leads on within the block. */
static bool
is_entry(const struct ext4_super *sb, struct slice b, size_t pos)
{
	size_t len = length(b, pos), n = name_length(sb, b, pos);

	return b.len - pos >= HEAD && len >= HEAD && len % 4 == 0 &&
	    len <= b.len - pos && n <= len - HEAD &&
	    bytes_le32(b, pos) <= sb->inodes;
}

bool
ext4_dir_plausible(const struct ext4_super *sb, struct slice b)
{
	size_t pos = 0, used = 0;

	if (b.len != sb->block_size)
		return false;
	while (pos < b.len) {
		if (!is_entry(sb, b, pos) || type(sb, b, pos) > TYPES)
			break;
		used += bytes_le32(b, pos) != 0;
		pos += length(b, pos);
	}
	if (pos < b.len && (b.len - pos != 12 || type(sb, b, pos) != TAIL))
		return false;
	return used > 0 || name_length(sb, b, 0) > 0;
}

static bool
give(const struct ext4_super *sb, struct slice b, size_t pos, bool deleted,
    ext4_dir_fn *fn, void *arg)
{
	struct ext4_entry e = { .ino = bytes_le32(b, pos),
		.name = slice_sub(b, pos + HEAD, name_length(sb, b, pos)),
		.type = type(sb, b, pos),
		.deleted = deleted,
		.pos = pos };

	return fn(arg, &e);
}

/* Names have neither of these; a made-up entry often does. */
static bool
is_name(struct slice s)
{
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == 0 || s.ptr[i] == '/')
			return false;
	return true;
}

/* Deleted entries in what is left behind a live one. */
static bool
give_slack(const struct ext4_super *sb, struct slice b, size_t pos, size_t end,
    ext4_dir_fn *fn, void *arg)
{
	while (end > pos && end - pos >= HEAD + 4) {
		size_t n = name_length(sb, b, pos);

		if (bytes_le32(b, pos) == 0 || n > end - pos - HEAD ||
		    !is_entry(sb, b, pos) || type(sb, b, pos) > TYPES ||
		    !is_name(slice_sub(b, pos + HEAD, n))) {
			pos += 4;
			continue;
		}
		if (!give(sb, b, pos, true, fn, arg))
			return false;
		pos += taken(n);
	}
	return true;
}

void
ext4_dir_block(
    const struct ext4_super *sb, struct slice b, ext4_dir_fn *fn, void *arg)
{
	size_t pos = 0;

	while (pos < b.len && is_entry(sb, b, pos)) {
		size_t n = name_length(sb, b, pos);
		size_t next = pos + length(b, pos), slack = pos + taken(n);

		if (type(sb, b, pos) <= TYPES &&
		    is_name(slice_sub(b, pos + HEAD, n)) &&
		    !give(sb, b, pos, bytes_le32(b, pos) == 0, fn, arg))
			return;
		if (!give_slack(sb, b, slack, next, fn, arg))
			return;
		pos = next;
	}
}
