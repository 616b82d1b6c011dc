#include "core/ctx.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/number.h"

#define ERROR_INFO(code, status, name, zh, en) [code] = {status, name, zh, en},
const struct error_info error_infos[ERROR_COUNT] = {ERRORS(ERROR_INFO)};
#undef ERROR_INFO

static struct str print(struct ctx *ctx, const char *format, va_list args)
{
    char text[1024];
    int length = vsnprintf(text, sizeof(text), format, args);
    size_t size = length < 0 ? 0 : (size_t)length;
    if (size >= sizeof(text)) { /* cut between characters, not inside one */
        size = sizeof(text) - 1;
        while (size && ((unsigned char)text[size] & 0xC0) == 0x80)
            size--;
    }
    return arena_str(ctx->arena, (struct str){text, size});
}

enum error fail(struct ctx *ctx, enum error code, const char *zh, const char *en, ...)
{
    va_list args;
    va_start(args, en);
    ctx->detail = print(ctx, in_language(ctx, zh, en), args);
    va_end(args);
    return ctx->error = code;
}

enum error complain(struct ctx *ctx, struct str field, const char *zh, const char *en, ...)
{
    struct complaint *complaint = ARENA_NEW(ctx->arena, struct complaint);
    complaint->field = arena_str(ctx->arena, field);
    va_list args;
    va_start(args, en);
    complaint->message = print(ctx, in_language(ctx, zh, en), args);
    va_end(args);
    if (!ctx->last_complaint)
        ctx->last_complaint = &ctx->complaints;
    *ctx->last_complaint = complaint;
    ctx->last_complaint = &complaint->next;
    return ctx->error = E_INVALID;
}

enum error explain(struct ctx *ctx, enum error error, enum error meaning, const char *zh,
                   const char *en)
{
    return error == E_NOT_FOUND ? fail(ctx, meaning, "%s", "%s", in_language(ctx, zh, en)) : error;
}

enum error fail_database(struct ctx *ctx, enum db_status status)
{
    ctx->db_status = status;
    switch (status) {
    case DB_UNIQUE:
        return fail(ctx, E_CONFLICT, "相同的记录已经存在", "such a record is there already");
    case DB_CONSTRAINT:
        return fail(ctx, E_CONFLICT, "它所指的记录不存在，或数值超出允许的范围",
                    "it refers to a record that is not there, or a value is out of its range");
    case DB_TIMEOUT:
        return fail(ctx, E_TIMEOUT, "查询用时过长，请缩小范围后再试",
                    "the query took too long: narrow it and try again");
    case DB_FULL:
        return fail(ctx, E_DISK_FULL, "磁盘已满，这次请求没有完成；请腾出空间后重试",
                    "the disk is full and nothing was done: free some space and try again");
    case DB_READ_ONLY:
        return fail(ctx, E_READ_ONLY, "数据库只读，这次请求没有完成；请检查文件和文件夹的权限",
                    "the database takes no writes and nothing was done: check the permissions of "
                    "its file and folder");
    case DB_LOST:
        return fail(ctx, E_DATABASE, "与数据库的连接断开，这次请求没有完成；请稍后重试",
                    "the connection to the database was lost and nothing was done: try again");
    case DB_AGAIN:
        return fail(ctx, E_BUSY, "同时改动的人太多，请重试",
                    "too many are changing the same things at once: try again");
    case DB_OK:
    case DB_ROW:
    case DB_DONE:
    case DB_BROKEN:
        break;
    }
    return fail(ctx, E_INTERNAL, "数据库出错，这次请求没有完成；原因在日志里",
                "the database failed and nothing was done: the log says why");
}

void ctx_clear(struct ctx *ctx)
{
    ctx->error = E_OK;
    ctx->detail = STR_NONE;
    ctx->complaints = NULL;
    ctx->last_complaint = NULL;
    ctx->db_status = DB_OK;
    ctx->etag = 0;
    ctx->location = STR_NONE;
    ctx->cookie = STR_NONE;
    ctx->retry_after_seconds = 0;
    ctx->keep_refusal = ctx->number_used = false;
    ctx->refused_account = 0;
    ctx->identities_changed = ctx->administrator_came = false;
    ctx->person_keys = NULL; /* made in a transaction that was undone */
    ctx->revealed = false;
    ctx->erasure = NULL;
    ctx->file = STR_NONE;
}

struct str ctx_actor(const struct ctx *ctx)
{
    return actor_of(ctx->arena, ctx->who);
}

struct str actor_of(struct arena *arena, const struct principal *who)
{
    return who->account_id ? arena_print(arena, "account:%lld", (long long)who->account_id)
                           : who->name;
}

enum error check_match(struct ctx *ctx, int64_t current)
{
    int64_t sent;
    if (str_is(ctx->if_match, "*") || (int_parse(ctx->if_match, &sent) && sent == current))
        return E_OK;
    return fail(ctx, E_CHANGED, "您读到的内容之后有人改过；请重新打开，再改一次",
                "it was changed after you read it: open it again and repeat your change");
}
