#include "source/making.h"

void
making_begin(struct making *m, struct slice type)
{
	rec_clear(&m->r);
	m->ntime = m->nnum = 0;
	rec_set(&m->r, F_TYPE, type);
}

void
making_put(struct making *m, enum field f, struct slice s)
{
	if (s.ptr != NULL)
		rec_set(&m->r, f, s);
}

/* What is empty or "unknown" is not known. */
void
making_known(struct making *m, enum field f, struct slice s)
{
	if (s.len > 0)
		making_put(m, f, s);
}

void
making_num(struct making *m, enum field f, uint64_t v)
{
	unsigned char *t;

	if (m->nnum == MAKING_NUMS)
		return;
	t = m->num[m->nnum++];
	rec_set(&m->r, f, slice_of(t, num_u64(t, v)));
}

void
making_time(struct making *m, enum field f, int64_t sec, uint32_t nsec,
    unsigned int digits)
{
	unsigned char *t;
	size_t n;

	if (m->ntime == MAKING_TIMES)
		return;
	t = m->time[m->ntime++];
	n = caltime_text(t, sec, nsec, digits);
	if (n > 0)
		rec_set(&m->r, f, slice_of(t, n));
}

void
making_stamp(struct making *m, enum field f, const struct statx_timestamp *t)
{
	making_time(m, f, t->tv_sec, t->tv_nsec, t->tv_nsec == 0 ? 0 : 9);
}

struct slice
making_client(const struct queuefacts *f, enum queueattr real, enum queueattr log)
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
	making_put(m, F_ORIG_CLIENT, slice_of(m->orig, n));
}

/* Who sent it, to any record of the message. */
void
making_origin(struct making *m, const struct queuefacts *f)
{
	making_put(m, F_FROM, f->sender);
	making_known(m, F_CLIENT_NAME, making_client(f, QA_CLIENT_NAME,
	    QA_LOG_CLIENT_NAME));
	making_known(m, F_CLIENT_ADDR, making_client(f, QA_CLIENT_ADDRESS,
	    QA_LOG_CLIENT_ADDRESS));
	if (slice_digits(making_client(f, QA_CLIENT_PORT, QA_LOG_CLIENT_PORT)))
		making_put(m, F_CLIENT_PORT, making_client(f, QA_CLIENT_PORT,
		    QA_LOG_CLIENT_PORT));
	making_known(m, F_HELO, making_client(f, QA_HELO_NAME, QA_LOG_HELO_NAME));
	making_known(m, F_PROTOCOL, making_client(f, QA_PROTOCOL_NAME,
	    QA_LOG_PROTOCOL_NAME));
	making_known(m, F_SASL_METHOD, f->attr[QA_SASL_METHOD]);
	making_known(m, F_SASL_USER, f->attr[QA_SASL_USERNAME]);
	put_orig_client(m, f);
}

const struct queuehop *
making_own_hop(const struct queuefacts *f)
{
	return f->nhop > 0 && f->hop[0].own ? &f->hop[0] : NULL;
}

/* TLS as a Received header has it. */
void
making_tls(struct making *m, const struct queuehop *h)
{
	making_put(m, F_TLS_VERSION, h->r.version);
	making_put(m, F_TLS_CIPHER, h->r.cipher);
	making_put(m, F_TLS_BITS, h->r.bits);
	if (h->r.tls != RECEIVED_SILENT)
		making_put(m, F_TLS, h->r.tls == RECEIVED_TLS ? SLICE("encrypted") :
		    SLICE("plaintext"));
}

/* Where the source has that offset of the file. */
uint64_t
making_offset(const struct queuerecord *x, uint64_t off, uint64_t *len)
{
	uint64_t left, at;

	if (x->carved == NULL)
		return x->base + off;
	at = pieces_image(x->carved, off, &left);
	if (*len > left)
		*len = left;
	return at;
}

void
making_place(struct making *m, const struct queuerecord *x, uint64_t off,
    uint64_t len)
{
	making_put(m, F_SRC, x->src);
	making_num(m, F_OFF, making_offset(x, off, &len));
	making_num(m, F_LEN, len);
}

void
making_host(struct making *m, const struct queuefacts *f)
{
	const struct queuehop *h = making_own_hop(f);

	if (h != NULL)
		making_put(m, F_HOST, h->r.by);
}
