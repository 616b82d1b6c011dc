/* The city pack: a folder of CSV files that anyone can edit and another city can replace. */
#ifndef CORE_PACK_H
#define CORE_PACK_H

#include "core/route.h"

/* Loads every file that the modules declare, inside the transaction of `ctx`. On failure the
 * reasons stand in ctx->detail, each with file, line and column; the caller rolls back. */
enum error pack_load(struct ctx *ctx, const char *folder, bool demo) MUST_USE;
/* Has a pack been loaded into this database? */
enum error pack_is_loaded(struct ctx *ctx, bool *loaded) MUST_USE;
/* What pack.csv says: minutes east of Greenwich, for "today". */
enum error pack_utc_offset(struct ctx *ctx, int *minutes) MUST_USE;
/* Reads a whole file, at most `most` bytes; complains about what is wrong with it. */
enum error pack_read_file(struct ctx *ctx, const char *path, size_t most,
                          struct str *text) MUST_USE;

#endif
