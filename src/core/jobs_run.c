#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/identity.h"
#include "core/jobs_inside.h"
#include "core/log.h"
#include "core/sequence.h"
#include "jobs_run.sql.h"

enum { BROKEN_MAX = 100 };

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
    const struct job_kind *kind = job_kind_of(job->kind);
    return kind && !job->cancel && job->tries < kind->tries_max;
}

/* What becomes of a job, as far as `node` still has it ("" = whoever has it). */
struct ending {
    struct job job;
    struct str node;
};

static enum error end_step(struct ctx *ctx, void *state)
{
    struct ending *ending = state;
    struct job *job = &ending->job;
    struct args args = FROM_AND(job, job, arg_text("node", ending->node));
    if (!str_is(job->state, "queued"))
        return db_do(ctx, &sql_job_end, args);
    int64_t pause = job_pause_seconds(job_kind_of(job->kind), job->tries, randombytes_uniform(100));
    job->not_before = (struct instant){ctx->now.seconds + pause};
    return db_do(ctx, &sql_job_again, args);
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

static enum error run_guarded(struct ctx *ctx, struct job_run *run, struct job *job,
                              struct principal *who)
{
    struct arena *arena = ctx->arena;
    jmp_buf escape, *outer = arena->escape;
    const struct job_kind *kind = job_kind_of(job->kind);
    volatile enum error error = E_OK;
    arena->escape = &escape;
    if (!kind)
        error = fail(ctx, E_INTERNAL, "没有这种作业", "there is no such kind of job");
    else if (setjmp(escape) == 0)
        error = (error = become(ctx, job, who)) ? error : kind->run(ctx, run, job);
    else
        error = job_out_of_memory(ctx, arena);
    arena->escape = outer;
    db_rollback(ctx->db);
    return error;
}

static void run_kind(struct ctx *ctx, struct job_run *run, struct job *job)
{
    struct principal *who = ARENA_NEW(ctx->arena, struct principal);
    enum error error = run_guarded(ctx, run, job, who);
    bool cancelled = error && job_is_cancelled(run);
    bool again = error && !cancelled && error_infos[error].status >= 500 && may_try_again(job);
    job->state = cancelled ? STR("cancelled")
                 : again   ? STR("queued")
                 : error   ? STR("failed")
                           : STR("done");
    struct str conclusion = str_of(run->conclusion);
    job->message = error               ? arena_str(ctx->arena, ctx->detail)
                   : conclusion.length ? arena_str(ctx->arena, conclusion)
                                       : STR_NONE;
    job->done = atomic_load(&run->done);
    job->total = atomic_load(&run->total);
    struct ending ending = {*job, str_of(run->jobs->node)};
    struct step step = {.run = end_step, .state = &ending};
    if (job_write_step(ctx, run->jobs, &step, false))
        log_event(LOG_ERROR, "job_not_ended", "kind", job->kind.data, NULL);
}

static void run_claimed(struct ctx *ctx, struct job_run *run, struct job *job)
{
    atomic_store(&run->done, 0);
    atomic_store(&run->total, 0);
    *run->conclusion = '\0';
    atomic_store(&run->cancelled, job->cancel);
    atomic_store(&run->id, job->id);
    run_kind(ctx, run, job);
    atomic_store(&run->id, 0);
}

static enum error read_next(struct ctx *ctx, enum job_lane lane, int64_t *id)
{
    enum db_status status = db_begin(ctx->db, false);
    enum error error = db_failed(status)
                           ? fail_database(ctx, status)
                           : db_number(ctx, &sql_job_next, ARGS(arg_int("lane", lane)), id);
    db_rollback(ctx->db);
    return error;
}

/* False when nothing is queued. */
static bool run_next(struct job_run *run)
{
    struct jobs *jobs = run->jobs;
    struct arena arena = {0};
    struct ctx ctx = {.db = run->conn};
    jmp_buf escape;
    volatile bool found = false;
    task_frame(jobs->app, &ctx, &arena);
    ctx.jobs = jobs;
    arena.escape = &escape;
    if (setjmp(escape) == 0) {
        struct claim_of_job claim = {.jobs = jobs};
        enum error error = read_next(&ctx, run->lane, &claim.job.id);
        found = !error;
        struct step claiming = {.run = claim_step, .state = &claim};
        if (!error && job_write_step(&ctx, jobs, &claiming, false) == E_OK)
            run_claimed(&ctx, run, &claim.job);
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
        const struct job_kind *kind = job_kind_of(job.kind);
        bool again = may_try_again(&job);
        job.state = again ? STR("queued") : STR("failed");
        job.message = STR("程序中断 · the program was broken off");
        struct ending ending = {job, STR("")};
        error = end_step(ctx, &ending);
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
    if (job_write_step(&ctx, jobs, &step, false))
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
static bool wait_for_work(struct job_run *run, int ms)
{
    struct jobs *jobs = run->jobs;
    struct timespec end = in_ms(ms);
    pthread_mutex_lock(&jobs->mutex);
    while (!jobs->stopping && !run->woken &&
           pthread_cond_timedwait(&jobs->wake, &jobs->mutex, &end) == 0)
        continue;
    run->woken = false;
    bool go_on = !jobs->stopping;
    pthread_mutex_unlock(&jobs->mutex);
    return go_on;
}

static void *jobs_main(void *state)
{
    struct job_run *run = state;
    do
        while (!run->jobs->stopping && run_next(run))
            continue;
    while (wait_for_work(run, JOB_POLL_MS));
    return NULL;
}

/* On PostgreSQL: says that this node lives, and hears from others that a job is to stop. */
static enum error renew_step(struct ctx *ctx, void *state)
{
    struct job_run *run = state;
    struct job job;
    enum error error =
        db_one(ctx, &sql_job_renew,
               ARGS(arg_int("id", atomic_load(&run->id)), arg_text("node", str_of(run->jobs->node)),
                    lease(ctx), arg_int("done", atomic_load(&run->done)),
                    arg_int("total", atomic_load(&run->total))),
               ROW(job, &job));
    if (!error && job.cancel)
        atomic_store(&run->cancelled, true);
    return error == E_NOT_FOUND ? E_OK : error;
}

static void renew(struct job_run *run)
{
    struct jobs *jobs = run->jobs;
    struct arena arena = {0};
    struct ctx ctx = {.db = jobs->keeper_conn};
    task_frame(jobs->app, &ctx, &arena);
    ctx.who = &principal_operator;
    struct step step = {.run = renew_step, .state = run};
    if (job_write_step(&ctx, jobs, &step, false))
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
        for (size_t lane = 0; lane < JOB_LANES; lane++)
            if (atomic_load(&jobs->runs[lane].id))
                renew(&jobs->runs[lane]);
        if (round % JOB_RENEW_SECONDS == 0)
            settle_broken(jobs, jobs->keeper_conn, false);
    }
}

void jobs_free(struct jobs *jobs)
{
    if (!jobs)
        return;
    for (size_t lane = 0; lane < JOB_LANES; lane++)
        db_disconnect(jobs->runs[lane].conn);
    db_disconnect(jobs->keeper_conn);
    pthread_mutex_destroy(&jobs->mutex);
    pthread_cond_destroy(&jobs->wake);
    free(jobs);
}

static bool connect_all(struct jobs *jobs, char *reason, size_t reason_size)
{
    const char *url = jobs->app->config->db.data;
    bool on_sqlite = jobs->app->on_sqlite;
    for (size_t lane = 0; lane < JOB_LANES; lane++) {
        struct job_run *run = &jobs->runs[lane];
        run->jobs = jobs;
        run->lane = (enum job_lane)lane;
        run->conn = db_connect(url, on_sqlite, reason, reason_size);
        if (!run->conn)
            return false;
        db_deadline(run->conn, on_sqlite ? 0 : JOB_DEADLINE_MS);
    }
    if (!on_sqlite)
        jobs->keeper_conn = db_connect(url, false, reason, reason_size);
    return on_sqlite || jobs->keeper_conn;
}

static struct jobs *jobs_new(struct app *app, char *reason, size_t reason_size)
{
    unsigned char bytes[NODE_BYTES];
    struct jobs *jobs = calloc(1, sizeof(*jobs));
    snprintf(reason, reason_size, "out of memory");
    if (!jobs)
        return NULL;
    jobs->app = app;
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2hex(jobs->node, sizeof(jobs->node), bytes, sizeof(bytes));
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&jobs->mutex, NULL);
    pthread_cond_init(&jobs->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (connect_all(jobs, reason, reason_size))
        return jobs;
    jobs_free(jobs);
    return NULL;
}

struct jobs *jobs_start(struct app *app, char *reason, size_t reason_size)
{
    struct jobs *jobs = jobs_new(app, reason, reason_size);
    if (!jobs)
        return NULL;
    settle_broken(jobs, jobs->runs[0].conn, app->on_sqlite);
    bool all = true;
    for (size_t lane = 0; lane < JOB_LANES; lane++) {
        struct job_run *run = &jobs->runs[lane];
        run->has_thread = pthread_create(&run->thread, NULL, jobs_main, run) == 0;
        all = all && run->has_thread;
    }
    jobs->has_keeper =
        !app->on_sqlite && pthread_create(&jobs->keeper, NULL, keeper_main, jobs) == 0;
    if (all && (jobs->has_keeper || app->on_sqlite))
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
    for (size_t lane = 0; lane < JOB_LANES; lane++)
        jobs->runs[lane].woken = true;
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
    for (size_t lane = 0; lane < JOB_LANES; lane++)
        if (jobs->runs[lane].has_thread)
            pthread_join(jobs->runs[lane].thread, NULL);
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
    while (run_next(&jobs->runs[LANE_WORK]))
        continue;
    jobs_free(jobs);
    return true;
}
