/* What went wrong, as problem+json (RFC 9457) in the reader's language. */
#include <unistd.h>

#include "core/call.h"
#include "core/log.h"

static const struct str type_problem = STR_INIT("application/problem+json");

void call_problem(struct call *call)
{
    const struct ctx *ctx = &call->ctx;
    const struct error_info *info = &error_infos[ctx->error];
    struct buf out = {.arena = ctx->arena};
    struct json json = {.out = &out};
    json_open(&json, '{');
    json_key(&json, "type");
    json_text(&json, arena_print(ctx->arena, "/problems/%s", info->name));
    json_key(&json, "title");
    json_text(&json, str_of(in_language(ctx, info->title_zh, info->title_en)));
    json_key(&json, "status");
    json_int(&json, info->status);
    if (ctx->detail.data) {
        json_key(&json, "detail");
        json_text(&json, ctx->detail);
    }
    if (ctx->complaints) {
        json_key(&json, "errors");
        json_open(&json, '[');
        for (const struct complaint *c = ctx->complaints; c; c = c->next) {
            json_open(&json, '{');
            json_key(&json, "field");
            json_text(&json, c->field);
            if (c->line) {
                json_key(&json, "line");
                json_int(&json, (int64_t)c->line);
                json_key(&json, "column");
                json_int(&json, (int64_t)c->column);
            }
            json_key(&json, "message");
            json_text(&json, c->message);
            json_close(&json, '}');
        }
        json_close(&json, ']');
    }
    json_close(&json, '}');
    call->reply.status = info->status;
    call->reply.content_type = type_problem;
    call->reply.body = buf_str(&out);
    call->reply.retry_after_seconds =
        ctx->retry_after_seconds ? ctx->retry_after_seconds : info->status == 503;
    if (ctx->error == E_FORBIDDEN && ctx->who->account_id)
        log_event(LOG_WARNING, "forbidden", "account", ctx_actor(ctx).data, "route",
                  call->route ? call->route->path : "", NULL);
    if (info->status >= 500)
        log_event(LOG_ERROR, "request_failed", "problem", info->name, "route",
                  call->route ? call->route->path : "", "database",
                  ctx->db ? db_message(ctx->db) : "", NULL);
}

void call_out_of_memory(struct call *call)
{
    static const struct str body = STR_INIT(
        "{\"type\":\"/problems/busy\",\"title\":\"系统忙 · The system is busy\",\"status\":503,"
        "\"detail\":\"内存不足以完成这个请求，请缩小范围 · Not enough memory for this request: "
        "narrow it\"}");
    if (call->reply.file >= 0)
        close(call->reply.file);
    call->reply = (struct reply){.status = 503,
                                 .content_type = type_problem,
                                 .body = body,
                                 .file = -1,
                                 .retry_after_seconds = 1};
}
