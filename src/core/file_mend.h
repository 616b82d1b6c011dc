/* A person's mentions in one stored file: whether there are any, and the file without them.
 *
 *   text        UTF-8, GB 18030, UTF-16: [依法删除] in the place of each mention
 *   office, ZIP part by part, also with the mark-up taken away, since a name may be spread over
 *               several elements: a notice takes the place of the whole
 *   PDF         by pdftotext as a child (core/child.h), also across ends of lines: likewise
 *   the rest    bytes in any of the encodings: likewise; where there are none it counts as unread,
 *               since nobody knows what a picture shows
 */
#ifndef CORE_FILE_MEND_H
#define CORE_FILE_MEND_H

#include "base/finder.h"
#include "core/files.h"
#include "core/redact.h"

enum text_encoding {
    ENCODING_UTF8,
    ENCODING_GB18030,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODINGS
};

/* Needles in each encoding; needles_of the caller's arena. */
struct encoded_needles {
    struct str texts[ENCODINGS][NEEDLES_MAX], mark[ENCODINGS];
    struct finder finders[ENCODINGS];
};
void needles_encode(struct arena *arena, const struct needles *needles,
                    struct encoded_needles *encoded);

enum mention_kind { MENTION_NONE, MENTION_TEXT, MENTION_WHOLE, MENTION_UNREAD };
struct file_mentions {
    enum mention_kind kind;
    int64_t count; /* at least: the rest of a workbook is not looked at after the first */
    enum text_encoding encoding;
};
/* `file` is open; its type is what sniff() says. Takes what time it needs: outside of writes. */
enum error file_mentions_find(struct ctx *ctx, const struct encoded_needles *encoded, int file,
                              struct str type, struct file_mentions *found) MUST_USE;
/* Stores the text without them, or the notice; the caller closes `mended->file`. */
enum error file_mentions_mend(struct ctx *ctx, const struct encoded_needles *encoded, int file,
                              const struct file_mentions *found, struct upload *mended) MUST_USE;

#endif
