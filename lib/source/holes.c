#include "source/holes.h"

#include <stdio.h>

#include "base/msg.h"
#include "scan/gap.h"

static void
tell_hole(const char *name, const struct resync_hole *h)
{
	unsigned long long from = h->from / 8, to = h->to / 8;
	char lost[64] = "an unknown part of the text";

	if (h->to == RESYNC_NOWHERE) {
		msg_note("%s: damaged at offset %llu: nothing is recovered "
			 "behind it",
		    name, from);
		return;
	}
	if (h->lost != GAP_NONE)
		(void)snprintf(
		    lost, sizeof(lost), "%zu bytes of text", h->lost);
	msg_note("%s: damaged at offset %llu: %llu compressed bytes skipped, "
		 "%s lost",
	    name, from, to - from, lost);
}

void
holes_tell(struct slice src, const struct resync *plan, uint64_t left_out)
{
	char name[256];

	(void)msg_quote(name, sizeof(name), src);
	if (plan->flip != RESYNC_NOWHERE)
		msg_note("%s: bit %llu of the byte at offset %llu is wrong: "
			 "with it inverted, checksum and length are right",
		    name, (unsigned long long)plan->flip % 8,
		    (unsigned long long)plan->flip / 8);
	for (size_t i = 0; i < plan->n; i++)
		tell_hole(name, &plan->hole[i]);
	if (left_out > 0)
		msg_note("%s: lines behind the damage with bytes that are not "
			 "known, left out: at least %llu",
		    name, (unsigned long long)left_out);
}
