#include "fmt/queuepath.h"

#include "base/banned.h"

#define DEPTH	8	/* hash directories */
#define MOVED_DEPTH	3	/* numbers of them, from 0 on, that are usual */

static bool
is_log(struct slice s)
{
	return slice_eq(s, SLICE("bounce")) || slice_eq(s, SLICE("defer")) ||
	    slice_eq(s, SLICE("trace"));
}

static bool
is_queue(struct slice s)
{
	static const struct slice names[] = {
#define Q(t)	{ (const unsigned char *)t, sizeof(t) - 1 }
		Q("maildrop"), Q("incoming"), Q("active"), Q("deferred"),
		Q("hold"), Q("corrupt"), Q("saved"),
#undef Q
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq(s, names[i]))
			return true;
	return is_log(s);
}

/* The last component, cut off; behind "!" are the names in a bundle. */
static struct slice
take_last(struct slice *path)
{
	size_t at = slice_rchr(*path, '/'), bundle = slice_rchr(*path, '!');
	struct slice s = *path;

	if (bundle != SLICE_NONE && (at == SLICE_NONE || bundle > at))
		at = bundle;

	if (at == SLICE_NONE) {
		*path = slice_of(s.ptr, 0);
		return s;
	}
	*path = slice_of(s.ptr, at);
	return slice_from(s, at + 1);
}

/* The n-th hash directory of an ID. */
static unsigned char
hash_char(const struct queuepath *p, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";

	if (p->id.has_time)
		return n < 5 ? (unsigned char)hex[p->id.usec >>
		    (4 * (4 - n)) & 15] : '_';
	return n < p->qid.len ? p->qid.ptr[n] : '_';
}

void
queuepath_parse(struct slice path, struct queuepath *p)
{
	unsigned char dir[DEPTH];
	size_t n = 0;
	struct slice rest = path, s, head, tail;

	*p = (struct queuepath){ 0 };
	p->name = s = take_last(&rest);
	if (slice_ends(s, SLICE("#FIX")))
		s.len -= 4;
	if (queueid_parse(s, &p->id, NULL) == RC_OK)
		p->qid = s;
	p->temp = slice_cut(s, '.', &head, &tail) && slice_digits(head) &&
	    slice_digits(tail);
	while ((s = take_last(&rest)).len == 1 && n < DEPTH &&
	    (ascii_alnum(s.ptr[0]) || s.ptr[0] == '_'))
		dir[n++] = s.ptr[0];
	if (!is_queue(s))
		return;
	p->queue = s;
	p->root = rest;
	p->log = is_log(s);
	for (size_t i = 0; i < n && p->qid.ptr != NULL; i++)
		if (dir[n - 1 - i] != hash_char(p, i))
			p->hash_wrong = true;
}

bool
queuepath_moved(const struct queuepath *p, size_t i, struct buf *b)
{
	static const struct slice to[] = {
#define Q(t)	{ (const unsigned char *)t, sizeof(t) - 1 }
		Q("active"), Q("deferred"), Q("hold"), Q("incoming"),
		Q("corrupt"),
#undef Q
	};
	size_t queue = i / MOVED_DEPTH, depth = i % MOVED_DEPTH;

	if (queue >= sizeof(to) / sizeof(to[0]) || p->qid.ptr == NULL ||
	    p->queue.ptr == NULL || p->log)
		return false;
	b->len = 0;
	if (p->root.len > 0 && !(buf_add(b, p->root) && buf_addc(b, '/')))
		return false;
	(void)buf_add(b, to[queue]);
	for (size_t n = 0; n < depth; n++) {
		(void)buf_addc(b, '/');
		(void)buf_addc(b, hash_char(p, n));
	}
	(void)buf_addc(b, '/');
	(void)buf_add(b, p->name);
	return buf_addc(b, '\0');
}
