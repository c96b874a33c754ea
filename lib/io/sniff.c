#include "io/sniff.h"

#include "io/utf16.h"

#include <stdint.h>

#define TAR_SUM		148	/* position of a tar header's checksum */
#define TAR_SUM_LEN	8
#define CPIO_NEWC	110	/* bytes of a cpio header in hexadecimal */
#define CPIO_ODC	76	/* bytes of one in octal */

static bool
is_octal(unsigned char c)
{
	return c >= '0' && c <= '7';
}

/* A tar header: 512 bytes whose sum it holds, itself taken as blanks. */
static bool
is_tar(struct slice s)
{
	struct slice field = slice_trim(slice_sub(s, TAR_SUM, TAR_SUM_LEN));
	uint64_t want = 0, sum = 0;
	size_t i;

	if (s.len < SNIFF_LEN || s.ptr[0] == 0)
		return false;
	for (i = 0; i < field.len && is_octal(field.ptr[i]); i++)
		want = want * 8 + (uint64_t)(field.ptr[i] - '0');
	if (i == 0)
		return false;
	for (i = 0; i < SNIFF_LEN; i++)
		sum += i >= TAR_SUM && i < TAR_SUM + TAR_SUM_LEN ? ' ' :
		    s.ptr[i];
	return sum == want;
}

static bool
is_cpio(struct slice s)
{
	bool odc = slice_starts(s, SLICE("070707"));
	size_t len = odc ? CPIO_ODC : CPIO_NEWC;

	if (!odc && !slice_starts(s, SLICE("070701")) &&
	    !slice_starts(s, SLICE("070702")))
		return false;
	if (s.len < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = ascii_tolower(s.ptr[i]);

		if (odc ? !is_octal(c) :
		    !ascii_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return true;
}

/* bzip2: a level digit, then a block or, of empty data, the end. */
static bool
is_bzip2(struct slice s)
{
	struct slice rest = slice_from(s, 4);

	return slice_starts(s, SLICE("BZh")) && s.len > 4 &&
	    s.ptr[3] >= '1' && s.ptr[3] <= '9' &&
	    (slice_starts(rest, SLICE("1AY&SY")) ||
	    slice_starts(rest, SLICE("\x17rE8P\x90")));
}

enum sniff
sniff(struct slice s)
{
	if (slice_starts(s, SLICE("\x1f\x8b\x08")) && s.len > 3 &&
	    (s.ptr[3] & 0xe0) == 0)
		return SNIFF_GZIP;
	if (slice_starts(s, SLICE("\xfd" "7zXZ\0")))
		return SNIFF_XZ;
	if (slice_starts(s, SLICE("\x28\xb5\x2f\xfd")))
		return SNIFF_ZSTD;
	if (is_bzip2(s))
		return SNIFF_BZIP2;
	if (utf16_begins(s))
		return SNIFF_UTF16;
	if (slice_starts(s, SLICE("PK\3\4")) ||
	    slice_starts(s, SLICE("PK\5\6")) ||
	    slice_starts(s, SLICE("PK\7\10PK\3\4")) ||
	    slice_starts(s, SLICE("PK00PK\3\4")))
		return SNIFF_ZIP;
	if (is_cpio(s))
		return SNIFF_CPIO;
	if (is_tar(s))
		return SNIFF_TAR;
	return SNIFF_NONE;
}

const char *
sniff_name(enum sniff kind)
{
	switch (kind) {
	case SNIFF_GZIP:
		return "gzip";
	case SNIFF_XZ:
		return "xz";
	case SNIFF_ZSTD:
		return "zstd";
	case SNIFF_BZIP2:
		return "bzip2";
	case SNIFF_UTF16:
		return "utf16";
	case SNIFF_TAR:
		return "tar";
	case SNIFF_ZIP:
		return "zip";
	case SNIFF_CPIO:
		return "cpio";
	case SNIFF_NONE:
		break;
	}
	return "";
}

bool
sniff_bundle(enum sniff kind)
{
	return kind == SNIFF_TAR || kind == SNIFF_ZIP || kind == SNIFF_CPIO;
}
