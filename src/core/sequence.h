/* The commit sequence: every write transaction takes a number before it writes, and its event
 * (core/audit.h) carries it. A write that is refused or undone leaves a gap.
 *
 * SQLite has one writer, so numbers follow the order of commits. On PostgreSQL they come from a
 * SEQUENCE and nobody waits for anybody: a lower number may become visible after a higher one. What
 * has to stand still (as_of, exports) asks for a number that is sealed: none up to it can appear
 * any more (core/audit_sealer.h). */
#ifndef CORE_SEQUENCE_H
#define CORE_SEQUENCE_H

#include "core/query.h"

/* The newest number that the reader sees, into ctx->sequence. */
enum error sequence_read(struct ctx *ctx) MUST_USE;
/* Takes the next number, into ctx->sequence, before anything is written. */
enum error sequence_take(struct ctx *ctx) MUST_USE;
/* A snapshot in which no number is missing up to ctx->sequence, the newest in it, so that it shows
 * all records as they were at that number and for good. On SQLite every snapshot is one. On
 * PostgreSQL writers hold a shared lock from their number to their commit; it is taken alone for
 * the moment in which the snapshot is made, for STAND_STILL_MS at most: E_BUSY while a long write
 * is under way. Begins the transaction anew there. */
enum { STAND_STILL_MS = 250 };
enum error sequence_stand_still(struct ctx *ctx) MUST_USE;

#endif
