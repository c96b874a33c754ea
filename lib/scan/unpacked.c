#include "scan/unpacked.h"

#include "base/mem.h"

#include "base/banned.h"

const struct slice unpacked_name[UNPACKED_KINDS] = {
	[MEMBER_GZIP] = { (const unsigned char *)"GZIP", 4 },
	[MEMBER_ZSTD] = { (const unsigned char *)"ZSTD", 4 },
	[MEMBER_XZ] = { (const unsigned char *)"XZ", 2 },
	[MEMBER_ZLIB] = { (const unsigned char *)"ZLIB", 4 }
};

/* Begin to decode it again. */
static bool
again(struct unpacked *u)
{
	member_close(&u->member);
	u->pos = 0;
	u->nheld = 0;
	if (u->plan != NULL)
		return member_open_part(&u->member, u->read, u->arg, u->start,
		    u->plan, u->part, u->prefix);
	return member_open(&u->member, u->kind, u->read, u->arg, u->start);
}

bool
unpacked_open(struct unpacked *u, enum member_kind kind, deflate_read_fn *read,
    void *arg, uint64_t start)
{
	unpacked_close(u);
	*u = (struct unpacked){ .read = read,
		.arg = arg,
		.kind = kind,
		.start = start,
		.limit = UINT64_MAX,
		.held = mem_alloc(MEMBER_BUF, 1) };
	return again(u);
}

bool
unpacked_open_part(struct unpacked *u, deflate_read_fn *read, void *arg,
    uint64_t start, const struct resync *plan, size_t part,
    const struct prefix *prefix)
{
	unpacked_close(u);
	*u = (struct unpacked){ .read = read,
		.arg = arg,
		.kind = MEMBER_GZIP,
		.start = start,
		.plan = plan,
		.part = part,
		.prefix = prefix,
		.limit = UINT64_MAX,
		.held = mem_alloc(MEMBER_BUF, 1) };
	return again(u);
}

void
unpacked_close(struct unpacked *u)
{
	member_close(&u->member);
	mem_free(u->held);
	u->held = NULL;
	u->pos = 0;
	u->nheld = 0;
}

/* Some of the bytes. */
static size_t
read_some(struct unpacked *u, uint64_t off, unsigned char *dst, size_t len)
{
	size_t skip;

	if (off < u->pos - u->nheld && !again(u))
		return 0;
	while (u->pos <= off) {
		size_t made;

		if (!u->member.open || u->work >= u->limit)
			return 0;
		(void)member_read(&u->member, u->held, MEMBER_BUF, &made);
		u->work += made;
		if (made == 0)
			return 0;
		u->nheld = made;
		u->pos += made;
	}
	skip = (size_t)(off - (u->pos - u->nheld));
	if (len > u->nheld - skip)
		len = u->nheld - skip;
	memcpy(dst, u->held + skip, len);
	return len;
}

size_t
unpacked_read(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	struct unpacked *u = arg;
	size_t got = 0, n;

	while (got < len &&
	    (n = read_some(u, off + got, dst + got, len - got)) > 0)
		got += n;
	return got;
}
