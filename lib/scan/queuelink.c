#include "scan/queuelink.h"

#include "fmt/mimehead.h"
#include "fmt/rfc822.h"
#include "scan/queuewalk.h"

#include "base/banned.h"

#define FIELD_MAX 2000 /* bytes of a header field that are looked at */
#define WORD_MAX 256

/* A word of the header, and where it stands. */
struct word {
	unsigned char text[WORD_MAX];
	size_t len;
	bool first; /* in the first piece */
};

struct linking {
	uint64_t first, last; /* end of the first piece, start of
			       * the last */
	struct word boundary, id;
	bool delimited;	     /* --BOUNDARY-- was seen, */
	bool delimited_last; /* in the last piece */
	bool body;
	unsigned char field[FIELD_MAX];
	size_t nfield;
	uint64_t field_off;
};

static void
keep(struct word *w, struct slice s, bool first)
{
	if (w->len > 0 || s.len == 0 || s.len > WORD_MAX)
		return;
	memcpy(w->text, s.ptr, s.len);
	w->len = s.len;
	w->first = first;
}

static struct slice
word(const struct word *w)
{
	return slice_of(w->text, w->len);
}

static void
end_field(struct linking *l)
{
	struct slice name, value;
	bool first = l->field_off + l->nfield < l->first;

	if (l->nfield > 0 &&
	    rfc822_field(slice_of(l->field, l->nfield), &name, &value)) {
		if (slice_eq_nocase(name, SLICE("message-id")))
			keep(&l->id, slice_trim(value), first);
		else if (slice_eq_nocase(name, SLICE("content-type")))
			keep(&l->boundary, mimehead_boundary(value), first);
	}
	l->nfield = 0;
}

/* A line of the header; the lines of one field are joined. */
static void
header(struct linking *l, struct slice line, uint64_t off)
{
	if (line.len == 0 || line.len > FIELD_MAX) {
		end_field(l);
		l->body = line.len == 0;
		return;
	}
	if (line.ptr[0] != ' ' && line.ptr[0] != '\t') {
		end_field(l);
		l->field_off = off;
	}
	if (line.len < FIELD_MAX - l->nfield) {
		memcpy(l->field + l->nfield, line.ptr, line.len);
		l->nfield += line.len;
	}
}

/* A line of the body: the last delimiter? */
static void
body(struct linking *l, struct slice line, uint64_t off)
{
	struct slice b = word(&l->boundary);

	if (b.len == 0 || line.len < b.len + 4 ||
	    !slice_starts(line, SLICE("--")) ||
	    !slice_starts(slice_from(line, 2), b) ||
	    !slice_starts(slice_from(line, 2 + b.len), SLICE("--")))
		return;
	l->delimited = true;
	l->delimited_last = off >= l->last;
}

/* The message_id attribute against the header's. */
static bool
same_id(const struct linking *l, struct slice attr)
{
	struct slice name, value;

	return !queuerec_attr(attr, &name, &value) || l->id.len == 0 ||
	    !slice_eq(name, SLICE("message_id")) ||
	    slice_eq(value, word(&l->id));
}

static bool
is_id(struct slice attr)
{
	return slice_starts(attr, SLICE("message_id="));
}

enum queuelink
queuelink_of(struct pieces *p)
{
	struct queuefile_src src = {
		.at = pieces_at, .arg = p, .size = p->size
	};
	struct linking l = { .first = p->v[0].len,
		.last = p->size - p->v[p->n - 1].len };
	enum queuewalk_rc rc = QUEUEWALK_ON;
	bool proven = false, cut = false;
	struct queuewalk w;

	if (!queuewalk_start(&w, &src, true))
		return QUEUELINK_WRONG;
	while (rc == QUEUEWALK_ON) {
		enum queue_segment seg = w.segment;
		struct queuerec_head h;
		struct slice s;

		rc = queuewalk_step(&w, &src);
		if (rc != QUEUEWALK_ON)
			break;
		s = slice_sub(
		    pieces_at(p, w.last, FIELD_MAX + 8), 0, FIELD_MAX + 8);
		if (!queuerec_head(s, &h))
			return QUEUELINK_WRONG;
		s = slice_sub(s, h.head, h.len);
		if (seg == QUEUE_CONTENT && h.type == 'X')
			end_field(&l);
		else if (seg == QUEUE_CONTENT &&
		    (h.type == 'N' || h.type == 'L')) {
			if (cut)
				; /* goes on with a long line */
			else if (l.body)
				body(&l, s, w.last);
			else
				header(&l, s, w.last);
			cut = h.type == 'L';
		} else if (seg == QUEUE_EXTRACTED && h.type == 'A' &&
		    is_id(s)) {
			if (!same_id(&l, s))
				return QUEUELINK_WRONG;
			proven = proven ||
			    (l.id.len > 0 && l.id.first && w.last >= l.last);
		}
	}
	if (rc != QUEUEWALK_END)
		return QUEUELINK_WRONG;
	if (l.boundary.len > 0 && !l.delimited)
		return QUEUELINK_OPEN;
	proven = proven ||
	    (l.boundary.len > 0 && l.boundary.first && l.delimited_last);
	return proven ? QUEUELINK_PROVEN : QUEUELINK_NONE;
}
