#include "fmt/queuerec.h"

#include "base/banned.h"

#define ENV	1
#define CON	2
#define EXT	4
#define ANY	(ENV | CON | EXT)

#define COLUMN	15	/* of a number in C, W and p */

/* Where a type may stand, and its name there. */
static const struct type {
	unsigned char	segments;
	struct slice	name;
} types[128] = {
#define T(c, seg, text)	[c] = { seg, { (const unsigned char *)text,	\
			    sizeof(text) - 1 } }
	T('C', ENV, "message_size"),
	T('T', ENV, "message_arrival_time"),
	T('c', ENV, "queue_file_create_time"),
	T('F', ENV, "sender_fullname"),
	T('I', ENV | EXT, "content_inspector"),
	T('L', ANY, "content_filter"),
	T('S', ENV, "sender"),
	T('D', ENV | EXT, "done_recipient"),
	T('R', ENV | EXT, "recipient"),
	T('O', ENV | EXT, "original_recipient"),
	T('/', ENV | EXT, "canceled_recipient"),
	T('W', ENV, "warning_message_time"),
	T('A', ENV | EXT, "named_attribute"),
	T('K', ENV | EXT, "killed_record"),
	T('>', ENV | EXT, "redirect_to"),
	T('M', ENV, "message_content"),
	T('N', CON, "regular_text"),
	T('w', CON, "padding"),
	T('p', ANY, "pointer_record"),
	T('X', CON, "extracted_info"),
	T('r', EXT, "return_receipt"),
	T('e', EXT, "errors_to"),
	T('P', EXT, "priority"),
	T('V', ENV, "verp_delimiters"),
	T('<', ENV, "dsn_return_flags"),
	T('i', ENV, "dsn_envelope_id"),
	T('o', ENV | EXT, "dsn_original_recipient"),
	T('n', ENV | EXT, "dsn_notify_flags"),
	T('E', EXT, "message_end"),
#undef T
};

static const unsigned char segment_bit[] = { ENV, CON, EXT, 0 };

bool
queuerec_head(struct slice s, struct queuerec_head *h)
{
	uint32_t len = 0;

	*h = (struct queuerec_head){ 0 };
	if (s.len < 2)
		return false;
	h->type = s.ptr[0];
	for (size_t i = 1; i < s.len && i < QUEUEREC_HEAD; i++) {
		len |= (uint32_t)(s.ptr[i] & 0x7f) << (7 * (i - 1));
		if ((s.ptr[i] & 0x80) != 0)
			continue;
		h->head = (uint8_t)(i + 1);
		h->len = len;
		/* Not the shortest form: nobody wrote that. */
		return i == 1 || s.ptr[i] != 0;
	}
	return false;
}

bool
queuerec_legal(unsigned char type, enum queue_segment seg)
{
	return type < 128 && (types[type].segments & segment_bit[seg]) != 0;
}

enum queue_segment
queuerec_behind(unsigned char type, enum queue_segment seg)
{
	if (seg == QUEUE_ENVELOPE && type == 'M')
		return QUEUE_CONTENT;
	if (seg == QUEUE_CONTENT && type == 'X')
		return QUEUE_EXTRACTED;
	if (seg == QUEUE_EXTRACTED && type == 'E')
		return QUEUE_END;
	return seg;
}

struct slice
queuerec_name(unsigned char type, enum queue_segment seg)
{
	if (type >= 128 || types[type].name.len == 0)
		return SLICE("unknown");
	if (type == 'L' && seg == QUEUE_CONTENT)
		return SLICE("unterminated_text");
	return types[type].name;
}

/* Blanks, then at least one digit: a number. */
static bool
column(struct slice s, uint64_t *v)
{
	while (s.len > 0 && s.ptr[0] == ' ')
		s = slice_from(s, 1);
	return slice_u64(s, INT64_MAX, v);
}

bool
queuerec_pointer(struct slice s, uint64_t *target)
{
	return s.len <= COLUMN && column(s, target);
}

/* -1 in its column: not known, or already done. */
static bool
minus_one(struct slice s)
{
	while (s.len > 0 && s.ptr[0] == ' ')
		s = slice_from(s, 1);
	return slice_eq(s, SLICE("-1"));
}

bool
queuesize_parse(struct slice s, struct queuesize *q)
{
	uint64_t any = 0;

	*q = (struct queuesize){ 0 };
	if (s.len == 9) {
		q->n = 1;
		if (!column(s, &q->v[0]))
			return false;
		q->done = q->v[0] != 0;
		return true;
	}
	while (q->n < 6) {
		if (minus_one(slice_sub(s, 0, COLUMN)))
			q->minus = true;
		else if (s.len < COLUMN ||
		    !column(slice_sub(s, 0, COLUMN), &q->v[q->n]))
			return false;
		any |= q->v[q->n++];
		s = slice_from(s, COLUMN);
		if (s.len == 0 || q->n == 6)
			break;
		if (s.ptr[0] != ' ')
			return false;
		s = slice_from(s, 1);
	}
	q->done = any != 0 && !q->minus;
	/* Two numbers were never written. */
	return s.len == 0 && q->n != 2;
}

bool
queuerec_time(struct slice s, int64_t *sec, uint32_t *usec,
    unsigned int *digits)
{
	struct slice head = s, tail;
	uint64_t v, u = 0;

	*digits = 0;
	if (slice_cut(s, ' ', &head, &tail)) {
		if (!slice_u64(tail, 999999, &u))
			return false;
		*digits = 6;
	}
	/* Until the year 9999. */
	if (!slice_u64(head, UINT64_C(253402300799), &v))
		return false;
	*sec = (int64_t)v;
	*usec = (uint32_t)u;
	return true;
}

bool
queuerec_attr(struct slice s, struct slice *name, struct slice *value)
{
	if (!slice_cut(s, '=', name, value))
		return false;
	*name = slice_trim(*name);
	*value = slice_trim(*value);
	return name->len > 0;
}

/* No control bytes but those that are seen in mail. */
static bool
is_text(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		if ((c < 0x20 && c != '\t' && c != '\r' && c != '\f' &&
		    c != '\b' && c != 0x1b) || c == 0x7f)
			return false;
	}
	return true;
}

/* Letters, digits and _ before a =. */
static bool
is_attr(struct slice s)
{
	size_t eq = slice_chr(s, '=');

	if (eq == SLICE_NONE || eq == 0)
		return false;
	for (size_t i = 0; i < eq; i++)
		if (!ascii_alnum(s.ptr[i]) && s.ptr[i] != '_' &&
		    s.ptr[i] != ' ')
			return false;
	return true;
}

bool
queuerec_plausible(const struct queuerec_head *h, struct slice data,
    enum queue_segment seg, bool strict)
{
	struct queuesize size;
	unsigned int digits;
	uint64_t v;
	uint32_t usec;
	int64_t sec;

	if (!queuerec_legal(h->type, seg))
		return false;
	if (seg == QUEUE_CONTENT && (h->type == 'N' || h->type == 'L'))
		return !strict || (h->len <= 65536 && is_text(data));
	switch (h->type) {
	case 'X':
	case 'E':
		return h->len == 0;
	case 'M':
		return h->len == 0 || ((h->len == 15 || h->len == 9) &&
		    column(data, &v));
	case 'p':
		return h->len > 0 && queuerec_pointer(data, &v);
	case 'w':
		return h->len > 0 && h->len <= COLUMN && column(data, &v);
	case 'C':
		return queuesize_parse(data, &size);
	case 'T':
		return queuerec_time(data, &sec, &usec, &digits);
	case 'W':
		return h->len <= COLUMN &&
		    (column(data, &v) || minus_one(data));
	case 'V':
		return h->len == 2;
	case 'c':
	case '<':
	case 'i':
	case 'o':
	case 'n':
	case 'P':
	case 'I':
		return !strict;	/* nobody writes them */
	case 'r':
	case 'e':
		return !strict || h->len == 0 ||
		    (h->len <= 512 && slice_chr(data, '@') != SLICE_NONE);
	case 'A':
	case 'K':
		if (!strict)
			return true;
		return h->len <= 8192 && is_attr(data) && is_text(data);
	default:
		return !strict || (h->len <= 4096 && is_text(data));
	}
}
