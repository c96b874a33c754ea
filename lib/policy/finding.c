#include "policy/finding.h"

#include <openssl/sha.h>

#include "base/buf.h"
#include "base/num.h"

#include "base/banned.h"

/* Of the hop's record, whatever the side; then of one side only. */
static const enum field both[] = { F_TIME, F_END, F_TIME_NOTE, F_STAMP,
	F_HOST, F_INSTANCE, F_SERVICE, F_DAEMON, F_PID, F_QID, F_TRACE, F_FROM,
	F_TO, F_ORIG_TO, F_MESSAGE_ID, F_STATUS, F_TLS, F_TLS_PROOF, F_TLS_WHY,
	F_TLS_VERSION, F_TLS_CIPHER, F_TLS_BITS, F_TLS_TRUST, F_TLS_KEX,
	F_TLS_SIG, F_TLS_REUSED, F_TLS_POLICY, F_PATH, F_TLS_SRC, F_TLS_OFF,
	F_TLS_LEN, F_SRC, F_OFF, F_LEN, F_LINE };
static const enum field going[] = { F_RELAY, F_RELAY_NAME, F_RELAY_ADDR,
	F_RELAY_PORT, F_DSN, F_CONN_USE, F_REPLY };
static const enum field coming[] = { F_TEXT, F_CLIENT_NAME, F_CLIENT_ADDR,
	F_CLIENT_PORT, F_SASL_METHOD, F_SASL_USER };
/* What tells one event from another, whatever its file is called. */
static const enum field event[] = { F_HOST, F_INSTANCE, F_SERVICE, F_PID,
	F_TIME, F_STAMP, F_OFF };

static void
copy(struct rec *out, const struct rec *r, const enum field *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rec_has(r, f[i]))
			rec_set(out, f[i], r->v[f[i]]);
}

struct slice
finding_line(const struct policy_line *l, unsigned char *dst, size_t cap)
{
	struct slice file = l->file;
	size_t n;

	if (file.len > cap - NUM_MAX - 1)
		file = slice_from(file, file.len - (cap - NUM_MAX - 1));
	memcpy(dst, file.ptr, file.len);
	n = file.len;
	dst[n++] = ':';
	n += num_u64(dst + n, l->line);
	return slice_of(dst, n);
}

void
finding_id(struct finding *x, struct rec *out, enum rule rule, struct slice a,
    struct slice b)
{
	static const unsigned char hex[] = "0123456789abcdef";
	unsigned char sum[SHA256_DIGEST_LENGTH];
	struct buf text;

	buf_init(&text, 1 << 20);
	(void)(buf_add(&text, rule_info[rule].name) && buf_addc(&text, '\0') &&
	    buf_add(&text, slice_sub(a, 0, 1 << 18)) &&
	    buf_addc(&text, '\0') && buf_add(&text, slice_sub(b, 0, 1 << 18)));
	(void)SHA256(text.ptr, text.len, sum);
	buf_free(&text);
	for (size_t i = 0; i < sizeof(x->id); i++)
		x->id[i] = hex[i % 2 == 0 ? sum[i / 2] >> 4 : sum[i / 2] & 15];
	rec_set(out, F_ID, slice_of(x->id, sizeof(x->id)));
}

/* The id of an event. */
static void
event_id(struct finding *x, struct rec *out, enum rule rule,
    const struct rec *r)
{
	struct buf b;

	buf_init(&b, 1 << 18);
	for (size_t i = 0; i < sizeof(event) / sizeof(*event); i++)
		(void)(buf_add(&b, rec_get(r, event[i])) && buf_addc(&b, '/'));
	finding_id(x, out, rule, buf_slice(&b), rec_get(r, F_CLIENT_ADDR));
	buf_free(&b);
}

void
finding_put(struct finding *x, const struct policy *p,
    const struct judgement *j, enum rule rule, const struct rec *hop,
    struct rec *out)
{
	const struct rule_info *info = &rule_info[rule];
	const struct policy_line *ex = j->exempt[rule];
	struct slice remedy = j->outbound || info->in.len == 0 ? info->out :
	    info->in;

	rec_clear(out);
	rec_set(out, F_TYPE, SLICE("finding"));
	copy(out, hop, both, sizeof(both) / sizeof(*both));
	if (j->outbound)
		copy(out, hop, going, sizeof(going) / sizeof(*going));
	else
		copy(out, hop, coming, sizeof(coming) / sizeof(*coming));
	if (rec_has(hop, F_TRACE))
		finding_id(x, out, rule, hop->v[F_TRACE], rec_get(hop, F_TO));
	else
		event_id(x, out, rule, hop);
	rec_set(out, F_RULE, info->name);
	rec_set(out, F_VERDICT, verdict_word[judge_finding(p, j, rule)]);
	rec_set(out, F_SEVERITY, severity_word[p->severity[rule]]);
	rec_set(out, F_REASON, info->why);
	if (remedy.len > 0 && rule != RULE_MET)
		rec_set(out, F_REMEDY, remedy);
	rec_set(out, F_DIRECTION, direction_word[j->direction]);
	rec_set(out, F_POLICY, p->name);
	if (j->line != NULL) {
		rec_set(out, F_POLICY_LINE, finding_line(j->line, x->line[0],
		    sizeof(x->line[0])));
		if (j->line->clause.len > 0)
			rec_set(out, F_CLAUSE, j->line->clause);
	}
	if (ex == NULL)
		return;
	rec_set(out, F_EXEMPT_LINE, finding_line(ex, x->line[1],
	    sizeof(x->line[1])));
	rec_set(out, F_EXPIRES, ex->until_text);
	rec_set(out, F_REASON, ex->reason);
}
