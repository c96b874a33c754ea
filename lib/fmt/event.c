#include "fmt/event.h"

#define NAME(id, name)							\
	{ (const unsigned char *)name, sizeof(name) - 1 },

const struct slice event_name[EVENT_N] = { EVENT_TABLE(NAME) };
const struct slice daemon_name[DAEMON_N] = { DAEMON_TABLE(NAME) };

enum event_kind
event_find(struct slice s)
{
	for (size_t i = 0; i < EVENT_N; i++)
		if (slice_eq(event_name[i], s))
			return (enum event_kind)i;
	return EV_UNKNOWN;
}

enum daemon_id
daemon_find(struct slice s)
{
	if (s.len == 0)
		return DM_NONE;
	for (size_t i = 1; i < DAEMON_N; i++)
		if (slice_eq(daemon_name[i], s))
			return (enum daemon_id)i;
	return DM_NONE;
}
