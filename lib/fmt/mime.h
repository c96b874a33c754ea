/*
 * mime - the parts of a message, in one pass
 *
 * Lines go in as they come, in pieces of any length; parts come out: begin
 * when the headers of one end, data with its decoded bytes, end.  Several
 * parts may be open, a part for each level: an attached message is a part of
 * its own and has parts in it.  `level` (below MIME_DEPTH) tells them apart.
 * What only holds parts (multipart) is none; a message without parts is part
 * 1.  Numbers are as in IMAP: 2.1 is the first part in part 2.
 *
 * The text before the first boundary and behind the last is left out, and so
 * is the line end before a boundary.  Line ends are LF.  `from` and `to` are
 * the places, as the caller gave them, between which a part's lines lie.
 *
 * Bounds: MIME_DEPTH levels, deeper ones are not taken apart; MIME_PARTS
 * parts, what comes behind is in none and `full` is set; MIME_HEAD bytes of a
 * part's headers are looked at.  A part that no boundary ends has `whole`
 * false.  Nothing fails, nothing is kept of data.  What the message says is a
 * stranger's word.  Facts: RFC 2045, 2046; RFC 3501 6.4.5.
 */
#ifndef FMT_MIME_H
#define FMT_MIME_H

#include "base/buf.h"
#include "fmt/mimehead.h"

#define MIME_DEPTH	16
#define MIME_PARTS	4096
#define MIME_HEAD	((size_t)64 * 1024)
#define MIME_NUMBER	128

struct mime_part {
	unsigned int	 level;
	struct slice	 number;
	struct slice	 type;		/* as claimed */
	bool		 has_name;
	struct slice	 name;		/* file name, as claimed */
	uint64_t	 from, to;	/* `to` at the end only */
	bool		 whole;		/* at the end */
};

struct mime_fn {
	void	(*begin)(void *arg, const struct mime_part *);
	void	(*data)(void *arg, unsigned int level, struct slice);
	void	(*end)(void *arg, const struct mime_part *);
	void	*arg;
};

enum mime_kind {
	MIME_HEADERS,		/* being read */
	MIME_LEAF,
	MIME_MULTI,
	MIME_MESSAGE,
	MIME_SKIP		/* in no part */
};

struct mime_level {
	enum mime_kind		 kind;
	struct mimehead		 head;
	struct mimedecode	 decode;
	char			 number[MIME_NUMBER];
	size_t			 nnumber;
	unsigned int		 children;
	bool			 over;		/* multi: the last boundary came */
	bool			 body;		/* of a message: no number yet */
	bool			 newline;	/* of its data: one is due */
	uint64_t		 from, to;
};

struct mime {
	const struct mime_fn	*fn;
	struct mime_level	 v[MIME_DEPTH];
	unsigned int		 n;		/* levels; 0: ended */
	struct buf		 field;		/* the header field at hand */
	size_t			 nhead;		/* bytes of headers */
	unsigned int		 parts;
	bool			 full;
	bool			 inside;	/* of a line */
};

void	mime_init(struct mime *, const struct mime_fn *);
/* A piece of a line, at from..to of the evidence; `end`: the line ends. */
void	mime_line(struct mime *, struct slice, bool end, uint64_t from,
	    uint64_t to);
/* No more lines. */
void	mime_end(struct mime *, bool whole);
void	mime_free(struct mime *);

#endif
