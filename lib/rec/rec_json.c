#include "rec/rec_json.h"

#include "rec/rec.h"
#include "rec/rec_text.h"

#include "base/banned.h"

#define KEY_MAX	24	/* the longest key with its quotes, 3 words */

/* A key as it stands in a line: ,"key":" or, for bare values, ,"key": */
struct key {
	unsigned char	text[KEY_MAX];
	unsigned char	len;
};

#define KEY_TEXT(name)	",\"" name "\":\""
#define KEY_BARE(name)	",\"" name "\":"
#define KEY_STR(name)	KEY_TEXT(name)
#define KEY_NUM(name)	KEY_BARE(name)
#define KEY_BOOL(name)	KEY_BARE(name)
#define KEY_TIME(name)	KEY_TEXT(name)
#define KEY_HOST(name)	KEY_TEXT(name)
#define KEY_ADDR(name)	KEY_TEXT(name)
#define KEY_MAIL(name)	KEY_TEXT(name)

#define KEY_FITS(id, name, type, text)					\
	_Static_assert(sizeof(KEY_##type(#name)) <= KEY_MAX, #name);
FIELD_TABLE(KEY_FITS)
#undef KEY_FITS

static const struct key key[FIELD_N] = {
#define KEY_ENTRY(id, name, type, text)					\
	{ KEY_##type(#name), sizeof(KEY_##type(#name)) - 1 },
	FIELD_TABLE(KEY_ENTRY)
#undef KEY_ENTRY
};

/* What a field may need besides its value: a whole key, two quotes. */
#define FIELD_EXTRA	(KEY_MAX + 2)

/* A value that stands without quotes as it is. */
static bool
is_bare(enum field f, struct slice v)
{
	if (field_info[f].type == FIELD_BOOL)
		return slice_eq(v, SLICE("true")) ||
		    slice_eq(v, SLICE("false"));
	return rec_text_is_number(v);
}

/* Keys written without quotes, as bits: field_is_bare without a look-up. */
#define KEY_BIT(id, name, type, text)					\
	| (sizeof(KEY_##type("")) == sizeof(KEY_BARE("")) ?		\
	    (unsigned __int128)1 << F_##id : 0)
static const unsigned __int128 bare_keys = 0 FIELD_TABLE(KEY_BIT);
#undef KEY_BIT

/* Copy a whole number of few digits, the usual one; 0 if it is another. */
static inline size_t
put_whole(unsigned char *dst, struct slice v)
{
	size_t i = 0;

	if (v.len == 0 || v.len > 20 || (v.ptr[0] == '0' && v.len > 1))
		return 0;
	do {
		unsigned char c = v.ptr[i];

		if (!ascii_digit(c))
			return 0;
		dst[i++] = c;
	} while (i < v.len);
	return i;
}

static inline bool
put_field(struct rec_text *t, enum field f, struct slice v)
{
	size_t n;

	memcpy(t->at, key[f].text, KEY_MAX);
	t->at += key[f].len;
	if (bare_keys >> f & 1) {
		if (field_info[f].type == FIELD_NUM &&
		    (n = put_whole(t->at, v)) > 0) {
			t->at += n;
			return true;
		}
		if (is_bare(f, v)) {
			t->at += rec_text_copy(t->at, v.ptr, v.len);
			return true;
		}
		*t->at++ = '"';	/* what was logged, lost in no reader */
	}
	if (!rec_text_put(t, v, REC_ESCAPE_JSON))
		return false;
	*t->at++ = '"';
	return true;
}

/* All fields in table order. */
static bool
put_all(struct rec_text *t, const struct rec *r)
{
	for (size_t w = 0; w < REC_WORDS; w++) {
		uint64_t bits = r->set[w];

		for (; bits != 0; bits &= bits - 1) {
			size_t f = w * 64 + (size_t)__builtin_ctzll(bits);

			if (!put_field(t, (enum field)f, r->v[f]))
				return false;
		}
	}
	return true;
}

static bool
put_columns(struct rec_text *t, const struct rec *r, const enum field *column,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rec_has(r, column[i]) &&
		    !put_field(t, column[i], r->v[column[i]]))
			return false;
	return true;
}

/* Bytes of the record when nothing needs an escape, or more. */
static size_t
plain_size(const struct rec *r)
{
	size_t n = KEY_MAX;

	for (size_t w = 0; w < REC_WORDS; w++) {
		uint64_t bits = r->set[w];

		for (; bits != 0; bits &= bits - 1)
			n += FIELD_EXTRA +
			    r->v[w * 64 + (size_t)__builtin_ctzll(bits)].len;
	}
	return n;
}

bool
rec_json_columns(struct buf *b, const struct rec *r, const enum field *column,
    size_t ncolumn, struct slice tail)
{
	struct rec_text t;
	size_t start = b->len;

	if (!rec_text_begin(&t, b, plain_size(r) + tail.len))
		return false;
	if (!(ncolumn == 0 ? put_all(&t, r) :
	    put_columns(&t, r, column, ncolumn)))
		return false;
	if (t.at == b->ptr + start)
		*t.at++ = '{';
	b->ptr[start] = '{';	/* over the comma of the first key */
	*t.at++ = '}';
	for (size_t i = 0; i < tail.len; i++)
		*t.at++ = tail.ptr[i];
	rec_text_end(&t);
	return true;
}

bool
rec_json(struct buf *b, const struct rec *r)
{
	return rec_json_columns(b, r, NULL, 0, slice_of(NULL, 0));
}

bool
rec_json_escape(struct buf *b, struct slice s)
{
	struct rec_text t;

	if (!rec_text_begin(&t, b, s.len) ||
	    !rec_text_put(&t, s, REC_ESCAPE_JSON))
		return false;
	rec_text_end(&t);
	return true;
}
