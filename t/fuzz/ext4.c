/*
 * A file system of any bytes: what is said to be free lies in it, in order and
 * apart; runs of files lie in it; files, journal and directories end.  The
 * input is blocks of 1 KB, each behind its number (two bytes, little end
 * first); all others are zero.  The checksum of the
 * superblock is made right, so that lies behind it are met, too.
 */
#include <stdint.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "scan/ext4data.h"
#include "scan/ext4dir.h"
#include "scan/ext4free.h"
#include "scan/ext4lost.h"
#include "must.h"

#define BLOCK	1024
#define BLOCKS	8192u
#define RECORD	(2 + BLOCK)

struct disk {
	const uint8_t	*block[BLOCKS];
	unsigned char	 super[BLOCK];
	uint64_t	 next;		/* free ranges come in order */
	struct ext4	*fs;
};

static size_t
read_disk(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	const struct disk *d = arg;
	uint64_t size = (uint64_t)BLOCKS * BLOCK;

	if (off >= size)
		return 0;
	if (len > size - off)
		len = (size_t)(size - off);
	for (size_t got = 0; got < len;) {
		size_t nr = (size_t)((off + got) / BLOCK);
		size_t pos = (size_t)((off + got) % BLOCK);
		size_t n = len - got < BLOCK - pos ? len - got : BLOCK - pos;

		if (d->block[nr] == NULL)
			memset(dst + got, 0, n);
		else
			memcpy(dst + got, d->block[nr] + pos, n);
		got += n;
	}
	return len;
}

static bool
on_free(void *arg, uint64_t off, uint64_t len)
{
	struct disk *d = arg;

	must(len > 0 && off >= d->next);
	must(off + len <= (uint64_t)BLOCKS * BLOCK);
	d->next = off + len;
	return true;
}

static bool
on_lost(void *arg, const struct ext4_lost *l)
{
	struct disk *d = arg;
	const struct ext4_super *sb = &d->fs->super;
	struct ext4_data data;
	uint64_t next = 0, off = 0;
	struct slice s;

	must(l->path.ptr != NULL || l->kind == EXT4_LOST_NAMELESS);
	for (size_t i = 0; i < l->map.n; i++) {
		const struct ext4_run *r = &l->map.v[i];

		must(r->n > 0 && r->logical >= next);
		must(r->block < sb->blocks && r->n <= sb->blocks - r->block);
		next = r->logical + r->n;
	}
	if (!l->has_inode)
		return true;
	ext4_data_init(&data, d->fs);
	ext4_data_file(&data, &l->map, l->inode.size);
	must(data.size <= l->inode.size);
	while (off < (uint64_t)1 << 20 &&
	    (s = ext4_data_at(&data, off, 4096)).len > 0)
		off += s.len;
	must(off <= data.size);
	ext4_data_free(&data);
	return true;
}

/* The superblock with its checksum made right. */
static void
mend(struct disk *d)
{
	struct slice s = slice_of(d->super, BLOCK);
	uint32_t sum;

	if (d->block[1] == NULL)
		return;
	memcpy(d->super, d->block[1], BLOCK);
	sum = crc32c(UINT32_MAX, slice_sub(s, 0, BLOCK - 4));
	for (size_t i = 0; i < 4; i++)
		d->super[BLOCK - 4 + i] = (unsigned char)(sum >> (8 * i));
	d->block[1] = d->super;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static struct disk d;
	struct ext4_lost_total lost;
	struct ext4_free total;
	struct jbd2 j;
	struct ext4 fs;
	struct err e;
	enum rc rc;

	d = (struct disk){ .fs = &fs };
	for (; len >= RECORD; p += RECORD, len -= RECORD)
		d.block[bytes_le16(slice_of(p, 2), 0) % BLOCKS] = p + 2;
	mend(&d);
	rc = ext4_open(&fs, read_disk, &d, 0, (uint64_t)BLOCKS * BLOCK, &e);
	must(rc == RC_OK || rc == RC_END || rc == RC_DAMAGED);
	if (rc != RC_OK)
		return 0;
	rc = jbd2_read(&j, &fs, &e);
	must(rc == RC_OK || rc == RC_END || rc == RC_DAMAGED);
	if (rc == RC_OK && j.live > 0)
		ext4_follow(&fs, jbd2_live, &j);
	ext4_free(&fs, &total, on_free, &d);
	must(total.free <= (uint64_t)BLOCKS * BLOCK);
	ext4_lost_find(&fs, rc == RC_OK ? &j : NULL, &lost, on_lost, &d);
	jbd2_free(&j);
	ext4_close(&fs);
	return 0;
}
