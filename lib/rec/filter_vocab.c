#include "rec/filter_vocab.h"

#include "base/banned.h"

struct words {
	enum field	 field;
	const char	*what;
	struct slice	 word[12];	/* up to the first without bytes */
};

static const struct words closed[] = {
	{ F_TYPE, "a type is event, message, delivery, link, finding, file, "
	    "piece, source, coverage, shape or run; quote another",
	    { SLICE("event"), SLICE("message"), SLICE("delivery"),
	    SLICE("link"), SLICE("finding"), SLICE("file"),
	    SLICE("piece"), SLICE("source"), SLICE("coverage"),
	    SLICE("shape"), SLICE("run") } },
	{ F_TLS, "this key is authenticated, encrypted, plaintext, refused, "
	    "none-attempted, local or unknown; quote another",
	    { SLICE("authenticated"), SLICE("encrypted"),
	    SLICE("plaintext"), SLICE("refused"), SLICE("none-attempted"),
	    SLICE("local"), SLICE("unknown") } },
	{ F_TLS_PROOF, "this key is proven or inferred; quote another",
	    { SLICE("proven"), SLICE("inferred") } },
	{ F_VERDICT, "this key is compliant, violation, unknown, exempt or "
	    "not-applicable; quote another",
	    { SLICE("compliant"), SLICE("violation"), SLICE("unknown"),
	    SLICE("exempt"), SLICE("not-applicable") } },
};

static const struct {
	struct slice	 word, other;	/* and what people write for it */
	const char	*what;
} statuses[] = {
	{ SLICE("sent"), SLICE("delivered"), "the status is called sent" },
	{ SLICE("sent"), SLICE("send"), "the status is called sent" },
	{ SLICE("bounced"), SLICE("bounce"), "the status is called bounced" },
	{ SLICE("deferred"), SLICE("defer"), "the status is called deferred" },
	{ SLICE("expired"), SLICE("expire"), "the status is called expired" },
	{ SLICE("held"), SLICE("hold"), "the status is called held" },
	{ SLICE("rejected"), SLICE("reject"), "the status is called rejected" },
	{ SLICE("discarded"), SLICE("discard"),
	    "the status is called discarded" },
	{ SLICE("deleted"), SLICE("delete"), "the status is called deleted" },
};

static const char *
status_meant(struct slice value)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		bool same = slice_eq_nocase(value, statuses[i].word);

		if (same && slice_eq(value, statuses[i].word))
			return NULL;
		if (same || slice_eq_nocase(value, statuses[i].other))
			return statuses[i].what;
	}
	return NULL;
}

/* Addresses joined by commas: a@x.org,b@y.org */
static bool
is_list(struct slice s)
{
	size_t at = slice_chr(s, '@');
	struct slice rest = slice_from(s, at == SLICE_NONE ? s.len : at);
	size_t comma = slice_chr(rest, ',');

	return comma != SLICE_NONE &&
	    slice_chr(slice_from(rest, comma), '@') != SLICE_NONE;
}

const char *
filter_vocab_pasted(enum field f, struct slice value)
{
	static const char several[] =
	    "several values are KEY=A or KEY=B; quote a comma that is meant";
	bool comma = slice_chr(value, ',') != SLICE_NONE;

	if (value.len > 1 && value.ptr[value.len - 1] == ',')
		return "a comma ends no value; quote one that is meant";
	if (f == F_QID && value.len > 1 && value.ptr[value.len - 1] == ':')
		return "a queue ID is without colon";
	switch (f) {
	case F_TYPE:
	case F_EVENT:
	case F_DAEMON:
	case F_QID:
	case F_STATUS:
	case F_DSN:
	case F_TLS:
	case F_TLS_VERSION:
	case F_VERDICT:
		return comma ? several : NULL;
	default:
		break;
	}
	if (field_info[f].type == FIELD_ADDR)
		return comma ? several : NULL;
	return field_info[f].type == FIELD_MAIL && is_list(value) ? several :
	    NULL;
}

const char *
filter_vocab_meant(enum field f, struct slice value)
{
	if (f == F_STATUS)
		return status_meant(value);
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		const struct words *w = &closed[i];

		if (w->field != f)
			continue;
		for (size_t j = 0; w->word[j].len > 0; j++)
			if (slice_eq(value, w->word[j]))
				return NULL;
		return w->what;
	}
	return NULL;
}
