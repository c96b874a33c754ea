#include "source/queuerecord.h"

#include "base/caltime.h"
#include "base/num.h"
#include "source/queuelogs.h"

#define NTIME	12
#define NNUM	16

/* A record in the making, and the texts that it needs. */
struct making {
	struct rec	 r;
	unsigned char	 time[NTIME][CALTIME_MAX];
	size_t		 ntime;
	unsigned char	 num[NNUM][NUM_MAX];
	size_t		 nnum;
	unsigned char	 mode[8];
	unsigned char	 orig[1024];	/* orig_client */
};

static void
begin(struct making *m, struct slice type)
{
	rec_clear(&m->r);
	m->ntime = m->nnum = 0;
	rec_set(&m->r, F_TYPE, type);
}

static void
put(struct making *m, enum field f, struct slice s)
{
	if (s.ptr != NULL)
		rec_set(&m->r, f, s);
}

/* What is empty or "unknown" is not known. */
static void
put_known(struct making *m, enum field f, struct slice s)
{
	if (s.len > 0)
		put(m, f, s);
}

static void
put_num(struct making *m, enum field f, uint64_t v)
{
	unsigned char *t;

	if (m->nnum == NNUM)
		return;
	t = m->num[m->nnum++];
	rec_set(&m->r, f, slice_of(t, num_u64(t, v)));
}

static void
put_time(struct making *m, enum field f, int64_t sec, uint32_t nsec,
    unsigned int digits)
{
	unsigned char *t;
	size_t n;

	if (m->ntime == NTIME)
		return;
	t = m->time[m->ntime++];
	n = caltime_text(t, sec, nsec, digits);
	if (n > 0)
		rec_set(&m->r, f, slice_of(t, n));
}

static void
put_stamp(struct making *m, enum field f, const struct statx_timestamp *t)
{
	put_time(m, f, t->tv_sec, t->tv_nsec, t->tv_nsec == 0 ? 0 : 9);
}

static struct slice
client(const struct queuefacts *f, enum queueattr real, enum queueattr log)
{
	/* Before 2.3 there was one of them only. */
	return f->attr[real].ptr != NULL ? f->attr[real] : f->attr[log];
}

/* The client of the system that passed it on (XFORWARD), as logs write it. */
static void
put_orig_client(struct making *m, const struct queuefacts *f)
{
	struct slice name = f->attr[QA_LOG_CLIENT_NAME];
	struct slice addr = f->attr[QA_LOG_CLIENT_ADDRESS];
	size_t n = 0;

	if (addr.ptr == NULL || f->attr[QA_CLIENT_ADDRESS].ptr == NULL ||
	    slice_eq(addr, f->attr[QA_CLIENT_ADDRESS]) ||
	    name.len + addr.len + 2 > sizeof(m->orig))
		return;
	if (name.len > 0)
		memcpy(m->orig, name.ptr, name.len);
	n = name.len;
	m->orig[n++] = '[';
	if (addr.len > 0)
		memcpy(m->orig + n, addr.ptr, addr.len);
	n += addr.len;
	m->orig[n++] = ']';
	put(m, F_ORIG_CLIENT, slice_of(m->orig, n));
}

/* Who sent it, to any record of the message. */
static void
put_origin(struct making *m, const struct queuefacts *f)
{
	put(m, F_FROM, f->sender);
	put_known(m, F_CLIENT_NAME, client(f, QA_CLIENT_NAME,
	    QA_LOG_CLIENT_NAME));
	put_known(m, F_CLIENT_ADDR, client(f, QA_CLIENT_ADDRESS,
	    QA_LOG_CLIENT_ADDRESS));
	if (slice_digits(client(f, QA_CLIENT_PORT, QA_LOG_CLIENT_PORT)))
		put(m, F_CLIENT_PORT, client(f, QA_CLIENT_PORT,
		    QA_LOG_CLIENT_PORT));
	put_known(m, F_HELO, client(f, QA_HELO_NAME, QA_LOG_HELO_NAME));
	put_known(m, F_PROTOCOL, client(f, QA_PROTOCOL_NAME,
	    QA_LOG_PROTOCOL_NAME));
	put_known(m, F_SASL_METHOD, f->attr[QA_SASL_METHOD]);
	put_known(m, F_SASL_USER, f->attr[QA_SASL_USERNAME]);
	put_orig_client(m, f);
}

static const struct queuehop *
own_hop(const struct queuefacts *f)
{
	return f->nhop > 0 && f->hop[0].own ? &f->hop[0] : NULL;
}

/* TLS as a Received header has it. */
static void
put_tls(struct making *m, const struct queuehop *h)
{
	put(m, F_TLS_VERSION, h->r.version);
	put(m, F_TLS_CIPHER, h->r.cipher);
	put(m, F_TLS_BITS, h->r.bits);
	if (h->r.tls != RECEIVED_SILENT)
		put(m, F_TLS, h->r.tls == RECEIVED_TLS ? SLICE("encrypted") :
		    SLICE("plaintext"));
}

/* Where the source has that offset of the file. */
static uint64_t
place(const struct queuerecord *x, uint64_t off, uint64_t *len)
{
	uint64_t left, at;

	if (x->carved == NULL)
		return x->base + off;
	at = pieces_image(x->carved, off, &left);
	if (*len > left)
		*len = left;
	return at;
}

static void
put_place(struct making *m, const struct queuerecord *x, uint64_t off,
    uint64_t len)
{
	put(m, F_SRC, x->src);
	put_num(m, F_OFF, place(x, off, &len));
	put_num(m, F_LEN, len);
}

static int64_t
apart(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

static bool
in_queue(const struct queuerecord *x, struct slice name)
{
	return slice_eq(x->path.queue, name);
}

bool
queuerecord_original(const struct queuerecord *x)
{
	return x->path.qid.ptr != NULL && x->base == 0 && !x->file->copied &&
	    x->path.id.inode == x->file->st.stx_ino;
}

/* Name, inode and times against each other. */
static void
check_file(const struct queuerecord *x, struct queuefacts *f)
{
	const struct statx *st = &x->file->st;
	const struct queueid *id = &x->path.id;
	int64_t mtime = st->stx_mtime.tv_sec, ctime = st->stx_ctime.tv_sec;

	if (x->path.queue.ptr != NULL && x->path.qid.ptr == NULL)
		queuefacts_bad(f, x->path.temp ? SLICE("temporary-name") :
		    SLICE("name-no-queue-id"));
	if (x->path.hash_wrong)
		queuefacts_bad(f, SLICE("hash-directory"));
	if (x->path.qid.ptr == NULL || x->file->copied || x->base != 0)
		return;
	if (x->path.queue.ptr != NULL && id->inode != st->stx_ino)
		queuefacts_bad(f, SLICE("inode"));
	if (id->has_time && f->has_created &&
	    (f->created < id->sec - 1 || f->created > id->sec + 10))
		queuefacts_bad(f, SLICE("id-time-created"));
	if (id->has_time && f->has_time && f->sec > id->sec + 1)
		queuefacts_bad(f, SLICE("id-time-arrival"));
	if (!queuerecord_original(x))
		return;
	if ((st->stx_mask & STATX_BTIME) != 0 && id->has_time &&
	    apart(st->stx_btime.tv_sec, id->sec) > 1)
		queuefacts_bad(f, SLICE("id-time-birth"));
	if (f->has_created && f->created > ctime + 1)
		queuefacts_bad(f, SLICE("created-after-change"));
	if (in_queue(x, SLICE("deferred")) && f->has_created &&
	    mtime - ctime > 300 && mtime - ctime < 4000 &&
	    apart(2 * ctime - mtime, f->created) > 10)
		queuefacts_bad(f, SLICE("mtime-touched"));
	if (st->stx_nlink != 1)
		queuefacts_bad(f, SLICE("links"));
	if (x->path.queue.ptr != NULL && (st->stx_mode & 0700) == 0700 &&
	    !x->whole)
		queuefacts_bad(f, SLICE("ready-but-not-whole"));
	if (x->path.queue.ptr != NULL && x->whole && !in_queue(x,
	    SLICE("corrupt")) && (st->stx_mode & 0700) != 0700)
		queuefacts_bad(f, SLICE("whole-but-not-ready"));
	if (x->path.queue.ptr != NULL && (st->stx_mode & 07777 &
	    (in_queue(x, SLICE("maildrop")) ? ~0754U : ~0750U)) != 0)
		queuefacts_bad(f, SLICE("mode"));
}

/* Entries of the logs against the recipients. */
static void
check_logs(const struct queuerecord *x, const struct queuelogs *logs,
    struct queuefacts *f)
{
	if (x->log_cut)
		queuefacts_bad(f, SLICE("log-too-large-to-join"));
	for (size_t k = 0; k < 2; k++) {
		if (logs->strange[k])
			queuefacts_bad(f, k == 0 ? SLICE("bounce-log-offset") :
			    SLICE("defer-log-offset"));
		if (k == 0 && logs->pending[k])
			queuefacts_bad(f, SLICE("bounced-but-pending"));
	}
}

static void
put_file(struct making *m, struct queuerecord *x)
{
	const struct statx *st = &x->file->st;
	struct digest *d;

	put(m, F_SRC, x->src);
	put_num(m, F_SIZE, x->size);
	if (x->base != 0)
		put_num(m, F_OFF, x->base);
	put(m, F_QUEUE, x->path.queue);
	put(m, F_QID, x->path.qid);
	if (x->path.qid.ptr != NULL) {
		if (x->path.id.has_time)
			put_time(m, F_ID_TIME, x->path.id.sec,
			    x->path.id.usec * 1000, 6);
		put_num(m, F_ID_INODE, x->path.id.inode);
	}
	if (x->hash) {
		d = digest_start(x->file->fd, true, x->file->base + x->base);
		digest_reach(d, x->size);
		if (digest_done(d, x->sha256))
			put(m, F_SHA256, slice_of(x->sha256, DIGEST_HEX - 1));
		else
			x->sha256[0] = '\0';
	} else if (x->sha256[0] != '\0')
		put(m, F_SHA256, slice_of(x->sha256, DIGEST_HEX - 1));
	put(m, F_RECOVERED, x->recovered);
	if (x->file->dated)
		put_stamp(m, F_MTIME, &st->stx_mtime);
	if (x->file->copied)
		return;
	for (size_t i = 0; i < 4; i++)
		m->mode[i] = (unsigned char)('0' +
		    ((st->stx_mode >> (3 * (3 - i))) & 7));
	put(m, F_MODE, slice_of(m->mode, 4));
	put(m, F_READY, (st->stx_mode & 0700) == 0700 ? SLICE("true") :
	    SLICE("false"));
	put_num(m, F_OWNER, st->stx_uid);
	put_num(m, F_GROUP, st->stx_gid);
	if (st->stx_nlink != 1)
		put_num(m, F_LINKS, st->stx_nlink);
	put_num(m, F_INODE, st->stx_ino);
	put_stamp(m, F_MTIME, &st->stx_mtime);
	put_stamp(m, F_CTIME, &st->stx_ctime);
	put_stamp(m, F_ATIME, &st->stx_atime);
	if ((st->stx_mask & STATX_BTIME) != 0)
		put_stamp(m, F_BTIME, &st->stx_btime);
}

/* The set bits of the send options, as words. */
static struct slice
options(uint64_t v, struct buf *b)
{
	static const struct {
		unsigned int	bit;
		struct slice	name;
	} w[] = {
#define W(n, t)	{ n, { (const unsigned char *)t, sizeof(t) - 1 } }
		W(1, "smtputf8"), W(2, "header-utf8"), W(4, "sender-utf8"),
		W(8, "recipient-utf8"), W(16, "tls-required-no"),
		W(32, "requiretls"),
#undef W
	};

	for (size_t i = 0; i < sizeof(w) / sizeof(w[0]); i++) {
		if ((v & w[i].bit) == 0)
			continue;
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		(void)buf_add(b, w[i].name);
	}
	return buf_slice(b);
}

static bool
has_next_try(const struct queuerecord *x, const struct queuefacts *f)
{
	/* Set, not written; a copy that kept the time still says it. */
	return in_queue(x, SLICE("deferred")) &&
	    (!x->file->copied || x->file->dated) &&
	    x->file->st.stx_mtime.tv_nsec == 0 &&
	    f->has_created && x->file->st.stx_mtime.tv_sec > f->created;
}

static void
put_own(struct making *m, const struct queuefacts *f)
{
	const struct queuehop *h = own_hop(f);

	if (h != NULL)
		put(m, F_HOST, h->r.by);
}

static bool
write_file(struct making *m, struct queuerecord *x, struct queuefacts *f,
    queuerecord_fn *fn, void *arg)
{
	const struct queuehop *h = own_hop(f);
	uint64_t tls_len = h == NULL ? 0 : h->len;
	struct buf opts;
	bool ok;

	begin(m, SLICE("file"));
	buf_init(&opts, 256);
	if (f->has_time)
		put_time(m, F_TIME, f->sec, f->usec * 1000, f->digits);
	put_own(m, f);
	put_file(m, x);
	put_origin(m, f);
	put_known(m, F_MESSAGE_ID, f->message_id.len > 0 ? f->message_id :
	    f->attr[QA_MESSAGE_ID]);
	put_known(m, F_SUBJECT, f->subject);
	put_num(m, F_NRCPT, f->nrcpt[0] + f->nrcpt[1]);
	put_num(m, F_PENDING, f->nrcpt[0]);
	put_num(m, F_DONE, f->nrcpt[1]);
	if (f->has_size && f->size.done)
		put_num(m, F_CONTENT, f->size.n >= 5 ?
		    f->size.v[QUEUESIZE_CONTENT] : f->size.v[QUEUESIZE_SPAN]);
	if (h != NULL) {
		put_tls(m, h);
		put_known(m, F_UID, slice_digits(h->r.uid) ? h->r.uid :
		    slice_of(NULL, 0));
		if (h->r.tls != RECEIVED_SILENT) {
			put(m, F_TLS_PROOF, SLICE("proven"));
			put(m, F_TLS_SRC, x->src);
			put_num(m, F_TLS_OFF, place(x, h->off, &tls_len));
			put_num(m, F_TLS_LEN, tls_len);
		}
	}
	if (f->has_created)
		put_time(m, F_CREATED, f->created, 0, 0);
	if (has_next_try(x, f))
		put_stamp(m, F_NEXT_TRY, &x->file->st.stx_mtime);
	if (f->has_size && f->size.v[QUEUESIZE_OPTIONS] != 0)
		put_known(m, F_SEND_OPTS,
		    options(f->size.v[QUEUESIZE_OPTIONS], &opts));
	put_known(m, F_ENVID, f->attr[QA_ENVELOPE_ID]);
	put_known(m, F_ORIG_QID, f->attr[QA_LOG_IDENT]);
	put_known(m, F_ATTRS, buf_slice(&f->others));
	put(m, F_COMPLETE, x->whole ? SLICE("true") : SLICE("false"));
	put_known(m, F_RESIDUE, buf_slice(&f->gaps));
	put_known(m, F_CONTRADICTS, buf_slice(&f->bad));
	put_known(m, F_DAMAGED, buf_slice(&f->loss));
	ok = fn(arg, &m->r);
	buf_free(&opts);
	return ok;
}

/* An event of this message at its arrival. */
static void
begin_event(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, struct slice event)
{
	begin(m, SLICE("event"));
	if (f->has_time)
		put_time(m, F_TIME, f->sec, f->usec * 1000, f->digits);
	put_own(m, f);
	put(m, F_QID, x->path.qid);
	put(m, F_QUEUE, x->path.queue.ptr != NULL ? x->path.queue :
	    SLICE(""));
	put(m, F_EVENT, event);
}

static bool
write_arrival(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, queuerecord_fn *fn, void *arg)
{
	const struct queuehop *h = own_hop(f);
	struct slice addr = client(f, QA_CLIENT_ADDRESS,
	    QA_LOG_CLIENT_ADDRESS);

	begin_event(m, x, f, addr.len > 0 ? SLICE("client") :
	    h != NULL && h->r.uid.len > 0 ? SLICE("pickup") :
	    SLICE("queued"));
	put_origin(m, f);
	if (h != NULL && slice_digits(h->r.uid))
		put(m, F_UID, h->r.uid);
	put_num(m, F_NRCPT, f->nrcpt[0] + f->nrcpt[1]);
	put_place(m, x, 0, x->size);
	return fn(arg, &m->r);
}

static bool
write_hop(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, const struct queuehop *h, queuerecord_fn *fn,
    void *arg)
{
	begin_event(m, x, f, SLICE("received"));
	rec_unset(&m->r, F_TIME);
	m->ntime = 0;
	if (h->r.has_time)
		put_time(m, F_TIME, h->r.time, 0, 0);
	put(m, F_BY, h->r.by);
	put_known(m, F_CLIENT_NAME, h->r.name);
	put_known(m, F_CLIENT_ADDR, h->r.addr);
	put_known(m, F_HELO, h->r.from);
	put_known(m, F_PROTOCOL, h->r.with);
	put_known(m, F_TO, h->r.rcpt);
	put_known(m, F_ORIG_QID, h->r.id);
	put_tls(m, h);
	put(m, F_CLAIM, h->own ? SLICE("false") : SLICE("true"));
	put_place(m, x, h->off, h->len);
	return fn(arg, &m->r);
}

static bool
write_rcpt(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, const struct queuelogs *logs,
    const struct queuercpt *p, size_t i, queuerecord_fn *fn, void *arg)
{
	struct slice status = p->type == 'D' ? SLICE("done") :
	    p->type == '/' ? SLICE("canceled") : SLICE("pending");
	struct bouncelog hit = { .offset = 0 };

	begin_event(m, x, f, SLICE("recipient"));
	put(m, F_TO, p->addr);
	if (p->orig.ptr != NULL && !slice_eq(p->orig, p->addr))
		put(m, F_ORIG_TO, p->orig);
	put(m, F_ORCPT, p->orcpt);
	for (size_t k = 0; k < QUEUELOGS; k++) {
		/* A recipient that is done was deferred before. */
		if (k == 1 && p->type == 'D')
			continue;
		/* The latest attempt; a trace tells what became of it. */
		if (!queuelogs_entry(logs, k, i, &hit))
			continue;
		if (k < 2)
			status = k == 0 ? SLICE("bounced") : SLICE("deferred");
		m->ntime = 0;
		rec_unset(&m->r, F_TIME);
		put_time(m, F_TIME, x->log_time[k], 0, 0);
		break;
	}
	put(m, F_STATUS, status);
	put_known(m, F_ACTION, hit.action);
	put_known(m, F_DSN, hit.status);
	put_known(m, F_REASON, hit.reason);
	put_known(m, F_REPLY, hit.diag_text);
	put_known(m, F_RELAY_NAME, hit.mta_name);
	put_place(m, x, p->off, p->len);
	return fn(arg, &m->r);
}

static bool
write_state(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, queuerecord_fn *fn, void *arg)
{
	if (has_next_try(x, f)) {
		begin_event(m, x, f, SLICE("retry"));
		m->ntime = 0;
		put_stamp(m, F_TIME, &x->file->st.stx_mtime);
		put_place(m, x, 0, x->size);
		if (!fn(arg, &m->r))
			return false;
	}
	if (!in_queue(x, SLICE("hold")))
		return true;
	begin_event(m, x, f, SLICE("held"));
	/* The move to the queue changed the inode; a copy's is its own. */
	rec_unset(&m->r, F_TIME);
	m->ntime = 0;
	if (queuerecord_original(x))
		put_stamp(m, F_TIME, &x->file->st.stx_ctime);
	put_place(m, x, 0, x->size);
	return fn(arg, &m->r);
}

static bool
write_events(struct making *m, const struct queuerecord *x,
    const struct queuefacts *f, const struct queuelogs *logs,
    queuerecord_fn *fn, void *arg)
{
	size_t n = 0;

	/* Of a content alone nobody knows how it came. */
	if ((x->carved == NULL || f->has_time || f->has_sender) &&
	    !write_arrival(m, x, f, fn, arg))
		return false;
	for (size_t i = 0; i < f->nhop; i++)
		if (!write_hop(m, x, f, &f->hop[i], fn, arg))
			return false;
	for (const struct queuercpt *p = f->rcpt; p != NULL; p = p->next)
		if (!write_rcpt(m, x, f, logs, p, n++, fn, arg))
			return false;
	return write_state(m, x, f, fn, arg);
}

void
queuerecord_write(struct queuerecord *x, struct queuefacts *f,
    queuerecord_fn *fn, void *arg)
{
	struct queuelogs logs;
	struct making m;

	check_file(x, f);
	queuelogs_join(&logs, f, x->log);
	check_logs(x, &logs, f);
	if (write_file(&m, x, f, fn, arg))
		(void)write_events(&m, x, f, &logs, fn, arg);
	queuelogs_free(&logs);
}

bool
queuerecord_part(struct queuerecord *x, const struct queuefacts *f,
    const struct queuepart *p, queuerecord_fn *fn, void *arg)
{
	struct making m;

	begin_event(&m, x, f, SLICE("part"));
	put(&m, F_PART, p->number);
	put(&m, F_MIME_TYPE, p->type);
	put(&m, F_MAGIC, p->magic);
	if (p->has_name)
		put(&m, F_FILE_NAME, p->name);
	put_num(&m, F_SIZE, p->size);
	put(&m, F_SHA256, p->sha256);
	put(&m, F_EXTRACT, p->extract);
	put(&m, F_COMPLETE, p->whole ? SLICE("true") : SLICE("false"));
	put(&m, F_SRC, x->src);
	put_num(&m, F_OFF, x->base + p->off);
	if (p->len > 0)
		put_num(&m, F_LEN, p->len);
	return fn(arg, &m.r);
}

void
queuerecord_file(struct queuerecord *x, struct slice format,
    queuerecord_fn *fn, void *arg)
{
	struct making m;

	begin(&m, SLICE("file"));
	put_file(&m, x);
	put(&m, F_FORMAT, format);
	(void)fn(arg, &m.r);
}

void
queuerecord_log(struct queuerecord *x, struct slice log, queuerecord_fn *fn,
    void *arg)
{
	struct making m;
	struct bouncelog b;
	size_t pos = 0;

	begin(&m, SLICE("file"));
	put_file(&m, x);
	put(&m, F_FORMAT, SLICE("bounce-log"));
	if (!fn(arg, &m.r))
		return;
	while (bouncelog_next(log, &pos, &b)) {
		begin(&m, SLICE("event"));
		if (!x->file->copied || x->file->dated)
			put_time(&m, F_TIME, x->file->st.stx_mtime.tv_sec, 0,
			    0);
		put(&m, F_QID, x->path.qid);
		put(&m, F_QUEUE, x->path.queue.ptr != NULL ? x->path.queue :
		    SLICE(""));
		put(&m, F_EVENT, SLICE("recipient"));
		put(&m, F_TO, b.recipient);
		put(&m, F_ORIG_TO, b.original);
		put(&m, F_ORCPT, b.orcpt);
		put(&m, F_STATUS, slice_eq(x->path.queue, SLICE("bounce")) ?
		    SLICE("bounced") : slice_eq(x->path.queue,
		    SLICE("defer")) ? SLICE("deferred") : b.action);
		put_known(&m, F_ACTION, b.action);
		put_known(&m, F_DSN, b.status);
		put_known(&m, F_REASON, b.reason);
		put_known(&m, F_REPLY, b.diag_text);
		put_known(&m, F_RELAY_NAME, b.mta_name);
		put_place(&m, x, b.pos, b.len);
		if (!fn(arg, &m.r))
			return;
	}
}
