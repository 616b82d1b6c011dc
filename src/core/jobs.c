#include "core/jobs.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/audit_sealer.h"
#include "core/erasure.h"
#include "core/identity.h"
#include "core/log.h"
#include "core/route.h"
#include "core/sequence.h"
#include "core/task.h"
#include "jobs.sql.h"

enum {
    NODE_BYTES = 8,
    TRIES = 6,
    BROKEN_MAX = 100,
    DEADLINE_MS = 30000,
    PAUSE_SECONDS_MAX = 6 * 3600
};

/* What other threads may know of the job that runs. */
struct job_run {
    struct jobs *jobs;
    atomic_llong id, done, total; /* id 0 = none runs */
    atomic_bool cancelled;
    char conclusion[JOB_MESSAGE_MAX]; /* the job's thread only */
};

struct jobs {
    struct app *app;
    char node[2 * NODE_BYTES + 1];
    pthread_t thread, keeper;
    bool has_thread, has_keeper;
    struct db_conn *conn, *keeper_conn; /* the second on PostgreSQL only */
    struct job_run run;
    void (*said)(int64_t done, int64_t total); /* instead of a thread: jobs_run_here() */
    time_t said_at;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t wake;
    bool woken;
    atomic_bool stopping; /* also read without it */
};

static const char *const job_states[] = {"queued", "running", "done", "failed", "cancelled", NULL};
static const struct field job_fields[] = {
    FIELD(struct job, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct job, kind, "种类", "Kind", USE_OUT | USE_FILTER),
    FIELD(struct job, subject, "对象", "What it is about"),
    FIELD(struct job, state, "状态", "State", USE_OUT | USE_FILTER, .choices = job_states),
    FIELD(struct job, done, "已完成", "Done"),
    FIELD(struct job, total, "总量", "Of"),
    FIELD(struct job, message, "说明", "What came of it", .length_max = JOB_MESSAGE_MAX),
    FIELD(struct job, account_id, "账户", "Account"),
    FIELD(struct job, grant_id, "授权", "Grant"),
    FIELD(struct job, language, "语言", "Language"),
    FIELD(struct job, cancel, "请求停止", "Is it to stop?"),
    FIELD(struct job, tries, "试过几次", "How often it was begun"),
    FIELD(struct job, not_before, "不早于", "Not before"),
    FIELD(struct job, requested_at, "提出时间", "When it was asked for"),
    FIELD(struct job, started_at, "开始时间", "When it began"),
    FIELD(struct job, ended_at, "结束时间", "When it ended"),
    FIELD(struct job, kind_name, "种类名称", "Name of the kind"),
    FIELD(struct job, kind_name_en, "种类名称（英文）", "Name of the kind, in English"),
};
SHAPE(job);

static const struct job_kind *kind_of(struct str name)
{
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->job_kind_count; i++)
            if (str_is(name, modules[m]->job_kinds[i].name))
                return &modules[m]->job_kinds[i];
    return NULL;
}

void job_look(struct ctx *ctx, struct job *job)
{
    const struct job_kind *kind = kind_of(job->kind);
    job->kind_name = kind ? str_of(kind->zh) : job->kind;
    job->kind_name_en = kind ? str_of(kind->en) : job->kind;
    if (ctx->jobs && atomic_load(&ctx->jobs->run.id) == job->id) {
        job->done = atomic_load(&ctx->jobs->run.done);
        job->total = atomic_load(&ctx->jobs->run.total);
    }
}

int64_t job_pause_seconds(const struct job_kind *kind, int64_t tries, uint32_t chance)
{
    int64_t pause = kind->backoff_seconds;
    for (int64_t i = 1; i < tries && pause < PAUSE_SECONDS_MAX; i++)
        pause *= 2;
    pause = pause < PAUSE_SECONDS_MAX ? pause : PAUSE_SECONDS_MAX;
    return pause + pause * chance / 200;
}

/* --- From requests -------------------------------------------------------------------------- */

enum error job_start(struct ctx *ctx, const char *kind, struct str subject)
{
    struct job job = {.kind = str_of(kind),
                      .subject = subject,
                      .account_id = ctx->who->account_id,
                      .grant_id = ctx->who->grant_id,
                      .language = ctx->language == LANGUAGE_EN ? STR("en") : STR("zh")};
    ctx->job_started = true;
    return db_do(ctx, &sql_job_insert, FROM(job, &job));
}

enum error job_find(struct ctx *ctx, const char *kind, struct str subject, struct job *job)
{
    enum error error =
        db_one(ctx, &sql_job_newest,
               ARGS(arg_text("kind", str_of(kind)), arg_text("subject", subject)), ROW(job, job));
    if (!error)
        job_look(ctx, job);
    return error;
}

enum error job_stop(struct ctx *ctx, const struct job *job)
{
    if (ctx->jobs && atomic_load(&ctx->jobs->run.id) == job->id)
        atomic_store(&ctx->jobs->run.cancelled, true);
    return ctx->sequence ? db_do(ctx, &sql_job_stop, FROM(job, job)) : E_OK;
}

enum error job_cancel(struct ctx *ctx, const char *kind, struct str subject)
{
    struct job job;
    enum error error = job_find(ctx, kind, subject, &job);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    if (ctx->jobs && atomic_load(&ctx->jobs->run.id) == job.id)
        atomic_store(&ctx->jobs->run.cancelled, true);
    return ctx->sequence ? db_do(ctx, &sql_job_cancel, FROM(job, &job)) : E_OK;
}

/* --- For the job itself --------------------------------------------------------------------- */

void job_progress(struct job_run *run, int64_t done, int64_t total)
{
    struct jobs *jobs = run->jobs;
    atomic_store(&run->total, total);
    atomic_store(&run->done, done);
    if (jobs->said && jobs->said_at != time(NULL)) {
        jobs->said_at = time(NULL);
        jobs->said(done, total);
    }
}

void job_conclude(struct job_run *run, struct str message)
{
    snprintf(run->conclusion, sizeof(run->conclusion), "%.*s", STR_PRINT(message));
}

bool job_is_cancelled(const struct job_run *run)
{
    return atomic_load(&run->cancelled) || atomic_load(&run->jobs->stopping);
}

/* One write transaction of a job, wherever it runs. */
struct step {
    struct ctx *ctx;
    job_step_fn *run;
    void *state;
    bool numbered; /* takes a sequence number */
    enum error error;
    struct write_job job;
    struct jobs *jobs;
    bool done;
    enum db_status status;
};

/* After a jump; what was under way may have lent the context another arena. */
static enum error out_of_memory(struct ctx *ctx, struct arena *arena)
{
    ctx->arena = arena;
    ctx->complaints = NULL;
    ctx->error = E_OK;
    ctx->db_status = DB_OK;
    ctx->detail = str_of(in_language(ctx, "内存不足", "out of memory"));
    return ctx->error = E_BUSY;
}

static enum error run_step(struct step *step)
{
    struct ctx *ctx = step->ctx;
    enum error error = step->numbered ? sequence_take(ctx) : E_OK;
    return error ? error : step->run(ctx, step->state);
}

static enum write_verdict step_run(struct db_conn *conn, void *state, enum db_status *status)
{
    struct step *step = state;
    struct ctx *ctx = step->ctx;
    struct arena *arena = ctx->arena;
    jmp_buf escape;
    struct db_conn *own = ctx->db;
    jmp_buf *outer = ctx->arena->escape;
    ctx_clear(ctx);
    ctx->sequence = 0;
    ctx->db = conn;
    ctx->arena->escape = &escape;
    if (setjmp(escape) == 0)
        step->error = run_step(step);
    else
        step->error = out_of_memory(ctx, arena);
    ctx->arena->escape = outer;
    ctx->db = own;
    if (!step->error)
        return WRITE_KEEP;
    if (ctx->db_status == DB_OK || ctx->db_status == DB_UNIQUE || ctx->db_status == DB_CONSTRAINT)
        return WRITE_DROP;
    *status = ctx->db_status;
    return WRITE_FAIL;
}

static void step_done(void *state, enum db_status status)
{
    struct step *step = state;
    struct jobs *jobs = step->jobs;
    pthread_mutex_lock(&jobs->mutex);
    step->status = status;
    step->done = true;
    pthread_cond_broadcast(&jobs->wake);
    pthread_mutex_unlock(&jobs->mutex);
}

static void write_on_sqlite(struct step *step)
{
    struct jobs *jobs = step->jobs;
    if (!writer_submit(jobs->app->writer, &step->job)) {
        step->error = fail(step->ctx, E_BUSY, "写入太多，请稍后重试", "too many writes: try again");
        return;
    }
    pthread_mutex_lock(&jobs->mutex);
    while (!step->done)
        pthread_cond_wait(&jobs->wake, &jobs->mutex);
    pthread_mutex_unlock(&jobs->mutex);
}

static void write_on_postgres(struct step *step)
{
    struct db_conn *conn = step->ctx->db;
    if (step->job.alone)
        db_deadline(conn, 0);
    for (int tries = 0; tries < TRIES; tries++) {
        enum write_verdict verdict = WRITE_FAIL;
        if ((step->status = db_begin(conn, true)) == DB_OK)
            verdict = step_run(conn, step, &step->status);
        bool committing = verdict == WRITE_KEEP;
        if (committing)
            step->status = db_commit(conn);
        db_rollback(conn);
        if (verdict == WRITE_DROP || step->status == DB_OK ||
            (committing && step->status == DB_LOST))
            break;
        if (step->status != DB_AGAIN && step->status != DB_LOST)
            break;
    }
    db_deadline(conn, DEADLINE_MS);
    sealer_wake(step->jobs->app->sealer);
}

static enum error write_step(struct ctx *ctx, struct job_run *run, struct step *step, bool alone)
{
    step->ctx = ctx;
    step->jobs = run->jobs;
    step->job =
        (struct write_job){.run = step_run, .done = step_done, .state = step, .alone = alone};
    (run->jobs->app->on_sqlite ? write_on_sqlite : write_on_postgres)(step);
    if (!step->error && db_failed(step->status))
        step->error = fail_database(ctx, step->status);
    if (!step->error && ctx->erasure) {
        erasure_finish(run->jobs->app->keyring, run->jobs->app->config->db.data, ctx->now,
                       ctx->erasure);
        ctx->erasure = NULL;
    }
    return step->error;
}

enum error job_write(struct ctx *ctx, struct job_run *run, job_step_fn *step, void *state,
                     bool alone)
{
    struct step writing = {.run = step, .state = state, .numbered = true};
    return write_step(ctx, run, &writing, alone);
}

/* --- The queue ------------------------------------------------------------------------------ */

struct claim_of_job {
    struct jobs *jobs;
    struct job job;
};

static struct arg lease(const struct ctx *ctx)
{
    return arg_int("lease_until", ctx->now.seconds + JOB_LEASE_SECONDS);
}

static enum error claim_step(struct ctx *ctx, void *state)
{
    struct claim_of_job *claim = state;
    return db_one(
        ctx, &sql_job_claim,
        ARGS(arg_int("id", claim->job.id), arg_text("node", str_of(claim->jobs->node)), lease(ctx)),
        ROW(job, &claim->job));
}

static bool may_try_again(const struct job *job)
{
    const struct job_kind *kind = kind_of(job->kind);
    return kind && !job->cancel && job->tries < kind->tries_max;
}

static enum error queue_again(struct ctx *ctx, struct job *job)
{
    int64_t pause = job_pause_seconds(kind_of(job->kind), job->tries, randombytes_uniform(100));
    job->not_before = (struct instant){ctx->now.seconds + pause};
    return db_do(ctx, &sql_job_again, FROM(job, job));
}

static enum error end_step(struct ctx *ctx, void *job)
{
    struct job *ended = job;
    return str_is(ended->state, "queued") ? queue_again(ctx, ended)
                                          : db_do(ctx, &sql_job_end, FROM(job, ended));
}

/* As whom the job runs: whoever asked, if the grant is still in force. */
static enum error become(struct ctx *ctx, const struct job *job, struct principal *who)
{
    struct identity identity;
    ctx->language = str_is(job->language, "en") ? LANGUAGE_EN : LANGUAGE_ZH;
    *who = principal_operator;
    ctx->who = who;
    if (!job->account_id)
        return E_OK;
    enum db_status status = db_begin(ctx->db, false);
    enum error error = db_failed(status) ? fail_database(ctx, status)
                                         : identity_of_grant(ctx, job->grant_id, &identity);
    db_rollback(ctx->db);
    if (error)
        return explain(ctx, error, E_FORBIDDEN, "提出的人现在没有这个授权了",
                       "whoever asked for it has lost the grant");
    *who = identity_principal(&identity);
    return E_OK;
}

static enum error run_guarded(struct ctx *ctx, struct jobs *jobs, struct job *job,
                              struct principal *who)
{
    struct arena *arena = ctx->arena;
    jmp_buf escape, *outer = arena->escape;
    const struct job_kind *kind = kind_of(job->kind);
    volatile enum error error = E_OK;
    arena->escape = &escape;
    if (!kind)
        error = fail(ctx, E_INTERNAL, "没有这种作业", "there is no such kind of job");
    else if (setjmp(escape) == 0)
        error = (error = become(ctx, job, who)) ? error : kind->run(ctx, &jobs->run, job);
    else
        error = out_of_memory(ctx, arena);
    arena->escape = outer;
    db_rollback(ctx->db);
    return error;
}

static void run_kind(struct ctx *ctx, struct jobs *jobs, struct job *job)
{
    struct principal *who = ARENA_NEW(ctx->arena, struct principal);
    enum error error = run_guarded(ctx, jobs, job, who);
    bool cancelled = error && job_is_cancelled(&jobs->run);
    bool again = error && !cancelled && error_infos[error].status >= 500 && may_try_again(job);
    job->state = cancelled ? STR("cancelled")
                 : again   ? STR("queued")
                 : error   ? STR("failed")
                           : STR("done");
    struct str conclusion = str_of(jobs->run.conclusion);
    job->message = error               ? arena_str(ctx->arena, ctx->detail)
                   : conclusion.length ? arena_str(ctx->arena, conclusion)
                                       : STR_NONE;
    job->done = atomic_load(&jobs->run.done);
    job->total = atomic_load(&jobs->run.total);
    struct step ending = {.run = end_step, .state = job};
    if (write_step(ctx, &jobs->run, &ending, false))
        log_event(LOG_ERROR, "job_not_ended", "kind", job->kind.data, NULL);
}

static void run_claimed(struct ctx *ctx, struct jobs *jobs, struct job *job)
{
    atomic_store(&jobs->run.done, 0);
    atomic_store(&jobs->run.total, 0);
    *jobs->run.conclusion = '\0';
    atomic_store(&jobs->run.cancelled, job->cancel);
    atomic_store(&jobs->run.id, job->id);
    run_kind(ctx, jobs, job);
    atomic_store(&jobs->run.id, 0);
}

static enum error read_next(struct ctx *ctx, int64_t *id)
{
    enum db_status status = db_begin(ctx->db, false);
    enum error error =
        db_failed(status) ? fail_database(ctx, status) : db_number(ctx, &sql_job_next, NO_ARGS, id);
    db_rollback(ctx->db);
    return error;
}

/* False when nothing is queued. */
static bool run_next(struct jobs *jobs)
{
    struct arena arena = {0};
    struct ctx ctx = {.db = jobs->conn};
    jmp_buf escape;
    volatile bool found = false;
    task_frame(jobs->app, &ctx, &arena);
    ctx.jobs = jobs;
    arena.escape = &escape;
    if (setjmp(escape) == 0) {
        struct claim_of_job claim = {.jobs = jobs};
        enum error error = read_next(&ctx, &claim.job.id);
        found = !error;
        struct step claiming = {.run = claim_step, .state = &claim};
        if (!error && write_step(&ctx, &jobs->run, &claiming, false) == E_OK)
            run_claimed(&ctx, jobs, &claim.job);
        else
            found = error == E_OK && claiming.error == E_NOT_FOUND;
    } else
        log_event(LOG_ERROR, "job_out_of_memory", NULL);
    arena_free(&arena);
    return found;
}

/* --- What was broken off -------------------------------------------------------------------- */

static enum error broken_step(struct ctx *ctx, void *all)
{
    struct records jobs;
    enum error error =
        db_all(ctx, &sql_jobs_broken,
               ARGS((struct arg){"all", {.type = DB_BOOL, .integer = *(const bool *)all}}),
               &job_shape, BROKEN_MAX, &jobs);
    if (!error && jobs.count) /* most often there is none, and then no number is used up */
        error = sequence_take(ctx);
    for (size_t i = 0; i < jobs.count && !error; i++) {
        struct job job = ((const struct job *)jobs.items)[i];
        const struct job_kind *kind = kind_of(job.kind);
        bool again = may_try_again(&job);
        job.state = again ? STR("queued") : STR("failed");
        job.message = STR("程序中断 · the program was broken off");
        error = end_step(ctx, &job);
        if (!error && !again && kind && kind->broken)
            error = kind->broken(ctx, &job);
    }
    return error;
}

static void settle_broken(struct jobs *jobs, struct db_conn *conn, bool all)
{
    struct arena arena = {0};
    struct ctx ctx = {.db = conn};
    task_frame(jobs->app, &ctx, &arena);
    ctx.who = &principal_operator;
    struct step step = {.run = broken_step, .state = &all};
    if (write_step(&ctx, &jobs->run, &step, false))
        log_event(LOG_ERROR, "broken_jobs_not_settled", NULL);
    arena_free(&arena);
}

/* --- Threads -------------------------------------------------------------------------------- */

static struct timespec in_ms(int ms)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += ms / 1000;
    end.tv_nsec += ms % 1000 * 1000000L;
    if (end.tv_nsec >= 1000000000L) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000L;
    }
    return end;
}

/* Until there may be something to do; false when the program stops. */
static bool wait_for_work(struct jobs *jobs, int ms)
{
    struct timespec end = in_ms(ms);
    pthread_mutex_lock(&jobs->mutex);
    while (!jobs->stopping && !jobs->woken &&
           pthread_cond_timedwait(&jobs->wake, &jobs->mutex, &end) == 0)
        continue;
    jobs->woken = false;
    bool go_on = !jobs->stopping;
    pthread_mutex_unlock(&jobs->mutex);
    return go_on;
}

static void *jobs_main(void *state)
{
    struct jobs *jobs = state;
    settle_broken(jobs, jobs->conn, jobs->app->on_sqlite);
    do
        while (!jobs->stopping && run_next(jobs))
            continue;
    while (wait_for_work(jobs, JOB_POLL_MS));
    return NULL;
}

/* On PostgreSQL: says that this node lives, and hears from others that a job is to stop. */
static enum error renew_step(struct ctx *ctx, void *state)
{
    struct jobs *jobs = state;
    struct job job;
    enum error error = db_one(ctx, &sql_job_renew,
                              ARGS(arg_int("id", atomic_load(&jobs->run.id)), lease(ctx),
                                   arg_int("done", atomic_load(&jobs->run.done)),
                                   arg_int("total", atomic_load(&jobs->run.total))),
                              ROW(job, &job));
    if (!error && job.cancel)
        atomic_store(&jobs->run.cancelled, true);
    return error == E_NOT_FOUND ? E_OK : error;
}

static void renew(struct jobs *jobs)
{
    struct arena arena = {0};
    struct ctx ctx = {.db = jobs->keeper_conn};
    task_frame(jobs->app, &ctx, &arena);
    ctx.who = &principal_operator;
    struct step step = {.run = renew_step, .state = jobs};
    if (write_step(&ctx, &jobs->run, &step, false))
        log_event(LOG_WARNING, "lease_not_renewed", NULL);
    arena_free(&arena);
}

static void *keeper_main(void *state)
{
    struct jobs *jobs = state;
    for (int round = 0;; round++) {
        struct timespec end = in_ms(JOB_POLL_MS);
        pthread_mutex_lock(&jobs->mutex);
        while (!jobs->stopping && pthread_cond_timedwait(&jobs->wake, &jobs->mutex, &end) == 0)
            continue;
        bool stopping = jobs->stopping;
        pthread_mutex_unlock(&jobs->mutex);
        if (stopping)
            return NULL;
        if (atomic_load(&jobs->run.id))
            renew(jobs);
        if (round % JOB_RENEW_SECONDS == 0)
            settle_broken(jobs, jobs->keeper_conn, false);
    }
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    db_disconnect(jobs->conn);
    db_disconnect(jobs->keeper_conn);
    pthread_mutex_destroy(&jobs->mutex);
    pthread_cond_destroy(&jobs->wake);
    free(jobs);
}

static struct jobs *jobs_new(struct app *app, char *reason, size_t reason_size)
{
    unsigned char bytes[NODE_BYTES];
    struct jobs *jobs = calloc(1, sizeof(*jobs));
    snprintf(reason, reason_size, "out of memory");
    if (!jobs)
        return NULL;
    jobs->app = app;
    jobs->run.jobs = jobs;
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2hex(jobs->node, sizeof(jobs->node), bytes, sizeof(bytes));
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&jobs->mutex, NULL);
    pthread_cond_init(&jobs->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    const char *url = app->config->db.data;
    jobs->conn = db_connect(url, app->on_sqlite, reason, reason_size);
    if (jobs->conn && !app->on_sqlite)
        jobs->keeper_conn = db_connect(url, false, reason, reason_size);
    if (jobs->conn && (app->on_sqlite || jobs->keeper_conn)) {
        db_deadline(jobs->conn, app->on_sqlite ? 0 : DEADLINE_MS);
        return jobs;
    }
    jobs_free(jobs);
    return NULL;
}

struct jobs *jobs_start(struct app *app, char *reason, size_t reason_size)
{
    struct jobs *jobs = jobs_new(app, reason, reason_size);
    if (!jobs)
        return NULL;
    jobs->has_thread = pthread_create(&jobs->thread, NULL, jobs_main, jobs) == 0;
    jobs->has_keeper =
        !app->on_sqlite && pthread_create(&jobs->keeper, NULL, keeper_main, jobs) == 0;
    if (jobs->has_thread && (jobs->has_keeper || app->on_sqlite))
        return jobs;
    snprintf(reason, reason_size, "cannot start a thread");
    jobs_stop(jobs);
    jobs_free(jobs);
    return NULL;
}

void jobs_wake(struct jobs *jobs)
{
    if (!jobs)
        return;
    pthread_mutex_lock(&jobs->mutex);
    jobs->woken = true;
    pthread_cond_broadcast(&jobs->wake);
    pthread_mutex_unlock(&jobs->mutex);
}

void jobs_stop(struct jobs *jobs)
{
    if (!jobs)
        return;
    pthread_mutex_lock(&jobs->mutex);
    jobs->stopping = true;
    pthread_cond_broadcast(&jobs->wake);
    pthread_mutex_unlock(&jobs->mutex);
    if (jobs->has_thread)
        pthread_join(jobs->thread, NULL);
    if (jobs->has_keeper)
        pthread_join(jobs->keeper, NULL);
}

bool jobs_run_here(struct app *app, void (*said)(int64_t done, int64_t total), char *reason,
                   size_t reason_size)
{
    struct jobs *jobs = jobs_new(app, reason, reason_size);
    if (!jobs)
        return false;
    jobs->said = said;
    while (run_next(jobs))
        continue;
    jobs_free(jobs);
    return true;
}
