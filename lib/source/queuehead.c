#include "source/queuehead.h"

#include "source/queuecheck.h"

void
queuehead_state(struct making *m, struct queuerecord *x)
{
	const struct statx *st = &x->file->st;
	struct digest *d;

	making_put(m, F_SRC, x->src);
	making_num(m, F_SIZE, x->size);
	if (x->base != 0)
		making_num(m, F_OFF, x->base);
	making_put(m, F_QUEUE, x->path.queue);
	making_put(m, F_QID, x->path.qid);
	if (x->path.qid.ptr != NULL) {
		if (x->path.id.has_time)
			making_time(m, F_ID_TIME, x->path.id.sec,
			    x->path.id.usec * 1000, 6);
		making_num(m, F_ID_INODE, x->path.id.inode);
	}
	if (x->hash) {
		d = digest_start(x->file->fd, true, x->file->base + x->base);
		digest_reach(d, x->size);
		if (digest_done(d, x->sha256))
			making_put(m, F_SHA256, slice_of(x->sha256, DIGEST_HEX - 1));
		else
			x->sha256[0] = '\0';
	} else if (x->sha256[0] != '\0')
		making_put(m, F_SHA256, slice_of(x->sha256, DIGEST_HEX - 1));
	making_put(m, F_RECOVERED, x->recovered);
	if (x->file->dated)
		making_stamp(m, F_MTIME, &st->stx_mtime);
	if (x->file->copied)
		return;
	for (size_t i = 0; i < 4; i++)
		m->mode[i] = (unsigned char)('0' +
		    ((st->stx_mode >> (3 * (3 - i))) & 7));
	making_put(m, F_MODE, slice_of(m->mode, 4));
	making_put(m, F_READY, (st->stx_mode & 0700) == 0700 ? SLICE("true") :
	    SLICE("false"));
	making_num(m, F_OWNER, st->stx_uid);
	making_num(m, F_GROUP, st->stx_gid);
	if (st->stx_nlink != 1)
		making_num(m, F_LINKS, st->stx_nlink);
	making_num(m, F_INODE, st->stx_ino);
	making_stamp(m, F_MTIME, &st->stx_mtime);
	making_stamp(m, F_CTIME, &st->stx_ctime);
	making_stamp(m, F_ATIME, &st->stx_atime);
	if ((st->stx_mask & STATX_BTIME) != 0)
		making_stamp(m, F_BTIME, &st->stx_btime);
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

bool
queuehead_next_try(const struct queuerecord *x, const struct queuefacts *f)
{
	/* Set, not written; a copy that kept the time still says it. */
	return queuecheck_in(x, SLICE("deferred")) &&
	    (!x->file->copied || x->file->dated) &&
	    x->file->st.stx_mtime.tv_nsec == 0 &&
	    f->has_created && x->file->st.stx_mtime.tv_sec > f->created;
}

bool
queuehead_write(struct making *m, struct queuerecord *x, struct queuefacts *f,
    queuerecord_fn *fn, void *arg)
{
	const struct queuehop *h = making_own_hop(f);
	uint64_t tls_len = h == NULL ? 0 : h->len;
	struct buf opts;
	bool ok;

	making_begin(m, SLICE("file"));
	buf_init(&opts, 256);
	if (f->has_time)
		making_time(m, F_TIME, f->sec, f->usec * 1000, f->digits);
	making_host(m, f);
	queuehead_state(m, x);
	making_origin(m, f);
	making_known(m, F_MESSAGE_ID, f->message_id.len > 0 ? f->message_id :
	    f->attr[QA_MESSAGE_ID]);
	making_known(m, F_SUBJECT, f->subject);
	making_num(m, F_NRCPT, f->nrcpt[0] + f->nrcpt[1]);
	making_num(m, F_PENDING, f->nrcpt[0]);
	making_num(m, F_DONE, f->nrcpt[1]);
	if (f->has_size && f->size.done)
		making_num(m, F_CONTENT, f->size.n >= 5 ?
		    f->size.v[QUEUESIZE_CONTENT] : f->size.v[QUEUESIZE_SPAN]);
	if (h != NULL) {
		making_tls(m, h);
		making_known(m, F_UID, slice_digits(h->r.uid) ? h->r.uid :
		    slice_of(NULL, 0));
		if (h->r.tls != RECEIVED_SILENT) {
			making_put(m, F_TLS_PROOF, SLICE("proven"));
			making_put(m, F_TLS_SRC, x->src);
			making_num(m, F_TLS_OFF, making_offset(x, h->off, &tls_len));
			making_num(m, F_TLS_LEN, tls_len);
		}
	}
	if (f->has_created)
		making_time(m, F_CREATED, f->created, 0, 0);
	if (queuehead_next_try(x, f))
		making_stamp(m, F_NEXT_TRY, &x->file->st.stx_mtime);
	if (f->has_size && f->size.v[QUEUESIZE_OPTIONS] != 0)
		making_known(m, F_SEND_OPTS,
		    options(f->size.v[QUEUESIZE_OPTIONS], &opts));
	making_known(m, F_ENVID, f->attr[QA_ENVELOPE_ID]);
	making_known(m, F_ORIG_QID, f->attr[QA_LOG_IDENT]);
	making_known(m, F_ATTRS, buf_slice(&f->others));
	making_put(m, F_COMPLETE, x->whole ? SLICE("true") : SLICE("false"));
	making_known(m, F_RESIDUE, buf_slice(&f->gaps));
	making_known(m, F_CONTRADICTS, buf_slice(&f->bad));
	making_known(m, F_DAMAGED, buf_slice(&f->loss));
	ok = fn(arg, &m->r);
	buf_free(&opts);
	return ok;
}
