#include "fmt/journalobj.h"

#include "base/num.h"

#include "base/banned.h"

#define ALIGN 8U
#define USEC_LIMIT (UINT64_C(1) << 55) /* that journald writes */

/* Positions in the header. */
enum {
	H_FLAGS = 12,
	H_STATE = 16,
	H_FILE_ID = 24,
	H_SEQNUM_ID = 72,
	H_SIZE = 88,
	H_ARENA = 96,
	H_TAIL = 136,
	H_ENTRIES = 152,
	H_ARRAY = 176,
	H_HEAD_USEC = 184,
	H_TAIL_USEC = 192
};

/* Seven reserved bytes, of which damage leaves most as they were. */
enum { H_RESERVED = 17, H_RESERVED_LEN = 7, H_RESERVED_LEAST = 4 };

/* Incompatible flags: 1, 2 and 8 only say how objects may be compressed. */
enum { FLAG_KEYED = 4, FLAG_COMPACT = 16, FLAG_KNOWN = 31 };

/* Positions in objects. */
enum {
	O_TYPE = 0,
	O_FLAGS = 1,
	O_RESERVED = 2,
	O_SIZE = 8,
	E_SEQNUM = 16,
	E_REALTIME = 24,
	E_MONOTONIC = 32,
	E_BOOT_ID = 40,
	E_XOR = 56,
	DATA_PAYLOAD = 64,
	DATA_PAYLOAD_COMPACT = 72,
	FIELD_PAYLOAD = 40,
	TAG_SIZE = 64
};

static uint32_t
u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

uint64_t
journalobj_u64(const unsigned char *p)
{
	return u32(p) | (uint64_t)u32(p + 4) << 32;
}

bool
journalobj_header(struct slice s, struct journal_header *h)
{
	uint32_t flags;
	int zeroes = 0;

	if (s.len < JOURNALOBJ_HEADER_MIN || !slice_starts(s, JOURNALOBJ_MAGIC))
		return false;
	for (size_t i = 0; i < H_RESERVED_LEN; i++)
		zeroes += s.ptr[H_RESERVED + i] == 0;
	if (zeroes < H_RESERVED_LEAST)
		return false;
	flags = u32(s.ptr + H_FLAGS);
	*h = (struct journal_header){ .keyed = (flags & FLAG_KEYED) != 0,
		.compact = (flags & FLAG_COMPACT) != 0,
		.strange = (flags & ~(uint32_t)FLAG_KNOWN) != 0,
		.state = s.ptr[H_STATE],
		.size = journalobj_u64(s.ptr + H_SIZE),
		.arena = journalobj_u64(s.ptr + H_ARENA),
		.tail = journalobj_u64(s.ptr + H_TAIL),
		.entries = journalobj_u64(s.ptr + H_ENTRIES),
		.array = journalobj_u64(s.ptr + H_ARRAY),
		.head_usec = journalobj_u64(s.ptr + H_HEAD_USEC),
		.tail_usec = journalobj_u64(s.ptr + H_TAIL_USEC) };
	memcpy(h->file_id, s.ptr + H_FILE_ID, JOURNALOBJ_ID);
	memcpy(h->seqnum_id, s.ptr + H_SEQNUM_ID, JOURNALOBJ_ID);
	return true;
}

size_t
journalobj_data(bool compact)
{
	return compact ? DATA_PAYLOAD_COMPACT : DATA_PAYLOAD;
}

size_t
journalobj_item(bool compact)
{
	return compact ? 4 : 16;
}

size_t
journalobj_array_item(bool compact)
{
	return compact ? 4 : 8;
}

uint64_t
journalobj_ref(const unsigned char *p, bool compact)
{
	return compact ? u32(p) : journalobj_u64(p);
}

/* Can an object of that type have that size? */
static bool
fits(const struct journal_head *o, bool compact)
{
	uint64_t n = o->size;

	switch (o->type) {
	case JOURNALOBJ_T_DATA:
		return n > journalobj_data(compact);
	case JOURNALOBJ_T_FIELD:
		return n > FIELD_PAYLOAD;
	case JOURNALOBJ_T_ENTRY:
		if (n <= JOURNALOBJ_ENTRY)
			return false;
		n -= JOURNALOBJ_ENTRY;
		return n % journalobj_item(compact) == 0 &&
		    n / journalobj_item(compact) <= JOURNALOBJ_ITEMS;
	case JOURNALOBJ_T_DATA_HASH:
	case JOURNALOBJ_T_FIELD_HASH:
		return n > JOURNALOBJ_HEAD && n % 16 == 0;
	case JOURNALOBJ_T_ARRAY:
		return n > JOURNALOBJ_ARRAY &&
		    (n - JOURNALOBJ_ARRAY) % journalobj_array_item(compact) ==
		    0;
	case JOURNALOBJ_T_TAG:
		return n == TAG_SIZE;
	default:
		return false;
	}
}

bool
journalobj_head(struct slice s, uint64_t off, uint64_t size, bool compact,
    struct journal_head *o)
{
	if (s.len < JOURNALOBJ_HEAD || off % ALIGN != 0 || off > size ||
	    s.ptr[O_TYPE] >= JOURNALOBJ_T_N)
		return false;
	*o = (struct journal_head){ .type = (enum journalobj_type)s.ptr[O_TYPE],
		.flags = s.ptr[O_FLAGS],
		.size = journalobj_u64(s.ptr + O_SIZE) };
	for (size_t i = O_RESERVED; i < O_SIZE; i++)
		if (s.ptr[i] != 0)
			return false;
	if (o->type == JOURNALOBJ_T_DATA ? o->flags > 4 || o->flags == 3 :
					   o->flags != 0)
		return false;
	return o->size <= size - off && fits(o, compact);
}

bool
journalobj_entry(struct slice s, struct journal_entry_head *e)
{
	if (s.len < JOURNALOBJ_ENTRY)
		return false;
	*e = (struct journal_entry_head){ .seqnum =
					      journalobj_u64(s.ptr + E_SEQNUM),
		.realtime = journalobj_u64(s.ptr + E_REALTIME),
		.monotonic = journalobj_u64(s.ptr + E_MONOTONIC),
		.xor_hash = journalobj_u64(s.ptr + E_XOR) };
	memcpy(e->boot_id, s.ptr + E_BOOT_ID, JOURNALOBJ_ID);
	return e->seqnum != 0 && e->realtime != 0 && e->realtime < USEC_LIMIT &&
	    e->monotonic < USEC_LIMIT;
}

uint64_t
journalobj_next(uint64_t off, uint64_t size)
{
	uint64_t end;

	if (!num_add(off, size, &end) || !num_add(end, ALIGN - 1, &end))
		return 0;
	return end - end % ALIGN;
}
