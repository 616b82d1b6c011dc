/* Where HTTP comes in: who asks, and on which thread it is answered. */
#include <errno.h>

#include "core/authenticate.h"
#include "core/log.h"

enum { INLINE_BODY_MAX = 16 * 1024 /* a longer body is read in the pool, not on the loop */ };

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

/* The secret in "Bearer …"; STR_NONE when there is none, empty when it is something else. */
static struct str bearer(const struct http_exchange *exchange)
{
    struct str header = http_header(exchange, "Authorization");
    if (!header.data)
        return STR_NONE;
    return header.length > 7 && strncasecmp(header.data, "Bearer ", 7) == 0 ? str_skip(header, 7)
                                                                            : STR("");
}

static struct str cookie(const struct http_exchange *exchange, const char *name)
{
    struct str rest = http_header(exchange, "Cookie"), part;
    size_t length = strlen(name);
    while (str_cut(&rest, ';', &part)) {
        while (part.length && *part.data == ' ')
            part = str_skip(part, 1);
        if (part.length > length + 1 && part.data[length] == '=' &&
            str_is(str_first(part, length), name))
            return str_skip(part, length + 1);
    }
    return STR_NONE;
}

/* Where it comes from: behind a proxy on this machine, what that says of its own client. */
static struct str client_address(const struct http_exchange *exchange)
{
    struct str forwarded = http_header(exchange, "X-Forwarded-For"), part, last = STR_NONE;
    while (exchange->loopback && forwarded.length && str_cut(&forwarded, ',', &part))
        last = part;
    while (last.length && *last.data == ' ')
        last = str_skip(last, 1);
    return last.length ? last : str_of(exchange->peer);
}

/* Each header is a search through all of them, so a read asks only for those that concern it. */
static void read_exchange(struct task *task)
{
    struct http_exchange *exchange = task->exchange;
    struct request *request = &task->call.request;
    bool writes = !str_is(exchange->method, "GET");
    *request = (struct request){
        .method = exchange->method,
        .path = exchange->path,
        .query = exchange->query,
        .body = exchange->body,
        .accept_language = http_header(exchange, "Accept-Language"),
        .if_none_match = http_header(exchange, "If-None-Match"),
        .last_event_id = writes ? STR_NONE : http_header(exchange, "Last-Event-ID"),
        .session = cookie(exchange, SESSION_COOKIE),
        .bearer = bearer(exchange),
    };
    request->same_origin = (!writes && !request->bearer.data) || http_same_origin(exchange);
    if (request->bearer.data)
        request->on_this_machine =
            exchange->loopback && http_host_is_local(exchange) && !came_through_proxy(exchange);
    if (writes) {
        request->content_type = http_header(exchange, "Content-Type");
        request->if_match = http_header(exchange, "If-Match");
        request->idempotency_key = http_header(exchange, "Idempotency-Key");
        request->csrf = http_header(exchange, "X-CSRF-Token");
        request->https =
            exchange->loopback && str_is(http_header(exchange, "X-Forwarded-Proto"), "https");
        request->peer = client_address(exchange);
    }
    if (exchange->body_file >= 0) {
        request->body = str_of(exchange->body_sha256);
        request->upload = &task->upload;
        task->upload = (struct upload){.file = exchange->body_file};
        memcpy(task->upload.sha256, exchange->body_sha256, sizeof(task->upload.sha256));
    }
    call_choose_language(&task->call);
}

/* Who is on this machine and comes through no proxy is its administrator, or a test. */
static bool is_within_rate(struct task *task)
{
    const struct http_exchange *exchange = task->exchange;
    struct str address = client_address(exchange);
    int64_t now_us = (int64_t)task->began.tv_sec * 1000000 + task->began.tv_nsec / 1000;
    return !task->app->rate || (exchange->loopback && address.data == exchange->peer) ||
           rate_take(task->app->rate, address, now_us);
}

static void authenticate_here(struct task *task)
{
    struct ctx *ctx = &task->call.ctx;
    if (!is_within_rate(task)) {
        ctx->retry_after_seconds = 1;
        fail(ctx, E_RATE, "请求太频繁，请稍候再试", "too many requests: wait a moment");
        call_problem(&task->call);
        task->authentication = AUTHENTICATION_REFUSED;
        return;
    }
    task->authentication = authenticate(task, task->app->loop_conn);
    if (task->authentication == AUTHENTICATION_REFUSED)
        call_problem(&task->call);
}

/* Gives a kept reply again, when the database is as it was. */
static void answer_again(struct task *task)
{
    struct app *app = task->app;
    struct call *call = &task->call;
    int64_t number;
    /* Whether the disk is full is no part of the database: /healthz says it. */
    if (!app->replies || atomic_load(&app->metrics.trouble) != DB_OK ||
        !str_is(call->request.method, "GET") || !is_anybody(call->request.who) ||
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
    return str_starts(path, STR("/api/")) || str_is(path, "/api") || str_is(path, "/healthz") ||
           str_is(path, "/metrics");
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
    clock_gettime(CLOCK_MONOTONIC, &task->began);
    task_frame(app, &task->call.ctx, &exchange->arena);
    if (!task_guarded(task, read_exchange) || !task_guarded(task, authenticate_here) ||
        task->authentication == AUTHENTICATION_REFUSED) {
        task_finish(task);
        return;
    }
    if (task->authentication == AUTHENTICATION_NEEDS_DATABASE) {
        http_later(exchange);
        task_to_pool(task);
        return;
    }
    if (!task_guarded(task, answer_again) || task->answered) {
        task_finish(task);
        return;
    }
    if (exchange->body.length > INLINE_BODY_MAX || exchange->body_file >= 0) {
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
    if (task->call.is_write && app->on_sqlite && !task->call.route->prelude &&
        !task->call.route->to_file)
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
        {401, E_UNAUTHORISED, "请先登录，再上传文件", "sign in before you upload a file"},
        {403, E_FORBIDDEN, "您不能上传文件", "you may not upload files"},
        {413, E_TOO_LARGE, "内容超过这个地址允许的大小",
         "the body is larger than this address takes"},
        {414, E_URI_TOO_LONG, "地址过长", "the address is too long"},
        {431, E_HEADERS, "请求头过大", "the headers are too large"},
        {507, E_DISK_FULL, "磁盘已满，文件没有保存", "the disk is full: the file was not kept"},
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
    bool to_file;
    (void)state;
    return call_body_max(method, path, &to_file);
}

/* A stranger fills no disk: whoever sends a file is asked before its bytes come. On PostgreSQL the
 * loop has no connection; there, who is not remembered sends first, and is asked then. */
static int body_file(void *state, struct http_exchange *exchange, int *file)
{
    struct app *app = state;
    bool to_file;
    call_body_max(exchange->method, exchange->path, &to_file);
    if (!to_file)
        return 0;
    struct task *task = ARENA_NEW(&exchange->arena, struct task);
    task->app = app;
    task->exchange = exchange;
    task_frame(app, &task->call.ctx, &exchange->arena);
    read_exchange(task);
    enum authentication known = authenticate(task, app->loop_conn);
    if (known == AUTHENTICATION_REFUSED)
        return error_infos[task->call.ctx.error].status;
    if (known == AUTHENTICATED && is_anybody(task->call.request.who))
        return error_infos[E_UNAUTHORISED].status;
    *file = file_store_temporary(app->files);
    return *file >= 0 ? 0 : error_infos[errno == ENOSPC ? E_DISK_FULL : E_BUSY].status;
}

struct http_settings entry_settings(struct app *app, const char *address)
{
    return (struct http_settings){.address = address,
                                  .app = app,
                                  .handle = handle,
                                  .body_limit = body_limit,
                                  .body_file = body_file,
                                  .refuse = refuse};
}
