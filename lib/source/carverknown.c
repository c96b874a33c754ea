#include "source/carverknown.h"

#include "base/msg.h"
#include "io/reader.h"
#include "source/journalcarve.h"

/* The lines of a log that survives. */
int
carverknown_read(struct found *f, const char *path, int status)
{
	struct reader_stream rs;
	struct reader *r;
	struct err e;
	enum rc rc = reader_open(&r, path, false, false, &e);
	bool full = false;

	while (rc == RC_OK && (rc = reader_stream(r, &rs, &e)) == RC_OK) {
		bool end = false;

		if (journals_here(r)) {
			full |= !journalcarve_known(f, r);
			continue;
		}
		for (;;) {
			struct slice line, rest, w;
			uint64_t off;
			bool eof;

			w = reader_window(r, &off, &eof);
			if (!slice_cut(w, '\n', &line, &rest)) {
				if (!end) {
					end = reader_more(r, NULL) != RC_OK;
					continue;
				}
				line = w;
				if (w.len == 0)
					break;
				reader_consume(r, w.len);
			} else
				reader_consume(r, line.len + 1);
			if (line.len > 0 && line.ptr[line.len - 1] == '\r')
				line.len--;
			full |= !found_known(f, line);
		}
	}
	if (rc != RC_END)
		status = msg_err(path, rc, &e);
	else
		reader_close(r);
	if (full) {
		(void)msg_error("--known: more than %u lines; the others are "
				"taken for lines that are only in the image",
		    (unsigned int)FOUND_KNOWN);
		status = EXIT_TROUBLE;
	}
	return status;
}
