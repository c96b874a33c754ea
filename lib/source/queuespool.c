#include "source/queuespool.h"

#include <sys/stat.h>

#include "base/hash.h"
#include "source/queuecheck.h"

#define DIR_MAX	4096

void
queuespool_init(struct queuespool *s)
{
	*s = (struct queuespool){ .nwarn = 0 };
	buf_init(&s->dir, DIR_MAX);
}

void
queuespool_free(struct queuespool *s)
{
	buf_free(&s->dir);
}

/* Whose is the queue that the file lies in?  False if nobody can tell. */
static bool
find_owner(struct queuespool *s, const char *path,
    const struct queuerecord *x)
{
	const unsigned char *from = (const unsigned char *)path;
	struct slice dir = slice_of(from, (size_t)(x->path.queue.ptr +
	    x->path.queue.len - from));
	struct stat st;

	if (s->dir.len == dir.len + 1 &&
	    slice_eq(slice_sub(buf_slice(&s->dir), 0, dir.len), dir))
		return s->has_owner;
	s->dir.len = 0;
	s->has_owner = buf_add(&s->dir, dir) && buf_addc(&s->dir, '\0') &&
	    stat((const char *)s->dir.ptr, &st) == 0 && S_ISDIR(st.st_mode);
	if (s->has_owner)
		s->owner = st.st_uid;
	return s->has_owner;
}

/* Is the warning as long after the arrival as in the first file? */
static bool
same_delay(struct queuespool *s, const struct queuerecord *x,
    const struct queuefacts *f)
{
	uint64_t root = hash_bytes(x->path.root, 0);
	int64_t delay = (int64_t)f->warning - f->sec;

	for (size_t i = 0; i < s->nwarn; i++)
		if (s->warn[i].root == root)
			return s->warn[i].delay == delay;
	if (s->nwarn < QUEUESPOOL_ROOTS) {
		s->warn[s->nwarn].root = root;
		s->warn[s->nwarn++].delay = delay;
	}
	return true;
}

void
queuespool_check(struct queuespool *s, const char *path,
    const struct queuerecord *x, struct queuefacts *f)
{
	if (x->path.queue.ptr == NULL)
		return;
	if (queuecheck_original(x) &&
	    !slice_eq(x->path.queue, SLICE("maildrop")) &&
	    find_owner(s, path, x) && x->file->st.stx_uid != s->owner)
		queuefacts_bad(f, SLICE("owner"));
	/* Before the arrival is told elsewhere; 0 and -1: it was sent. */
	if (f->has_time && f->warning <= INT64_MAX && f->warning > 0 &&
	    (int64_t)f->warning >= f->sec && !same_delay(s, x, f))
		queuefacts_bad(f, SLICE("warning-time-differs"));
}
