#include "core/side.h"

#include <stdio.h>
#include <time.h>

#include "core/app.h"

bool side_open(struct side *side, const char *url, bool read_only, char *reason, size_t reason_size)
{
    *side = (struct side){.ctx = {.who = &principal_operator}};
    side->ctx.arena = &side->arena;
    side->ctx.now.seconds = time(NULL);
    side->ctx.db = db_connect(url, read_only, reason, reason_size);
    if (!side->ctx.db || (!read_only && !app_migrate(side->ctx.db, reason, reason_size)))
        return false;
    side->ctx.files = file_store_open(url, reason, reason_size);
    return side->ctx.files != NULL;
}

void side_close(struct side *side)
{
    db_disconnect(side->ctx.db);
    file_store_close(side->ctx.files);
    arena_free(&side->arena);
    *side = (struct side){.ctx = {.db = NULL}};
}

bool side_files(struct side *side, file_fn *visit, void *state, char *reason, size_t reason_size)
{
    struct ctx *ctx = &side->ctx;
    bool ours = !db_in_transaction(ctx->db);
    enum db_status status = ours ? db_begin(ctx->db, false) : DB_OK;
    enum error error =
        db_failed(status) ? fail_database(ctx, status) : files_each(ctx, visit, state);
    if (ours)
        db_rollback(ctx->db);
    if (error)
        snprintf(reason, reason_size, "%.*s", STR_PRINT(ctx->detail));
    return !error;
}
