#include "core/sequence.h"

#include "sequence.sql.h"

enum error sequence_read(struct ctx *ctx)
{
    return db_number(ctx, &sql_sequence_now, NO_ARGS, &ctx->sequence);
}

enum error sequence_take(struct ctx *ctx)
{
    return db_number(ctx, &sql_sequence_next, NO_ARGS, &ctx->sequence);
}

enum error sequence_note(struct ctx *ctx, struct str actor, struct str action)
{
    return db_do(ctx, &sql_commit_note, ARGS(arg_text("actor", actor), arg_text("action", action)));
}
