#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "rec/rec.h"
#include "rec/rec_csv.h"
#include "rec/rec_json.h"
#include "rec/rec_tsv.h"

#include "base/banned.h"

#define OUT_BUF		((size_t)256 * 1024)	/* written when so full */
#define OUT_START	((size_t)320 * 1024)
#define OUT_LIMIT	((size_t)1024 * 1024 * 1024)

bool
rec_format_find(struct slice s, enum rec_format *format)
{
	static const struct slice name[] = { SLICE("json"), SLICE("tsv"),
	    SLICE("csv") };

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (slice_eq(s, name[i])) {
			*format = (enum rec_format)i;
			return true;
		}
	return false;
}

void
rec_out_open(struct rec_out *o, int fd, enum rec_format format)
{
	*o = (struct rec_out){ .fd = fd, .format = format };
	buf_init(&o->buf, OUT_LIMIT);
	(void)buf_reserve(&o->buf, OUT_START);
}

bool
rec_out_columns(struct rec_out *o, struct slice list, struct slice *bad)
{
	struct slice name;
	bool more, seen[FIELD_N] = { false };

	o->ncolumn = 0;
	do {
		enum field f;

		more = slice_cut(list, ',', &name, &list);
		if (!more)
			name = list;
		name = slice_trim(name);
		f = field_find(name);
		if (f == FIELD_N) {
			*bad = name;
			return false;
		}
		if (!seen[f])
			o->column[o->ncolumn++] = f;
		seen[f] = true;
	} while (more);
	return true;
}

/* Remember the first failure; nothing is written after it. */
static bool
fail(struct rec_out *o, int sys)
{
	if (!o->failed)
		o->sys = sys;
	o->failed = true;
	o->buf.len = 0;
	return false;
}

bool
rec_flush(struct rec_out *o)
{
	size_t pos = 0;

	if (o->failed)
		return false;
	while (pos < o->buf.len) {
		ssize_t n = write(o->fd, o->buf.ptr + pos, o->buf.len - pos);

		if (n > 0) {
			pos += (size_t)n;
			o->written += (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = o->fd, .events = POLLOUT };

			if (poll(&p, 1, -1) < 0 && errno != EINTR)
				return fail(o, errno);
		} else if (n == 0 || errno != EINTR)
			return fail(o, n == 0 ? EIO : errno);
	}
	o->buf.len = 0;
	return true;
}

/* All keys, in table order, as a column list. */
static const enum field all[FIELD_N] = {
#define ALL(id, name, type, text)	F_##id,
	FIELD_TABLE(ALL)
#undef ALL
};

static bool
put_header(struct rec_out *o)
{
	if (o->header_done || o->format == REC_JSON)
		return true;
	o->header_done = true;
	return rec_tsv_header(&o->buf, o->ncolumn == 0 ? all : o->column,
	    o->ncolumn == 0 ? FIELD_N : o->ncolumn,
	    o->format == REC_TSV ? '\t' : ',');
}

/* What must be true after a record has gone into the buffer. */
static inline bool
added(struct rec_out *o, bool ok)
{
	if (!ok)
		return fail(o, EOVERFLOW);	/* larger than OUT_LIMIT */
	return o->buf.len < OUT_BUF || rec_flush(o);
}

bool
rec_put(struct rec_out *o, const struct rec *r)
{
	const enum field *column = o->ncolumn == 0 ? all : o->column;
	size_t n = o->ncolumn == 0 ? FIELD_N : o->ncolumn;

	if (o->failed)
		return false;
	switch (o->format) {
	case REC_TSV:
		return added(o, put_header(o) &&
		    rec_tsv(&o->buf, r, column, n));
	case REC_CSV:
		return added(o, put_header(o) &&
		    rec_csv(&o->buf, r, column, n));
	default:
		return added(o, rec_json_columns(&o->buf, r, o->column,
		    o->ncolumn, SLICE("\n")));
	}
}

enum rc
rec_out_close(struct rec_out *o, struct err *e)
{
	if (!o->failed && added(o, put_header(o)))
		(void)rec_flush(o);
	buf_free(&o->buf);
	if (!o->failed)
		return RC_OK;
	errno = o->sys;
	return err_fail(e, "write");
}
