#include "base/xmltext.h"

#include "base/utf8.h"

void
xmltext_put(FILE *f, struct slice s)
{
	while (s.len > 0) {
		uint32_t cp;
		size_t n = utf8_next(s, &cp);

		if (cp == UTF8_BAD)
			(void)fprintf(f, "\\x%02x", *s.ptr);
		else if (cp == '&')
			(void)fputs("&amp;", f);
		else if (cp == '<')
			(void)fputs("&lt;", f);
		else if (cp == '>')
			(void)fputs("&gt;", f);
		else if (cp == '"')
			(void)fputs("&quot;", f);
		else if (cp == '\'')
			(void)fputs("&#39;", f);
		else if (utf8_unsafe(cp))
			(void)fprintf(f, "\\u%04x", cp);
		else
			(void)fwrite(s.ptr, 1, n, f);
		s = slice_from(s, n);
	}
}
