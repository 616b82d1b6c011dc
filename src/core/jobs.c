#include "core/jobs_inside.h"

#include <stdio.h>

#include "core/audit_sealer.h"
#include "core/erasure.h"
#include "core/route.h"
#include "core/sequence.h"
#include "jobs.sql.h"

enum { TRIES = 6, PAUSE_SECONDS_MAX = 6 * 3600 };

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
    FIELD(struct job, lane, "队列", "Lane", USE_OUT),
    FIELD(struct job, requested_at, "提出时间", "When it was asked for"),
    FIELD(struct job, started_at, "开始时间", "When it began"),
    FIELD(struct job, ended_at, "结束时间", "When it ended"),
    FIELD(struct job, kind_name, "种类名称", "Name of the kind"),
    FIELD(struct job, kind_name_en, "种类名称（英文）", "Name of the kind, in English"),
};
SHAPE(job);

const struct job_kind *job_kind_of(struct str name)
{
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->job_kind_count; i++)
            if (str_is(name, modules[m]->job_kinds[i].name))
                return &modules[m]->job_kinds[i];
    return NULL;
}

/* Where this node runs the job; NULL = it does not. */
static struct job_run *run_of(const struct ctx *ctx, int64_t id)
{
    for (size_t lane = 0; ctx->jobs && lane < JOB_LANES; lane++)
        if (atomic_load(&ctx->jobs->runs[lane].id) == id)
            return &ctx->jobs->runs[lane];
    return NULL;
}

void job_look(struct ctx *ctx, struct job *job)
{
    const struct job_kind *kind = job_kind_of(job->kind);
    job->kind_name = kind ? str_of(kind->zh) : job->kind;
    job->kind_name_en = kind ? str_of(kind->en) : job->kind;
    const struct job_run *run = run_of(ctx, job->id);
    if (run) {
        job->done = atomic_load(&run->done);
        job->total = atomic_load(&run->total);
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
    const struct job_kind *known = job_kind_of(str_of(kind));
    struct job job = {.kind = str_of(kind),
                      .lane = known ? known->lane : LANE_WORK,
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
    struct job_run *run = run_of(ctx, job->id);
    if (run)
        atomic_store(&run->cancelled, true);
    return ctx->sequence ? db_do(ctx, &sql_job_stop, FROM(job, job)) : E_OK;
}

enum error job_cancel(struct ctx *ctx, const char *kind, struct str subject)
{
    struct job job;
    enum error error = job_find(ctx, kind, subject, &job);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    struct job_run *run = run_of(ctx, job.id);
    if (run)
        atomic_store(&run->cancelled, true);
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

enum error job_out_of_memory(struct ctx *ctx, struct arena *arena)
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
        step->error = job_out_of_memory(ctx, arena);
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
    db_deadline(conn, JOB_DEADLINE_MS);
    sealer_wake(step->jobs->app->sealer);
}

enum error job_write_step(struct ctx *ctx, struct jobs *jobs, struct step *step, bool alone)
{
    step->ctx = ctx;
    step->jobs = jobs;
    step->job =
        (struct write_job){.run = step_run, .done = step_done, .state = step, .alone = alone};
    (jobs->app->on_sqlite ? write_on_sqlite : write_on_postgres)(step);
    if (db_failed(step->status) || !step->error)
        metrics_written(&jobs->app->metrics, step->status);
    if (!step->error && db_failed(step->status))
        step->error = fail_database(ctx, step->status);
    if (!step->error && ctx->erasure) {
        erasure_finish(jobs->app->keyring, jobs->app->config->db.data, ctx->now, ctx->erasure);
        ctx->erasure = NULL;
    }
    return step->error;
}

enum error job_write(struct ctx *ctx, struct job_run *run, job_step_fn *step, void *state,
                     bool alone)
{
    struct step writing = {.run = step, .state = state, .numbered = true};
    return job_write_step(ctx, run->jobs, &writing, alone);
}
