#include "report/astap.h"

#include "report/words.h"
#include "view/tallytext.h"

#include "base/banned.h"

void
astap_put(struct buf *b, const struct page *p)
{
	const struct report *r = p->report;
	uint64_t number = 0;

	tallytext_tap_head(b, r->tally);
	words(b, "# ");
	tallytext_tap_text(b, buf_slice(&p->sentence));
	words(b, "\n");
	tallytext_tap_tests(b, r->tally, &number);
	words(b, r->covered ? "ok " : "not ok ");
	words_u(b, ++number);
	words(b, " - the evidence covers the period");
	if (!r->covered) {
		words(b, ": ");
		tallytext_tap_text(b, buf_slice(&r->why));
	}
	words(b, "\n");
	for (size_t i = 0; i < r->ndoubt; i++) {
		if (!r->doubt[i].grave ||
		    r->doubt[i].what == REPORT_NOT_COVERED)
			continue;
		words(b, "not ok ");
		words_u(b, ++number);
		words(b, " - ");
		tallytext_tap_text(b, buf_slice(&r->doubt[i].text));
		words(b, "\n");
	}
	words(b, "1..");
	words_u(b, number);
	words(b, "\n");
}
