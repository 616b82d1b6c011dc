/* What an erasure leaves outside its transaction: a line in the list of erasures, which outlives
 * the database, and database files in which nothing of it is left.
 *
 * The list (erasures.log beside the key file) holds a line for each person: a moment, the `uid`,
 * and `keep_name` where the name was left in other texts. It is written when the files have been
 * scrubbed, so that a program that ended in between does it again at its next start; and a database
 * restored from before an erasure is told of it there. */
#ifndef CORE_ERASURE_H
#define CORE_ERASURE_H

#include "core/keys.h"
#include "core/query.h"

/* Set in ctx->erasure by the handler that erased, in its arena. */
struct erasure {
    struct str lines;  /* for the list, without the moment: "UID" or "UID keep_name" each */
    struct str tables; /* that were changed, between blanks */
};

/* After the commit. A failure is logged, and made good at the next start. */
void erasure_finish(const struct keyring *ring, const char *url, struct instant now,
                    const struct erasure *erasure);
/* The list, in the arena; empty where there is none. E_INTERNAL when it cannot be read. */
enum error erasures_read(struct ctx *ctx, struct str *text) MUST_USE;

#endif
