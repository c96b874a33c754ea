#include "source/carverrun.h"

#include "base/buf.h"
#include "source/checkpoint.h"

/* What a run is of, so that another one does not go on with it. */
enum rc
carverrun_begin(const struct carver_opt *o, const char *path, struct image *im,
    struct err *e)
{
	const uint64_t num[] = { o->offset,
		o->has_length ? o->length : UINT64_MAX, (uint64_t)o->opt->year,
		o->disk_order, o->copies, o->unallocated, o->files };
	const char *text[] = { VERSION, o->opt->tz, o->opt->prefix, path };
	unsigned char head[4096];
	struct buf run;
	uint64_t size = 0;
	size_t got = 0;
	enum rc rc;

	if (o->checkpoint == NULL)
		return RC_OK;
	buf_init(&run, 64 * 1024);
	(void)image_size(im, &size);
	(void)image_read(im, 0, head, sizeof(head), &got, e);
	(void)buf_addu(&run, size);
	for (size_t i = 0; i < sizeof(num) / sizeof(num[0]); i++) {
		(void)buf_addc(&run, ' ');
		(void)buf_addu(&run, num[i]);
	}
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		(void)buf_addc(&run, 0);
		(void)buf_add(&run, slice_cstr(text[i] == NULL ? "" : text[i]));
	}
	for (size_t i = 0; i < o->nknown; i++) {
		(void)buf_addc(&run, 1);
		(void)buf_add(&run, slice_cstr(o->known[i]));
	}
	(void)buf_add(&run, slice_of(head, got));
	rc = checkpoint_begin(o->checkpoint, buf_slice(&run), e);
	buf_free(&run);
	return rc;
}
