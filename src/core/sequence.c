#include "core/sequence.h"

#include "sequence.sql.h"

enum error sequence_read(struct ctx *ctx)
{
    return db_number(ctx, &sql_sequence_now, NO_ARGS, &ctx->sequence);
}

/* The connection remembers what it gave out, so that numbers of refused writes are gaps on both
 * databases. Other programs' numbers show in the table, at the beginning of a transaction. */
static enum error take_on_sqlite(struct ctx *ctx)
{
    struct db_counter *last = db_counter(ctx->db);
    int64_t newest = 0;
    if (last->transaction != db_transaction(ctx->db)) {
        enum error error = db_number(ctx, &sql_sequence_now, NO_ARGS, &newest);
        if (error)
            return error;
        last->transaction = db_transaction(ctx->db);
    }
    ctx->sequence = last->value = (newest > last->value ? newest : last->value) + 1;
    return E_OK;
}

/* On PostgreSQL the transaction has its own id before it has its number: the sealer relies on it.
 */
enum error sequence_take(struct ctx *ctx)
{
    return db_is_sqlite(ctx->db)
               ? take_on_sqlite(ctx)
               : db_number(ctx, &sql_sequence_next_on_postgres, NO_ARGS, &ctx->sequence);
}
