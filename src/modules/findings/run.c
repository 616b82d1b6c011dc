/* A check as a job: begun by a person, by the clock, or after observations have changed. */
#include <stdlib.h>
#include <time.h>

#include "core/audit.h"
#include "core/audit_sealer.h"
#include "core/config.h"
#include "finding_check.sql.h"
#include "modules/findings/checked.h"
#include "modules/findings/internal.h"

/* After a check that took long, the next waits in proportion. */
enum { REST = 10, MS = 1000 };

struct finding_check {
    struct instant checked_at;
    int64_t checked_seq, observation_count, finding_count, milliseconds;
    struct record job;
};
static const struct field finding_check_fields[] = {
    FIELD(struct finding_check, checked_at, "上一次何时", "When the last one was"),
    FIELD(struct finding_check, checked_seq, "核对到哪个序号",
          "Changes of observations up to this number are in it"),
    FIELD(struct finding_check, observation_count, "核对了几个数", "Figures that it looked at"),
    FIELD(struct finding_check, finding_count, "发现几条", "Findings"),
    FIELD(struct finding_check, milliseconds, "用时（毫秒）", "How long it took, in milliseconds"),
    FIELD(struct finding_check, job, "最近的作业", "The newest job", .of = &job_shape),
};
static const SHAPE(finding_check);

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS + now.tv_nsec / 1000000;
}

/* --- The job --------------------------------------------------------------------------------- */

static void tell(void *run, int64_t done, int64_t total)
{
    job_progress(run, done, total);
}

static enum error read_all(struct ctx *ctx, struct arena *arena, struct job_run *run,
                           struct checked_set *checked, int64_t *sealed)
{
    struct checked_request asked = {.tell = tell, .tell_state = run};
    enum db_status status = db_begin(ctx->db, false);
    enum error error = db_failed(status) ? fail_database(ctx, status) : E_OK;
    if (!error)
        error = sequence_sealed(ctx, 0, sealed);
    if (!error)
        error = checked_set_read(ctx, arena, &asked, NULL, checked);
    db_rollback(ctx->db);
    return error;
}

/* One event says that it was done, and with what outcome; each finding has its own steps. */
static enum error note(struct ctx *ctx, void *state)
{
    struct finding_check *check = state;
    struct buf out = {.arena = ctx->arena};
    struct json json = {.out = &out};
    bool same;
    check->checked_at = ctx->now;
    enum error error = db_do(ctx, &sql_finding_check_done, FROM(finding_check, check));
    if (error)
        return error;
    fields_to_json(ctx, &json, ROW(finding_check, check));
    return audit_write(ctx, "check", ROW(finding_check, check), buf_str(&out), &same);
}

static enum error run(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    struct checked_set checked;
    struct kept_counts counts;
    struct finding_check check = {.job = {NULL}};
    struct arena *arena = check_arena(ctx);
    int64_t began = clock_ms();
    (void)job;
    enum error error = read_all(ctx, arena, run, &checked, &check.checked_seq);
    if (error)
        return error;
    struct findings found = plausibility_check(arena, &checked.set);
    error = findings_keep(ctx, run, arena, &checked, &found, &counts);
    if (error)
        return error;
    check.observation_count = (int64_t)checked.set.count;
    check.finding_count = (int64_t)found.count;
    check.milliseconds = clock_ms() - began;
    error = job_write(ctx, run, note, &check, false);
    if (!error)
        job_conclude(run,
                     arena_print(ctx->arena,
                                 "%zu 个数，%zu 条；新增 %lld，不再发现 %lld · %zu figures, %zu "
                                 "findings; %lld new, %lld gone",
                                 checked.set.count, found.count, (long long)counts.found,
                                 (long long)counts.ended, checked.set.count, found.count,
                                 (long long)counts.found, (long long)counts.ended));
    return error;
}

const struct job_kind finding_job_kind = {JOB_FINDINGS,           run, NULL, "核对数据",
                                          "Checking the figures", 3,   60,   LANE_WORK};

/* --- Beginning it ---------------------------------------------------------------------------- */

#define SUBJECT STR("observations")

static bool is_under_way(const struct job *job)
{
    return str_is(job->state, "queued") || str_is(job->state, "running");
}

/* Whoever asks while one waits to begin gets that one. */
SHARED_HANDLER(finding_check_start, nothing, job)
{
    (void)in;
    enum error error = job_find(ctx, JOB_FINDINGS, SUBJECT, out);
    if (!error && str_is(out->state, "queued"))
        return E_OK;
    if (error && error != E_NOT_FOUND)
        return error;
    error = job_start(ctx, JOB_FINDINGS, SUBJECT);
    return error ? error : job_find(ctx, JOB_FINDINGS, SUBJECT, out);
}

SHARED_HANDLER(finding_check_show, nothing, finding_check)
{
    struct job *job = ARENA_NEW(ctx->arena, struct job);
    (void)in;
    enum error error = db_one(ctx, &sql_finding_check_now, NO_ARGS, ROW(finding_check, out));
    if (!error)
        error = job_find(ctx, JOB_FINDINGS, SUBJECT, job);
    out->job.value = error ? NULL : job;
    return error == E_NOT_FOUND ? E_OK : error;
}

/* --- By itself ------------------------------------------------------------------------------- */

struct memory {
    int64_t newest, since_ms, ended_ms;
};

static enum error optional_number(struct ctx *ctx, const struct sql *sql, int64_t *number)
{
    enum error error = db_number(ctx, sql, NO_ARGS, number);
    if (error == E_NOT_FOUND)
        *number = 0;
    return error == E_NOT_FOUND ? E_OK : error;
}

/* The number at which observations changed last; 0 where a check has seen it, or is under way. */
static enum error unchecked(struct ctx *ctx, struct finding_check *check, int64_t *newest)
{
    struct job job;
    int64_t replaced = 0;
    enum error error = optional_number(ctx, &sql_observations_recorded_last, newest);
    if (!error)
        error = optional_number(ctx, &sql_observations_replaced_last, &replaced);
    if (!error)
        error = db_one(ctx, &sql_finding_check_now, NO_ARGS, ROW(finding_check, check));
    *newest = replaced > *newest ? replaced : *newest;
    if (error || *newest <= check->checked_seq) {
        *newest = 0;
        return error;
    }
    error = job_find(ctx, JOB_FINDINGS, SUBJECT, &job);
    if (!error && is_under_way(&job))
        *newest = 0;
    return error == E_NOT_FOUND ? E_OK : error;
}

enum error findings_tick(struct ctx *ctx, const struct ticking *ticking)
{
    struct finding_check check;
    int64_t newest = 0, after = ticking->config->check_after_seconds, now = clock_ms();
    if (!after)
        return E_OK;
    if (!*ticking->memory && !(*ticking->memory = calloc(1, sizeof(struct memory))))
        return fail(ctx, E_BUSY, "内存不足", "out of memory");
    struct memory *memory = *ticking->memory;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = unchecked(ctx, &check, &newest);
    ticking_end(ctx);
    if (error || !newest)
        return error;
    if (newest != memory->newest) {
        memory->newest = newest;
        memory->since_ms = now;
    }
    if (now - memory->since_ms < after * MS ||
        (memory->ended_ms && now - memory->ended_ms < REST * check.milliseconds))
        return E_OK;
    memory->ended_ms = now;
    ticking_call(ctx, ticking,
                 (struct request){.method = STR("POST"), .path = STR("/api/finding_checks")});
    return E_OK;
}
