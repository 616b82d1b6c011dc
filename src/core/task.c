#include "core/task.h"

#include <setjmp.h>
#include <stdio.h>
#include <unistd.h>

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
    ctx->exporting = &app->exporting;
    ctx->now = instant_now();
    ctx->today = date_at(ctx->now, app->utc_offset_minutes);
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
    task_finish(task);
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
    if (!task->prepared && !(task_guarded(task, task_prepare) && task->prepared)) {
        task_finish(task);
        return;
    }
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
