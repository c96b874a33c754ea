/*
 * queuerec - the records of a Postfix queue file
 *
 * A record is a type byte, a length of 7 bits a byte, least significant
 * group first, and that many bytes.  A file is an envelope up to M, a
 * content up to X and what was extracted from the headers up to E; pointer
 * records may stand anywhere.  Postfix writes a length in its shortest form
 * and reads at most four bytes of it; anything else is none.
 *
 * queuerec_head decodes type and length from the front of a slice that holds
 * QUEUEREC_HEAD bytes or all that is left.  queuerec_plausible says whether
 * type, length and the beginning of the data (at least QUEUEREC_LOOK bytes
 * of them, or all) can be a record of that segment; `strict` asks for more
 * than a sound file must give (no control bytes in text and addresses,
 * common lengths) and serves to find records behind damage.
 *
 * Facts: reference/postfix-queue-files.md 1 to 5.
 */
#ifndef FMT_QUEUEREC_H
#define FMT_QUEUEREC_H

#include <stdbool.h>

#include "base/slice.h"

#define QUEUEREC_HEAD	5	/* bytes of the longest head */
#define QUEUEREC_LOOK	512
#define QUEUEREC_MAX	((uint32_t)1 << 28)	/* no data is as long */

enum queue_segment {
	QUEUE_ENVELOPE,
	QUEUE_CONTENT,
	QUEUE_EXTRACTED,
	QUEUE_END
};

struct queuerec_head {
	unsigned char	type;
	uint8_t		head;		/* bytes of type and length */
	uint32_t	len;		/* bytes of data */
};

bool	queuerec_head(struct slice, struct queuerec_head *);
bool	queuerec_plausible(const struct queuerec_head *, struct slice data,
	    enum queue_segment, bool strict);
/* Can a record of that type stand in the segment? */
bool	queuerec_legal(unsigned char type, enum queue_segment);
/* The segment behind a record of that type. */
enum queue_segment queuerec_behind(unsigned char type, enum queue_segment);
/* The name that postcat gives it, or "unknown". */
struct slice queuerec_name(unsigned char type, enum queue_segment);
/* Blanks, then digits: the offset of a pointer record; 0 is a dummy. */
bool	queuerec_pointer(struct slice data, uint64_t *target);

/*
 * The numbers of a C record: bytes of the content, its offset, recipients,
 * queue manager flags, length of the content as delivered, send options;
 * those that an old form lacks are 0.  `done` is false while the message is
 * being received (all are 0), and in maildrop (-1).
 */
struct queuesize {
	uint64_t	v[6];
	uint8_t		n;		/* numbers in it, 1 to 6 */
	bool		done;
	bool		minus;		/* -1 in one of them */
};

enum {
	QUEUESIZE_SPAN, QUEUESIZE_OFFSET, QUEUESIZE_NRCPT, QUEUESIZE_FLAGS,
	QUEUESIZE_CONTENT, QUEUESIZE_OPTIONS
};

bool	queuesize_parse(struct slice data, struct queuesize *);

/* The time of a T record; *digits is 6 or 0. */
bool	queuerec_time(struct slice data, int64_t *sec, uint32_t *usec,
	    unsigned int *digits);
/* name=value of an A record, without blanks around. */
bool	queuerec_attr(struct slice data, struct slice *name,
	    struct slice *value);

#endif
