#include "scan/blockclass.h"

#include "base/banned.h"

#define LEAST	16	/* bytes of a text */

enum blockclass
blockclass(struct slice s)
{
	size_t zero = 0, text = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		zero += c == 0;
		text += (unsigned char)(c - ' ') < 0x7f - ' ' ||
		    (unsigned char)(c - '\t') < 2 || c == '\r';
	}
	if (zero == s.len)
		return BLOCKCLASS_ZERO;
	return text >= LEAST && text >= (s.len - zero) / 10 * 9 ?
	    BLOCKCLASS_TEXT :
	    BLOCKCLASS_OTHER;
}
