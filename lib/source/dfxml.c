#include "source/dfxml.h"

#include <inttypes.h>

#include "base/msg.h"
#include "base/xmltext.h"
#include "io/srcpath.h"
#include "source/extracts.h"

static void
element(FILE *f, const char *open, struct slice value, const char *close)
{
	(void)fputs(open, f);
	xmltext_put(f, value);
	(void)fprintf(f, "</%s>\n", close);
}

void
dfxml_begin(FILE *f)
{
	(void)fputs(
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<dfxml version=\"1.2.0\" xmlns=\"http://www.forensicswiki.org/"
	    "wiki/Category:Digital_Forensics_XML\" "
	    "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n"
	    "<metadata><dc:type>Carve Report</dc:type></metadata>\n"
	    "<creator>\n",
	    f);
	element(f, "<program>", slice_cstr(msg_tool()), "program");
	element(f, "<version>", SLICE(VERSION), "version");
	(void)fputs("</creator>\n", f);
}

static void
digest(FILE *f, const struct rec *r, enum field key, const char *name)
{
	if (!rec_has(r, key))
		return;
	(void)fprintf(f, "<hashdigest type=\"%s\">", name);
	xmltext_put(f, rec_get(r, key));
	(void)fputs("</hashdigest>\n", f);
}

void
dfxml_source(FILE *f, const struct rec *r)
{
	(void)fputs("<source>\n", f);
	element(f, "<image_filename>", rec_get(r, F_SRC), "image_filename");
	if (rec_has(r, F_SIZE))
		element(f, "<image_size>", rec_get(r, F_SIZE), "image_size");
	digest(f, r, F_MD5, "md5");
	digest(f, r, F_SHA1, "sha1");
	digest(f, r, F_SHA256, "sha256");
	(void)fputs("</source>\n", f);
}

static uint64_t
number(const struct rec *r, enum field key)
{
	uint64_t v;

	return slice_u64(rec_get(r, key), UINT64_MAX, &v) ? v : 0;
}

/* Pieces as OFF+LEN with blanks between, or the one of off and len. */
static void
byte_runs(FILE *f, const struct rec *r)
{
	struct slice rest = rec_get(r, F_REFS), word;
	uint64_t first = number(r, F_OFF), at = 0;

	(void)fputs("<byte_runs>\n", f);
	do {
		uint64_t off = first, len = number(r, F_LEN);
		struct slice a, b;

		if (rest.len > 0) {
			if (!slice_cut(rest, ' ', &word, &rest)) {
				word = rest;
				rest.len = 0;
			}
			if (!slice_cut(word, '+', &a, &b) ||
			    !slice_u64(a, UINT64_MAX, &off) ||
			    !slice_u64(b, UINT64_MAX, &len))
				break;
		}
		(void)fprintf(f,
		    "<byte_run file_offset=\"%" PRIu64 "\" "
		    "img_offset=\"%" PRIu64 "\"",
		    at, off);
		if (rec_has(r, F_VOLUME_OFF))
			(void)fprintf(f, " fs_offset=\"%" PRIu64 "\"",
			    number(r, F_VOLUME_OFF) + (off - first));
		(void)fprintf(f, " len=\"%" PRIu64 "\"/>\n", len);
		at += len;
	} while (rest.len > 0);
	(void)fputs("</byte_runs>\n", f);
}

void
dfxml_file(FILE *f, const struct rec *r)
{
	struct slice src = rec_get(r, F_SRC);

	if (!rec_has(r, F_OFF) || !slice_eq(src, srcpath_outer(src)))
		return;
	(void)fputs("<fileobject>\n", f);
	if (rec_has(r, F_EXTRACT))
		element(f, "<filename>", rec_get(r, F_EXTRACT), "filename");
	if (rec_has(r, F_VOLUME))
		element(f, "<partition>", rec_get(r, F_VOLUME), "partition");
	element(f, "<filesize>", rec_get(r, F_LEN), "filesize");
	if (rec_has(r, F_MTIME))
		element(f, "<mtime>", rec_get(r, F_MTIME), "mtime");
	if (rec_has(r, F_CTIME))
		element(f, "<ctime>", rec_get(r, F_CTIME), "ctime");
	if (rec_has(r, F_MAGIC))
		element(f, "<libmagic>", rec_get(r, F_MAGIC), "libmagic");
	byte_runs(f, r);
	digest(f, r, F_SHA256, "sha256");
	(void)fputs("</fileobject>\n", f);
}

void
dfxml_end(FILE *f)
{
	(void)fputs("</dfxml>\n", f);
}
