#include "report/traffic.h"

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

#define BYTES	((size_t)6 * 1024 * 1024)
#define REASONS	((size_t)2048)

void
traffic_init(struct traffic *t, struct days *d)
{
	*t = (struct traffic){ .days = d };
	counts_init(&t->reason, REASONS, BYTES);
	counts_init(&t->from, TRAFFIC_ROWS, BYTES);
	counts_init(&t->to, TRAFFIC_ROWS, BYTES);
	counts_init(&t->domain, TRAFFIC_ROWS, BYTES);
	t->delay = mem_alloc(TRAFFIC_HISTS, sizeof(struct hist *));
	t->pipe = mem_alloc(TRAFFIC_PIPES, sizeof(*t->pipe));
	t->parent = mem_alloc(TRAFFIC_PARENTS, sizeof(*t->parent));
}

void
traffic_free(struct traffic *t)
{
	counts_free(&t->reason);
	counts_free(&t->from);
	counts_free(&t->to);
	counts_free(&t->domain);
	for (size_t i = 0; i < t->ndelay; i++)
		mem_free(t->delay[i]);
	mem_free(t->delay);
	mem_free(t->pipe);
	mem_free(t->parent);
	*t = (struct traffic){ .days = NULL };
}

void
traffic_settle(struct traffic *t)
{
	counts_settle(&t->from);
	counts_settle(&t->to);
}

static bool
is(const struct rec *r, enum field f, struct slice word)
{
	return slice_eq(rec_get(r, f), word);
}

static void
on_day(struct traffic *t, int64_t sec, enum days_mail what, uint64_t n)
{
	if (sec == INT64_MAX)
		t->untimed++;
	else
		days_mail(t->days, sec, what, n);
}

static void
count_reason(struct traffic *t, const struct rec *r, struct slice status,
    struct slice text, uint64_t n)
{
	struct counts_key key;
	struct slice code = rec_get(r, F_DSN);
	struct counts_row *row;

	counts_key_begin(&key);
	counts_key(&key, status);
	counts_key(&key, code.len > 0 ? code : rec_get(r, F_REPLY_CODE));
	counts_key(&key, rec_get(r, F_REASON_CLASS));
	row = counts_find(&t->reason, counts_key_slice(&key));
	if (row == NULL)
		return;
	row->n[0] += n;
	counts_note(&t->reason, row, text);
}

/* The name of an address: domains have no case. */
static struct slice
mail_name(struct counts_key *k, struct slice address)
{
	if (address.len >= COUNTS_PART)
		return address;
	counts_key_begin(k);
	counts_key_mail(k, address);
	return counts_key_slice(k);
}

static void
count_from(struct traffic *t, const struct rec *r)
{
	struct counts_more more = { .n = { 1 }, .once = COUNTS_N };
	struct counts_key key;

	if (slice_u64(rec_get(r, F_SIZE), UINT32_MAX * UINT64_C(1024),
	    &more.n[1]))
		t->bytes += more.n[1];
	else
		more.n[1] = 0;
	counts_add(&t->from, mail_name(&key, rec_get(r, F_FROM)), &more);
}

static enum traffic_origin
origin_of(const struct rec *r)
{
	if (is(r, F_PARENT_WHY, SLICE("notice")) ||
	    is(r, F_TLS_WHY, SLICE("internal")))
		return TRAFFIC_NOTICE;
	if (rec_get(r, F_SASL_USER).len + rec_get(r, F_SASL_METHOD).len > 0)
		return TRAFFIC_AUTHENTICATED;
	if (rec_get(r, F_CLIENT_ADDR).len + rec_get(r, F_CLIENT_NAME).len > 0)
		return TRAFFIC_NETWORK;
	if (rec_has(r, F_UID))
		return TRAFFIC_HERE;
	return TRAFFIC_UNSEEN;
}

static uint64_t
trace_hash(struct slice trace)
{
	return hash_bytes(trace, 11) | 1;
}

/* The parent handed the message to a program that handed it in again. */
static void
take_back(struct traffic *t, const struct rec *r)
{
	uint64_t trace = trace_hash(rec_get(r, F_PARENT));
	size_t n = t->npipe < TRAFFIC_PIPES ? t->npipe : TRAFFIC_PIPES;

	t->parent[trace % TRAFFIC_PARENTS] = trace;
	for (size_t i = 0; i < n; i++) {
		struct traffic_pipe *p = &t->pipe[i];

		if (p->trace != trace)
			continue;
		p->trace = 0;
		t->fate[TRAFFIC_SENT_HERE]--;
		t->passed++;
		if (p->sec == INT64_MAX)
			t->untimed--;
		else
			days_mail_back(t->days, p->sec, DAYS_DELIVERED);
		if (p->to > 0)
			t->to.row[p->to - 1]->n[0]--;
		if (p->domain > 0)
			hist_take_back(t->delay[p->domain - 1], p->ms);
	}
}

/* How many times it happened: syslogd may have said so in one line. */
static uint64_t
times(const struct rec *r)
{
	uint64_t n;

	return slice_u64(rec_get(r, F_REPEAT), UINT32_MAX, &n) && n > 0 ? n : 1;
}

static void
take_message(struct traffic *t, const struct rec *r, int64_t sec)
{
	uint64_t n;
	struct slice hop = rec_get(r, F_HOP);

	/* The client left before it sent anything, or nobody sent mail. */
	if (is(r, F_NOTE, SLICE("not-queued")) || is(r, F_NOTE, SLICE("probe")))
		return;
	if (is(r, F_QID, SLICE("NOQUEUE"))) {
		n = times(r);
		t->rejected += n;
		on_day(t, sec, DAYS_REJECTED, n);
		count_reason(t, r, SLICE("rejected"), rec_get(r, F_REASON), n);
		return;
	}
	/* Expiry is logged of a message, not of its recipients. */
	t->expired += is(r, F_STATUS, SLICE("expired")) ||
	    is(r, F_NOTE, SLICE("expired"));
	t->discarded += is(r, F_STATUS, SLICE("discarded"));
	if (is(r, F_PARENT_WHY, SLICE("message-id")) ||
	    is(r, F_PARENT_WHY, SLICE("orig-queue-id")))
		take_back(t, r);
	if ((hop.len > 0 && !slice_eq(hop, SLICE("1"))) ||
	    is(r, F_STATUS, SLICE("rejected")))
		return;
	t->in[origin_of(r)]++;
	on_day(t, sec, DAYS_IN, 1);
	count_from(t, r);
}

/* How long it took, by the recipient's domain; the row + 1, or 0. */
static size_t
count_delay(struct traffic *t, const struct rec *r, uint64_t *ms)
{
	struct slice local, domain;
	struct counts_key key;
	struct counts_row *row;
	size_t i;

	if (!slice_rcut(rec_get(r, F_TO), '@', &local, &domain) ||
	    !hist_seconds(rec_get(r, F_DELAY), ms))
		return 0;
	counts_key_begin(&key);
	counts_key_host(&key, domain);
	row = counts_find(&t->domain, counts_key_slice(&key));
	if (row == NULL)
		return 0;
	i = row->i;
	if (i >= TRAFFIC_HISTS) {
		t->domain.dropped++;
		return 0;
	}
	if (t->delay[i] == NULL)
		t->delay[i] = mem_alloc(1, sizeof(struct hist));
	if (i >= t->ndelay)
		t->ndelay = i + 1;
	hist_add(t->delay[i], *ms);
	return i + 1;
}

static void
take_sent(struct traffic *t, const struct rec *r, int64_t sec)
{
	struct traffic_pipe p = { .sec = sec };
	bool here = is(r, F_TLS, SLICE("local"));
	bool pipe = here && is(r, F_DAEMON, SLICE("pipe"));
	const struct counts_more one = { .n = { 1 }, .once = COUNTS_N };
	struct counts_key key;
	struct counts_row *to;
	struct slice name;

	if (is(r, F_RELAY, SLICE("none"))) {
		t->fate[TRAFFIC_DROPPED]++;
		return;
	}
	if (pipe)
		p.trace = trace_hash(rec_get(r, F_TRACE));
	if (rec_get(r, F_NEXT_HOST).len > 0 ||
	    (pipe && t->parent[p.trace % TRAFFIC_PARENTS] == p.trace)) {
		t->passed++;
		return;
	}
	t->fate[here ? TRAFFIC_SENT_HERE : TRAFFIC_SENT_OUT]++;
	on_day(t, sec, DAYS_DELIVERED, 1);
	name = mail_name(&key, rec_get(r, F_TO));
	p.domain = count_delay(t, r, &p.ms);
	if (!pipe) {
		counts_add(&t->to, name, &one);
		return;
	}
	to = counts_find(&t->to, name);
	if (to != NULL) {
		to->n[0]++;
		p.to = to->i + 1;
	}
	t->pipe[t->npipe++ % TRAFFIC_PIPES] = p;
}

static void
take_delivery(struct traffic *t, const struct rec *r, int64_t sec)
{
	static const struct {
		struct slice		word;
		enum traffic_fate	fate;
		enum days_mail		mail;
	} table[] = {
#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
		{ W("deferred"), TRAFFIC_DEFERRED, DAYS_DEFERRED },
		{ W("bounced"), TRAFFIC_BOUNCED, DAYS_BOUNCED },
		/* What soft_bounce makes of a bounce. */
		{ W("SOFTBOUNCE"), TRAFFIC_DEFERRED, DAYS_DEFERRED },
		{ W("rejected"), TRAFFIC_REFUSED, DAYS_REJECTED },
#undef W
	};
	struct slice status = rec_get(r, F_STATUS), text = rec_get(r, F_REPLY);
	uint64_t n = times(r);

	if (slice_eq(status, SLICE("sent"))) {
		take_sent(t, r, sec);
		return;
	}
	/* An address was asked about: no mail, no outcome. */
	if (slice_eq(status, SLICE("deliverable")) ||
	    slice_starts(status, SLICE("undeliverable")))
		return;
	count_reason(t, r, status, text.len > 0 ? text :
	    rec_get(r, F_REASON), n);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (slice_eq(status, table[i].word)) {
			t->fate[table[i].fate] += n;
			on_day(t, sec, table[i].mail, n);
			return;
		}
	t->fate[TRAFFIC_OTHER] += n;
}

void
traffic_take(struct traffic *t, const struct rec *r, int64_t sec)
{
	struct slice type = rec_get(r, F_TYPE);

	if (slice_eq(type, SLICE("message")))
		take_message(t, r, sec);
	else if (slice_eq(type, SLICE("delivery")))
		take_delivery(t, r, sec);
}

void
traffic_link(struct traffic *t, const struct rec *r)
{
	if (!is(r, F_PARENT_WHY, SLICE("notice")))
		t->doubtful++;
}
