/*
 * rec_text - the escaping that the record writers share; internal to rec
 *
 * A rec_text writes one record into a buf.  Between begin and end `at` is
 * where the next byte goes; whoever writes there has asked rec_text_room for
 * it.  rec_text_put makes its own room and leaves REC_TEXT_SLACK bytes of it
 * unused, so that what frames a value needs none.
 *
 * How a value is written (cp is a code point):
 *
 *	              JSON             TSV              CSV
 *	"             \"               "                ""
 *	\             \\               \\               \
 *	tab NL CR     \t \n \r         \t \n \r         \t \n \r
 *	BS FF         \b \f            \x08 \x0c        \b \f
 *	C0, DEL       \u00XX           \xXX             \u00XX
 *	unsafe cp     \uXXXX (surrogate pair above U+FFFF) in all three
 *	not UTF-8     \udc80..\udcff   \x80..\xff       \udc80..\udcff
 *
 * No byte grows to more than six, so memory is bounded by the values.
 */
#ifndef REC_REC_TEXT_H
#define REC_REC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/plain.h"
#include "base/slice.h"
#include "base/utf8.h"

enum rec_escape {
	REC_ESCAPE_JSON,
	REC_ESCAPE_TSV,
	REC_ESCAPE_CSV
};

#define REC_TEXT_SLACK	4

struct rec_text {
	struct buf	*buf;
	unsigned char	*at;
	unsigned char	*end;
};

void	rec_text_begin(struct rec_text *, struct buf *);
void	rec_text_end(struct rec_text *);
/* What rec_text_room does when the buffer must grow. */
bool	rec_text_grow(struct rec_text *, size_t n);
/* What rec_text_put does from the first byte on that is not plain. */
bool	rec_text_slow(struct rec_text *, struct slice, enum rec_escape);

/* True for the text of a JSON number. */
bool	rec_text_is_number(struct slice);
/*
 * Decode the code of \uXXXX, and of a second one when both are a pair; s is
 * what follows the first backslash and begins with 'u'.  *used is how much
 * of s that was.  dst gets 1 to 4 bytes: \udc80..\udcff one raw byte, any
 * other lone surrogate its three-byte form.  Returns their number, 0 for
 * anything else.
 */
size_t	rec_text_decode_u(struct slice s, unsigned char dst[4], size_t *used);

/* Room for n bytes at `at`; false when the buffer's limit is reached. */
static inline bool
rec_text_room(struct rec_text *t, size_t n)
{
	return __builtin_expect(n <= (size_t)(t->end - t->at), 1) ||
	    rec_text_grow(t, n);
}

/* Write s; false when the buffer's limit is reached. */
static inline bool
rec_text_put(struct rec_text *t, struct slice s, enum rec_escape esc)
{
	size_t n;

	if (!rec_text_room(t, s.len + REC_TEXT_SLACK))
		return false;
	n = plain_copy(t->at, s.ptr, s.len);
	t->at += n;
	if (__builtin_expect(n == s.len, 1))
		return true;
	return rec_text_slow(t, slice_of(s.ptr + n, s.len - n), esc);
}

/* The same as !utf8_unsafe, with a short way for common letters. */
static inline bool
rec_text_is_safe(uint32_t cp)
{
	if (cp < 0x34f)
		return (cp >= 0x20 && cp < 0x7f) || (cp >= 0xa0 && cp != 0xad);
	if ((cp > 0x061c && cp < 0x115f) || (cp > 0x3164 && cp < 0xd800))
		return true;
	return !utf8_unsafe(cp);
}

#endif
