/* The city pack: a folder of CSV files that anyone can edit and another city can replace. */
#ifndef CORE_PACK_H
#define CORE_PACK_H

#include "core/route.h"

/* Loads what the database does not have yet: the pack, and with `demo` its sample registers. Takes
 * the transaction of `ctx`, and a sequence number when there is something to load (else
 * ctx->sequence stays 0: roll back). On failure the reasons stand in ctx->detail, each with file,
 * line and column; the caller rolls back. */
enum error pack_ensure(struct ctx *ctx, const char *folder, bool demo) MUST_USE;
/* A database whose pack was loaded by an earlier program, which knew fewer files: adds the records
 * that are missing, by their natural keys, and leaves what is there as it is. Once for each program
 * that brings new files; observations and samples are left alone, and so is a database of another
 * city. Takes the transaction of `ctx`, and a sequence number when there is something to do. */
enum error pack_complete(struct ctx *ctx, const char *folder, size_t *added) MUST_USE;
/* What pack.csv says: minutes east of Greenwich, for "today". */
enum error pack_utc_offset(struct ctx *ctx, int *minutes) MUST_USE;
/* Reads a whole file, at most `most` bytes; complains about what is wrong with it. */
enum error pack_read_file(struct ctx *ctx, const char *path, size_t most,
                          struct str *text) MUST_USE;

#endif
