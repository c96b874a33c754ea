#include "track/session.h"

#include "base/hash.h"
#include "base/mem.h"
#include "fmt/peer.h"

#include "base/banned.h"

void
processes_init(struct processes *t, struct journal_pool *journals)
{
	*t = (struct processes){ .nbucket = 1024, .journals = journals,
		.swept = INT64_MIN };
	t->bucket = mem_alloc(t->nbucket, sizeof(*t->bucket));
	pool_init(&t->processes, sizeof(struct process));
	pool_init(&t->sessions, sizeof(struct session));
	pool_init(&t->aheads, sizeof(struct session_ahead));
	pool_init(&t->requests, sizeof(struct request));
}

void
processes_free(struct processes *t)
{
	struct process *p;

	while (t->asked != NULL)
		process_drop(t, t->asked);
	for (size_t i = 0; i < PROCESS_DUE; i++)
		while ((p = t->due[i]) != NULL) {
			t->due[i] = p->due_next;
			process_drop(t, p);
		}
	pool_free(&t->processes);
	pool_free(&t->sessions);
	pool_free(&t->aheads);
	pool_free(&t->requests);
	mem_free(t->bucket);
}

static size_t
hash_process(const struct tag *tag, uint32_t pid)
{
	uint64_t h = ((uint64_t)(uintptr_t)tag >> 4 ^
	    (uint64_t)pid * UINT64_C(0x9e3779b97f4a7c15));

	h ^= h >> 29;
	return (size_t)(h * UINT64_C(0xbf58476d1ce4e5b9) >> 20);
}

static struct process **
bucket(const struct processes *t, size_t hash)
{
	return &t->bucket[hash & (t->nbucket - 1)];
}

/* Where two share a place one of them is searched for. */
static size_t
place(const struct tag *tag, uint32_t pid)
{
	return ((uintptr_t)tag >> 4 ^ pid) & (PROCESS_RECENT - 1);
}

static void
grow(struct processes *t)
{
	struct processes old = *t;

	t->nbucket *= 2;
	t->bucket = mem_alloc(t->nbucket, sizeof(*t->bucket));
	for (size_t i = 0; i < old.nbucket; i++) {
		struct process *p = old.bucket[i];

		while (p != NULL) {
			struct process *next = p->next;
			struct process **b = bucket(t, hash_process(p->tag,
			    p->pid));

			p->next = *b;
			*b = p;
			p = next;
		}
	}
	mem_free(old.bucket);
}

/* The processes to be asked whether they are idle since that second. */
static struct process **
due(struct processes *t, int64_t sec)
{
	return &t->due[(uint64_t)sec & (PROCESS_DUE - 1)];
}

static void
ask_later(struct processes *t, struct process *p)
{
	struct process **d = due(t, p->last);

	p->due_next = *d;
	*d = p;
}

/* A process that was not met before. */
static struct process *
make(struct processes *t, struct tag *tag, uint32_t pid, size_t hash)
{
	struct process *p = pool_take(&t->processes), **b;

	if (t->n++ >= t->nbucket)
		grow(t);
	b = bucket(t, hash);
	p->tag = tag;
	p->pid = pid;
	p->next = *b;
	return *b = p;
}

static inline bool
is(const struct process *p, const struct tag *tag, uint32_t pid)
{
	return p->tag == tag && p->pid == pid;
}

struct process *
process_find(struct processes *t, struct tag *tag, uint32_t pid, int64_t now)
{
	struct process **r = &t->recent[place(tag, pid)], *p = *r;

	if (p == NULL || !is(p, tag, pid)) {
		size_t hash = hash_process(tag, pid);

		for (p = *bucket(t, hash); p != NULL; p = p->next)
			if (is(p, tag, pid))
				break;
		if (p == NULL) {
			p = make(t, tag, pid, hash);
			p->last = now;
			ask_later(t, p);
		}
		*r = p;
	}
	p->last = now;
	return p;
}

void
process_ahead(const struct processes *t, const struct tag *tag, uint32_t pid)
{
	const struct process *p = t->recent[place(tag, pid)];

	if (p != NULL)
		mem_prefetch(p, sizeof(*p));
}

struct process *
process_idle(struct processes *t, int64_t before)
{
	struct process *p, **d;

	/* After a long silence once round is enough. */
	if (t->swept < before - PROCESS_DUE)
		t->swept = before - PROCESS_DUE;
	for (;;) {
		while ((p = t->asked) != NULL && p->last >= t->swept) {
			t->asked = p->due_next;
			ask_later(t, p);
		}
		if (p != NULL || t->swept >= before)
			return p;
		/* The latest stands first: turned round. */
		d = due(t, t->swept++);
		while ((p = *d) != NULL) {
			*d = p->due_next;
			p->due_next = t->asked;
			t->asked = p;
		}
	}
}

void
process_drop(struct processes *t, struct process *p)
{
	size_t hash = hash_process(p->tag, p->pid);
	struct process **link = bucket(t, hash);

	if (t->recent[place(p->tag, p->pid)] == p)
		t->recent[place(p->tag, p->pid)] = NULL;
	while (*link != p)
		link = &(*link)->next;
	*link = p->next;
	if (t->asked == p)
		t->asked = p->due_next;
	t->n--;
	if (p->session != NULL)
		session_release(t, p->session);
	if (p->request != NULL)
		pool_give(&t->requests, p->request);
	pool_give(&t->processes, p);
}

struct process *
process_each(const struct processes *t, const struct process *p, size_t *i)
{
	struct process *next = p == NULL ? NULL : p->due_next;

	/* Not by the table, whose order is that of addresses. */
	while (next == NULL && *i < PROCESS_DUE)
		next = t->due[(*i)++];
	return next;
}

struct session *
session_new(struct processes *t, struct tag *tag, uint32_t pid)
{
	struct session *s = pool_take(&t->sessions);

	s->tag = tag;
	s->pid = pid;
	s->gap_epoch = tag->host->gap_epoch;
	s->uses = 1;
	return s;
}

struct session *
session_again(struct processes *t, const struct session *was)
{
	struct session *s = pool_take_raw(&t->sessions);

	*s = *was;
	return s;
}

void
session_release(struct processes *t, struct session *s)
{
	if (s->shelved || --s->uses > 0)
		return;
	if (s->ahead != NULL) {
		journal_drop(t->journals, &s->ahead->next);
		journal_drop(t->journals, &s->ahead->front);
		pool_give(&t->aheads, s->ahead);
	}
	pool_give(&t->sessions, s);
}

struct session_ahead *
session_ahead(struct processes *t, struct session *s)
{
	if (s->ahead == NULL)
		s->ahead = pool_take(&t->aheads);
	return s->ahead;
}

/* Of a name or address, whose case does not matter. */
static uint64_t
hash_peer(const struct rec *r, enum field f)
{
	return hash_lower(rec_get(r, f), 3);
}

/* Drop fact i, keeping the order. */
static void
drop_fact(struct request *q, size_t i)
{
	for (; i + 1 < q->n; i++)
		q->fact[i] = q->fact[i + 1];
	q->n--;
}

void
request_fact(struct processes *t, struct names *names, struct process *p,
    enum fact_kind kind, const struct rec *r, struct ref ref, int64_t sec)
{
	struct request *q = p->request;
	struct fact *f;

	if (q == NULL)
		q = p->request = pool_take(&t->requests);
	if (q->n == REQUEST_FACTS)
		drop_fact(q, 0);
	f = &q->fact[q->n++];
	*f = (struct fact){ .kind = kind, .pending = true, .sec = sec,
		.gap_epoch = p->tag->host->gap_epoch };
	f->peer = hash_peer(r, kind == FACT_OFFERED ? F_RELAY_NAME : F_RELAY);
	f->addr = hash_peer(r, F_RELAY_ADDR);
	if (kind == FACT_HANDSHAKE)
		tlsinfo_take(names, &f->tls, r, ref);
	else
		f->tls.ref = ref;
}

void
request_for(struct process *p, struct node_ref node, int64_t since)
{
	struct request *q = p->request;
	bool same;
	size_t keep = 0;

	if (q == NULL)
		return;
	same = q->node.idx == node.idx && q->node.gen == node.gen;
	if (!same)
		q->nrcpt = 0;
	q->node = node;
	for (size_t i = 0; i < q->n; i++) {
		struct fact *f = &q->fact[i];

		if (!f->pending && (!same || f->sec < since))
			continue;
		f->fresh = f->fresh || f->pending;
		f->pending = false;
		if (keep != i)
			q->fact[keep] = *f;
		keep++;
	}
	q->n = keep;
}

void
request_rcpt(struct process *p, const struct rec *r, uint32_t nactive)
{
	struct request *q = p->request;
	uint32_t h;
	size_t keep = 0;

	if (q == NULL)
		return;
	h = (uint32_t)hash_bytes(rec_get(r, F_TO),
	    hash_bytes(rec_get(r, F_ORIG_TO), 6));
	if (q->nrcpt == 0)
		q->nactive = nactive;
	for (size_t i = 0; i < q->nrcpt && i < REQUEST_RCPTS; i++) {
		if (q->rcpt[i] != h || q->nactive == nactive)
			continue;
		for (size_t k = 0; k < q->n; k++)
			if (q->fact[k].fresh)
				q->fact[keep++] = q->fact[k];
		q->n = keep;
		q->nrcpt = 0;
		q->nactive = nactive;
		break;
	}
	q->rcpt[q->nrcpt++ % REQUEST_RCPTS] = h;
	for (size_t k = 0; k < q->n; k++)
		q->fact[k].fresh = false;
}

void
request_lost(struct process *p, struct slice text, struct ref ref)
{
	struct request *q = p->request;
	struct peer peer;
	uint64_t addr;

	if (q == NULL || (!slice_take(&text, SLICE("lost connection with ")) &&
	    !slice_take(&text, SLICE("conversation with "))) ||
	    !peer_take(&text, &peer, false))
		return;
	addr = hash_lower(peer.addr, 3);
	for (size_t i = 0; i < q->n; i++)
		if (q->fact[i].kind == FACT_HANDSHAKE &&
		    q->fact[i].addr == addr && !q->fact[i].dead) {
			q->fact[i].dead = true;
			q->fact[i].lost = ref;
		}
}

void
request_cannot(struct process *p)
{
	struct request *q = p->request;

	for (size_t i = 0; q != NULL && i < q->n; i++) {
		if (q->fact[i].kind == FACT_SSL_ERROR)
			q->fact[i].cannot = true;
	}
}

/* Is it of the relay of that delivery? */
static bool
is_of(const struct fact *f, const struct rec *r)
{
	switch (f->kind) {
	case FACT_HANDSHAKE:
		/* 2.2 to 2.4 log the name alone. */
		return f->peer == hash_peer(r, F_RELAY) ||
		    f->peer == hash_peer(r, F_RELAY_NAME);
	case FACT_SSL_ERROR:
		return f->cannot && f->addr == hash_peer(r, F_RELAY_ADDR);
	default:
		return f->peer == hash_peer(r, F_RELAY_NAME);
	}
}

void
request_ask(const struct process *p, const struct rec *r,
    struct request_said *said)
{
	const struct request *q = p->request;

	*said = (struct request_said){ .handshake = NULL };
	for (size_t i = q == NULL ? 0 : q->n; i-- > 0;) {
		const struct fact *f = &q->fact[i], **to =
		    f->kind == FACT_HANDSHAKE ? &said->handshake :
		    f->kind == FACT_SSL_ERROR ? &said->error : &said->offered;

		if (*to == NULL && is_of(f, r))
			*to = f;
	}
}
