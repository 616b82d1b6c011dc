/* Where HTTP comes in: who asks, and on which thread it is answered. */
#include <sodium.h>

#include "core/log.h"
#include "core/task.h"

enum { INLINE_BODY_MAX = 16 * 1024 /* a longer body is read in the pool, not on the loop */ };

static bool token_is_right(const struct app *app, struct str token)
{
    return token.length == strlen(app->token) &&
           sodium_memcmp(token.data, app->token, token.length) == 0;
}

static bool is_bearer(struct str header)
{
    return header.length > 7 && strncasecmp(header.data, "Bearer ", 7) == 0;
}

/* A proxy on this machine makes everybody look local. */
static bool came_through_proxy(const struct http_exchange *exchange)
{
    static const char *const marks[] = {"Forwarded",         "X-Forwarded-For", "X-Forwarded-Host",
                                        "X-Forwarded-Proto", "X-Real-IP",       "Via"};
    for (size_t i = 0; i < COUNT(marks); i++)
        if (http_header(exchange, marks[i]).data)
            return true;
    return false;
}

/* Who asks? False, with the problem recorded, when a token is wrong or used from elsewhere. */
static bool identify(struct app *app, struct http_exchange *exchange, struct ctx *ctx,
                     const struct principal **who)
{
    struct str header = http_header(exchange, "Authorization");
    *who = &principal_public;
    if (!header.data)
        return true;
    if (!is_bearer(header) || !token_is_right(app, str_skip(header, 7))) {
        fail(ctx, E_UNAUTHORISED, "口令不对；它在每次启动时重新打印",
             "the token is wrong; a new one is printed at every start");
        return false;
    }
    if (!exchange->loopback || !http_host_is_local(exchange) || !http_same_origin(exchange) ||
        came_through_proxy(exchange)) {
        fail(ctx, E_FORBIDDEN, "这个口令只能在本机使用", "this token works on this machine only");
        return false;
    }
    *who = &principal_operator;
    return true;
}

static void read_exchange(struct task *task)
{
    struct http_exchange *exchange = task->exchange;
    struct request *request = &task->call.request;
    *request = (struct request){
        .method = exchange->method,
        .path = exchange->path,
        .query = exchange->query,
        .body = exchange->body,
        .content_type = http_header(exchange, "Content-Type"),
        .accept_language = http_header(exchange, "Accept-Language"),
        .if_match = http_header(exchange, "If-Match"),
        .if_none_match = http_header(exchange, "If-None-Match"),
        .idempotency_key = http_header(exchange, "Idempotency-Key"),
    };
    call_choose_language(&task->call);
    task->prepared = identify(task->app, exchange, &task->call.ctx, &request->who);
    if (!task->prepared)
        call_problem(&task->call);
}

/* Gives a kept reply again, when the database is as it was. */
static void answer_again(struct task *task)
{
    struct app *app = task->app;
    struct call *call = &task->call;
    int64_t number;
    if (!app->replies || !str_is(call->request.method, "GET") ||
        call->request.who->role != ROLE_PUBLIC ||
        db_change_number(app->loop_conn, &number) != DB_OK)
        return;
    replies_at(app->replies, number, call->ctx.today);
    task->answered = replies_find(app->replies, call->ctx.arena, &call->request, &call->reply);
}

static void read_on_loop(struct task *task)
{
    struct app *app = task->app;
    struct call *call = &task->call;
    call_read(call, app->loop_conn);
    if (app->replies)
        replies_keep(app->replies, &call->request, &call->reply);
    reply_is_known(&call->request.if_none_match, &call->reply);
}

static bool is_api(struct str path)
{
    return str_starts(path, STR("/api/")) || str_is(path, "/api") || str_is(path, "/healthz");
}

static void handle(void *state, struct http_exchange *exchange)
{
    struct app *app = state;
    if (!is_api(exchange->path) && str_is(exchange->method, "GET") && http_embedded(exchange)) {
        http_send(exchange);
        return;
    }
    struct task *task = ARENA_NEW(&exchange->arena, struct task);
    task->app = app;
    task->exchange = exchange;
    task->call.reply.file = -1;
    if (log_wants(LOG_DEBUG))
        clock_gettime(CLOCK_MONOTONIC, &task->began);
    task_frame(app, &task->call.ctx, &exchange->arena);
    if (!task_guarded(task, read_exchange) || !task->prepared) {
        task_finish(task);
        return;
    }
    task->prepared = false; /* so far only who asks is known */
    if (!task_guarded(task, answer_again) || task->answered) {
        task_finish(task);
        return;
    }
    if (exchange->body.length > INLINE_BODY_MAX) {
        http_later(exchange);
        task_to_pool(task);
        return;
    }
    if (!task_guarded(task, task_prepare) || !task->prepared) {
        task_finish(task);
        return;
    }
    if (app->on_sqlite && !task->call.is_write && task->call.route->effort != WORK) {
        task_guarded(task, read_on_loop);
        task_finish(task);
        return;
    }
    http_later(exchange);
    if (task->call.is_write && app->on_sqlite)
        task_to_writer(task);
    else
        task_to_pool(task);
}

/* What the listener refuses by itself, as a problem like any other. */
static void refuse(void *state, struct http_exchange *exchange, int status)
{
    static const struct {
        int status;
        enum error error;
        const char *zh, *en;
    } known[] = {
        {400, E_MALFORMED, "请求的地址或格式不对", "the address or the request is malformed"},
        {413, E_TOO_LARGE, "内容超过这个地址允许的大小",
         "the body is larger than this address takes"},
        {414, E_URI_TOO_LONG, "地址过长", "the address is too long"},
        {431, E_HEADERS, "请求头过大", "the headers are too large"},
        {503, E_BUSY, "处理超时，请稍后重试", "it took too long: try again in a moment"}};
    struct task task = {.app = state, .exchange = exchange, .call = {.reply = {.file = -1}}};
    task_frame(state, &task.call.ctx, &exchange->arena);
    task.call.request.accept_language = http_header(exchange, "Accept-Language");
    call_choose_language(&task.call);
    size_t i = 0;
    while (i + 1 < COUNT(known) && known[i].status != status)
        i++;
    fail(&task.call.ctx, known[i].error, "%s", "%s",
         in_language(&task.call.ctx, known[i].zh, known[i].en));
    call_problem(&task.call);
    exchange->status = task.call.reply.status;
    exchange->reply = task.call.reply.body;
    http_reply_header(exchange, STR("Content-Type"), task.call.reply.content_type);
}

static size_t body_limit(void *state, struct str method, struct str path)
{
    (void)state;
    return call_body_max(method, path);
}

struct http_settings entry_settings(struct app *app, const char *address)
{
    return (struct http_settings){.address = address,
                                  .app = app,
                                  .handle = handle,
                                  .body_limit = body_limit,
                                  .refuse = refuse};
}
