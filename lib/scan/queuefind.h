/*
 * queuefind - where in raw bytes queue files begin, and where pieces lie
 *
 * queuefind_window is shown a stream of bytes window by window, as
 * scan_window is (scan/scan.h): w begins at offset off, and as many bytes
 * from its front as it returns are done with.  It holds on to QUEUEFIND_KEEP
 * bytes at most.  Nothing is read twice, and bytes that are left out between
 * two windows only end a run.
 *
 * heads: places at a multiple of 512, where files begin, that look like the
 * first record of a queue file (a C record of any width; T of a maildrop
 * file) or like a bounce, defer or trace log.
 *
 * runs: records of a content that follow one another, at least five, or
 * fewer up to an E: what a queue file leaves wherever it lies.  A run begins
 * with its first N, L or X, ends before the first byte that continues no
 * record, and is begun anew at every multiple of QUEUEFIND_CUT, so that it
 * does not matter where windows begin.  Where a run breaks the search goes
 * on at the first multiple of 512 behind the beginning of its last record,
 * which is where the bytes of another file may begin.
 *
 * Both are in order.  At most QUEUEFIND_MAX of each are kept, `dropped` counts
 * the others.  Facts: reference/postfix-queue-files.md 19.
 */
#ifndef SCAN_QUEUEFIND_H
#define SCAN_QUEUEFIND_H

#include "fmt/queuerec.h"

#define QUEUEFIND_KEEP ((size_t)64 * 1024)
#define QUEUEFIND_CUT ((uint64_t)1024 * 1024)
#define QUEUEFIND_MAX ((size_t)1 << 19)
#define QUEUEFIND_GRID 512

enum queuehead_kind { QUEUEHEAD_FILE, QUEUEHEAD_MAILDROP, QUEUEHEAD_LOG };

struct queuehead {
	uint64_t off;
	enum queuehead_kind kind;
};

struct queuerun {
	uint64_t off; /* of its first record */
	uint64_t end; /* behind its last one */
	bool ended;   /* with E */
};

struct queuefind {
	struct queuehead *head;
	size_t nhead, caphead;
	struct queuerun *run;
	size_t nrun, caprun;
	uint64_t dropped;
	uint64_t grid; /* looked at for heads so far */
	uint64_t pos;  /* and for runs */
	bool in_run;
	uint64_t last; /* record of the run */
	enum queue_segment segment;
	struct queuerun now;
};

void queuefind_init(struct queuefind *, uint64_t off);
void queuefind_free(struct queuefind *);
size_t queuefind_window(
    struct queuefind *, struct slice w, uint64_t off, bool eof);

#endif
