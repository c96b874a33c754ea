#include "fmt/framing.h"

#include "base/field.h"
#include "base/mem.h"
#include "fmt/collector.h"
#include "fmt/container.h"
#include "fmt/journald.h"
#include "fmt/journalverbose.h"
#include "fmt/label.h"
#include "fmt/prefix.h"
#include "fmt/syslog.h"
#include "fmt/usual.h"

#include "base/banned.h"

#define JSON_SEQ	0x1e	/* RFC 7464 */

const struct slice framing_name[FRAMING_N] = {
	[FRAMING_NONE] = { (const unsigned char *)"none", 4 },
	[FRAMING_BLANK] = { (const unsigned char *)"blank", 5 },
	[FRAMING_MARK] = { (const unsigned char *)"mark", 4 },
	[FRAMING_PART] = { (const unsigned char *)"part", 4 },
	[FRAMING_BSD] = { (const unsigned char *)"bsd", 3 },
	[FRAMING_ISO] = { (const unsigned char *)"iso", 3 },
	[FRAMING_RFC5424] = { (const unsigned char *)"rfc5424", 7 },
	[FRAMING_RFC3164] = { (const unsigned char *)"rfc3164", 7 },
	[FRAMING_FULL] = { (const unsigned char *)"short-full", 10 },
	[FRAMING_UNIX] = { (const unsigned char *)"short-unix", 10 },
	[FRAMING_JSON] = { (const unsigned char *)"journal-json", 12 },
	[FRAMING_EXPORT] = { (const unsigned char *)"journal-export", 14 },
	[FRAMING_VERBOSE] = { (const unsigned char *)"journal-verbose", 15 },
	[FRAMING_JOURNAL] = { (const unsigned char *)"journal", 7 },
	[FRAMING_DOCKER] = { (const unsigned char *)"docker", 6 },
	[FRAMING_CRI] = { (const unsigned char *)"cri", 3 },
	[FRAMING_COLLECTOR] = { (const unsigned char *)"collector-json", 14 },
	[FRAMING_PREFIX] = { (const unsigned char *)"prefix", 6 },
};

void
framing_init(struct framing *f, const struct prefix *prefix)
{
	*f = (struct framing){
		.prefix = prefix,
		.limit = FRAMING_LINE_MAX
	};
	f->memo.heads = mem_alloc(HEAD_N, sizeof(*f->memo.heads));
	buf_init(&f->scratch, 2 * FRAMING_LINE_MAX + COLLECTOR_ROOM);
	for (size_t i = 0; i < 2; i++)
		buf_init(&f->join[i].text, FRAMING_JOIN_MAX);
}

void
framing_stream(struct framing *f)
{
	f->stream = true;
	lineends_forget(&f->ends);
}

void
framing_free(struct framing *f)
{
	mem_free(f->memo.heads);
	buf_free(&f->scratch);
	for (size_t i = 0; i < 2; i++)
		buf_free(&f->join[i].text);
}

/* Without what stands before a line by accident: NUL bytes, a BOM. */
static struct slice
uncover(struct slice line)
{
	struct slice s = line;

	while (s.len > 0 && *s.ptr == '\0')
		s = slice_from(s, 1);
	(void)slice_take(&s, SLICE("\xef\xbb\xbf"));
	return s.len == 0 ? line : s;
}

/* True if there is more to a line than a stamp: it names its program. */
static bool
is_whole(enum framing_kind kind, const struct frame *fr)
{
	return kind != FRAMING_NONE && fr->tag.len > 0;
}

/*
 * A line that another program has put its label before.  FRAMING_NONE, and
 * the frame as it was, if what follows the labels is none of ours.
 */
static enum framing_kind
split_labelled(struct slice line, struct framing_memo *memo, struct frame *fr)
{
	struct frame as_was = *fr;
	enum framing_kind kind;

	for (int i = 0; i < LABEL_MAX &&
	    label_take(&line, i == 0, &fr->outer); i++) {
		kind = syslog_split(line, memo, fr);
		if (is_whole(kind, fr))
			return kind;
	}
	*fr = as_was;
	return FRAMING_NONE;
}

/*
 * A line that a log host wrote as it came, behind its own stamp and the name
 * of the sender (syslog-ng with flags(no-parse)): what came is the line, and
 * its priority shows where it begins.  Where that names no host, as what
 * programs send to their own logger, the sender is the host.  FRAMING_NONE,
 * and the frame as it was, if it names no program.
 */
static enum framing_kind
split_carried(struct framing_memo *memo, struct frame *fr)
{
	struct frame as_was = *fr;
	enum framing_kind kind;

	fr->host = fr->pid = slice_of(NULL, 0);
	kind = syslog_split(as_was.text, memo, fr);
	if (!is_whole(kind, fr)) {
		*fr = as_was;
		return FRAMING_NONE;
	}
	if (fr->host.len == 0)
		fr->host = as_was.host;
	if (fr->outer.kind == STAMP_NONE && as_was.stamp.kind == STAMP_ZONED)
		fr->outer = as_was.stamp;
	return kind;
}

/* Split a line that is not wrapped; its kind. */
static inline enum framing_kind
split(const struct prefix *prefix, struct slice line,
    struct framing_memo *memo, struct frame *fr)
{
	enum framing_kind kind, inner;

	if (prefix != NULL && prefix_split(prefix, line, fr))
		return FRAMING_PREFIX;
	if (line.len > 0 && (*line.ptr == '\0' || *line.ptr == 0xef))
		kind = syslog_split(uncover(line), memo, fr);
	else
		kind = syslog_split(line, memo, fr);
	if (kind != FRAMING_NONE && fr->tag.ptr == NULL && !memo->plain &&
	    slice_starts(fr->text, SLICE("<"))) {
		inner = split_carried(memo, fr);
		if (inner != FRAMING_NONE)
			return inner;
	}
	if (kind != FRAMING_NONE && (kind != FRAMING_ISO ||
	    fr->tag.ptr != NULL || fr->last_repeated))
		return kind;
	inner = memo->plain ? FRAMING_NONE : split_labelled(line, memo, fr);
	if (inner != FRAMING_NONE || kind != FRAMING_NONE)
		return inner != FRAMING_NONE ? inner : kind;
	fr->text = line;
	if (line.len == 0)
		return FRAMING_BLANK;
	return slice_starts(line, SLICE("-- ")) ? FRAMING_MARK : FRAMING_NONE;
}

bool
framing_split(struct slice line, struct frame *fr)
{
	struct framing_memo none = { .plain = true };

	*fr = (struct frame){ .line = line, .lines = 1 };
	fr->kind = split(NULL, line, &none, fr);
	return fr->kind != FRAMING_NONE;
}

/* Add a piece to what its stream has; true if the line is complete. */
static bool
join(struct framing_join *j, const struct container_piece *p,
    enum framing_kind kind, uint64_t pos, struct frame *fr)
{
	struct slice room;

	if (!j->open) {
		fr->outer = p->stamp;
		if (!p->partial) {
			fr->text = p->text;
			return true;
		}
		j->open = true;
		j->cut = false;
		j->kind = kind;
		j->pos = pos;
		j->text.len = 0;
		j->outer = p->stamp;
		j->outer.text = slice_of(NULL, 0);
	}
	fr->back = pos - j->pos;
	fr->outer = j->outer;
	room = slice_sub(p->text, 0, j->text.limit - j->text.len);
	(void)buf_add(&j->text, room);
	j->cut |= room.len < p->text.len;
	if (p->partial)
		return false;
	j->open = false;
	fr->cut = j->cut;
	fr->text = buf_slice(&j->text);
	return true;
}

/* A piece of a container's log. */
static enum framing_kind
split_piece(struct framing *f, const struct container_piece *p,
    enum framing_kind kind, struct frame *fr)
{
	bool cut = fr->cut;

	f->last = kind;
	if (!join(&f->join[p->stream], p, kind, f->pos, fr)) {
		/* Only what is skipped is a part that is cut. */
		f->join[p->stream].cut |= cut;
		fr->cut = false;
		return FRAMING_PART;
	}
	fr->cut |= cut;
	fr->inner = split(f->prefix, fr->text, &f->memo, fr);
	return kind;
}

/* A line that is a JSON object. */
static enum framing_kind
split_json(struct framing *f, struct slice line, struct frame *fr)
{
	struct container_piece p;

	/* One of several in an array. */
	if (slice_ends(line, SLICE("},")) || slice_ends(line, SLICE("}]")))
		line.len--;
	f->scratch.len = 0;
	/* What is decoded twice must not move. */
	if (!buf_reserve(&f->scratch, 2 * line.len + COLLECTOR_ROOM))
		return FRAMING_NONE;
	for (int i = 0; i < 2; i++) {
		if ((f->last == FRAMING_JSON) == (i == 0)) {
			if (journald_json(line, &f->scratch, fr)) {
				if (fr->stamp.kind == STAMP_NONE)
					fr->stamp = collector_time(line,
					    &f->scratch);
				return FRAMING_JSON;
			}
		} else if (container_docker(line, &f->scratch, &p))
			return split_piece(f, &p, FRAMING_DOCKER, fr);
		f->scratch.len = 0;
	}
	return collector_json(line, &f->memo, &f->scratch, fr) ?
	    FRAMING_COLLECTOR : FRAMING_NONE;
}

/* JSON behind a bracket, or what journalctl -o json-seq or json-sse begins with. */
static enum framing_kind
split_sent(struct framing *f, struct slice line, struct frame *fr)
{
	if (*line.ptr == JSON_SEQ || *line.ptr == '[')
		line = slice_from(line, 1);
	else if (!slice_take(&line, SLICE("data: ")))
		return FRAMING_NONE;
	return line.len > 0 && *line.ptr == '{' ? split_json(f, line, fr) :
	    FRAMING_NONE;
}

/* True if the line may be one of CRI: a stamp with T, then std. */
static inline bool
maybe_cri(struct slice line)
{
	size_t n;

	if (line.len < STAMP_ISO_LEN + 9 || line.ptr[10] != 'T' ||
	    !ascii_digit(*line.ptr))
		return false;
	n = slice_chr(slice_sub(line, STAMP_ISO_LEN, 17), ' ');
	return n != SLICE_NONE && slice_starts(slice_from(line,
	    STAMP_ISO_LEN + n), SLICE(" std"));
}

/* One physical line. */
static inline void
split_line(struct framing *f, struct slice line, struct frame *fr)
{
	enum framing_kind kind = FRAMING_NONE;
	struct container_piece p;

	if (f->prefix != NULL && prefix_split(f->prefix, line, fr))
		kind = FRAMING_PREFIX;
	else if (line.len > 0) {
		if (*line.ptr == '{')
			kind = split_json(f, line, fr);
		else if (*line.ptr == JSON_SEQ || *line.ptr == 'd' ||
		    *line.ptr == '[')
			kind = split_sent(f, line, fr);
		else if (maybe_cri(line) && container_cri(line, &f->memo.stamp,
		    &p))
			kind = split_piece(f, &p, FRAMING_CRI, fr);
	}
	if (kind == FRAMING_NONE)
		kind = split(NULL, line, &f->memo, fr);
	fr->kind = kind;
	if (kind >= FRAMING_BSD)
		f->last = kind;
}

/* Step over what is left of something over-long. */
static size_t
skip(struct framing *f, struct slice data, bool eof, struct frame *fr)
{
	struct journald_rest rest = { .entry = true };
	size_t n;

	fr->kind = FRAMING_PART;
	fr->cut = true;
	if (f->skip_bytes > 0) {
		n = f->skip_bytes < data.len ? (size_t)f->skip_bytes :
		    data.len;
		f->skip_bytes -= n;
	} else if (f->skip_line) {
		n = slice_chr(data, '\n');
		f->skip_line = n == SLICE_NONE;
		n = f->skip_line ? data.len : n + 1;
	} else {
		n = journald_skip(data, eof, &rest);
		f->skip_bytes = rest.bytes;
		f->skip_line = rest.line;
		f->skip_entry = rest.entry;
	}
	fr->line = slice_sub(data, 0, n);
	return n;
}

static uint32_t
count_lines(struct slice s)
{
	uint32_t n = 0;
	size_t pos;

	while ((pos = slice_chr(s, '\n')) != SLICE_NONE) {
		n++;
		s = slice_from(s, pos + 1);
	}
	return n + (s.len > 0);
}

/*
 * An entry of journalctl -o export or verbose; 0 if more data is needed or it
 * is none.
 */
static size_t
next_entry(struct framing *f, enum framing_kind kind, struct slice data,
    bool eof, struct frame *fr, bool *none)
{
	size_t used = 0;

	*none = false;
	switch (kind == FRAMING_VERBOSE ?
	    journalverbose_entry(data, f->limit, eof, &used, fr) :
	    journald_export(data, f->limit, eof, &used, fr)) {
	case JOURNALD_MORE:
		return 0;
	case JOURNALD_OVER:
		f->skip_entry = used > 0;
		break;
	default:
		break;
	}
	if (used == 0) {
		*none = true;
		*fr = (struct frame){ 0 };
		return 0;
	}
	fr->kind = f->last = kind;
	fr->lines = count_lines(slice_sub(data, 0, used));
	f->export |= kind == FRAMING_EXPORT;
	return used;
}

/* Empty a frame; as one value it would be cleared by a slow instruction. */
static inline void
clear(struct frame *fr)
{
	static const struct slice none;

	fr->kind = fr->inner = FRAMING_NONE;
	fr->line = fr->host = fr->tag = fr->pid = fr->text = none;
	fr->stamp = fr->outer = (struct stamp){ 0 };
	fr->postfix = NULL;
	fr->number = fr->writer = fr->back = 0;
	fr->repeat = fr->lines = 0;
	fr->last_repeated = fr->lost_program = fr->cut = fr->has_who = false;
	fr->plain = false;
}

/* The length of the line that data begins with; SLICE_NONE without its end. */
static inline size_t
line_len(struct framing *f, struct slice data, bool *plain)
{
	*plain = false;
	return f->stream ? lineends_next(&f->ends, f->pos, data, plain) :
	    slice_chr(slice_sub(data, 0, f->limit), '\n');
}

static inline size_t
next(struct framing *f, struct slice data, bool eof, struct frame *fr)
{
	struct slice line;
	bool none, ended, plain;
	size_t n;

	clear(fr);
	if (f->skip_line || f->skip_entry || f->skip_bytes > 0) {
		n = skip(f, data, eof, fr);
		if (n > 0 || f->skip_entry)
			return n;
		*fr = (struct frame){ 0 };
	}
	if (data.len == 0)
		return 0;
	n = line_len(f, data, &plain);
	ended = n < f->limit;
	if (!ended) {
		plain = false;
		n = data.len < f->limit ? data.len : f->limit;
		if (n < f->limit && !eof)
			return 0;
	}
	line = slice_of(data.ptr, n);
	if (n > 1 && (*line.ptr == '_' || (ascii_upper(*line.ptr) &&
	    !ascii_lower(line.ptr[1]))) &&
	    journald_is_export(line, f->export)) {
		size_t used = next_entry(f, FRAMING_EXPORT, data, eof, fr,
		    &none);

		if (!none)
			return used;
	}
	/* Tue 2026-09-01 ...: a weekday and a date. */
	if (n > 8 && line.ptr[8] == '-' && line.ptr[3] == ' ' &&
	    journalverbose_begins(line)) {
		size_t used = next_entry(f, FRAMING_VERBOSE, data, eof, fr,
		    &none);

		if (!none)
			return used;
	}
	if (!ended) {
		fr->cut = f->skip_line = n == f->limit;
	} else if (n > 0 && line.ptr[n - 1] == '\r')
		line.len--;
	fr->line = line;
	fr->plain = plain && framing_is_padded(data, n);
	fr->lines = 1;
	f->export = f->export && line.len == 0;
	split_line(f, line, fr);
	return n + ended;
}

size_t
framing_unusual(struct framing *f, struct slice data, bool eof,
    struct frame *fr)
{
	size_t n = next(f, data, eof, fr);

	f->pos += n;
	return n;
}

size_t
framing_next(struct framing *f, struct slice data, bool eof, struct frame *fr)
{
	struct usual u;
	size_t n = usual_next(f, data, &u);

	if (n == 0)
		return framing_unusual(f, data, eof, fr);
	usual_frame(&u, fr);
	return n;
}

bool
framing_flush(struct framing *f, struct frame *fr)
{
	*fr = (struct frame){ 0 };
	lineends_forget(&f->ends);
	f->skip_bytes = 0;
	f->skip_line = f->skip_entry = f->export = false;
	for (size_t i = 0; i < 2; i++) {
		struct framing_join *j = &f->join[i];

		if (!j->open)
			continue;
		j->open = false;
		fr->kind = j->kind;
		fr->outer = j->outer;
		fr->back = f->pos - j->pos;
		fr->cut = j->cut;
		fr->text = buf_slice(&j->text);
		fr->inner = split(f->prefix, fr->text, &f->memo, fr);
		return true;
	}
	return false;
}
