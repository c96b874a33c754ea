#include "policy/policy_attr.h"

#include "fmt/tableline.h"
#include "policy/cipher.h"
#include "policy/protoset.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

const struct slice level_word[LEVEL_N] = { W("none"), W("may"), W("encrypt"),
	W("fingerprint"), W("dane"), W("dane-only"), W("verify"),
	W("secure") };

#define ALL		0xffU
#define FROM_MAY	(ALL & ~(1U << LEVEL_NONE))
#define MATCHED		(1U << LEVEL_FINGERPRINT | 1U << LEVEL_VERIFY |	\
			 1U << LEVEL_SECURE)

/* Postfix's attributes, and at which levels it takes them. */
static const struct {
	struct slice	name;
	unsigned int	levels;
} postfix[] = {
	{ W("match"), MATCHED }, { W("tafile"), MATCHED },
	{ W("servername"), FROM_MAY }, { W("connection_reuse"), FROM_MAY },
	{ W("enable_rpk"), FROM_MAY }, { W("policy_ttl"), FROM_MAY },
	{ W("policy_type"), FROM_MAY }, { W("policy_domain"), FROM_MAY },
	{ W("policy_string"), FROM_MAY }, { W("mx_host_pattern"), FROM_MAY },
	{ W("policy_failure"), FROM_MAY },
};

bool
policy_attr_next(struct slice *s, struct slice *name, struct slice *value,
    const char **bad)
{
	struct slice w, rest = *s;

	*bad = NULL;
	rest = tableline_trim(rest);
	while (rest.len > 0 && rest.ptr[0] == ',')
		rest = tableline_trim(slice_from(rest, 1));
	if (rest.len == 0)
		return false;
	if (slice_take(&rest, SLICE("{"))) {
		if (!slice_cut(rest, '}', &w, s)) {
			*bad = "a brace is not closed";
			return false;
		}
	} else {
		w = tableline_word(&rest, true);
		*s = rest;
	}
	if (!slice_cut(w, '=', name, value)) {
		*bad = "an attribute without =";
		return false;
	}
	*name = tableline_trim(*name);
	*value = tableline_trim(*value);
	return true;
}

static const char *
parse_grade(struct slice v, enum grade *g)
{
	if (slice_eq_nocase(v, SLICE("high")))
		*g = GRADE_HIGH;
	else if (slice_eq_nocase(v, SLICE("medium")))
		*g = GRADE_MEDIUM;
	else if (slice_eq_nocase(v, SLICE("low")) ||
	    slice_eq_nocase(v, SLICE("export")))
		*g = GRADE_EXPORT;
	else if (slice_eq_nocase(v, SLICE("null")))
		*g = GRADE_NULL;
	else
		return "unknown cipher grade: use high, medium, low, export "
		    "or null";
	return NULL;
}

/* A list with colons between: the first element, which is dropped. */
static struct slice
element(struct slice *s)
{
	struct slice e = *s;

	if (!slice_cut(*s, ':', &e, s))
		*s = slice_from(*s, s->len);
	return tableline_trim(e);
}

static const char *
check_exclude(struct slice list)
{
	while (list.len > 0) {
		struct slice e = element(&list);

		if (e.len > 0 && cipher_is(e, 0, SLICE("")) < 0)
			return "exclude= names a cipher that is not known "
			    "here";
	}
	return NULL;
}

static const char *
parse_require(struct slice list, unsigned int *require)
{
	while (list.len > 0) {
		struct slice e = element(&list);

		if (slice_eq(e, SLICE("fs")))
			*require |= REQUIRE_FS;
		else if (slice_eq(e, SLICE("aead")))
			*require |= REQUIRE_AEAD;
		else if (slice_eq(e, SLICE("pq")))
			*require |= REQUIRE_PQ;
		else
			return "unknown word in require=: use fs, aead, pq, "
			    "with colons between";
	}
	return NULL;
}

static const char *
attribute(struct policy_line *l, struct slice name, struct slice v)
{
	if (slice_eq(name, SLICE("clause"))) {
		l->clause = v;
		return NULL;
	}
	if (slice_eq(name, SLICE("require")))
		return parse_require(v, &l->require);
	if (slice_eq(name, SLICE("protocols"))) {
		l->has_protocols = true;
		if (!protoset_parse(v, &l->protocols))
			return "bad list of protocols: Postfix would not use "
			    "TLS with it";
		return l->protocols != 0 ? NULL :
		    "the list of protocols allows none";
	}
	if (slice_eq(name, SLICE("ciphers")))
		return parse_grade(v, &l->grade);
	if (slice_eq(name, SLICE("exclude"))) {
		l->exclude = v;
		return check_exclude(v);
	}
	for (size_t i = 0; i < sizeof(postfix) / sizeof(*postfix); i++)
		if (slice_eq(name, postfix[i].name))
			return (postfix[i].levels >> l->level & 1) != 0 ? NULL :
			    "an attribute that Postfix does not take at this "
			    "level";
	return "unknown attribute";
}

static bool
parse_level(struct slice w, enum level *level)
{
	for (size_t i = 0; i < LEVEL_N; i++)
		if (slice_eq_nocase(w, level_word[i])) {
			*level = (enum level)i;
			return true;
		}
	return false;
}

const char *
policy_attr_parse(struct policy_line *l, struct slice s, bool ours)
{
	struct slice w = tableline_word(&s, true), name, value;
	const char *bad;

	l->protocols = PROTO_DEFAULT;
	l->rule = RULE_N;
	if (w.len == 0)
		return "no level: use none, may, encrypt, dane, dane-only, "
		    "fingerprint, verify or secure";
	if (!parse_level(w, &l->level))
		return "unknown level: use none, may, encrypt, dane, "
		    "dane-only, fingerprint, verify or secure";
	if (ours && (l->level == LEVEL_DANE || l->level == LEVEL_DANE_ONLY))
		return "DANE is for mail that goes out";
	while (policy_attr_next(&s, &name, &value, &bad)) {
		/* Postfix warns and goes on. */
		if (l->level == LEVEL_NONE && !slice_eq(name, SLICE("clause")))
			continue;
		bad = attribute(l, name, value);
		if (bad != NULL)
			return bad;
	}
	return bad;
}
