/*
 * journalcarve - systemd journals in an image, for source/carve
 *
 * Where a journal's header stands, its entries are read as those of a file
 * (fmt/journalfile.h) and become events of the stream IMAGE@OFFSET-JOURNAL,
 * with off and len of the entry counted from the header.  The file may be
 * cut off, or go on elsewhere: entries that can be read are taken, looking
 * JOURNALCARVE_PATIENCE bytes behind damage.  confidence is `high` for an
 * entry whose hash is right, `medium` if fields of it are lost, `low` if the
 * hash is wrong.  The first line of a journal and the one behind damage have
 * the note `lines-lost`.
 *
 * In what a compressed file holds there are journals, too, not pieces of them;
 * they are copied to a temporary file (source/scratch.h) to be read.  What is
 * decoded for it, again and again, is at most some JOURNALCARVE_NESTED bytes of
 * an image; those left out then are said.
 *
 * Elsewhere the text of an entry (ANCHOR_ENTRY) shows where pieces of journals
 * lie (source/journalpart.h).  They are read at the end, when all that whole
 * journals and other pieces tell of their fields is known; src is the image
 * then, off and len are those of the stored MESSAGE= field.  Of one packed by
 * zstd or xz src is IMAGE@OFFSET-ZSTD or -XZ.  At most JOURNALCARVE_PARTS
 * pieces are kept.
 *
 * Texts that no entry has (source/journallone.h), in these pieces or in an
 * object that nothing follows, become events without a time, once each.
 *
 * A header may lie about its size: at most JOURNALCARVE_SIZE bytes are read,
 * and of all journals together JOURNALCARVE_WORK times what was looked through
 * of the image and JOURNALCARVE_SLACK are read and decoded; further ones are
 * left out and counted.  Of a pipe, only what is at hand can be
 * read: some 16 MB of each.
 *
 * journalcarve_known takes the entries of a journal that survives (--known);
 * false when there are too many.
 */
#ifndef SOURCE_JOURNALCARVE_H
#define SOURCE_JOURNALCARVE_H

#include "source/finder.h"
#include "source/journals.h"

#define JOURNALCARVE_NESTED ((uint64_t)4 * 1024 * 1024 * 1024)
#define JOURNALCARVE_PATIENCE ((uint64_t)1024 * 1024)
#define JOURNALCARVE_SIZE ((uint64_t)4 * 1024 * 1024 * 1024)
#define JOURNALCARVE_PARTS 65536
#define JOURNALCARVE_WORK 8
#define JOURNALCARVE_SLACK ((uint64_t)64 * 1024 * 1024)

extern const struct finder finder_journal;

bool journalcarve_known(struct found *, struct reader *);

#endif
