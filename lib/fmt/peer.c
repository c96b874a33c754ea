#include "fmt/peer.h"

#include "base/banned.h"

#include "base/banned.h"

#define NAME_MAX_LEN	255

bool
peer_take(struct slice *s, struct peer *p)
{
	struct slice rest;
	size_t n = 0;

	*p = (struct peer){ .port = { NULL, 0 } };
	if (!slice_cut(*s, '[', &p->name, &rest) ||
	    p->name.len > NAME_MAX_LEN || slice_chr(p->name, ' ') != SLICE_NONE)
		return false;
	if (!slice_cut(rest, ']', &p->addr, &rest) || p->addr.len == 0)
		return false;
	if (rest.len > 1 && rest.ptr[0] == ':' && ascii_digit(rest.ptr[1])) {
		while (n + 1 < rest.len && ascii_digit(rest.ptr[n + 1]))
			n++;
		if (n > 5)
			return false;
		p->port = slice_sub(rest, 1, n);
		rest = slice_from(rest, n + 1);
	}
	p->all = slice_sub(*s, 0, s->len - rest.len);
	*s = rest;
	return true;
}

bool
peer_parse(struct slice s, struct peer *p)
{
	return peer_take(&s, p) && s.len == 0;
}
