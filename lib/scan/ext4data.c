#include "scan/ext4data.h"

#include "base/mem.h"

#include "base/banned.h"

void
ext4_data_init(struct ext4_data *d, struct ext4 *fs)
{
	*d = (struct ext4_data){ .fs = fs };
	d->buf = mem_alloc(EXT4_DATA_BLOCK, 1);
}

void
ext4_data_free(struct ext4_data *d)
{
	mem_free(d->buf);
	d->buf = NULL;
}

void
ext4_data_file(
    struct ext4_data *d, const struct ext4_map *map, uint64_t size)
{
	uint32_t block = d->fs->super.block_size;
	const struct ext4_run *last =
	    map->n > 0 ? &map->v[map->n - 1] : NULL;

	d->map = map;
	d->len = 0;
	d->off = 0;
	d->cut = false;
	/* Behind damage of the map there may be anything. */
	d->size = map->damaged || last == NULL ? 0 : size;
	if (map->damaged && last != NULL) {
		d->size = (last->logical + last->n) * block;
		if (d->size > size)
			d->size = size;
	}
}

/* The first run that ends behind a block of the file. */
static size_t
find_run(const struct ext4_map *m, uint64_t logical)
{
	size_t lo = 0, hi = m->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->v[mid].logical + m->v[mid].n <= logical)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Where an offset of the file lies in what is read. */
static uint64_t
place(const struct ext4_data *d, uint64_t off, uint64_t *len)
{
	uint32_t block = d->fs->super.block_size;
	uint64_t logical = off / block;
	size_t i = find_run(d->map, logical);
	const struct ext4_run *r = i < d->map->n ? &d->map->v[i] : NULL;
	uint64_t left = off < d->size ? d->size - off : 0, end, from;

	end = r == NULL ? UINT64_MAX :
	    r->logical > logical ?
			  r->logical * block :
			  (r->logical + r->n) * block;
	*len = end - off < left ? end - off : left;
	if (r == NULL || r->logical > logical || r->unwritten)
		return UINT64_MAX;
	from = (r->block + (logical - r->logical)) * block + off % block;
	return d->fs->base + from;
}

uint64_t
ext4_data_image(const struct ext4_data *d, uint64_t off, uint64_t *len)
{
	uint64_t at = place(d, off, len);

	return at == UINT64_MAX ? at : ext4_image(d->fs, at, len);
}

/* Bytes of one run, or of a hole. */
static size_t
read_run(struct ext4_data *d, uint64_t off, unsigned char *dst, size_t len)
{
	uint64_t n, at = place(d, off, &n);

	if (n < len)
		len = (size_t)n;
	if (d->fs->work < len || (at != UINT64_MAX &&
	    at - d->fs->base >= d->fs->len)) {
		d->cut = true;
		return 0;
	}
	/* Holes, too: they cost no bytes of an image, but time. */
	d->fs->work -= len;
	if (at == UINT64_MAX) {
		memset(dst, 0, len);
		return len;
	}
	if (len > d->fs->len - (at - d->fs->base))
		len = (size_t)(d->fs->len - (at - d->fs->base));
	return d->fs->read(d->fs->arg, at, dst, len);
}

size_t
ext4_data_read(void *data, uint64_t off, unsigned char *dst, size_t len)
{
	struct ext4_data *d = data;
	size_t got = 0, n;

	while (got < len && off < d->size &&
	    (n = read_run(d, off, dst + got, len - got)) > 0) {
		got += n;
		off += n;
	}
	return got;
}

struct slice
ext4_data_at(void *data, uint64_t off, size_t n)
{
	struct ext4_data *d = data;
	uint64_t from = off;

	if (off >= d->size)
		return slice_of(d->buf, 0);
	if (n > EXT4_DATA_ASK)
		n = EXT4_DATA_ASK;
	if (n > d->size - off)
		n = (size_t)(d->size - off);
	if (d->len == 0 || off < d->off || off - d->off > d->len ||
	    d->len - (off - d->off) < n) {
		/* A little of what is before it, for going back. */
		from -= off % 4096;
		d->len = ext4_data_read(d, from, d->buf, EXT4_DATA_BLOCK);
		d->off = from;
	}
	return slice_from(slice_of(d->buf, d->len), (size_t)(off - d->off));
}
