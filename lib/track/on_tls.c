#include "track/lines.h"

#include "base/hash.h"

#include "base/banned.h"

#define CONN_AGE	60	/* seconds that a connection is tlsproxy's */

struct peer_conn *
conn_slot(struct track *t, const struct host *h, struct slice addr,
    struct slice port, uint64_t *key)
{
	*key = hash_bytes(port, hash_bytes(addr, (uint64_t)(uintptr_t)h));
	return &t->conn[*key % PEERS];
}

/* Certainly two Postfix instances, with a queue and a tlsproxy each. */
static bool
strangers(const struct instance *a, const struct instance *b)
{
	a = a->owner != NULL ? a->owner : a;
	b = b->owner != NULL ? b->owner : b;
	return a != b && a->queue && b->queue;
}

/* tlsproxy serves that connection now. */
static void
serve(struct track *t, struct peer_conn *c, uint64_t key, const struct at *at)
{
	bool other = c->key == key && at->sec - c->sec <= CONN_AGE &&
	    c->by != at->instance;

	t->served = true;
	*c = (struct peer_conn){ .key = key, .sec = at->sec,
		.by = other ? NULL : at->instance };
}

/* True if tlsproxy made the connection of that key. */
static bool
by_tlsproxy(const struct track *t, const struct peer_conn *c, uint64_t key,
    const struct at *at)
{
	return t->served && c->key == key && at->sec - c->sec <= CONN_AGE &&
	    (c->by == NULL || !strangers(c->by, at->instance));
}

/*
 * Right after a reload a process may still have the settings of before; not
 * one that began later, with a process ID behind that of the command.
 */
static bool
settling(const struct at *at)
{
	const struct reload *r = at->instance->queue ? &at->instance->reload :
	    &at->host->reload;

	return r->sec != 0 && at->sec - r->sec < SETTLE &&
	    (r->pid == 0 || at->ev->pid - r->pid - 1 >= LATER_PIDS);
}

/* The tag has shown that it logs handshakes. */
static void
note_logging(struct at *at)
{
	if (settling(at))
		return;
	at->tag->tls = (struct evidence){ .logs = true, .sec = at->sec,
		.gap_epoch = at->host->gap_epoch,
		.epoch = at->instance->epoch, .host_epoch = at->host->epoch,
		.ref = at->ref };
}

/*
 * A handshake of an smtp process shows that it logs them, unless tlsproxy
 * made the connection: then it says so at every log level.  tlsproxy's line
 * may come a little later.
 */
static void
note_outbound(struct track *t, struct at *at)
{
	const struct rec *r = &at->ev->rec;
	uint64_t key;
	const struct peer_conn *c = conn_slot(t, at->host,
	    rec_get(r, F_RELAY_ADDR), rec_get(r, F_RELAY_PORT), &key);

	if (by_tlsproxy(t, c, key, at) || settling(at))
		return;
	t->doubt[t->ndoubt++ % DOUBTS] = (struct doubt){ .key = key,
		.sec = at->sec, .tag = at->tag, .ref = at->ref,
		.before = at->tag->tls };
	note_logging(at);
}

static bool
rests_on(const struct evidence *e, const struct ref *ref)
{
	return e->logs && e->ref.src == ref->src && e->ref.off == ref->off;
}

/* What the handshake of d has shown is nothing, also for those after it. */
static void
disprove(struct track *t, const struct doubt *d)
{
	for (size_t i = 0; i < DOUBTS; i++) {
		struct doubt *later = &t->doubt[i];

		if (later->tag == d->tag && rests_on(&later->before, &d->ref))
			later->before = d->before;
	}
	if (rests_on(&d->tag->tls, &d->ref))
		d->tag->tls = d->before;
}

/* tlsproxy made that connection, and not the process that speaks of it. */
static void
take_back(struct track *t, const struct at *at, uint64_t key)
{
	for (size_t i = 0; i < DOUBTS; i++) {
		struct doubt *d = &t->doubt[i];

		if (d->tag == NULL || d->key != key ||
		    at->sec - d->sec > SWAPPED ||
		    strangers(d->tag->instance, at->instance))
			continue;
		disprove(t, d);
		d->tag = NULL;
	}
}

/* Lines about connections that tlsproxy serves. */
void
on_tlsproxy(struct track *t, const struct at *at)
{
	const struct rec *r = &at->ev->rec;
	struct peer_conn *c;
	uint64_t key;

	if (at->ev->kind == EV_SCREEN &&
	    slice_eq(rec_get(r, F_ACTION), SLICE("CONNECT to"))) {
		c = conn_slot(t, at->host, rec_get(r, F_CLIENT_ADDR),
		    rec_get(r, F_CLIENT_PORT), &key);
		serve(t, c, key, at);
		take_back(t, at, key);
	} else if (at->ev->kind == EV_TLS && rec_has(r, F_TLS_VERSION) &&
	    rec_has(r, F_CLIENT_ADDR)) {
		c = conn_slot(t, at->host, rec_get(r, F_CLIENT_ADDR),
		    rec_get(r, F_CLIENT_PORT), &key);
		serve(t, c, key, at);
		tlsinfo_take(&t->names, &c->tls, r, at->ref);
	}
}

/* A handshake, a failed one, or an offer. */
void
on_tls(struct track *t, struct at *at)
{
	const struct rec *r = &at->ev->rec;
	struct session *s;

	if (at->tag->daemon == DM_TLSPROXY || at->tag->daemon == DM_POSTSCREEN) {
		on_tlsproxy(t, at);
		return;
	}
	if (rec_has(r, F_TLS_VERSION)) {
		if (rec_has(r, F_RELAY)) {
			if (at->process != NULL)
				request_fact(&t->processes, &t->names, at->process, FACT_HANDSHAKE, r,
				    at->ref, at->sec);
			if (!slice_eq(rec_get(r, F_TLS_REUSED),
			    SLICE("true")))
				note_outbound(t, at);
		} else if ((s = lines_session(t, at)) != NULL) {
			tlsinfo_take(&t->names, &s->tls, r, at->ref);
			note_logging(at);
		}
	} else if (at->process != NULL) {
		if (slice_eq(rec_get(r, F_REASON),
		    SLICE("Host offered STARTTLS")))
			request_fact(&t->processes, &t->names, at->process, FACT_OFFERED, r, at->ref,
			    at->sec);
		else if (slice_starts(rec_get(r, F_REASON),
		    SLICE("SSL_connect error to ")))
			request_fact(&t->processes, &t->names, at->process, FACT_SSL_ERROR, r, at->ref,
			    at->sec);
	}
}
