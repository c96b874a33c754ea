/*
 * mimehead - what the header fields of a message or part say of its content
 *
 * mimehead_field takes one field, name and unfolded value (line ends count
 * as blanks), of those it looks at: Content-Type, Content-Transfer-Encoding,
 * Content-Disposition.  The first of a name counts.  The type is in lower
 * case, "text/plain" without one or with one that is none; the file name is
 * that of Content-Disposition, else the name of Content-Type, its RFC 2231
 * form decoded to the bytes that it holds; encoded words stay.  Texts longer
 * than their arrays are cut off there, a boundary is none then.
 * Facts: RFC 2045 5, RFC 2183, RFC 2231.
 */
#ifndef FMT_MIMEHEAD_H
#define FMT_MIMEHEAD_H

#include "fmt/mimedecode.h"

#define MIMEHEAD_TEXT	256
#define MIMEHEAD_BOUNDARY 128	/* RFC 2046: 70 */

struct mimehead {
	unsigned char		 type[MIMEHEAD_TEXT];
	size_t			 ntype;		/* 0: not said */
	unsigned char		 boundary[MIMEHEAD_BOUNDARY];
	size_t			 nboundary;
	unsigned char		 name[MIMEHEAD_TEXT];
	size_t			 nname;
	bool			 has_name, has_encoding, disposed;
	enum mimedecode_as	 encoding;
};

void		mimehead_init(struct mimehead *);
void		mimehead_field(struct mimehead *, struct slice name,
		    struct slice value);
struct slice	mimehead_type(const struct mimehead *);
/*
 * The value of the first boundary= in a Content-Type, wherever it stands, for
 * headers that may be cut or damaged; empty if there is none.
 */
struct slice	mimehead_boundary(struct slice value);

#endif
