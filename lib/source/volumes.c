#include "source/volumes.h"

#include <stdio.h>

#include "base/mem.h"

void
volumes_find(struct volumes *vs, const struct stream *s)
{
	struct volume *v;

	*vs = (struct volumes){ .n = 0 };
	if (!s->pipe)
		lvm_read(&vs->lvm, s->read, s->arg, s->size, s->part, s->npart);
	vs->v = v = mem_alloc(s->npart + vs->lvm.n + 1, sizeof(*v));
	if (s->npart == 0)
		*v++ = (struct volume){ s->read, s->arg, 0, s->size, 0, NULL };
	for (size_t i = 0; i < s->npart; i++)
		*v++ = (struct volume){ s->read, s->arg, s->part[i].off,
			s->part[i].len, s->part[i].off, NULL };
	for (size_t i = 0; i < vs->lvm.n; i++) {
		struct lvm_volume *l = &vs->lvm.v[i];

		if (l->why == NULL)
			*v++ = (struct volume){ pieced_read, &l->data, 0,
				l->data.size, l->data.v[0].off, l };
	}
	vs->n = (size_t)(v - vs->v);
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
