/*
 * journalfile - any bytes as a systemd journal: reading ends, entries lie in
 * the file one behind the other, their fields have names, each is found again
 * at its offset, and the same comes out when the bytes are given in parts
 */
#include "fmt/journalfile.h"

#include "fmt/journald.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define ROUNDS 100000 /* more than an input has objects */

static size_t
read_data(void *arg, uint64_t off, void *buf, size_t n)
{
	const struct slice *all = arg;
	struct slice s = slice_sub(*all, (size_t)off, n);

	if (s.len > 0)
		memcpy(buf, s.ptr, s.len);
	return s.len;
}

static uint64_t
mix(uint64_t sum, uint64_t v)
{
	return (sum ^ v) * UINT64_C(0x100000001b3);
}

static uint64_t
sum_of(const struct journalfile_entry *e, uint64_t sum)
{
	sum = mix(mix(sum, e->head.seqnum), e->head.realtime);
	sum = mix(mix(sum, e->off), e->flaws & ~JOURNALFILE_UNLINKED);
	for (size_t i = 0; i < e->nfield; i++)
		for (size_t k = 0; k < e->field[i].len; k++)
			sum = mix(sum, e->field[i].ptr[k]);
	return sum;
}

/* Read all entries of which `want` is of interest; with `again` each twice. */
static uint64_t
walk(const struct journalfile_src *src, journalfile_want *want, bool again)
{
	struct journalfile *j = journalfile_open(src, want);
	struct journalfile_entry e;
	struct buf text;
	uint64_t end = 0, sum = 1, one, rounds = 0;
	struct err err;
	enum rc rc;

	if (j == NULL)
		return 0;
	buf_init(&text, 2 * JOURNALFILE_TEXT);
	while ((rc = journalfile_next(j, &e, &err)) != RC_END) {
		must(++rounds < ROUNDS + src->size);
		if (rc == RC_DAMAGED) {
			must(err.what != NULL);
			continue;
		}
		must(rc == RC_OK && e.off >= end && e.len <= src->size - e.off);
		must(e.nfield <= JOURNALOBJ_ITEMS);
		end = e.off + e.len;
		for (size_t i = 0; i < e.nfield; i++)
			must(slice_chr(e.field[i], '=') != SLICE_NONE);
		sum = mix(sum, one = sum_of(&e, 1));
		if (again) {
			must(journalfile_at(j, e.off, &e));
			must(sum_of(&e, 1) == one);
			text.len = 0;
			must(journalfile_export(j, &e, &text));
			must(text.len > 0 && text.ptr[text.len - 1] == '\n');
		}
	}
	must(journalfile_next(j, &e, &err) == RC_END);
	buf_free(&text);
	journalfile_close(j);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_of(data, size);
	struct journalfile_src src = {
		.read = read_data, .arg = &all, .size = size
	};
	uint64_t sum = walk(&src, journald_wants, false);

	must(walk(&src, journald_wants, true) == sum);
	(void)walk(&src, NULL, true);
	return 0;
}
