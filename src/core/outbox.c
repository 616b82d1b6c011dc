#include "core/outbox.h"

#include "core/config.h"
#include "outbox.sql.h"

enum error outbox_add(struct ctx *ctx, const struct notice_kind *kind, int64_t notice_id,
                      int64_t account_id)
{
    if (!(kind->channels & CHANNEL_EMAIL) || !ctx->config || !ctx->config->smtp.length)
        return E_OK;
    return db_do(ctx, &sql_outbox_insert,
                 ARGS(arg_int("notice_id", notice_id), arg_int("account_id", account_id),
                      (struct arg){"urgent", {.type = DB_BOOL, .integer = kind->urgent}}));
}

enum error outbox_add_webhooks(struct ctx *ctx, const struct notice_kind *kind, int64_t notice_id)
{
    if (!ctx->config || !ctx->config->webhook_hosts.length)
        return E_OK;
    return db_do(ctx, &sql_outbox_insert_webhooks,
                 ARGS(arg_int("notice_id", notice_id),
                      arg_text("kind", arena_print(ctx->arena, " %s ", kind->name)),
                      (struct arg){"urgent", {.type = DB_BOOL, .integer = kind->urgent}}));
}
