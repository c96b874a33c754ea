#include "source/journalevent.h"

#include "fmt/logline.h"
#include "fmt/postfix.h"

#define NOTES 256

/* What tells an entry from all others, in one line. */
struct slice
journalevent_line(struct buf *b, const struct frame *fr)
{
	const struct slice part[] = { fr->who.seqnum, fr->stamp.text, fr->host,
		fr->tag, fr->pid, fr->text };

	b->len = 0;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		(void)buf_add(b, part[i]);
		(void)buf_addc(b, ' ');
	}
	return buf_slice(b);
}

static enum logrun_confidence
trust(unsigned int flaws)
{
	if ((flaws & JOURNALFILE_BAD_HASH) != 0)
		return LOGRUN_LOW;
	return (flaws & JOURNALFILE_LOST) != 0 ? LOGRUN_MEDIUM : LOGRUN_HIGH;
}

void
journalevent_alone(struct slice text, struct frame *fr)
{
	/* As of a log that has lost the programs. */
	static const struct postfix_tag tag = { .ours = true, .lost = true };

	*fr = (struct frame){ .kind = FRAMING_JOURNAL,
		.text = text,
		.line = text,
		.postfix = &tag };
}

bool
journalevent_is_alone(const struct event *ev)
{
	return !ev->time.known && rec_has(&ev->rec, F_NOTE) &&
	    slice_find(rec_get(&ev->rec, F_NOTE), SLICE("entry-lost")) !=
	    SLICE_NONE;
}

/* Add a word to a note in dst. */
static void
add_word(struct rec *r, unsigned char dst[NOTES], struct slice word)
{
	struct slice old = rec_get(r, F_NOTE);

	if (old.len + 1 + word.len > NOTES)
		return;
	if (old.len > 0 && old.ptr != dst)
		memcpy(dst, old.ptr, old.len);
	if (old.len > 0)
		dst[old.len++] = ' ';
	memcpy(dst + old.len, word.ptr, word.len);
	rec_set(r, F_NOTE, slice_of(dst, old.len + word.len));
}

bool
journalevent_put(const struct stream *s, const struct frame *fr,
    const struct journalevent *p, struct buf *text)
{
	struct stream inner = *s;
	struct slice word[JOURNALS_WORDS];
	unsigned char notes[NOTES];
	struct event ev;
	struct logrun_line line = { .event = &ev,
		.run = *inner.runs,
		.confidence = trust(p->flaws),
		.entry = true };
	size_t n = journals_words(p->flaws, word);
	bool lost = p->lost;

	/* Offsets in a journal are none of the image. */
	if (p->inside)
		inner.depth++;
	if (p->alone)
		line.confidence = p->proven ? LOGRUN_MEDIUM : LOGRUN_LOW;
	logline_read(fr, &ev);
	ev.time = (struct event_time){ .known = !p->alone,
		.ordered = !p->alone,
		.sec = fr->stamp.sec,
		.nsec = fr->stamp.nsec,
		.digits = fr->stamp.digits };
	if (event_lines_lost(&ev)) {
		rec_unset(&ev.rec, F_NOTE);
		lost = true;
	}
	for (size_t i = 0; i < n; i++)
		add_word(&ev.rec, notes, word[i]);
	if (lost)
		add_word(&ev.rec, notes, SLICE("lines-lost"));
	if (p->alone)
		add_word(&ev.rec, notes, SLICE("entry-lost"));
	rec_set(&ev.rec, F_CONFIDENCE, logrun_word[line.confidence]);
	if (p->alone) {
		rec_unset(&ev.rec, F_INSTANCE);
		rec_unset(&ev.rec, F_PID);
	}
	if (fr->text.ptr == NULL)
		rec_unset(&ev.rec, F_TEXT);
	ev.src = p->src;
	ev.off = p->off;
	ev.len = p->len;
	ev.line = 0;
	line.line = journalevent_line(text, fr);
	return find_line(&inner, &line);
}
