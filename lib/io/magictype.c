#include "io/magictype.h"

#include <magic.h>

#include "base/mem.h"

struct magictype {
	magic_t		cookie;
};

enum rc
magictype_open(struct magictype **out, struct err *e)
{
	struct magictype *m;
	magic_t cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
	    MAGIC_NO_CHECK_ELF | MAGIC_ERROR);

	if (cookie == NULL)
		return err_fail(e, "cannot start libmagic");
	if (magic_load(cookie, NULL) == -1) {
		e->sys = magic_errno(cookie);
		magic_close(cookie);
		*e = (struct err){ .what = "cannot load libmagic's database",
			.sys = e->sys };
		return RC_FAIL;
	}
	m = mem_alloc(1, sizeof(*m));
	m->cookie = cookie;
	*out = m;
	return RC_OK;
}

struct slice
magictype_of(struct magictype *m, struct slice s)
{
	const char *t;

	/* It has no word for no bytes that could be a MIME type. */
	if (s.len == 0)
		return SLICE("application/x-empty");
	t = magic_buffer(m->cookie, s.ptr, s.len);
	return t == NULL ? slice_of(NULL, 0) : slice_cstr(t);
}

void
magictype_close(struct magictype *m)
{
	if (m == NULL)
		return;
	magic_close(m->cookie);
	mem_free(m);
}
