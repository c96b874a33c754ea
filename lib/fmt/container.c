#include "fmt/container.h"

#include "fmt/jsonline.h"

#include "base/banned.h"

bool
container_docker(struct slice line, struct buf *scratch,
    struct container_piece *p)
{
	struct slice name, value, log = { NULL, 0 }, stream = { NULL, 0 };
	struct slice time = { NULL, 0 };
	struct jsonline j;

	*p = (struct container_piece){ 0 };
	if (!jsonline_open(&j, line))
		return false;
	while (jsonline_next(&j, &name, &value)) {
		if (slice_eq(name, SLICE("log")) && log.ptr == NULL)
			log = value;
		else if (slice_eq(name, SLICE("stream")))
			stream = value;
		else if (slice_eq(name, SLICE("time")))
			time = value;
		else if (slice_starts(name, SLICE("__")))
			return false;	/* the journal's */
	}
	if (j.bad || (stream.ptr == NULL && time.ptr == NULL) ||
	    !slice_starts(log, SLICE("\"")) ||
	    !jsonline_text(log, scratch, &p->text))
		return false;
	p->stream = slice_eq(stream, SLICE("\"stderr\""));
	if (slice_take(&time, SLICE("\""))) {
		if (!stamp_take_iso(&time, &p->stamp, NULL) ||
		    !slice_eq(time, SLICE("\"")))
			p->stamp = (struct stamp){ 0 };
	}
	p->partial = !slice_ends(p->text, SLICE("\n"));
	if (!p->partial)
		p->text.len--;
	if (!p->partial && slice_ends(p->text, SLICE("\r")))
		p->text.len--;
	return true;
}

bool
container_cri(struct slice s, struct stamp_memo *memo,
    struct container_piece *p)
{
	struct slice tag;
	size_t n;

	*p = (struct container_piece){ 0 };
	if (!stamp_take_iso(&s, &p->stamp, memo) ||
	    p->stamp.kind != STAMP_ZONED || p->stamp.text.ptr[10] == ' ')
		return false;
	if (slice_take(&s, SLICE(" stderr ")))
		p->stream = 1;
	else if (!slice_take(&s, SLICE(" stdout ")))
		return false;
	n = slice_chr(s, ' ');
	tag = slice_sub(s, 0, n);
	p->text = n == SLICE_NONE ? slice_from(s, s.len) : slice_from(s, n + 1);
	/* Further tags may follow after a colon. */
	if (tag.len == 0 || (tag.len > 1 && tag.ptr[1] != ':') ||
	    (tag.ptr[0] != 'P' && tag.ptr[0] != 'F'))
		return false;
	p->partial = tag.ptr[0] == 'P';
	return true;
}
