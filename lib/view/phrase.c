#include "view/phrase.h"

#include "view/colours.h"
#include "view/text.h"

void
phrase_field(struct sheet *s, const char *label, const struct rec *r,
    enum field f)
{
	struct buf *b = sheet_start(s);

	if (rec_get(r, f).len == 0)
		return;
	(void)buf_add(b, slice_cstr(label));
	sheet_put_name(b, rec_get(r, f));
	sheet_phrase(s);
}

static void
put_quoted(struct buf *b, const char *label, struct slice v)
{
	(void)buf_add(b, slice_cstr(label));
	(void)buf_addc(b, '"');
	text_clean(b, v, "\"");
	(void)buf_addc(b, '"');
}

void
phrase_quoted(struct sheet *s, const char *label, const struct rec *r,
    enum field f)
{
	struct buf *b = sheet_start(s);

	if (!rec_has(r, f))
		return;
	put_quoted(b, label, rec_get(r, f));
	sheet_phrase(s);
}

void
phrase_address(struct sheet *s, const char *label, const struct rec *r,
    enum field f)
{
	struct buf *b = sheet_start(s);

	if (!rec_has(r, f))
		return;
	(void)buf_add(b, slice_cstr(label));
	sheet_put_address(b, rec_get(r, f));
	sheet_phrase(s);
}

void
phrase_count(struct sheet *s, const struct rec *r, enum field f,
    const char *one, const char *many)
{
	struct buf *b = sheet_start(s);

	if (rec_get(r, f).len == 0)
		return;
	sheet_put_name(b, rec_get(r, f));
	(void)buf_add(b, slice_cstr(slice_is(rec_get(r, f), "1") ? one :
	    many));
	sheet_phrase(s);
}

void
phrase_user(struct sheet *s, const struct rec *r)
{
	struct buf *b = sheet_start(s);

	if (rec_get(r, F_SASL_USER).len == 0)
		return;
	put_quoted(b, "user ", rec_get(r, F_SASL_USER));
	sheet_put_aside(b, rec_get(r, F_SASL_METHOD));
	sheet_phrase(s);
}

void
phrase_tls(struct sheet *s, const struct rec *r, enum tls_side side)
{
	tlswords_put(sheet_start(s), r, side, s->verbose);
	sheet_phrase_as(s, colours_tls(tlswords_outside(r, side)), ", ");
}

void
phrase_reason(struct sheet *s, const struct rec *r)
{
	static const enum field keys[] = { F_REPLY_CODE, F_DSN, F_REASON };
	struct buf *b = sheet_start(s);

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (rec_get(r, keys[i]).len == 0)
			continue;
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		text_clean(b, rec_get(r, keys[i]), NULL);
	}
	sheet_below(s, PHRASE_LINES);
}

void
phrase_text(struct sheet *s, const struct rec *r, enum field f)
{
	text_clean(sheet_start(s), rec_get(r, f), NULL);
	sheet_below(s, PHRASE_LINES);
}

void
phrase_put_client(struct buf *b, const struct rec *r, bool port)
{
	sheet_put_name(b, rec_has(r, F_CLIENT_NAME) ?
	    rec_get(r, F_CLIENT_NAME) : SLICE("unknown"));
	if (rec_get(r, F_CLIENT_ADDR).len > 0) {
		(void)buf_addc(b, '[');
		text_clean(b, rec_get(r, F_CLIENT_ADDR), " ,]");
		(void)buf_addc(b, ']');
	}
	if (port && rec_get(r, F_CLIENT_PORT).len > 0) {
		(void)buf_addc(b, ':');
		sheet_put_name(b, rec_get(r, F_CLIENT_PORT));
	}
}

void
phrase_put_stage(struct buf *b, const struct rec *r)
{
	if (rec_get(r, F_STAGE).len == 0)
		return;
	(void)buf_add(b, SLICE(" at "));
	sheet_put_name(b, rec_get(r, F_STAGE));
}
