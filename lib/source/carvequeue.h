/*
 * carvequeue - the finder of Postfix queue files and of their logs
 *
 * A queue file that lies in a row is found, and claimed, where its first record
 * is met.  Behind the last byte of an image, and only if something was met
 * that is no whole file (a first record whose file breaks off, a Received
 * header in a record) or there may be a mailing, the image is read once more
 * for the pieces (scan/queuejoin.h): files are put together, what is left over
 * of envelopes and contents is given as it is.  This needs a way back, which a
 * pipe does not give: there, such a file is as long as it lies in a row.
 *
 * What lies in a row may be the head of one file and the tail of another of
 * a mailing.  Where nothing in it proves that it is one (scan/queuelink.h),
 * and the other one is there (queuejoin_sure), it is made a guess behind the
 * last byte.  Of a pipe, and of more than CARVEQUEUE_DOUBTS, this is not known.
 *
 * Each file has a `file` record and events as mxqueue gives them; `recovered`
 * says how much of it there is, `refs` where its pieces lie, `sha256` is that
 * of all its bytes.  Its queue ID is taken from the topmost Received header.
 * Bounds: those of scan/queuejoin.h; CARVEQUEUE_WORK times the bytes of the
 * image are walked in a row.
 */
#ifndef SOURCE_CARVEQUEUE_H
#define SOURCE_CARVEQUEUE_H

#include "source/finder.h"

#define CARVEQUEUE_WORK 4
#define CARVEQUEUE_DOUBTS ((size_t)1 << 19)
#define CARVEQUEUE_LEAST 512 /* bytes of a content without envelope */

extern const struct finder carvequeue_finder;

/*
 * For another stream than the image: what lies in a row at an anchor, whole or
 * cut, is handed over.  Where to go on, or 0.
 */
struct carvequeue;

struct carvequeue *carvequeue_open(const struct stream *);
uint64_t carvequeue_row(
    struct carvequeue *, const struct stream *, enum anchor, uint64_t off);
void carvequeue_close(struct carvequeue *);

#endif
