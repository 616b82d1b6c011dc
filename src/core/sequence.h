/* The commit sequence: every write transaction takes the next number, and notes when and by whom.
 *
 * The number is one row, so on PostgreSQL writers wait for one another here; what is committed is
 * therefore always all that was numbered before. */
#ifndef CORE_SEQUENCE_H
#define CORE_SEQUENCE_H

#include "core/query.h"

/* The newest committed number, into ctx->sequence. */
enum error sequence_read(struct ctx *ctx) MUST_USE;
/* Takes the next number, into ctx->sequence, before anything is written. */
enum error sequence_take(struct ctx *ctx) MUST_USE;
/* Notes what was done under it. */
enum error sequence_note(struct ctx *ctx, struct str actor, struct str action) MUST_USE;

#endif
