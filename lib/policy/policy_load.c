#include "policy/policy_load.h"

#include "base/mem.h"
#include "base/msg.h"
#include "policy/builtin.h"

#include "base/banned.h"

#define NAME_MAX_SHOWN	256

static void
mistake(void *arg, struct slice file, uint32_t line, const char *text)
{
	char name[NAME_MAX_SHOWN];

	(void)arg;
	msg_quote(name, sizeof(name), file);
	if (line == 0)
		(void)msg_error("%s: %s", name, text);
	else
		(void)msg_error("%s:%lu: %s", name, (unsigned long)line, text);
}

bool
policy_load(struct policy *p, const char *arg, policy_read_fn *read)
{
	const struct builtin *b = builtin_find(slice_cstr(arg));
	struct buf text;
	bool ok;

	buf_init(&text, 0);
	if (b == NULL)
		read(&text, arg);
	ok = policy_parse(p, b != NULL ? b->text : buf_slice(&text),
	    slice_cstr(arg), mistake, NULL);
	buf_free(&text);
	return ok;
}

/* True if there is no mistake. */
static bool
good(const char *path, const char *bad)
{
	if (bad != NULL)
		mistake(NULL, slice_cstr(path), 0, bad);
	return bad == NULL;
}

bool
nexthop_load(struct nexthops *n, const char *path, policy_read_fn *read)
{
	struct buf text;
	char *table;
	bool ok;

	read(&text, path);
	ok = good(path, nexthop_maincf(n, buf_slice(&text)));
	buf_free(&text);
	if (ok && n->table.len > 0) {
		table = mem_dup(n->table.ptr, n->table.len);
		read(&text, table);
		ok = good(table, nexthop_transport(n, buf_slice(&text)));
		buf_free(&text);
		mem_free(table);
	}
	if (ok && !n->known)
		msg_note("not all next hops can be told from the main.cf");
	return ok;
}

void
policy_say_expired(const struct policy *p, int64_t now)
{
	char name[NAME_MAX_SHOWN];

	for (size_t i = 0; i < p->n; i++) {
		const struct policy_line *l = &p->line[i];

		if (l->section == SECTION_EXEMPT && l->until <= now)
			msg_note("%s:%lu: this exemption has expired",
			    msg_quote(name, sizeof(name), l->file),
			    (unsigned long)l->line);
	}
}
