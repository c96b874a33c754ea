/*
 * piece_head - the head of a piece, read; private to piece*.c
 *
 * piece_write.c makes heads and marks, piece_read.c reads them and dates the
 * events behind them, piece.c finds the pieces of a file (piece.h).
 */
#ifndef SOURCE_PIECE_HEAD_H
#define SOURCE_PIECE_HEAD_H

#include "source/piece.h"

#define PIECE_MONTH	31 /* days, as struct survey counts */

/* Take a head's record into the feed; false if it is none as written. */
bool piece_read_head(
    struct feed *, const struct rec *, const struct opt *);

#endif
