#include "view/flattext.h"

#include "base/arena.h"
#include "base/caltime.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "rec/rec.h"
#include "rec/rec_csv.h"
#include "view/text.h"
#include "view/tlswords.h"

#define LINE_MAX	((size_t)256 * 1024 * 1024)
#define MICRO		1000000

struct flattext {
	FILE		*out;
	enum flat_format format;
	enum field	 column[FIELD_N];
	size_t		 ncolumn;
	struct buf	 name;		/* the step in words */
	struct buf	 line;
	struct buf	 part, cut;
	struct arena	 arena;		/* of rec */
	struct rec	 rec;
	uint64_t	 untimed;
};

/* What a spreadsheet gets unless told otherwise. */
static const enum field usual[] = { F_TYPE, F_HOST, F_QID, F_EVENT, F_FROM,
    F_TO, F_CLIENT_NAME, F_CLIENT_ADDR, F_SASL_USER, F_RELAY, F_STATUS, F_DSN,
    F_REPLY, F_REASON, F_SIZE, F_TLS, F_TLS_PROOF, F_TLS_VERSION,
    F_TLS_CIPHER, F_TIME_NOTE, F_TRACE, F_PATH, F_SRC, F_OFF, F_LEN, F_LINE };

static void
put_columns(struct flattext *t, struct slice list)
{
	struct slice key, rest;

	while (list.len > 0 && t->ncolumn < FIELD_N) {
		enum field f;

		if (!slice_cut(list, ',', &key, &rest)) {
			key = list;
			rest = slice_from(list, list.len);
		}
		list = rest;
		f = field_find(key);
		if (f != FIELD_N)
			t->column[t->ncolumn++] = f;
	}
}

struct flattext *
flattext_open(FILE *out, enum flat_format format, const char *columns)
{
	struct flattext *t = mem_alloc(1, sizeof(*t));

	t->out = out;
	t->format = format;
	put_columns(t, slice_cstr(columns));
	if (columns == NULL)
		for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
			t->column[t->ncolumn++] = usual[i];
	buf_init(&t->name, LINE_MAX);
	buf_init(&t->line, LINE_MAX);
	buf_init(&t->part, LINE_MAX);
	buf_init(&t->cut, LINE_MAX);
	arena_init(&t->arena, LINE_MAX);
	if (format != FLAT_CSV)
		return t;
	(void)fputs("datetime,timestamp,timestamp_desc,message", out);
	for (size_t i = 0; i < t->ncolumn; i++)
		(void)fprintf(out, ",%.*s",
		    (int)field_info[t->column[i]].name.len,
		    (const char *)field_info[t->column[i]].name.ptr);
	(void)fputc('\n', out);
	return t;
}

void
flattext_close(struct flattext *t)
{
	if (t == NULL)
		return;
	buf_free(&t->name);
	buf_free(&t->line);
	buf_free(&t->part);
	buf_free(&t->cut);
	arena_free(&t->arena);
	mem_free(t);
}

uint64_t
flattext_untimed(const struct flattext *t)
{
	return t->untimed;
}

/* " LABEL VALUE", cleaned and cut; `open` and `close` stand around it. */
static void
add(struct flattext *t, const char *label, char open, struct slice v,
    char close, size_t width)
{
	char stop[3] = { close, open, '\0' };

	(void)buf_addc(&t->name, ' ');
	(void)buf_add(&t->name, slice_cstr(label));
	if (open != '\0')
		(void)buf_addc(&t->name, (unsigned char)open);
	t->part.len = 0;
	text_clean(&t->part, v, close == '\0' ? NULL : stop);
	text_cut_middle(&t->name, buf_slice(&t->part), width);
	if (close != '\0')
		(void)buf_addc(&t->name, (unsigned char)close);
}

static void
add_field(struct flattext *t, const char *label, const struct rec *r,
    enum field f)
{
	if (rec_get(r, f).len > 0)
		add(t, label, '\0', rec_get(r, f), '\0', FLAT_ADDRESS);
}

static void
add_address(struct flattext *t, const char *label, const struct rec *r,
    enum field f)
{
	if (rec_has(r, f))
		add(t, label, '<', rec_get(r, f), '>', FLAT_ADDRESS);
}

static void
add_client(struct flattext *t, const struct rec *r)
{
	if (rec_get(r, F_CLIENT_ADDR).len == 0)
		return;
	add(t, "client=", '\0', rec_has(r, F_CLIENT_NAME) ?
	    rec_get(r, F_CLIENT_NAME) : SLICE("unknown"), '\0', FLAT_ADDRESS);
	(void)buf_addc(&t->name, '[');
	text_clean(&t->name, rec_get(r, F_CLIENT_ADDR), "[] ");
	(void)buf_addc(&t->name, ']');
}

static void
add_tls(struct flattext *t, const struct rec *r, enum tls_side side)
{
	if (!rec_has(r, F_TLS))
		return;
	(void)buf_add(&t->name, SLICE(" ("));
	tlswords_put(&t->name, r, side, false);
	(void)buf_addc(&t->name, ')');
}

static void
add_reason(struct flattext *t, const struct rec *r)
{
	add_field(t, "", r, F_REPLY_CODE);
	if (rec_has(r, F_REPLY_CODE))
		add_field(t, "", r, F_DSN);
	if (rec_get(r, F_REASON).len > 0)
		add(t, "", '"', rec_get(r, F_REASON), '"', FLAT_REPLY);
}

/* One word for what happened; a literal or the record's own. */
static struct slice
step_of(const struct timeline_item *i)
{
	struct slice type = rec_get(&i->rec, F_TYPE);

	if (i->kind == ITEM_END)
		return SLICE("removed");
	if (slice_is(type, "message"))
		return slice_is(rec_get(&i->rec, F_QID), "NOQUEUE") ?
		    SLICE("rejected") : SLICE("received");
	if (slice_is(type, "delivery"))
		return rec_has(&i->rec, F_STATUS) ?
		    rec_get(&i->rec, F_STATUS) : SLICE("delivery");
	if (slice_is(type, "event"))
		return rec_get(&i->rec, F_EVENT);
	return type;
}

/* QID STEP and what belongs to it, in t->name. */
static void
describe(struct flattext *t, const struct timeline_item *i)
{
	const struct rec *r = &i->rec;
	struct slice type = rec_get(r, F_TYPE);

	t->name.len = 0;
	text_clean(&t->name, rec_get(r, F_QID).len > 0 ? rec_get(r, F_QID) :
	    SLICE("-"), " ");
	add(t, "", '\0', step_of(i), '\0', FLAT_ADDRESS);
	if (i->kind == ITEM_END)
		return;
	if (slice_is(type, "message")) {
		add_address(t, "from=", r, F_FROM);
		add_address(t, "to=", r, F_TO);
		add_client(t, r);
		add_field(t, "uid=", r, F_UID);
		add_tls(t, r, TLSWORDS_IN);
		if (rec_get(r, F_SASL_USER).len > 0)
			add(t, "user=", '"', rec_get(r, F_SASL_USER), '"',
			    FLAT_ADDRESS);
		add_reason(t, r);
	} else if (slice_is(type, "delivery")) {
		add_address(t, "to=", r, F_TO);
		add_field(t, "relay=", r, F_RELAY);
		add_tls(t, r, TLSWORDS_OUT);
		add_field(t, "dsn=", r, F_DSN);
		if (rec_get(r, F_REPLY).len > 0)
			add(t, "", '"', rec_get(r, F_REPLY), '"',
			    FLAT_REPLY);
		add_address(t, "from=", r, F_FROM);
	} else if (slice_is(type, "event") && rec_get(r, F_TEXT).len > 0)
		add(t, "", '"', rec_get(r, F_TEXT), '"', FLAT_REPLY);
	else {
		add_address(t, "from=", r, F_FROM);
		add_address(t, "to=", r, F_TO);
		add_field(t, "relay=", r, F_RELAY);
		add_tls(t, r, TLSWORDS_OUT);
		add_reason(t, r);
		add_field(t, "src=", r, F_SRC);
		if (rec_get(r, F_NOTE).len > 0)
			add(t, "", '"', rec_get(r, F_NOTE), '"',
			    FLAT_REPLY);
	}
}

/* The four times of a body file are whole seconds. */
static void
put_body(struct flattext *t, const struct timeline_item *i)
{
	struct slice name = buf_slice(&t->name), head, tail;
	uint64_t size = 0;
	long long sec = i->time.sec;

	t->line.len = 0;
	while (slice_cut(name, '|', &head, &tail)) {
		(void)buf_add(&t->line, head);
		(void)buf_add(&t->line, SLICE("%7C"));
		name = tail;
	}
	(void)buf_add(&t->line, name);
	(void)slice_u64(rec_get(&i->rec, F_SIZE), INT64_MAX, &size);
	(void)fputs("0|mail: ", t->out);
	(void)fwrite(t->line.ptr, 1, t->line.len, t->out);
	(void)fprintf(t->out, "|0|----------|0|0|%llu|%lld|%lld|%lld|%lld\n",
	    (unsigned long long)size, sec, sec, sec, sec);
}

/* RFC 3339 with +00:00 in t->cut. */
static void
datetime(struct flattext *t, const struct text_time *at)
{
	unsigned char text[CALTIME_MAX];
	size_t n = caltime_text(text, at->sec, at->nsec,
	    at->digits > 6 ? 6 : at->digits);

	t->cut.len = 0;
	if (n > 0)
		(void)buf_add(&t->cut, slice_of(text, n - 1));
	(void)buf_add(&t->cut, SLICE("+00:00"));
}

static int64_t
microseconds(const struct text_time *at)
{
	return at->sec * MICRO + (int64_t)(at->nsec / 1000);
}

/* The record with values that are UTF-8: others would be no JSON to many. */
static const struct rec *
utf8_record(struct flattext *t, const struct rec *r)
{
	enum field f;

	arena_reset(&t->arena);
	t->rec = *r;
	for (f = rec_next_field(r, 0); f != FIELD_N;
	    f = rec_next_field(r, (size_t)f + 1)) {
		struct slice v = rec_get(r, f);
		uint32_t cp = 0;

		for (size_t pos = 0; pos < v.len && cp != UTF8_BAD;)
			pos += utf8_next(slice_from(v, pos), &cp);
		if (cp != UTF8_BAD)
			continue;
		t->part.len = 0;
		text_clean(&t->part, v, NULL);
		v = arena_dup(&t->arena, buf_slice(&t->part));
		if (v.ptr == NULL)
			rec_unset(&t->rec, f);
		else
			rec_set(&t->rec, f, v);
	}
	return &t->rec;
}

static void
put_timesketch(struct flattext *t, const struct timeline_item *i)
{
	size_t at;

	t->line.len = 0;
	(void)buf_add(&t->line, SLICE("{\"message\":\""));
	(void)rec_json_escape(&t->line, buf_slice(&t->name));
	datetime(t, &i->time);
	(void)buf_add(&t->line, SLICE("\",\"datetime\":\""));
	(void)buf_add(&t->line, buf_slice(&t->cut));
	(void)fwrite(t->line.ptr, 1, t->line.len, t->out);
	(void)fprintf(t->out, "\",\"timestamp\":%lld,\"timestamp_desc\":\"",
	    (long long)microseconds(&i->time));
	t->line.len = 0;
	t->part.len = 0;
	text_clean(&t->part, step_of(i), NULL);
	(void)buf_add(&t->line, SLICE("mail "));
	(void)rec_json_escape(&t->line, buf_slice(&t->part));
	(void)buf_add(&t->line, SLICE("\","));
	/* The record's own keys stand where its brace would open. */
	at = t->line.len;
	if (!rec_json(&t->line, utf8_record(t, &i->rec)) || t->line.len - at <= 2)
		(void)buf_add(&t->line, SLICE("{\"type\":\"\"}"));
	(void)fwrite(t->line.ptr, 1, at, t->out);
	(void)fwrite(t->line.ptr + at + 1, 1, t->line.len - at - 1, t->out);
	(void)fputc('\n', t->out);
}

static void
put_csv(struct flattext *t, const struct timeline_item *i)
{
	/* Texts and a number of four keys lend their types to the first. */
	static const enum field four[] = { F_STAMP, F_OFF, F_NOTE, F_TEXT };
	struct rec r;
	unsigned char digits[24];
	int n;

	rec_clear(&r);
	datetime(t, &i->time);
	rec_set(&r, F_STAMP, buf_slice(&t->cut));
	n = snprintf((char *)digits, sizeof(digits), "%lld",
	    (long long)microseconds(&i->time));
	rec_set(&r, F_OFF, slice_of(digits, n < 0 ? 0 : (size_t)n));
	t->part.len = 0;
	(void)buf_add(&t->part, SLICE("mail "));
	text_clean(&t->part, step_of(i), NULL);
	rec_set(&r, F_NOTE, buf_slice(&t->part));
	rec_set(&r, F_TEXT, buf_slice(&t->name));
	t->line.len = 0;
	if (!rec_csv(&t->line, &r, four, sizeof(four) / sizeof(*four)))
		return;
	if (t->ncolumn > 0) {
		t->line.ptr[t->line.len - 1] = ',';
		if (!rec_csv(&t->line, &i->rec, t->column, t->ncolumn))
			return;
	}
	(void)fwrite(t->line.ptr, 1, t->line.len, t->out);
}

/* True if the end of the message is a step of its own. */
static bool
end_is_step(const struct timeline_item *i)
{
	return slice_is(rec_get(&i->rec, F_COMPLETE), "true") &&
	    !slice_is(rec_get(&i->rec, F_QID), "NOQUEUE") &&
	    (i->seen >> EV_REMOVED & 1) == 0 &&
	    (i->seen >> EV_DELETED & 1) == 0;
}

void
flattext_put(struct flattext *t, const struct timeline_item *i)
{
	if (i->kind == ITEM_END && (!i->time.known || !end_is_step(i)))
		return;
	/* The delivery's own record says more than its event. */
	if (i->kind == ITEM_STEP && i->event == EV_DELIVERY &&
	    rec_has(&i->rec, F_TO))
		return;
	if (slice_is(rec_get(&i->rec, F_TYPE), "link"))
		return;
	if (!i->time.known) {
		t->untimed++;
		return;
	}
	describe(t, i);
	switch (t->format) {
	case FLAT_BODY:
		put_body(t, i);
		break;
	case FLAT_TIMESKETCH:
		put_timesketch(t, i);
		break;
	case FLAT_CSV:
		put_csv(t, i);
		break;
	}
}
