#include "track/qfile.h"

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

/* One recipient of the message, by address. */
struct rcpt {
	uint64_t hash;	      /* 0: free */
	unsigned char logged; /* outcome of its latest line */
	bool in_file;
	bool done; /* by the file */
};

struct rcpts {
	struct rcpt *v;
	size_t cap; /* a power of two */
};

/* An address without quotes and case: logs quote, records do not. */
static uint64_t
hash_addr(struct slice s)
{
	bool quoted = s.len > 0 && s.ptr[0] == '"';
	uint64_t h = 7;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		if (quoted && c == '"')
			continue;
		if (quoted && c == '\\' && i + 1 < s.len)
			c = s.ptr[++i];
		h = (h ^ ascii_tolower(c)) * UINT64_C(0x100000001b3);
		h ^= h >> 29;
	}
	return h | 1;
}

static struct rcpt *
rcpt_at(const struct rcpts *x, struct slice addr)
{
	uint64_t h = hash_addr(addr);
	size_t i =
	    (size_t)(hash_bytes(slice_of(&h, sizeof(h)), 6)) & (x->cap - 1);

	while (x->v[i].hash != 0 && x->v[i].hash != h)
		i = (i + 1) & (x->cap - 1);
	return &x->v[i];
}

static void
add_rcpt(const struct rcpts *x, struct slice addr, struct rcpt what)
{
	struct rcpt *p;

	if (addr.len == 0)
		return;
	p = rcpt_at(x, addr);
	p->hash = hash_addr(addr);
	if (what.logged != 0)
		p->logged = what.logged;
	p->in_file = p->in_file || what.in_file;
	p->done = p->done || what.done;
}

static unsigned char
outcome(struct slice status)
{
	if (slice_eq(status, SLICE("sent")))
		return DONE_SENT;
	if (slice_eq(status, SLICE("bounced")))
		return DONE_BOUNCED;
	return DONE_DEFERRED;
}

/* By the file: is there nothing more to do? */
static bool
is_done(struct slice status)
{
	return slice_eq(status, SLICE("done")) ||
	    slice_eq(status, SLICE("bounced"));
}

/* Collect the recipients of the deliveries logged and of the file. */
static void
collect(const struct message *m, struct rcpts *x)
{
	struct journal_at pos = { .piece = NULL };
	struct journal_entry e;
	size_t n = 0;
	struct rec r;

	while (journal_next(&m->journal, &pos, &e) != JOURNAL_END)
		n += e.kind == JOURNAL_BLOCK ? 2 : 0;
	for (x->cap = 16; x->cap < 2 * n; x->cap *= 2)
		continue;
	x->v = mem_alloc(x->cap, sizeof(*x->v));
	pos = (struct journal_at){ .piece = NULL };
	while (journal_next(&m->journal, &pos, &e) != JOURNAL_END) {
		struct rcpt what = { .hash = 0 };

		if (e.kind != JOURNAL_BLOCK ||
		    (e.head.ptr[0] != HEAD_DELIVERY &&
			e.head.ptr[0] != HEAD_RCPT))
			continue;
		rec_clear(&r);
		journal_facts(e.facts, &r);
		if (e.head.ptr[0] == HEAD_RCPT) {
			what.in_file = true;
			what.done = is_done(rec_get(&r, F_STATUS));
		} else if (slice_eq(rec_get(&r, F_STATUS), SLICE("rejected")))
			continue;
		else
			what.logged = outcome(rec_get(&r, F_STATUS));
		add_rcpt(x, rec_get(&r, F_TO), what);
		add_rcpt(x, rec_get(&r, F_ORIG_TO), what);
	}
}

static void
say(struct track *t, struct slice word)
{
	struct slice rest = buf_slice(&t->bad), w;

	while (slice_cut(rest, ' ', &w, &rest))
		if (slice_eq(w, word))
			return;
	if (slice_eq(rest, word))
		return;
	if (t->bad.len > 0)
		(void)buf_addc(&t->bad, ' ');
	(void)buf_add(&t->bad, word);
}

/* Does the log have all of it from its arrival on? */
static bool
covers(const struct track *t, const struct message *m,
    const struct track_spool *spool)
{
	const struct host *h =
	    node_at(&t->nodes, m->node.idx)->id.instance->host;

	return (m->saw & SAW_ARRIVAL) != 0 && h->timed &&
	    (h->gap_epoch == 0 || h->gap_end < m->first.sec) && spool != NULL &&
	    h->last >= spool->asof + zone_slack(t, m->note);
}

/* The outcome that the log has of either address, 0 for none. */
static unsigned char
logged(const struct rcpts *x, const struct rec *r)
{
	unsigned char v = rcpt_at(x, rec_get(r, F_TO))->logged;

	if (v == 0 && rec_has(r, F_ORIG_TO) && rec_get(r, F_ORIG_TO).len > 0)
		v = rcpt_at(x, rec_get(r, F_ORIG_TO))->logged;
	return v;
}

/* One recipient of the file, beside what the log says of it. */
static void
merge_rcpt(struct track *t, const struct rcpts *x, const struct rec *r,
    const struct journal_entry *e, bool covered)
{
	struct slice status = rec_get(r, F_STATUS), to = rec_get(r, F_TO);
	unsigned char log = logged(x, r);

	if (slice_eq(status, SLICE("canceled")))
		return;
	if (is_done(status) && covered && (log == 0 || log == DONE_DEFERRED))
		say(t, SLICE("done-not-logged"));
	if (!is_done(status) && (log & (DONE_SENT | DONE_BOUNCED)) != 0)
		say(t, SLICE("settled-but-pending"));
	if (log != 0)
		return;
	if (!slice_eq(status, SLICE("pending")))
		write_due(t, e);
	else if (t->to.len + to.len < QFILE_RCPTS) {
		if (t->to.len > 0)
			(void)buf_addc(&t->to, ' ');
		(void)buf_add(&t->to, to);
	}
}

/* Recipients of the file: deliveries that only it tells of, and `to`. */
static void
merge_rcpts(struct track *t, const struct message *m, const struct file_head *h)
{
	struct rcpts x;
	struct journal_at pos = { .piece = NULL };
	struct journal_entry e;
	bool covered = covers(t, m, h->spool), any = false;
	struct rec r;

	collect(m, &x);
	while (journal_next(&m->journal, &pos, &e) != JOURNAL_END) {
		if (e.kind != JOURNAL_BLOCK)
			continue;
		rec_clear(&r);
		if (e.head.ptr[0] == HEAD_RCPT) {
			any = true;
			journal_facts(e.facts, &r);
			merge_rcpt(t, &x, &r, &e, covered);
		}
	}
	pos = (struct journal_at){ .piece = NULL };
	while (any && h->place != QFILE_LOG &&
	    journal_next(&m->journal, &pos, &e) != JOURNAL_END) {
		if (e.kind != JOURNAL_BLOCK || e.head.ptr[0] != HEAD_DELIVERY)
			continue;
		rec_clear(&r);
		journal_facts(e.facts, &r);
		if (!slice_eq(rec_get(&r, F_STATUS), SLICE("rejected")) &&
		    !rcpt_at(&x, rec_get(&r, F_TO))->in_file &&
		    (rec_get(&r, F_ORIG_TO).len == 0 ||
			!rcpt_at(&x, rec_get(&r, F_ORIG_TO))->in_file))
			say(t, SLICE("recipients"));
	}
	mem_free(x.v);
}

/* Facts of the file against those of the log. */
static void
compare(struct track *t, const struct message *m, const struct file_head *h,
    const struct rec *log, const struct rec *file)
{
	if ((m->saw & (SAW_REMOVED | SAW_DELETED | SAW_REQUEUED)) != 0 &&
	    h->place != QFILE_LOG && h->spool != NULL &&
	    m->ended + zone_slack(t, m->note) < h->spool->asof &&
	    ((m->saw & SAW_REQUEUED) == 0 || h->place != QFILE_MAILDROP))
		say(t, SLICE("file-after-removed"));
	if (m->saw & SAW_REUSED)
		say(t, SLICE("id-in-use"));
	if (rec_has(log, F_FROM) && rec_has(file, F_FROM) &&
	    (m->saw & SAW_QUEUED) != 0 &&
	    hash_addr(log->v[F_FROM]) != hash_addr(file->v[F_FROM]))
		say(t, SLICE("sender"));
	if (rec_has(log, F_SIZE) && rec_has(file, F_CONTENT) &&
	    !slice_eq(log->v[F_SIZE], file->v[F_CONTENT]))
		say(t, SLICE("size"));
}

/* What the log does not say. */
static void
fill(struct rec *r, const struct rec *file)
{
	static const enum field always[] = { F_QUEUE, F_NEXT_TRY, F_DONE,
		F_PENDING };
	static const enum field lacking[] = { F_FROM, F_MESSAGE_ID, F_NRCPT,
		F_HELO, F_PROTOCOL, F_SASL_METHOD, F_SASL_USER, F_UID,
		F_SUBJECT };
	static const enum field client[] = { F_CLIENT_NAME, F_CLIENT_ADDR,
		F_CLIENT_PORT };

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (rec_has(file, always[i]))
			rec_set(r, always[i], file->v[always[i]]);
	for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++)
		if (!rec_has(r, lacking[i]) && rec_has(file, lacking[i]))
			rec_set(r, lacking[i], file->v[lacking[i]]);
	if (!rec_has(r, F_CLIENT_ADDR))
		for (size_t i = 0; i < 3; i++)
			if (rec_has(file, client[i]))
				rec_set(r, client[i], file->v[client[i]]);
	if (!rec_has(r, F_ORIG_CLIENT) && rec_has(file, F_ORIG_CLIENT))
		rec_set(r, F_ORIG_CLIENT, file->v[F_ORIG_CLIENT]);
	/* Its own ID is not that of the system before. */
	if (!rec_has(r, F_ORIG_QID) && rec_has(file, F_ORIG_QID) &&
	    !slice_eq(file->v[F_ORIG_QID], rec_get(r, F_QID)))
		rec_set(r, F_ORIG_QID, file->v[F_ORIG_QID]);
	if (!rec_has(r, F_SIZE) && rec_has(file, F_CONTENT))
		rec_set(r, F_SIZE, file->v[F_CONTENT]);
}

/* Sure of both, and still not the same? */
static bool
tls_differs(const struct file_head *h, const struct verdict *in)
{
	bool clear = in->status == TLS_PLAINTEXT;

	if (h->tls_status == TLS_ABSENT || in->proof != PROOF_PROVEN ||
	    (!clear && in->status != TLS_ENCRYPTED &&
		in->status != TLS_AUTHENTICATED))
		return false;
	return clear != (h->tls_status == TLS_PLAINTEXT);
}

/* The log says that it is queued, and the whole queue does not have it. */
static bool
no_file(
    const struct track *t, const struct message *m, const struct file_head *h)
{
	const struct instance *i = node_at(&t->nodes, m->node.idx)->id.instance;
	int64_t slack = zone_slack(t, m->note);

	if (i->spool == NULL || !i->spool->whole || m->l.reject ||
	    (m->saw & (SAW_END | SAW_DISCARD)) != 0 || !m->first.known ||
	    (h->kind != 0 && h->place != QFILE_LOG))
		return false;
	/* Settled, or never queued: no file is expected. */
	if ((m->saw & SAW_HELD) == 0 &&
	    ((m->saw & SAW_QUEUED) == 0 || m->nrcpt == 0 ||
		m->l.nsettled >= m->nrcpt))
		return false;
	return m->first.sec + slack < i->spool->asof &&
	    i->spool->asof + slack <= i->host->last;
}

void
qfile_merge(struct track *t, const struct message *m, const struct verdict *in,
    struct rec *r)
{
	struct rec file;
	struct file_head h = qfile_head(m, &file);

	t->to.len = t->bad.len = 0;
	if (h.kind != 0) {
		compare(t, m, &h, r, &file);
		/* Deliveries written before are not known any more. */
		if (m->done_early == 0)
			merge_rcpts(t, m, &h);
		if (tls_differs(&h, in))
			say(t, SLICE("tls"));
		fill(r, &file);
		if (t->to.len > 0)
			rec_set(r, F_TO, buf_slice(&t->to));
	}
	if (no_file(t, m, &h))
		say(t, SLICE("no-file"));
	if (t->bad.len > 0)
		rec_set(r, F_CONTRADICTS, buf_slice(&t->bad));
}
