#include "source/spooled.h"

#include <errno.h>
#include <unistd.h>

#include "base/caltime.h"
#include "base/mem.h"
#include "base/msg.h"
#include "io/srcpath.h"
#include "rec/packed.h"
#include "source/queuesource.h"

#define KEY_LEN 12 /* seconds, nanoseconds */
#define HEAD 4	   /* bytes of a record's length */

static struct slice
name_of(const struct spooled_name *n)
{
	return slice_of(n->text, n->len);
}

static void
set_name(struct spooled_name *n, struct slice s)
{
	if (s.len > sizeof(n->text))
		s.len = 0;
	n->len = s.len;
	if (s.len > 0)
		memcpy(n->text, s.ptr, s.len);
}

/* The directory of that path; past the limit, the last one. */
static struct spooled_root *
root_of(struct spooled *s, struct slice path)
{
	struct spooled_root *r;

	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	for (size_t i = 0; i < s->nroot; i++)
		if (slice_eq(name_of(&s->root[i].path), path))
			return &s->root[i];
	if (s->nroot == SPOOLED_ROOTS)
		return &s->root[SPOOLED_ROOTS - 1];
	r = &s->root[s->nroot++];
	set_name(&r->path, path);
	return r;
}

void
spooled_open(struct spooled *s, const struct inputs *in, const struct opt *opt)
{
	struct buf src;

	s->opt = opt;
	s->rc = RC_OK;
	s->sorted = spool_open(KEY_LEN, SPOOL_MEMORY / 4);
	queuebundle_init(&s->bundle, spool_temp());
	buf_init(&s->group, SPOOLED_FILE);
	buf_init(&s->pack, SPOOLED_FILE);
	srcpath_init(&src);
	for (size_t i = 0; i < in->nroots; i++)
		if (queuesource_whole(in->roots[i])) {
			srcpath_file(&src, slice_cstr(in->roots[i]));
			root_of(s, buf_slice(&src))->spool.whole = true;
		}
	buf_free(&src);
}

void
spooled_close(struct spooled *s)
{
	if (s->sorted != NULL)
		spool_close(s->sorted);
	atfile_free(&s->peek);
	if (s->bundle.temp != -1)
		(void)close(s->bundle.temp);
	queuebundle_free(&s->bundle);
	buf_free(&s->group);
	buf_free(&s->pack);
	mem_free(s->in.v);
}

bool
spooled_is(struct spooled *s, const struct input *in)
{
	struct queuepath p;
	struct slice head;
	struct err e;
	bool yes;

	if (!in->regular)
		return false;
	queuepath_parse(slice_cstr(in->path), &p);
	if (atfile_open(&s->peek, in->path, in->found, -1, &e) != RC_OK)
		return e.sys == ENOENT && in->found && p.queue.ptr != NULL &&
		    p.qid.ptr != NULL;
	head =
	    slice_sub(atfile_at(&s->peek, 0, QUEUEREC_LOOK), 0, QUEUEREC_LOOK);
	yes = (p.queue.ptr != NULL && p.qid.ptr != NULL) ||
	    queuefile_begins(head);
	atfile_close(&s->peek);
	return yes;
}

bool
spooled_record(const struct rec *r)
{
	struct slice type = rec_get(r, F_TYPE);

	if (slice_eq(type, SLICE("event")))
		return rec_has(r, F_QUEUE);
	return slice_eq(type, SLICE("file")) &&
	    (rec_has(r, F_PENDING) ||
		slice_eq(rec_get(r, F_FORMAT), SLICE("bounce-log")));
}

bool
spooled_unpack(struct spooled *s, const struct input *in)
{
	s->bundle.nstream = 0;
	return !queuebundle_is(in, &s->peek) ||
	    queuebundle_read(&s->bundle, in, s->opt->hash) == RC_OK;
}

void
spooled_known(struct spooled *s, const struct input *in)
{
	struct queuebundle *b = &s->bundle;

	if (b->nsource > 0 && slice_eq(slice_cstr(in->path),
	    slice_cstr(b->source[b->nsource - 1].path)))
		mem_free(b->source[--b->nsource].path);
}

bool
spooled_pipe(struct spooled *s, struct reader *r,
    const struct reader_stream *stream)
{
	struct err e;
	enum rc rc = queuebundle_keep(&s->bundle, r, stream, &e);

	if (rc != RC_OK)
		(void)msg_err("-", rc, &e);
	return rc == RC_OK;
}

void
spooled_take(struct spooled *s, const struct input *in)
{
	size_t n = s->in.n;

	/* Room for twice as many, when there is none. */
	if ((n & (n - 1)) == 0)
		s->in.v =
		    mem_grow(s->in.v, n, n == 0 ? 1 : 2 * n, sizeof(*s->in.v));
	s->in.v[s->in.n++] = *in;
}

static bool
parse_time(const struct rec *r, enum field f, int64_t *sec, uint32_t *nsec)
{
	unsigned int digits;

	return rec_has(r, f) && caltime_parse(r->v[f], sec, nsec, &digits);
}

/* The latest time that the directory itself tells of. */
static void
note_asof(struct spooled_root *root, const struct rec *r)
{
	static const enum field key[] = { F_TIME, F_CREATED, F_CTIME };
	/* A file's own inode has not been copied: neither have its times. */
	size_t n = rec_has(r, F_ID_INODE) && rec_has(r, F_INODE) &&
		slice_eq(r->v[F_ID_INODE], r->v[F_INODE]) ?
	    3 :
	    2;
	uint32_t nsec;
	int64_t sec;

	for (size_t i = 0; i < n; i++)
		if (parse_time(r, key[i], &sec, &nsec) &&
		    (!root->dated || sec > root->spool.asof)) {
			root->dated = true;
			root->spool.asof = sec;
		}
}

static struct spooled_root *
root_at(struct spooled *s, const struct rec *r)
{
	struct queuepath p;

	queuepath_parse(rec_get(r, F_SRC), &p);
	return root_of(s, p.queue.ptr == NULL ? slice_of("", 0) : p.root);
}

/* The file at hand is complete. */
static void
end_group(struct spooled *s)
{
	if (s->group.len > 0 && s->rc == RC_OK)
		s->rc =
		    spool_put(s->sorted, s->key, buf_slice(&s->group), &s->err);
	s->group.len = 0;
}

/* Append a record, with its length before it. */
static bool
add(struct spooled *s, const struct rec *r)
{
	unsigned char head[HEAD];

	s->pack.len = 0;
	if (!packed_put(&s->pack, r) ||
	    s->group.len + HEAD + s->pack.len > SPOOLED_FILE)
		return false;
	for (size_t i = 0; i < HEAD; i++)
		head[i] = (unsigned char)(s->pack.len >> (8 * i));
	return buf_add(&s->group, slice_of(head, HEAD)) &&
	    buf_add(&s->group, buf_slice(&s->pack));
}

void
spooled_put(struct spooled *s, const struct rec *r)
{
	struct spooled_root *root;
	uint32_t nsec = 0;
	int64_t sec = 0;

	if (slice_eq(rec_get(r, F_TYPE), SLICE("file"))) {
		end_group(s);
		s->files++;
		root = root_at(s, r);
		note_asof(root, r);
		if (root->by.len == 0)
			set_name(&root->by, rec_get(r, F_HOST));
		/* Of a log of bounce that stands alone. */
		if (!parse_time(r, F_TIME, &sec, &nsec))
			(void)parse_time(r, F_MTIME, &sec, &nsec);
		spool_i64(s->key, sec);
		for (size_t i = 0; i < 4; i++)
			s->key[8 + i] = (unsigned char)(nsec >> (24 - 8 * i));
	} else if (s->group.len == 0)
		return;
	if (!add(s, r))
		s->cut++;
}

void
spooled_source(struct spooled *s, const struct rec *r)
{
	struct spooled_root *root;

	if (!slice_eq(rec_get(r, F_FORMAT), SLICE("queue")) ||
	    !rec_has(r, F_SRC) || !rec_has(r, F_QUEUE))
		return;
	root = root_of(s, rec_get(r, F_SRC));
	root->spool.whole = true;
}

static struct slice
alias(const struct spooled *s, struct slice host)
{
	struct slice from, to;

	for (size_t i = 0; i < s->opt->nalias; i++)
		if (slice_cut(slice_cstr(s->opt->alias[i]), '=', &from, &to) &&
		    slice_eq(host, from))
			return to;
	return host;
}

void
spooled_host(struct spooled *s, struct slice host, struct slice instance)
{
	struct spooled_host *h;

	host = alias(s, host);
	if (host.len == 0 || host.len > SPOOLED_NAME)
		return;
	for (size_t i = 0; i < s->nhost; i++)
		if (slice_eq(name_of(&s->host[i].host), host) &&
		    slice_eq(name_of(&s->host[i].instance), instance))
			return;
	if (s->nhost == SPOOLED_HOSTS)
		return;
	h = &s->host[s->nhost++];
	set_name(&h->host, host);
	set_name(&h->instance, instance);
}

static bool
put_read(void *arg, const struct rec *r)
{
	spooled_put(arg, r);
	return true;
}

static void
begin_next(struct spooled *s)
{
	const unsigned char *key = NULL;
	uint64_t v = 0;

	s->has = false;
	if (s->rc == RC_OK)
		s->rc = spool_next(s->sorted, &key, &s->next, &s->err);
	if (s->rc == RC_FAIL || s->rc == RC_DAMAGED)
		(void)msg_err("queue files", s->rc, &s->err);
	if (s->rc != RC_OK)
		return;
	/* As spool_i64 has written it. */
	for (size_t i = 0; i < 8; i++)
		v = v << 8 | key[i];
	s->sec = (int64_t)(v ^ (UINT64_C(1) << 63));
	s->nsec = 0;
	for (size_t i = 8; i < KEY_LEN; i++)
		s->nsec = s->nsec << 8 | key[i];
	s->has = true;
}

void
spooled_sort(struct spooled *s, size_t failed)
{
	struct queueread q;

	for (size_t i = 0; i < s->bundle.n; i++)
		spooled_take(s, &s->bundle.v[i]);
	if (s->in.n > 0) {
		queueread_open(&q, &s->in, s->opt, put_read, s);
		queueread_start(&q);
		for (size_t i = 0; i < s->in.n; i++)
			(void)queueread_file(&q, &s->in.v[i]);
		queueread_rest(&q);
		s->damaged += q.damaged + q.unread + q.gone;
		failed += q.unread + q.gone;
		queueread_close(&q);
	}
	end_group(s);
	for (size_t i = 0; i < s->nroot; i++)
		s->root[i].spool.whole =
		    s->root[i].spool.whole && failed == 0 && s->root[i].dated;
	if (s->cut > 0)
		(void)msg_error("%llu records of queue files with too many "
				"recipients are left out",
		    (unsigned long long)s->cut);
	if (s->files == 0)
		return;
	if (s->rc == RC_OK)
		s->rc = spool_sort(s->sorted, &s->err);
	begin_next(s);
}

/* The first label of a name. */
static struct slice
label(struct slice s)
{
	size_t dot = slice_chr(s, '.');

	return dot == SLICE_NONE ? s : slice_sub(s, 0, dot);
}

/* The host in the logs that is meant by a name, or an absent slice. */
static struct slice
find_host(const struct spooled *s, struct slice name)
{
	struct slice found = slice_of(NULL, 0);

	for (size_t i = 0; i < s->nhost; i++)
		if (slice_eq_nocase(name_of(&s->host[i].host), name))
			return name_of(&s->host[i].host);
	/* One of them may be a short name. */
	for (size_t i = 0; i < s->nhost && name.len > 0; i++) {
		struct slice h = name_of(&s->host[i].host);

		if (!slice_eq_nocase(label(h), label(name)) ||
		    (label(h).len < h.len && label(name).len < name.len))
			continue;
		if (found.ptr != NULL && !slice_eq(found, h))
			return slice_of(NULL, 0);
		found = h;
	}
	return found;
}

/* The only host in the logs, or an absent slice. */
static struct slice
only_host(const struct spooled *s)
{
	for (size_t i = 1; i < s->nhost; i++)
		if (!slice_eq(
			name_of(&s->host[i].host), name_of(&s->host[0].host)))
			return slice_of(NULL, 0);
	return s->nhost == 0 ? slice_of(NULL, 0) : name_of(&s->host[0].host);
}

/* Host names that do not agree are taken for one: say so, once. */
static void
tell_guess(struct spooled_root *root, struct slice by, struct slice host)
{
	char a[256], b[256], c[256];

	if (root->told)
		return;
	root->told = true;
	msg_note("%s: headers call the host %s; it is taken for %s, the "
		 "only host in the logs; --host-alias %s=NAME says otherwise",
	    root->path.len == 0 ?
		"queue files" :
		msg_quote(c, sizeof(c), name_of(&root->path)),
	    msg_quote(a, sizeof(a), by), msg_quote(b, sizeof(b), host), a);
}

static struct slice
host_for(
    const struct spooled *s, struct spooled_root *root, const struct rec *r)
{
	struct slice by = rec_get(r, F_HOST), host;

	if (by.len == 0)
		by = name_of(&root->by);
	by = alias(s, by);
	host = find_host(s, by);
	if (host.ptr != NULL)
		return host;
	host = only_host(s);
	if (host.ptr == NULL)
		return by;
	if (by.len > 0)
		tell_guess(root, by, host);
	return host;
}

static struct slice
instance_for(
    const struct spooled *s, const struct spooled_root *root, struct slice host)
{
	struct slice dir = name_of(&root->path), found = slice_of(NULL, 0);
	size_t slash = slice_rchr(dir, '/'), n = 0;

	if (slash != SLICE_NONE)
		dir = slice_from(dir, slash + 1);
	for (size_t i = 0; i < s->nhost; i++) {
		struct slice instance = name_of(&s->host[i].instance);

		if (!slice_eq(name_of(&s->host[i].host), host) ||
		    instance.len == 0)
			continue;
		if (slice_eq(instance, dir))
			return instance;
		found = instance;
		n++;
	}
	if (n == 1)
		return found;
	return slice_starts(dir, SLICE("postfix-")) ? dir : SLICE("postfix");
}

/* Give one record, as of the host and instance that it is of. */
static bool
give(struct spooled *s, struct event *ev, struct spooled_root *root,
    spooled_fn *fn, void *arg)
{
	struct rec *r = &ev->rec;
	struct slice host = host_for(s, root, r);

	rec_set(r, F_HOST, host);
	rec_set(r, F_INSTANCE, instance_for(s, root, host));
	return fn(arg, ev, &root->spool);
}

/* Decode what the tracker asks for. */
static void
decode(struct event *ev)
{
	const struct rec *r = &ev->rec;
	unsigned int digits;
	uint64_t v;

	if (event_read(ev))
		return;
	ev->kind = EV_OTHER;
	ev->daemon = DM_NONE;
	ev->src = rec_get(r, F_SRC);
	ev->off = slice_u64(rec_get(r, F_OFF), UINT64_MAX, &v) ? v : 0;
	ev->len = slice_u64(rec_get(r, F_SIZE), UINT64_MAX, &v) ? v : 0;
	ev->line = 0;
	if (rec_has(r, F_TIME) &&
	    caltime_parse(
		r->v[F_TIME], &ev->time.sec, &ev->time.nsec, &digits)) {
		ev->time.known = ev->time.ordered = true;
		ev->time.digits = (uint8_t)digits;
	}
}

bool
spooled_late(struct spooled *s, const struct rec *r, spooled_fn *fn, void *arg)
{
	struct event ev = { .rec = *r };
	struct spooled_root *root = root_at(s, r);

	if (root->by.len == 0)
		set_name(&root->by, rec_get(r, F_HOST));
	decode(&ev);
	return give(s, &ev, root, fn, arg);
}

bool
spooled_next(struct spooled *s, spooled_fn *fn, void *arg)
{
	struct slice rest = s->next;
	struct event ev;
	bool ok = true;

	while (ok && rest.len >= HEAD) {
		size_t len = 0;

		for (size_t i = HEAD; i-- > 0;)
			len = len << 8 | rest.ptr[i];
		ev = (struct event){ .line = 0 };
		if (!packed_get(slice_sub(rest, HEAD, len), &ev.rec))
			break;
		rest = slice_from(rest, HEAD + len);
		decode(&ev);
		ok = give(s, &ev, root_at(s, &ev.rec), fn, arg);
	}
	begin_next(s);
	return ok;
}
