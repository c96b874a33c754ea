#include "source/volumes.h"

#include <stdio.h>

#include "base/mem.h"
#include "scan/mdraid.h"

/* What begins at an offset of the image. */
static struct volume
region(const struct stream *s, uint64_t off, uint64_t len)
{
	struct volume v = { .read = s->read, .arg = s->arg };
	struct mdraid raid;

	if (mdraid_find(s->read, s->arg, off, len, &raid)) {
		if (raid.level == MDRAID_MIRROR)
			v.head = raid.data;
		v.striped = raid.level != MDRAID_MIRROR;
	}
	v.off = v.image = off + v.head;
	v.len = len - v.head;
	return v;
}

void
volumes_find(struct volumes *vs, const struct stream *s)
{
	size_t n = s->npart > 0 ? s->npart : 1;
	struct partition *part = mem_alloc(n, sizeof(*part));
	struct volume *v = mem_alloc(n + LVM_VOLUMES, sizeof(*v));

	*vs = (struct volumes){ .v = v, .n = n };
	for (size_t i = 0; i < n; i++) {
		v[i] = s->npart == 0 ?
		    region(s, 0, s->size) :
		    region(s, s->part[i].off, s->part[i].len);
		part[i].off = v[i].image;
		part[i].len = v[i].len;
	}
	if (!s->pipe)
		lvm_read(&vs->lvm, s->read, s->arg, part, n);
	mem_free(part);
	for (size_t i = 0; i < vs->lvm.n; i++) {
		struct lvm_volume *l = &vs->lvm.v[i];

		if (l->why == NULL)
			v[vs->n++] = (struct volume){ .read = pieced_read,
				.arg = &l->data,
				.len = l->data.size,
				.image = l->data.v[0].off,
				.logical = l };
	}
}

void
volumes_free(struct volumes *vs)
{
	lvm_free(&vs->lvm);
	mem_free(vs->v);
	*vs = (struct volumes){ .n = 0 };
}

char *
volume_name(char dst[VOLUME_NAME], const struct volume *v)
{
	(void)snprintf(dst, VOLUME_NAME, "offset %llu%s%s",
	    (unsigned long long)v->image, v->logical == NULL ? "" : ", volume ",
	    v->logical == NULL ? "" : v->logical->name);
	return dst;
}
