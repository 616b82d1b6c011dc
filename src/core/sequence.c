#include "core/sequence.h"

#include "sequence.sql.h"

enum error sequence_read(struct ctx *ctx)
{
    return db_number(ctx, &sql_sequence_now, NO_ARGS, &ctx->sequence);
}

/* The connection remembers what it gave out, so that numbers of refused writes are gaps on both
 * databases; other programs' numbers show in the table. */
static enum error take_on_sqlite(struct ctx *ctx)
{
    int64_t *last = db_counter(ctx->db), newest;
    enum error error = db_number(ctx, &sql_sequence_now, NO_ARGS, &newest);
    if (!error)
        ctx->sequence = *last = (newest > *last ? newest : *last) + 1;
    return error;
}

/* On PostgreSQL the transaction has its own id before it has its number: the sealer relies on it.
 */
enum error sequence_take(struct ctx *ctx)
{
    return db_is_sqlite(ctx->db)
               ? take_on_sqlite(ctx)
               : db_number(ctx, &sql_sequence_next_on_postgres, NO_ARGS, &ctx->sequence);
}
