#include "rec/filter_vocab.h"

#include "base/banned.h"

struct words {
	enum field	 field;
	const char	*what;
	struct slice	 word[12];	/* up to the first without bytes */
};

static const struct words closed[] = {
	{ F_TYPE, "a type is event, message, delivery, link, finding, file, "
	    "piece, source, coverage, shape or run", { SLICE("event"), SLICE("message"),
	    SLICE("delivery"), SLICE("link"), SLICE("finding"),
	    SLICE("file"), SLICE("piece"), SLICE("source"),
	    SLICE("coverage"), SLICE("shape"), SLICE("run") } },
	{ F_TLS, "this key is authenticated, encrypted, plaintext, refused, "
	    "none-attempted, local or unknown", { SLICE("authenticated"),
	    SLICE("encrypted"), SLICE("plaintext"), SLICE("refused"),
	    SLICE("none-attempted"), SLICE("local"), SLICE("unknown") } },
	{ F_TLS_PROOF, "this key is proven or inferred", { SLICE("proven"),
	    SLICE("inferred") } },
	{ F_VERDICT, "this key is compliant, violation, unknown, exempt or "
	    "not-applicable", { SLICE("compliant"), SLICE("violation"),
	    SLICE("unknown"), SLICE("exempt"), SLICE("not-applicable") } },
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
