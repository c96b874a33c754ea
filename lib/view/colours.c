#include "view/colours.h"

enum paint_colour
colours_status(struct slice s)
{
	static const char *const red[] = { "bounced", "rejected", "expired",
	    "undeliverable", "refused", "deleted" };
	static const char *const yellow[] = { "deferred", "unknown", "held",
	    "mixed" };

	for (size_t i = 0; i < sizeof(red) / sizeof(*red); i++)
		if (slice_is(s, red[i]))
			return PAINT_RED;
	for (size_t i = 0; i < sizeof(yellow) / sizeof(*yellow); i++)
		if (slice_is(s, yellow[i]))
			return PAINT_YELLOW;
	return PAINT_PLAIN;
}

enum paint_colour
colours_severity(struct slice s)
{
	if (s.len == 0)
		return PAINT_PLAIN;
	return slice_is(s, "warning") ? PAINT_YELLOW : PAINT_RED;
}

enum paint_colour
colours_tls(enum tls_class c)
{
	switch (c) {
	case TLSWORDS_AUTHENTICATED:
		return PAINT_GREEN;
	case TLSWORDS_PLAINTEXT:
	case TLSWORDS_REFUSED:
		return PAINT_RED;
	case TLSWORDS_UNKNOWN:
		return PAINT_YELLOW;
	default:
		return PAINT_PLAIN;
	}
}
