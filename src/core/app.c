#include "core/app.h"

#include <pthread.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/pack.h"
#include "core/replies.h"
#include "http/server.h"

enum {
    WORKERS_MAX = 64,
    QUEUE_MAX = 1000,
    POINT_MS = 1000,
    WORK_MS = 30000,
    INLINE_BODY_MAX = 16 * 1024, /* a longer body is read in the pool, not on the loop */
    POSTGRES_TRIES = 6,
    STOP_SECONDS = 10,
    TOKEN_BYTES = 18
};

/* A request under way: the call, and what brings its reply to whoever waits. */
struct task {
    struct call call;
    struct app *app;
    struct http_exchange *exchange; /* NULL for app_call() */
    struct write_job job;
    enum db_status status;
    bool unsure; /* the connection was lost during COMMIT */
    struct timespec began;
    struct task *next;
    bool prepared;
    bool finished; /* app_call() waits for it, under the app's mutex */
};

struct worker {
    struct app *app;
    struct db_conn *conn;
    pthread_t thread;
};

struct app {
    const struct config *config;
    bool on_sqlite;
    int utc_offset_minutes;
    char token[2 * TOKEN_BYTES + 1];
    struct db_conn *loop_conn; /* of the loop's thread, like the next */
    struct replies *replies;   /* NULL = none are kept */
    struct writer *writer;     /* SQLite only */
    struct http_server *server;
    struct worker workers[WORKERS_MAX];
    int worker_count;

    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t work, finished;
    struct task *first, **last;
    size_t queued;
    bool stopping;

    atomic_flag exporting; /* one export at a time: it is long work for everybody else's machine */
};

/* --- One request ---------------------------------------------------------------------------- */

static struct instant instant_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){now.tv_sec};
}

static void frame(struct app *app, struct ctx *ctx, struct arena *arena)
{
    ctx->arena = arena;
    ctx->exporting = &app->exporting;
    ctx->now = instant_now();
    ctx->today = date_at(ctx->now, app->utc_offset_minutes);
}

/* Runs a step of a task; a request that uses up its memory ends there. */
static bool guarded(struct task *task, void (*step)(struct task *))
{
    jmp_buf escape;
    struct arena *arena = task->call.ctx.arena;
    jmp_buf *outer = arena->escape;
    arena->escape = &escape;
    volatile bool good = false;
    if (setjmp(escape) == 0) {
        step(task);
        good = true;
    } else {
        task->call.ctx.arena = arena;
        if (task->call.ctx.db)
            db_rollback(task->call.ctx.db);
        call_out_of_memory(&task->call);
    }
    arena->escape = outer;
    return good;
}

/* At level debug: which route, how it ended, how long it took. Never what was sent. */
static void log_request(const struct task *task)
{
    char status[16], microseconds[24];
    struct timespec now;
    if (!log_wants(LOG_DEBUG))
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(status, sizeof(status), "%d", task->call.reply.status);
    snprintf(microseconds, sizeof(microseconds), "%lld",
             (long long)(now.tv_sec - task->began.tv_sec) * 1000000 +
                 (now.tv_nsec - task->began.tv_nsec) / 1000);
    log_event(LOG_DEBUG, "request", "method", task->call.route ? task->call.route->method : "",
              "route", task->call.route ? task->call.route->path : "", "status", status,
              "microseconds", microseconds, NULL);
}

static void add_header(struct http_exchange *exchange, struct str name, struct str value)
{
    if (value.length)
        http_reply_header(exchange, name, value);
}

static void send_reply(struct task *task)
{
    struct http_exchange *exchange = task->exchange;
    struct reply *reply = &task->call.reply;
    log_request(task);
    exchange->status = reply->status;
    exchange->reply = reply->body;
    if (reply->file >= 0) {
        exchange->reply_file = reply->file;
        exchange->reply_file_size = (uint64_t)lseek(reply->file, 0, SEEK_END);
    }
    add_header(exchange, STR("Content-Type"), reply->content_type);
    add_header(exchange, STR("ETag"), reply->etag);
    add_header(exchange, STR("Location"), reply->location);
    add_header(exchange, STR("Allow"), reply->allow);
    add_header(exchange, STR("Cache-Control"), STR("no-cache"));
    add_header(exchange, STR("Vary"), STR("Accept-Language, Authorization"));
    if (reply->file_name.length)
        add_header(
            exchange, STR("Content-Disposition"),
            arena_print(&exchange->arena, "attachment; filename=\"%s\"", reply->file_name.data));
    if (reply->retry_after_seconds)
        add_header(exchange, STR("Retry-After"), STR("1"));
    http_send(exchange);
}

static void finish(struct task *task)
{
    if (task->exchange) {
        send_reply(task);
        return;
    }
    struct app *app = task->app;
    pthread_mutex_lock(&app->mutex);
    task->finished = true;
    pthread_cond_broadcast(&app->finished);
    pthread_mutex_unlock(&app->mutex);
}

static void prepare(struct task *task)
{
    task->prepared = call_prepare(&task->call);
}

static void fail_busy(struct task *task)
{
    fail(&task->call.ctx, E_BUSY, "请求太多，请稍后重试",
         "too many requests: try again in a moment");
    call_problem(&task->call);
}

/* --- Writing -------------------------------------------------------------------------------- */

static enum write_verdict run_write(struct task *task, struct db_conn *conn, enum db_status *status)
{
    struct arena *arena = task->call.ctx.arena;
    jmp_buf escape;
    arena->escape = &escape;
    enum write_verdict verdict = WRITE_DROP;
    if (setjmp(escape) == 0)
        verdict = call_write(&task->call, conn, status);
    else {
        call_out_of_memory(&task->call);
        task->call.ctx.error = E_OK;
    }
    arena->escape = NULL;
    return verdict;
}

static enum write_verdict job_run(struct db_conn *conn, void *state, enum db_status *status)
{
    return run_write(state, conn, status);
}

static void written(struct task *task, enum db_status status)
{
    task->status = status; /* not in a local: it must survive a jump */
    jmp_buf escape;
    task->call.ctx.arena->escape = &escape;
    if (setjmp(escape) == 0)
        call_written(&task->call, task->status, task->unsure);
    else
        call_out_of_memory(&task->call);
    task->call.ctx.arena->escape = NULL;
    finish(task);
}

static void job_done(void *state, enum db_status status)
{
    struct task *task = state;
    task->unsure = status == DB_LOST; /* see writer.h */
    written(task, status);
}

/* On PostgreSQL a worker runs the whole transaction, again while rivals get in the way. */
static enum db_status write_on_postgres(struct task *task, struct db_conn *conn)
{
    enum db_status status = DB_LOST;
    task->unsure = false;
    for (int tries = 0; tries < POSTGRES_TRIES; tries++) {
        status = db_begin(conn, true);
        enum write_verdict verdict = WRITE_FAIL;
        if (status == DB_OK)
            verdict = run_write(task, conn, &status);
        if (verdict == WRITE_DROP) {
            db_rollback(conn);
            task->unsure = false; /* it could be read that it was done, or that it was not */
            return DB_OK;
        }
        bool committing = verdict == WRITE_KEEP;
        if (committing && (status = db_commit(conn)) == DB_OK) {
            task->unsure = false;
            return DB_OK;
        }
        db_rollback(conn);
        /* With an idempotency key it may be run again; should that fail too, nobody knows. */
        task->unsure = task->unsure || (committing && status == DB_LOST);
        if ((task->unsure && !call_is_repeatable(&task->call)) ||
            (status != DB_AGAIN && status != DB_LOST))
            return status;
    }
    return status;
}

static void submit_write(struct task *task)
{
    struct app *app = task->app;
    task->job = (struct write_job){.run = job_run,
                                   .done = job_done,
                                   .state = task,
                                   .repeatable = call_is_repeatable(&task->call)};
    if (writer_submit(app->writer, &task->job))
        return;
    guarded(task, fail_busy);
    finish(task);
}

/* --- The pool ------------------------------------------------------------------------------- */

static bool enqueue(struct app *app, struct task *task)
{
    task->next = NULL;
    pthread_mutex_lock(&app->mutex);
    bool taken = !app->stopping && app->queued < QUEUE_MAX;
    if (taken) {
        *app->last = task;
        app->last = &task->next;
        app->queued++;
        pthread_cond_signal(&app->work);
    }
    pthread_mutex_unlock(&app->mutex);
    return taken;
}

static struct task *dequeue(struct app *app)
{
    pthread_mutex_lock(&app->mutex);
    while (!app->first && !app->stopping)
        pthread_cond_wait(&app->work, &app->mutex);
    struct task *task = app->first;
    if (task) {
        app->first = task->next;
        app->queued--;
        if (!app->first)
            app->last = &app->first;
    }
    pthread_mutex_unlock(&app->mutex);
    return task;
}

static void read_here(struct task *task)
{
    call_read(&task->call, task->call.ctx.db);
    reply_is_known(&task->call.request.if_none_match, &task->call.reply);
}

static void work_on(struct worker *worker, struct task *task)
{
    struct app *app = worker->app;
    if (!task->prepared && !(guarded(task, prepare) && task->prepared)) {
        finish(task);
        return;
    }
    if (task->call.is_write && app->on_sqlite) {
        submit_write(task);
        return;
    }
    if (task->call.is_write) {
        written(task, write_on_postgres(task, worker->conn));
        return;
    }
    task->call.ctx.db = worker->conn;
    guarded(task, read_here);
    finish(task);
}

static void *worker_main(void *state)
{
    struct worker *worker = state;
    for (struct task *task; (task = dequeue(worker->app));)
        work_on(worker, task);
    return NULL;
}

static void to_pool(struct task *task)
{
    if (enqueue(task->app, task))
        return;
    guarded(task, fail_busy);
    finish(task);
}

/* --- HTTP ----------------------------------------------------------------------------------- */

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
                     enum role *role)
{
    struct str header = http_header(exchange, "Authorization");
    *role = ROLE_ANYONE;
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
    *role = ROLE_OPERATOR;
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
    task->prepared = identify(task->app, exchange, &task->call.ctx, &request->role);
    if (!task->prepared)
        call_problem(&task->call);
}

/* Gives a kept reply again, when the database is as it was. */
static void answer_again(struct task *task)
{
    struct app *app = task->app;
    struct call *call = &task->call;
    int64_t number;
    task->prepared = false;
    if (!app->replies || !str_is(call->request.method, "GET") ||
        call->request.role != ROLE_ANYONE || db_change_number(app->loop_conn, &number) != DB_OK)
        return;
    replies_at(app->replies, number, call->ctx.today);
    task->prepared = replies_find(app->replies, call->ctx.arena, &call->request, &call->reply);
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
    frame(app, &task->call.ctx, &exchange->arena);
    if (!guarded(task, read_exchange) || !task->prepared) {
        finish(task);
        return;
    }
    if (!guarded(task, answer_again) || task->prepared) {
        finish(task);
        return;
    }
    if (exchange->body.length > INLINE_BODY_MAX) {
        http_later(exchange);
        to_pool(task);
        return;
    }
    if (!guarded(task, prepare) || !task->prepared) {
        finish(task);
        return;
    }
    if (app->on_sqlite && !task->call.is_write && task->call.route->effort != WORK) {
        guarded(task, read_on_loop);
        finish(task);
        return;
    }
    http_later(exchange);
    if (task->call.is_write && app->on_sqlite)
        submit_write(task);
    else
        to_pool(task);
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
    frame(state, &task.call.ctx, &exchange->arena);
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

/* --- Starting and stopping ------------------------------------------------------------------ */

static void problem_to(const struct ctx *ctx, char *reason, size_t reason_size)
{
    snprintf(reason, reason_size, "%.*s", STR_PRINT(ctx->detail));
}

/* Loads the pack where there is none yet, all of it or nothing. */
static bool ensure_pack(struct app *app, struct db_conn *conn, char *reason, size_t reason_size)
{
    struct arena arena = {.ceiling = (size_t)1 << 30};
    struct ctx ctx = {.role = ROLE_OPERATOR, .db = conn};
    frame(app, &ctx, &arena);
    enum db_status status = db_begin(conn, true);
    enum error error = db_failed(status)
                           ? fail_database(&ctx, status)
                           : pack_ensure(&ctx, app->config->pack.data, app->config->demo);
    if (!error)
        error = pack_utc_offset(&ctx, &app->utc_offset_minutes);
    if (!error && db_failed(status = db_commit(conn)))
        error = fail_database(&ctx, status);
    db_rollback(conn);
    problem_to(&ctx, reason, reason_size);
    if (!error && ctx.sequence)
        log_event(LOG_INFO, "pack_loaded", "folder", app->config->pack.data, NULL);
    arena_free(&arena);
    return !error;
}

static bool migrate(struct db_conn *conn, char *reason, size_t reason_size)
{
    size_t count = 0, next = 0;
    for (size_t m = 0; m < module_count; m++)
        count += modules[m]->migration_count;
    struct db_migration *all = calloc(count ? count : 1, sizeof(*all));
    if (!all) {
        snprintf(reason, reason_size, "out of memory");
        return false;
    }
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->migration_count; i++)
            all[next++] = modules[m]->migrations[i];
    bool good = db_migrate(conn, all, count, reason, reason_size);
    free(all);
    return good;
}

static bool start_workers(struct app *app, char *reason, size_t reason_size)
{
    for (int i = 0; i < app->config->worker_count; i++) {
        struct worker *worker = &app->workers[i];
        worker->app = app;
        worker->conn = db_connect(app->config->db.data, app->on_sqlite, reason, reason_size);
        if (!worker->conn)
            return false;
        db_deadline(worker->conn, WORK_MS);
        if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0) {
            db_disconnect(worker->conn);
            snprintf(reason, reason_size, "cannot start a thread");
            return false;
        }
        app->worker_count++;
    }
    return true;
}

static bool open_all(struct app *app, char *reason, size_t reason_size)
{
    const char *url = app->config->db.data;
    struct db_conn *conn = db_connect(url, false, reason, reason_size);
    if (!conn)
        return false;
    app->on_sqlite = db_is_sqlite(conn);
    if (!migrate(conn, reason, reason_size) || !ensure_pack(app, conn, reason, reason_size)) {
        db_disconnect(conn);
        return false;
    }
    if (app->on_sqlite) {
        db_deadline(conn, WORK_MS);
        app->writer = writer_start(conn);
        if (!app->writer) {
            db_disconnect(conn);
            return false;
        }
        app->loop_conn = db_connect(url, true, reason, reason_size);
        if (!app->loop_conn)
            return false;
        db_deadline(app->loop_conn, POINT_MS);
        app->replies = replies_new();
    } else
        db_disconnect(conn);
    return start_workers(app, reason, reason_size);
}

static struct app *app_new(const struct config *config, char *reason, size_t reason_size)
{
    unsigned char secret[TOKEN_BYTES];
    struct app *app = calloc(1, sizeof(*app));
    if (!app || sodium_init() < 0) {
        free(app);
        snprintf(reason, reason_size, "out of memory");
        return NULL;
    }
    app->config = config;
    app->last = &app->first;
    atomic_flag_clear(&app->exporting);
    pthread_mutex_init(&app->mutex, NULL);
    pthread_cond_init(&app->work, NULL);
    pthread_cond_init(&app->finished, NULL);
    randombytes_buf(secret, sizeof(secret));
    sodium_bin2hex(app->token, sizeof(app->token), secret, sizeof(secret));
    return app;
}

struct app *app_open(const struct config *config, char *reason, size_t reason_size)
{
    struct app *app = app_new(config, reason, reason_size);
    if (app && open_all(app, reason, reason_size))
        return app;
    app_close(app);
    return NULL;
}

struct app *app_check(const struct config *config, char *reason, size_t reason_size)
{
    struct app *app = app_new(config, reason, reason_size);
    struct db_conn *conn = app ? db_connect(config->db.data, false, reason, reason_size) : NULL;
    bool good =
        conn && migrate(conn, reason, reason_size) && ensure_pack(app, conn, reason, reason_size);
    db_disconnect(conn);
    if (good)
        return app;
    app_close(app);
    return NULL;
}

bool app_listen(struct app *app, char *reason, size_t reason_size)
{
    struct http_settings settings = {.address = app->config->listen.data,
                                     .app = app,
                                     .handle = handle,
                                     .body_limit = body_limit,
                                     .refuse = refuse};
    app->server = http_start(&settings, reason, reason_size);
    return app->server != NULL;
}

int app_port(const struct app *app)
{
    return http_port(app->server);
}

const char *app_token(const struct app *app)
{
    return app->token;
}

struct reply app_call(struct app *app, struct arena *arena, struct request request)
{
    struct task *task = ARENA_NEW(arena, struct task);
    task->app = app;
    task->call.request = request;
    task->call.reply.file = -1;
    frame(app, &task->call.ctx, arena);
    if (guarded(task, prepare) && task->prepared) {
        to_pool(task);
        pthread_mutex_lock(&app->mutex);
        while (!task->finished)
            pthread_cond_wait(&app->finished, &app->mutex);
        pthread_mutex_unlock(&app->mutex);
    }
    return task->call.reply;
}

void app_close(struct app *app)
{
    if (!app)
        return;
    if (app->server)
        http_stop(app->server, STOP_SECONDS);
    pthread_mutex_lock(&app->mutex);
    app->stopping = true;
    pthread_cond_broadcast(&app->work);
    pthread_mutex_unlock(&app->mutex);
    for (int i = 0; i < app->worker_count; i++) {
        pthread_join(app->workers[i].thread, NULL);
        db_disconnect(app->workers[i].conn);
    }
    if (app->writer)
        writer_stop(app->writer);
    db_disconnect(app->loop_conn);
    replies_free(app->replies);
    pthread_cond_destroy(&app->finished);
    pthread_cond_destroy(&app->work);
    pthread_mutex_destroy(&app->mutex);
    free(app);
}
