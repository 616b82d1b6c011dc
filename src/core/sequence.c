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

/* --- Standing still ------------------------------------------------------------------------- */

static void unlock(struct ctx *ctx)
{
    int64_t done;
    if (db_number(ctx, &sql_sequence_unlock_on_postgres, NO_ARGS, &done))
        db_rollback(ctx->db); /* a lost connection has no locks */
}

/* Outside of transactions, so that the snapshot is made after it. */
static enum error lock(struct ctx *ctx)
{
    int64_t done;
    int before = db_deadline(ctx->db, STAND_STILL_MS);
    enum error error = db_number(ctx, &sql_sequence_lock_on_postgres, NO_ARGS, &done);
    db_deadline(ctx->db, before);
    if (error != E_TIMEOUT)
        return error;
    ctx_clear(ctx);
    ctx->retry_after_seconds = 2;
    return fail(ctx, E_BUSY, "有较长的写入正在进行，请稍后再导出",
                "a long write is under way: export again in a moment");
}

static enum error snapshot_on_postgres(struct ctx *ctx)
{
    db_rollback(ctx->db);
    enum error error = lock(ctx);
    if (error)
        return error;
    enum db_status status = db_begin(ctx->db, false);
    error = db_failed(status) ? fail_database(ctx, status) : sequence_read(ctx);
    if (error)
        db_rollback(ctx->db);
    unlock(ctx);
    return error;
}

enum error sequence_stand_still(struct ctx *ctx)
{
    return db_is_sqlite(ctx->db) ? sequence_read(ctx) : snapshot_on_postgres(ctx);
}
