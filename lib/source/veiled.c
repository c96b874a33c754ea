#include "source/veiled.h"

#include "base/msg.h"
#include "scan/diskkind.h"
#include "source/volumes.h"

static void
tell(const struct stream *s, const struct volume *v, const char *what)
{
	char name[256], volume[VOLUME_NAME];

	(void)msg_quote(name, sizeof(name), s->src);
	msg_note("%s: %s: %s", name, volume_name(volume, v), what);
}

static void
look(const struct stream *s, const struct volume *v)
{
	static const char *const what[] = {
		[DISKKIND_ENCRYPTED] = "an encrypted volume: nothing in it can "
				       "be found without its key",
		[DISKKIND_LZO] = "a btrfs that has compressed files with LZO: "
				 "they are not decoded",
		[DISKKIND_ZFS] = "a ZFS pool, which compresses with LZ4 as a "
				 "rule: such blocks are not decoded",
		[DISKKIND_F2FS] = "an f2fs that may compress files: those by "
				  "LZO and LZ4 are not decoded",
		[DISKKIND_NTFS] = "an NTFS: files that it has compressed are "
				  "not decoded",
	};
	enum diskkind kind = diskkind_volume(v->read, v->arg, v->off);

	if (kind == DISKKIND_PLAIN || kind == DISKKIND_LVM)
		return;
	tell(s, v, what[kind]);
	/* Of these it is not known whether there is anything compressed. */
	if (kind != DISKKIND_NTFS && kind != DISKKIND_F2FS)
		find_doubt(s);
}

/* A member of a RAID. */
static void
look_raid(const struct stream *s, const struct volume *v)
{
	if (v->striped)
		tell(s, v,
		    "a member of a software RAID that is no mirror: "
		    "what lies in pieces is found in pieces, and no "
		    "file system in it is read");
}

/* A volume of LVM whose own volumes are not known. */
static void
look_lvm(const struct stream *s, const struct volume *v, const struct lvm *lvm)
{
	if (diskkind_volume(v->read, v->arg, v->off) != DISKKIND_LVM)
		return;
	for (size_t i = 0; i < lvm->npv; i++)
		if (lvm->pv[i].off == v->image && lvm->pv[i].known)
			return;
	tell(s, v,
	    s->pipe ?
		"a volume of LVM: deleted files that file systems "
		"in it still know are not looked for in a pipe" :
		"a volume of LVM that does not tell where its volumes lie: "
		"deleted files that file systems in it still know are not "
		"looked for; --offset leads to one that lies in a row");
}

/* The logical volumes that cannot be read. */
static void
look_logical(const struct stream *s, const struct lvm *lvm)
{
	char name[256];

	(void)msg_quote(name, sizeof(name), s->src);
	for (size_t i = 0; i < lvm->n; i++)
		if (lvm->v[i].why != NULL)
			msg_note("%s: volume %s: %s: deleted files that a file "
				 "system in it still knows are not looked for",
			    name, lvm->v[i].name, lvm->v[i].why);
	if (lvm->over)
		msg_note("%s: more volumes of LVM than can be looked at", name);
}

static void *
open_stream(const struct stream *s)
{
	unsigned char head[DISKKIND_HEAD];
	const char *what = diskkind_image(
	    slice_of(head, s->read(s->arg, 0, head, sizeof(head))));
	struct volumes vs;
	char name[256];

	if (what != NULL) {
		(void)msg_quote(name, sizeof(name), s->src);
		(void)msg_error("%s: %s, whose bytes are read as they lie and "
				"not as the disk in it: make a raw image of it",
		    name, what);
		find_doubt(s);
	}
	volumes_find(&vs, s);
	for (size_t i = 0; i < vs.n; i++) {
		look(s, &vs.v[i]);
		look_raid(s, &vs.v[i]);
		if (vs.v[i].logical == NULL)
			look_lvm(s, &vs.v[i], &vs.lvm);
	}
	look_logical(s, &vs.lvm);
	volumes_free(&vs);
	return NULL;
}

const struct finder veiled_finder = { .open = open_stream };
