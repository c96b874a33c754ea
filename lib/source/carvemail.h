/*
 * carvemail - the finder of messages that are no queue files
 *
 * A message is found by the Received fields of its header, as it lies in
 * mailboxes, Maildirs, drafts and caches.  It has a `file` record (format
 * rfc822 or mbox), and an event `received` for each of these fields: claims of
 * whoever wrote them, which `claim` says.  `len` is that of header and body;
 * `note` says how the end of the body was found: body-delimiter, body-mbox, or
 * body-estimated: up to the first byte that is no text, or CARVEMAIL_BODY;
 * header-cut when there is no end of the header.
 * What lies in queue files that were found whole, in other claims and in
 * records of queue files is left out.
 */
#ifndef SOURCE_CARVEMAIL_H
#define SOURCE_CARVEMAIL_H

#include "source/finder.h"

#define CARVEMAIL_BODY ((size_t)8 * 1024 * 1024)

extern const struct finder carvemail_finder;

#endif
