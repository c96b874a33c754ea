/*
 * mailcode - bytes as mail carries them: quoted-printable, base64, and the
 * encoded words of a header
 *
 * mailcode_quoted writes lines of at most 76 bytes; a newline of the text is
 * one of the output, and whatever a mail program could change on its way
 * (blanks at the end of a line, a dot alone, "From ") is encoded.
 * mailcode_base64 writes lines of 76 bytes, each ended.  mailcode_header
 * writes UTF-8 behind `column` bytes of a header line: as it is when that is
 * ASCII, folded into lines of 78 bytes, else as encoded words (RFC 2047), each
 * on a line of its own; the text must not hold control characters.
 *
 * All are false when the buffer's limit is reached.
 */
#ifndef REPORT_MAILCODE_H
#define REPORT_MAILCODE_H

#include "base/buf.h"

bool	mailcode_quoted(struct buf *, struct slice);
bool	mailcode_base64(struct buf *, struct slice);
bool	mailcode_header(struct buf *, struct slice, size_t column);

#endif
