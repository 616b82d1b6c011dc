#include "core/task.h"

#include <setjmp.h>
#include <stdio.h>
#include <unistd.h>

#include "core/authenticate.h"
#include "core/erasure.h"
#include "core/log.h"

enum { QUEUE_MAX = 1000, POSTGRES_TRIES = 6 };

static struct instant instant_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){now.tv_sec};
}

void task_frame(struct app *app, struct ctx *ctx, struct arena *arena)
{
    ctx->arena = arena;
    ctx->who = &principal_public;
    ctx->config = app->config;
    ctx->exporting = &app->exporting;
    ctx->metrics = &app->metrics;
    ctx->digest = app->digest;
    ctx->sealer = app->sealer;
    ctx->jobs = app->jobs;
    ctx->keyring = app->keyring;
    ctx->files = app->files;
    ctx->now = instant_now();
    ctx->utc_offset_minutes = app->utc_offset_minutes;
    ctx->today = date_at(ctx->now, app->utc_offset_minutes);
}

enum error lookup_begin(struct ctx *ctx, struct db_conn *conn)
{
    ctx->db = conn;
    enum db_status status = db_is_sqlite(conn) ? DB_OK : db_begin(conn, false);
    return db_failed(status) ? fail_database(ctx, status) : E_OK;
}

void lookup_end(struct ctx *ctx)
{
    if (!db_is_sqlite(ctx->db))
        db_rollback(ctx->db);
    ctx->db = NULL;
}

/* Runs a step of a task; a request that uses up its memory ends there. */
bool task_guarded(struct task *task, void (*step)(struct task *))
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

/* Counted; and at level debug logged: which route, how it ended, how long it took. Never what was
 * sent. */
static void note_request(struct task *task)
{
    char status[16], microseconds[24];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t taken = (now.tv_sec - task->began.tv_sec) * (int64_t)1000000 +
                    (now.tv_nsec - task->began.tv_nsec) / 1000;
    metrics_reply(&task->app->metrics, task->call.is_write ? METRICS_WRITE : METRICS_READ,
                  task->call.reply.status, taken);
    if (!log_wants(LOG_DEBUG))
        return;
    snprintf(status, sizeof(status), "%d", task->call.reply.status);
    snprintf(microseconds, sizeof(microseconds), "%lld", (long long)taken);
    log_event(LOG_DEBUG, "request", "method", task->call.route ? task->call.route->method : "",
              "route", task->call.route ? task->call.route->path : "", "status", status,
              "microseconds", microseconds, NULL);
}

static void add_header(struct http_exchange *exchange, struct str name, struct str value)
{
    if (value.length)
        http_reply_header(exchange, name, value);
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("._-", c));
}

/* RFC 6266: a name for whoever knows only ASCII, and the name itself, percent-encoded. */
static struct str disposition(struct arena *arena, bool show, struct str name)
{
    struct buf out = {.arena = arena};
    buf_print(&out, "%s; filename=\"", show ? "inline" : "attachment");
    for (size_t i = 0; i < name.length; i++)
        buf_print(&out, "%c", is_plain(name.data[i]) ? name.data[i] : '_');
    buf_add(&out, STR("\"; filename*=UTF-8''"));
    for (size_t i = 0; i < name.length; i++)
        if (is_plain(name.data[i]))
            buf_char(&out, name.data[i]);
        else
            buf_print(&out, "%%%02X", (unsigned char)name.data[i]);
    buf_reserve(&out, 1); /* a header ends with NUL */
    out.data[out.length] = '\0';
    return buf_str(&out);
}

static void send_reply(struct task *task)
{
    struct http_exchange *exchange = task->exchange;
    struct reply *reply = &task->call.reply;
    note_request(task);
    exchange->status = reply->status;
    exchange->reply = reply->body;
    if (reply->file >= 0) {
        exchange->reply_file = reply->file;
        exchange->reply_file_size = (uint64_t)lseek(reply->file, 0, SEEK_END);
        if (reply->in_parts)
            http_reply_part(exchange, reply->etag);
    }
    add_header(exchange, STR("Content-Type"), reply->content_type);
    add_header(exchange, STR("ETag"), reply->etag);
    add_header(exchange, STR("Location"), reply->location);
    add_header(exchange, STR("Link"), reply->link);
    add_header(exchange, STR("Allow"), reply->allow);
    add_header(exchange, STR("Set-Cookie"), reply->cookie);
    bool personal = task->call.ctx.revealed || task->call.ctx.file.data;
    add_header(exchange, STR("Cache-Control"),
               reply->cache_control.data ? reply->cache_control
               : personal                ? STR("no-store")
                                         : STR("no-cache"));
    if (reply->in_parts) /* besides the policy that every reply has: the stricter holds */
        add_header(exchange, STR("Content-Security-Policy"), STR("sandbox"));
    add_header(exchange, STR("Vary"), STR("Accept-Language, Authorization, Cookie"));
    if (reply->file_name.length)
        add_header(exchange, STR("Content-Disposition"),
                   disposition(&exchange->arena, reply->show_file, reply->file_name));
    if (reply->retry_after_seconds)
        add_header(exchange, STR("Retry-After"),
                   arena_print(&exchange->arena, "%d", reply->retry_after_seconds));
    if (task->grouped)
        task->app->ready[task->app->ready_count++] = exchange;
    else
        http_send(exchange);
}

void task_send_group(void *state)
{
    struct app *app = state;
    metrics_group(&app->metrics, app->ready_count);
    http_send_all(app->ready, app->ready_count);
    app->ready_count = 0;
}

void task_finish(struct task *task)
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

void task_prepare(struct task *task)
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
    if (verdict != WRITE_KEEP) { /* it was not done after all */
        task->call.ctx.erasure = NULL;
        task->call.ctx.administrator_came = false;
    }
    return verdict;
}

static enum write_verdict job_run(struct db_conn *conn, void *state, enum db_status *status)
{
    return run_write(state, conn, status);
}

static void written(struct task *task, enum db_status status)
{
    task->status = status; /* not in a local: it must survive a jump */
    if (db_failed(status) || !task->call.ctx.error)
        metrics_written(&task->app->metrics, status);
    if (!db_failed(status) && task->call.ctx.identities_changed) {
        struct app *app = task->app;
        if (app->identities)
            identities_forget(app->identities);
        if (app->on_sqlite && !atomic_load(&app->set_up) && task->call.ctx.administrator_came)
            atomic_store(&app->set_up, true);
    }
    if (!db_failed(status) && task->call.ctx.job_started)
        jobs_wake(task->app->jobs);
    if (!db_failed(status) && task->call.ctx.erasure)
        erasure_finish(task->app->keyring, task->app->config->db.data, task->call.ctx.now,
                       task->call.ctx.erasure);
    jmp_buf escape;
    task->call.ctx.arena->escape = &escape;
    if (setjmp(escape) == 0)
        call_written(&task->call, task->status, task->unsure);
    else
        call_out_of_memory(&task->call);
    task->call.ctx.arena->escape = NULL;
    task_finish(task);
}

static void job_done(void *state, enum db_status status)
{
    struct task *task = state;
    task->unsure = status == DB_LOST; /* see writer.h */
    task->grouped = true;
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
            sealer_wake(task->app->sealer);
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

void task_to_writer(struct task *task)
{
    struct app *app = task->app;
    task->job = (struct write_job){.run = job_run,
                                   .done = job_done,
                                   .state = task,
                                   .repeatable = call_is_repeatable(&task->call)};
    if (writer_submit(app->writer, &task->job))
        return;
    task_guarded(task, fail_busy);
    task_finish(task);
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
        atomic_store(&app->metrics.queued, app->queued);
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
        atomic_store(&app->metrics.queued, app->queued);
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

/* --- Hashing passwords ---------------------------------------------------------------------- */

enum turn { TURN_NOW, TURN_LATER, TURN_NEVER };

static enum turn hashing_begin(struct app *app, struct task *task)
{
    enum turn turn = TURN_NEVER;
    pthread_mutex_lock(&app->mutex);
    if (app->hashing < HASHING_MAX) {
        app->hashing++;
        turn = TURN_NOW;
    } else if (app->parked_count < PARKED_MAX && !app->stopping) {
        task->next = NULL;
        *app->last_parked = task;
        app->last_parked = &task->next;
        app->parked_count++;
        turn = TURN_LATER;
    }
    pthread_mutex_unlock(&app->mutex);
    return turn;
}

/* The first in line goes back to the pool. */
static void hashing_end(struct app *app)
{
    pthread_mutex_lock(&app->mutex);
    app->hashing--;
    struct task *next = app->parked;
    if (next) {
        app->parked = next->next;
        app->parked_count--;
        if (!app->parked)
            app->last_parked = &app->parked;
    }
    pthread_mutex_unlock(&app->mutex);
    if (next)
        task_to_pool(next);
}

static void run_prelude(struct task *task)
{
    struct call *call = &task->call;
    enum error error = lookup_begin(&call->ctx, call->ctx.db);
    if (!error)
        error = call->route->prelude(&call->ctx, call->in);
    if (error == E_NOT_FOUND && !call->ctx.error)
        fail(&call->ctx, E_NOT_FOUND, "没有这条记录", "there is no such record");
    task->prepared = !error;
    if (error)
        call_problem(call);
    lookup_end(&call->ctx);
}

/* False when the task has been parked, or has its reply. */
static bool prelude_done(struct worker *worker, struct task *task)
{
    switch (hashing_begin(worker->app, task)) {
    case TURN_LATER:
        return false;
    case TURN_NEVER:
        task_guarded(task, fail_busy);
        task_finish(task);
        return false;
    case TURN_NOW:
        break;
    }
    task->call.ctx.db = worker->conn;
    bool good = task_guarded(task, run_prelude) && task->prepared;
    hashing_end(worker->app);
    if (!good)
        task_finish(task);
    return good;
}

static void authenticate_there(struct task *task)
{
    task->authentication = authenticate(task, task->call.ctx.db);
    if (task->authentication == AUTHENTICATION_REFUSED)
        call_problem(&task->call);
}

static bool is_authenticated(struct worker *worker, struct task *task)
{
    if (task->authentication != AUTHENTICATION_NEEDS_DATABASE)
        return true;
    task->call.ctx.db = worker->conn;
    return task_guarded(task, authenticate_there) && task->authentication == AUTHENTICATED;
}

static void keep_upload(struct task *task)
{
    struct ctx *ctx = &task->call.ctx;
    struct upload *upload = task->call.request.upload;
    enum error error = upload ? file_store_put(ctx, upload)
                              : fail(ctx, E_INVALID, "文件是空的", "the file is empty");
    task->prepared = !error;
    if (error)
        call_problem(&task->call);
}

/* The bytes lie safe before the transaction that refers to them begins, and are nobody's yet. */
static bool upload_kept(struct worker *worker, struct task *task)
{
    if (!task->call.route->to_file)
        return true;
    task->call.ctx.db = worker->conn;
    if (task_guarded(task, keep_upload) && task->prepared)
        return true;
    task_finish(task);
    return false;
}

static void work_on(struct worker *worker, struct task *task)
{
    struct app *app = worker->app;
    if (!is_authenticated(worker, task)) {
        task_finish(task);
        return;
    }
    if (!task->prepared && !(task_guarded(task, task_prepare) && task->prepared)) {
        task_finish(task);
        return;
    }
    if (task->call.route->prelude && !prelude_done(worker, task))
        return;
    if (!upload_kept(worker, task))
        return;
    if (task->call.is_write && app->on_sqlite) {
        task_to_writer(task);
        return;
    }
    if (task->call.is_write) {
        written(task, write_on_postgres(task, worker->conn));
        return;
    }
    task->call.ctx.db = worker->conn;
    task_guarded(task, read_here);
    task_finish(task);
}

void *worker_main(void *state)
{
    struct worker *worker = state;
    for (struct task *task; (task = dequeue(worker->app));)
        work_on(worker, task);
    return NULL;
}

void task_to_pool(struct task *task)
{
    if (enqueue(task->app, task))
        return;
    task_guarded(task, fail_busy);
    task_finish(task);
}
