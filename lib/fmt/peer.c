#include "fmt/peer.h"

#include "base/banned.h"

#define NAME_MAX_LEN	255
#define NO_PORT		SLICE(":unknown")

/* The client has gone before its port was asked for. */
static void
skip_no_port(struct slice *s)
{
	struct slice rest = *s;

	if (slice_take(&rest, NO_PORT) && (rest.len == 0 ||
	    *rest.ptr == ' ' || *rest.ptr == ',' || *rest.ptr == ':' ||
	    *rest.ptr == ';'))
		*s = rest;
}

/* One copy for all kinds of lines stays in the cache. */
__attribute__((noinline)) bool
peer_take(struct slice *s, struct peer *p, bool padded)
{
	struct slice rest;
	size_t n, end;

	*p = (struct peer){ .port = { NULL, 0 } };
	/* Most are in lines of logs, and shorter than that. */
	n = padded ? slice_any_padded(*s, 0, '[', ' ', '[') :
	    slice_any(*s, '[', ' ', '[');
	if (n == s->len || s->ptr[n] == ' ' || n > NAME_MAX_LEN)
		return false;
	end = padded ? slice_any_padded(*s, n + 1, ']', ']', ']') :
	    slice_near(*s, n + 1, ']');
	if (end == s->len || end == n + 1)
		return false;
	p->name = slice_of(s->ptr, n);
	p->addr = slice_of(s->ptr + n + 1, end - n - 1);
	rest = slice_of(s->ptr + end + 1, s->len - end - 1);
	if (rest.len > 1 && rest.ptr[0] == ':' && ascii_digit(rest.ptr[1])) {
		for (n = 1; n < rest.len && ascii_digit(rest.ptr[n]); n++)
			;
		if (n > 6)
			return false;
		p->port = slice_of(rest.ptr + 1, n - 1);
		rest = slice_of(rest.ptr + n, rest.len - n);
	} else if (rest.len >= NO_PORT.len && rest.ptr[0] == ':')
		skip_no_port(&rest);
	p->all = slice_of(s->ptr, s->len - rest.len);
	*s = rest;
	return true;
}

bool
peer_parse(struct slice s, struct peer *p, bool padded)
{
	return peer_take(&s, p, padded) && s.len == 0;
}
