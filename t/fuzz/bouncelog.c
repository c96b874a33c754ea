/*
 * bouncelog - any bytes as a log of bounce or defer: entries follow one
 * another, lie in the text, say something, and what looks like a log has one
 */
#include "fmt/bouncelog.h"
#include "must.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = slice_of(data, size), entry;
	struct bouncelog b;
	size_t pos = 0, before = 0, n = 0, end = 0;

	while (bouncelog_next(s, &pos, &b)) {
		must(pos > before && pos <= size);
		must(b.pos >= end && b.len > 0 && b.pos + b.len <= pos);
		entry = slice_sub(s, b.pos, b.len);
		inside(b.recipient, entry);
		inside(b.original, entry);
		inside(b.orcpt, entry);
		inside(b.status, entry);
		inside(b.action, entry);
		inside(b.reason, entry);
		inside(b.diag_type, entry);
		inside(b.diag_text, entry);
		inside(b.mta_name, entry);
		before = pos;
		end = b.pos + b.len;
		n++;
	}
	must(n > 0 || !bouncelog_begins(s));
	return 0;
}
