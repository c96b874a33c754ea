#include "scan/partition.h"

#include "base/mem.h"

#include "base/banned.h"

#define SECTOR		512
#define TABLE		446	/* of an MBR */
#define ENTRY		16
#define PRIMARY		4
#define PROTECTIVE	0xee	/* there is a GPT */
#define GPT_ENTRIES	128
#define GPT_ENTRY_MAX	512	/* bytes */

struct finder {
	deflate_read_fn		*read;
	void			*arg;
	uint64_t		 size;
	struct partition	*v;
	size_t			 n, cap;
};

static uint64_t
little(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

/* Keep a partition, in its place. */
static void
add(struct finder *f, uint64_t first, uint64_t count, uint64_t unit,
    unsigned int number)
{
	struct partition p;
	size_t i;

	if (count == 0 || f->n == f->cap || first > UINT64_MAX / unit / 2 ||
	    count > UINT64_MAX / unit / 2)
		return;
	p = (struct partition){ first * unit, count * unit, number };
	if (p.off >= f->size)
		return;
	if (p.len > f->size - p.off)
		p.len = f->size - p.off;
	for (i = f->n++; i > 0 && f->v[i - 1].off > p.off; i--)
		f->v[i] = f->v[i - 1];
	f->v[i] = p;
}

static bool
is_extended(unsigned int type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

static bool
read_table(struct finder *f, uint64_t sector, unsigned char *dst)
{
	return f->read(f->arg, sector * SECTOR, dst, SECTOR) == SECTOR &&
	    dst[510] == 0x55 && dst[511] == 0xaa;
}

/* Logical partitions: a chain of tables, of which each names the next one. */
static void
add_logical(struct finder *f, uint64_t base)
{
	unsigned char t[SECTOR];
	uint64_t at = base, last = 0;

	for (unsigned int i = 0; i < PARTITION_MAX && read_table(f, at, t);
	    i++) {
		const unsigned char *p = t + TABLE;
		uint64_t next = little(p + ENTRY + 8, 4);

		if (p[4] != 0)
			add(f, at + little(p + 8, 4), little(p + 12, 4),
			    SECTOR, PRIMARY + 1 + i);
		/* Only forward, so that it ends. */
		if (!is_extended(p[ENTRY + 4]) || next <= last)
			break;
		last = next;
		at = base + next;
	}
}

/* A GPT whose header stands at `at`; false if there is none. */
static bool
add_gpt(struct finder *f, uint64_t at, uint64_t unit)
{
	unsigned char h[SECTOR], *e;
	uint64_t n, size, len, table;
	uint32_t crc;
	bool good;

	if (f->read(f->arg, at, h, sizeof(h)) != sizeof(h) ||
	    !slice_starts(slice_of(h, sizeof(h)), SLICE("EFI PART")))
		return false;
	len = little(h + 12, 4);
	crc = (uint32_t)little(h + 16, 4);
	memset(h + 16, 0, 4);
	if (len < 92 || len > sizeof(h) ||
	    crc32(0, h, (unsigned int)len) != crc)
		return false;
	n = little(h + 80, 4);
	size = little(h + 84, 4);
	table = little(h + 72, 8);
	if (n == 0 || n > GPT_ENTRIES || size < 128 || size > GPT_ENTRY_MAX ||
	    table > UINT64_MAX / unit)
		return false;
	len = n * size;
	e = mem_alloc((size_t)len, 1);
	good = f->read(f->arg, table * unit, e, (size_t)len) == len &&
	    crc32(0, e, (unsigned int)len) == (uint32_t)little(h + 88, 4);
	for (uint64_t i = 0; good && i < n; i++) {
		const unsigned char *p = e + i * size;
		uint64_t first = little(p + 32, 8), last = little(p + 40, 8);

		if ((little(p, 8) | little(p + 8, 8)) != 0 && last >= first)
			add(f, first, last - first + 1, unit,
			    (unsigned int)i + 1);
	}
	mem_free(e);
	return good;
}

/* The first GPT that is whole. */
static bool
find_gpt(struct finder *f)
{
	static const uint64_t unit[] = { 512, 4096 };

	for (size_t i = 0; i < sizeof(unit) / sizeof(unit[0]); i++)
		if (add_gpt(f, unit[i], unit[i]))
			return true;
	for (size_t i = 0; i < sizeof(unit) / sizeof(unit[0]); i++)
		if (f->size != UINT64_MAX && f->size >= 2 * unit[i] &&
		    add_gpt(f, (f->size / unit[i] - 1) * unit[i], unit[i]))
			return true;
	return false;
}

/* A boot sector of a file system looks like an MBR, but for its entries. */
static bool
is_mbr(const unsigned char *t)
{
	bool any = false;

	for (size_t i = 0; i < PRIMARY; i++) {
		const unsigned char *p = t + TABLE + i * ENTRY;

		if ((p[0] & 0x7f) != 0)
			return false;
		if (p[4] == 0)
			continue;
		if (little(p + 8, 4) == 0 || little(p + 12, 4) == 0)
			return false;
		any = true;
	}
	return any;
}

size_t
partition_find(deflate_read_fn *read, void *arg, uint64_t size,
    struct partition *v, size_t cap)
{
	struct finder f = { .read = read, .arg = arg, .size = size, .v = v,
		.cap = cap };
	unsigned char t[SECTOR];

	if (!read_table(&f, 0, t) || !is_mbr(t))
		return 0;
	for (size_t i = 0; i < PRIMARY; i++)
		if (t[TABLE + i * ENTRY + 4] == PROTECTIVE && find_gpt(&f))
			return f.n;
	for (unsigned int i = 0; i < PRIMARY; i++) {
		const unsigned char *p = t + TABLE + i * ENTRY;

		if (is_extended(p[4]))
			add_logical(&f, little(p + 8, 4));
		else if (p[4] != 0 && p[4] != PROTECTIVE)
			add(&f, little(p + 8, 4), little(p + 12, 4), SECTOR,
			    i + 1);
	}
	return f.n;
}

const struct partition *
partition_at(const struct partition *v, size_t n, uint64_t off)
{
	for (size_t i = 0; i < n; i++)
		if (off >= v[i].off && off - v[i].off < v[i].len)
			return &v[i];
	return NULL;
}
