#include "source/veiled.h"

#include "base/msg.h"
#include "scan/diskkind.h"

static void
look(const struct stream *s, uint64_t off)
{
	static const char *const what[] = {
		[DISKKIND_ENCRYPTED] = "an encrypted volume: nothing in it can "
				       "be found without its key",
		[DISKKIND_LVM] = "a volume of LVM: deleted files that file "
				 "systems in it still know are not looked for; "
				 "--offset leads to one that lies in a row",
		[DISKKIND_LZO] = "a btrfs that has compressed files with LZO: "
				 "they are not decoded",
	};
	enum diskkind kind = diskkind_volume(s->read, s->arg, off);
	char name[256];

	if (kind == DISKKIND_PLAIN)
		return;
	(void)msg_quote(name, sizeof(name), s->src);
	msg_note(
	    "%s: offset %llu: %s", name, (unsigned long long)off, what[kind]);
	if (kind != DISKKIND_LVM)
		find_doubt(s);
}

static void *
open_stream(const struct stream *s)
{
	unsigned char head[DISKKIND_HEAD];
	const char *what = diskkind_image(
	    slice_of(head, s->read(s->arg, 0, head, sizeof(head))));
	char name[256];

	if (what != NULL) {
		(void)msg_quote(name, sizeof(name), s->src);
		(void)msg_error("%s: %s, whose bytes are read as they lie and "
				"not as the disk in it: make a raw image of it",
		    name, what);
		find_doubt(s);
	}
	look(s, 0);
	for (size_t i = 0; i < s->npart; i++)
		if (s->part[i].off > 0)
			look(s, s->part[i].off);
	return NULL;
}

const struct finder veiled_finder = { .open = open_stream };
