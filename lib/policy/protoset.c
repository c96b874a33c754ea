#include "policy/protoset.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

static const struct {
	struct slice	name;
	struct slice	wire;
	unsigned int	bit;
} version[] = {
	{ W("SSLv2"), W("0002"), PROTO_SSL2 },
	{ W("SSLv3"), W("0300"), PROTO_SSL3 },
	{ W("TLSv1"), W("0301"), PROTO_TLS10 },
	{ W("TLSv1.1"), W("0302"), PROTO_TLS11 },
	{ W("TLSv1.2"), W("0303"), PROTO_TLS12 },
	{ W("TLSv1.3"), W("0304"), PROTO_TLS13 },
};

unsigned int
protoset_version(struct slice s)
{
	if (slice_eq(s, SLICE("TLSv1.3")))
		return PROTO_TLS13;
	if (slice_eq(s, SLICE("TLSv1.2")))
		return PROTO_TLS12;
	for (size_t i = 0; i < sizeof(version) / sizeof(*version); i++)
		if (slice_eq_nocase(s, version[i].name))
			return version[i].bit;
	return slice_eq_nocase(s, SLICE("TLSv1.0")) ? PROTO_TLS10 : 0;
}

/* The operand of >= and <=: a name, or the number on the wire. */
static unsigned int
bound(struct slice s)
{
	for (size_t i = 0; i < sizeof(version) / sizeof(*version); i++)
		if (slice_eq_nocase(s, version[i].name) ||
		    slice_eq(s, version[i].wire))
			return version[i].bit;
	return 0;
}

static bool
named(struct slice s, unsigned int *bit)
{
	/* TLSv1.0 is in no list of Postfix's. */
	*bit = slice_eq_nocase(s, SLICE("TLSv1.0")) ? 0 : protoset_version(s);
	return *bit != 0;
}

bool
protoset_parse(struct slice s, unsigned int *set)
{
	unsigned int in = 0, out = 0, range = PROTO_ALL, bit;

	while (s.len > 0) {
		struct slice w;
		size_t n = 0;

		while (n < s.len && s.ptr[n] != ':' && s.ptr[n] != ',' &&
		    s.ptr[n] != ' ' && s.ptr[n] != '\t')
			n++;
		w = slice_sub(s, 0, n);
		s = slice_from(s, n + 1);
		if (w.len == 0)
			continue;
		if (slice_take(&w, SLICE(">="))) {
			if ((bit = bound(w)) == 0)
				return false;
			range &= ~(bit - 1);
		} else if (slice_take(&w, SLICE("<="))) {
			if ((bit = bound(w)) == 0)
				return false;
			range &= bit * 2 - 1;
		} else if (slice_take(&w, SLICE("!"))) {
			if (!named(w, &bit))
				return false;
			out |= bit;
		} else {
			if (!named(w, &bit))
				return false;
			in |= bit;
		}
	}
	*set = (in != 0 ? in : PROTO_ALL) & ~out & range & PROTO_ALL;
	return true;
}
