#include "report/tlsrpt_tries.h"

#include "base/hash.h"
#include "base/mem.h"
#include "fmt/peer.h"
#include "rec/searched.h"

#include "base/banned.h"

void
tries_free(struct tries *t)
{
	mem_free(t->v);
	t->v = NULL;
}

static uint64_t
who(const struct rec *r)
{
	return hash_bytes(
	    rec_get(r, F_PID), hash_bytes(rec_get(r, F_HOST), 11));
}

static uint64_t
trace(const struct rec *r)
{
	return hash_bytes(rec_get(r, F_TRACE), 12) | 1;
}

static uint64_t
peer_hash(struct slice name, struct slice addr)
{
	unsigned char low[TRIES_NAME];

	name = slice_sub(name, 0, sizeof(low));
	for (size_t i = 0; i < name.len; i++)
		low[i] = ascii_tolower(name.ptr[i]);
	return hash_bytes(addr, hash_bytes(slice_of(low, name.len), 13));
}

static unsigned char
copy(unsigned char dst[TRIES_NAME], struct slice s)
{
	s = slice_sub(s, 0, TRIES_NAME);
	if (s.len > 0)
		memcpy(dst, s.ptr, s.len);
	return (unsigned char)s.len;
}

static struct try *
add(struct tries *t, const struct rec *r)
{
	struct try *x;
	int64_t from, to;

	if (t->v == NULL)
		t->v = mem_alloc(TRIES, sizeof(*t->v));
	x = &t->v[t->n++ % TRIES];
	*x = (struct try){ .who = who(r),
		.sec = searched_when(r, &from, &to) ? from : 0 };
	return x;
}

struct try *
tries_met(struct tries *t, const struct rec *r, const struct rec *named)
{
	struct try *x = add(t, r);

	x->error = rec_has(r, F_REASON);
	x->peer = peer_hash(rec_get(r, F_RELAY_NAME), rec_get(r, F_RELAY_ADDR));
	x->name_len = copy(x->name, rec_get(named, F_RELAY_NAME));
	x->addr_len = copy(x->addr, rec_get(named, F_RELAY_ADDR));
	return x;
}

/* ... host NAME[ADDR]...: of the record and of its names. */
static struct try *
named_host(struct tries *t, const struct rec *r, const struct rec *named)
{
	struct slice text = rec_get(r, F_REASON);
	struct slice shown = rec_get(named, F_REASON);
	size_t pos = slice_find(text, SLICE("host "));
	size_t at = slice_find(shown, SLICE("host "));
	struct peer peer, said;
	struct try *x;

	if (pos == SLICE_NONE || at == SLICE_NONE)
		return NULL;
	text = slice_from(text, pos + 5);
	shown = slice_from(shown, at + 5);
	if (!peer_take(&text, &peer, false))
		return NULL;
	x = add(t, r);
	x->peer = peer_hash(peer.name, peer.addr);
	if (peer_take(&shown, &said, false)) {
		x->name_len = copy(x->name, said.name);
		x->addr_len = copy(x->addr, said.addr);
	}
	return x;
}

/* What the process met last, if that fits the text. */
static struct try *
latest(struct tries *t, const struct rec *r)
{
	bool error =
	    slice_starts(rec_get(r, F_REASON), SLICE("Cannot start TLS"));
	uint64_t me = who(r);
	int64_t from, to;

	if (!searched_when(r, &from, &to))
		from = 0;
	for (uint64_t i = t->n; i-- > 0 && t->n - i <= TRIES;) {
		struct try *x = &t->v[i % TRIES];

		if (x->who != me)
			continue;
		return x->trace == 0 && x->error == error &&
			from - x->sec <= TRIES_SECONDS ?
		    x :
		    NULL;
	}
	return NULL;
}

void
tries_failed(struct tries *t, const struct rec *r, const struct rec *named)
{
	struct slice text = rec_get(r, F_REASON);
	struct tlsrpt_why why;
	struct try *x;

	if (!rec_has(r, F_TRACE) ||
	    slice_starts(text, SLICE("delivery temporarily suspended")) ||
	    !tlsrpt_refusal(text, &why))
		return;
	x = slice_starts(text, SLICE("TLS is required")) ?
	    named_host(t, r, named) :
	    latest(t, r);
	if (x == NULL)
		x = add(t, r); /* of a host that is not known */
	x->trace = trace(r);
	if (x->why.reason.len == 0 ||
	    !slice_starts(text, SLICE("Server certificate")))
		x->why = why;
}

const struct try *
tries_next(const struct tries *t, const struct rec *delivery, uint64_t *i)
{
	uint64_t me, peer;

	if (t->v == NULL)
		return NULL;
	if (*i == 0 && t->n > TRIES)
		*i = t->n - TRIES;
	me = trace(delivery);
	peer = peer_hash(
	    rec_get(delivery, F_RELAY_NAME), rec_get(delivery, F_RELAY_ADDR));
	while (*i < t->n) {
		const struct try *x = &t->v[(*i)++ % TRIES];

		if (x->trace == me && x->peer != peer && !x->ours)
			return x;
	}
	return NULL;
}
