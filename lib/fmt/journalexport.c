/* An entry of a journal file as text; the rest of journalfile.h is there. */
#include "fmt/journalfile.h"

#include "base/utf8.h"

#include "base/banned.h"

/* At least one digit, without leading zeroes. */
static bool
put_hex(struct buf *b, uint64_t v)
{
	unsigned int shift = 60;
	bool ok = true;

	while (shift > 0 && v >> shift == 0)
		shift -= 4;
	for (;; shift -= 4) {
		ok = ok &&
		    buf_addc(
			b, (unsigned char)"0123456789abcdef"[v >> shift & 15]);
		if (shift == 0)
			return ok;
	}
}

static bool
put_id(struct buf *b, const unsigned char id[JOURNALOBJ_ID])
{
	bool ok = true;

	for (size_t i = 0; i < JOURNALOBJ_ID; i++) {
		ok = ok &&
		    buf_addc(b, (unsigned char)"0123456789abcdef"[id[i] >> 4]);
		ok = ok &&
		    buf_addc(b, (unsigned char)"0123456789abcdef"[id[i] & 15]);
	}
	return ok;
}

/* May it stand in a line?  Tabs may, other controls may not. */
static bool
is_text(struct slice s)
{
	uint32_t c;
	size_t n;

	for (; s.len > 0; s = slice_from(s, n)) {
		n = utf8_next(s, &c);
		if (n == 0 || (c < ' ' && c != '\t') ||
		    (c >= 0x7f && c <= 0x9f) || (c >= 0xfdd0 && c <= 0xfdef) ||
		    (c & 0xfffe) == 0xfffe)
			return false;
	}
	return true;
}

/* As a line, or as name, length and bytes. */
static bool
put_field(struct buf *b, struct slice field)
{
	struct slice name, value;

	if (!slice_cut(field, '=', &name, &value))
		return true;
	if (is_text(field))
		return buf_add(b, field) && buf_addc(b, '\n');
	if (!buf_add(b, name) || !buf_addc(b, '\n'))
		return false;
	for (unsigned int i = 0; i < 64; i += 8)
		if (!buf_addc(
			b, (unsigned char)((uint64_t)value.len >> i & 0xff)))
			return false;
	return buf_add(b, value) && buf_addc(b, '\n');
}

bool
journalfile_export(const struct journalfile *j,
    const struct journalfile_entry *e, struct buf *b)
{
	const struct journal_entry_head *h = &e->head;
	bool ok = buf_add(b, SLICE("__CURSOR=s=")) &&
	    put_id(b, journalfile_header(j)->seqnum_id) &&
	    buf_add(b, SLICE(";i=")) && put_hex(b, h->seqnum) &&
	    buf_add(b, SLICE(";b=")) && put_id(b, h->boot_id) &&
	    buf_add(b, SLICE(";m=")) && put_hex(b, h->monotonic) &&
	    buf_add(b, SLICE(";t=")) && put_hex(b, h->realtime) &&
	    buf_add(b, SLICE(";x=")) && put_hex(b, h->xor_hash) &&
	    buf_add(b, SLICE("\n__REALTIME_TIMESTAMP=")) &&
	    buf_addu(b, h->realtime) &&
	    buf_add(b, SLICE("\n__MONOTONIC_TIMESTAMP=")) &&
	    buf_addu(b, h->monotonic) && buf_add(b, SLICE("\n_BOOT_ID=")) &&
	    put_id(b, h->boot_id) && buf_addc(b, '\n');

	for (size_t i = 0; i < e->nfield && ok; i++)
		if (!slice_starts(e->field[i], SLICE("_BOOT_ID=")))
			ok = put_field(b, e->field[i]);
	return ok;
}
