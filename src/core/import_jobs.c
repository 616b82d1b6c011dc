/* Checks, runs and undoings of imports, as jobs. */
#include "base/number.h"
#include "core/audit.h"
#include "core/files.h"
#include "core/import_run.h"
#include "import_jobs.sql.h"

/* --- Saying what came of it ----------------------------------------------------------------- */

struct outcome {
    struct job_run *run;
    struct import_work *work;
    const char *event; /* of the lifecycle */
    struct str message;
    bool rows; /* counts and problems are of this work */
};

static enum error keep_problems(struct ctx *ctx, const struct import_work *work)
{
    enum error error =
        db_do(ctx, &sql_import_problems_remove, ARGS(arg_int("import_id", work->import.id)));
    for (size_t i = 0; i < work->problem_kept && !error; i++)
        error = db_do(ctx, &sql_import_problem_insert, FROM(import_problem, &work->problems[i]));
    return error;
}

static void take_counts(struct import_work *work)
{
    struct import *import = &work->import;
    import->row_count = work->row_count;
    import->new_count = work->counts.new;
    import->changed_count = work->counts.changed;
    import->same_count = work->counts.same;
    import->wrong_count = work->counts.wrong;
    import->problem_count = work->problem_count;
    import->public_count = work->public_count;
}

/* In a write transaction: what the import shows from now on. A step that somebody has taken
 * meanwhile (a cancellation) stays. */
static enum error settle(struct ctx *ctx, const struct outcome *outcome)
{
    struct import_work *work = outcome->work;
    struct import now;
    enum error error = import_find(ctx, work->import.id, &now);
    if (error || !lifecycle_step(&import_lifecycle, now.state, str_of(outcome->event)))
        return error;
    if (outcome->rows)
        take_counts(work);
    work->import.message = outcome->message;
    error = keep_problems(ctx, work);
    if (!error)
        error = db_do(ctx, &sql_import_outcome, FROM(import, &work->import));
    return error ? error
                 : lifecycle_pass(ctx, &import_lifecycle, work->import.id, now.state,
                                  outcome->event, STR_NONE, NULL);
}

static enum error settle_step(struct ctx *ctx, void *outcome)
{
    return settle(ctx, outcome);
}

/* The job's own error stays the job's. */
static enum error settle_failed(struct ctx *ctx, struct outcome *outcome, enum error error)
{
    struct str detail = arena_str(outcome->work->arena, ctx->detail);
    for (const struct complaint *c = ctx->complaints; c; c = c->next)
        if (!detail.data)
            detail = arena_str(outcome->work->arena, c->message);
    outcome->message = detail;
    enum error settled = job_write(ctx, outcome->run, settle_step, outcome, false);
    if (settled)
        return settled;
    ctx->detail = detail;
    return ctx->error = error;
}

static enum error event(struct ctx *ctx, const char *action, int64_t id)
{
    struct import import;
    struct buf out = {.arena = ctx->arena};
    struct json json = {.out = &out};
    bool same;
    enum error error = import_find(ctx, id, &import);
    if (error)
        return error;
    fields_to_json(ctx, &json, ROW(import, &import));
    return audit_write(ctx, action, ROW(import, &import), buf_str(&out), &same);
}

/* --- Opening -------------------------------------------------------------------------------- */

static enum error not_opened(struct ctx *ctx, struct outcome *outcome, enum error error)
{
    import_close(outcome->work);
    outcome->event = strcmp(outcome->event, "taken_back") == 0 ? "not_taken_back" : "failure";
    outcome->rows = false;
    return outcome->work->import.id ? settle_failed(ctx, outcome, error) : error;
}

static enum error open_work(struct ctx *ctx, const struct job *job, struct import_work *work)
{
    int64_t id = 0;
    enum db_status status = db_begin(ctx->db, false);
    *work = (struct import_work){.file = -1, .arena = ctx->arena};
    enum error error = db_failed(status) ? fail_database(ctx, status) : E_OK;
    if (!error && !int_parse(job->subject, &id))
        error = fail(ctx, E_INTERNAL, "没有这次导入", "there is no such import");
    if (!error)
        error = import_open(ctx, id, work);
    db_rollback(ctx->db);
    return error;
}

/* --- Checking ------------------------------------------------------------------------------- */

static struct str wrong_words(struct ctx *ctx, const struct import_work *work)
{
    struct buf out = {.arena = work->arena};
    buf_print(&out, "%lld", (long long)work->counts.wrong);
    buf_print(&out, "%s", in_language(ctx, " 行有误", " lines are wrong"));
    if (work->problem_count > IMPORT_PROBLEMS_MAX)
        buf_print(&out, "%s%d%s", in_language(ctx, "；只列出前 ", "; only the first "),
                  (int)IMPORT_PROBLEMS_MAX, in_language(ctx, " 个问题", " problems are listed"));
    return buf_str(&out);
}

static enum error check(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    struct import_work *work = ARENA_NEW(ctx->arena, struct import_work);
    struct outcome outcome = {run, work, "checked", STR_NONE, true};
    enum error error = open_work(ctx, job, work);
    if (error)
        return not_opened(ctx, &outcome, error);
    enum db_status status = db_begin(ctx->db, false);
    error = db_failed(status) ? fail_database(ctx, status) : import_pass(ctx, run, work, false);
    db_rollback(ctx->db);
    import_close(work);
    if (error) {
        outcome.event = job_is_cancelled(run) ? "cancellation" : "failure";
        return settle_failed(ctx, &outcome, error);
    }
    if (work->counts.wrong)
        outcome.message = wrong_words(ctx, work);
    return job_write(ctx, run, settle_step, &outcome, false);
}

/* --- Running -------------------------------------------------------------------------------- */

static enum error nothing_imported(struct ctx *ctx, const struct import_work *work)
{
    struct str words = wrong_words(ctx, work);
    return fail(ctx, E_INVALID, "%.*s，什么也没有导入", "%.*s, and nothing was imported",
                STR_PRINT(words));
}

/* What is kept of people lies under their keys. */
static enum error let_go(struct ctx *ctx, const struct import *import)
{
    struct str key = arena_print(ctx->arena, "%lld", (long long)import->id);
    enum error error = db_do(ctx, &sql_import_corrections_remove, ARGS(arg_int("id", import->id)));
    return error ? error : files_release(ctx, import->file_sha256, "import", key);
}

static enum error write_all(struct ctx *ctx, void *state)
{
    struct outcome *outcome = state;
    struct import_work *work = outcome->work;
    const struct import_target *is = work->target.is;
    enum error error = import_pass(ctx, outcome->run, work, true);
    if (!error && work->counts.wrong && str_is(work->import.mode, "all"))
        error = nothing_imported(ctx, work);
    if (!error && work->public_count > work->import.public_count && ctx->who->account_id)
        error = fail(ctx, E_CONFLICT, "有 %lld 行要公开，检查时没有这么多；请重新检查",
                     "%lld lines would be public, more than when it was checked: check it again",
                     (long long)work->public_count);
    if (!error && is->settled)
        error = is->settled(ctx);
    if (error)
        return error;
    work->import.run_seq = (struct maybe_int){ctx->sequence, true};
    work->import.undo_seq = (struct maybe_int){0, false};
    work->import.rows_digest = (struct str){work->digest, DIGEST_HEX};
    outcome->message = work->counts.wrong ? wrong_words(ctx, work) : STR_NONE;
    error = settle(ctx, outcome);
    if (!error && import_is_personal(is))
        error = let_go(ctx, &work->import);
    return error ? error : event(ctx, "import", work->import.id);
}

static enum error run(struct ctx *ctx, struct job_run *running, const struct job *job)
{
    struct import_work *work = ARENA_NEW(ctx->arena, struct import_work);
    struct outcome outcome = {running, work, "completion", STR_NONE, true};
    enum error error = open_work(ctx, job, work);
    if (error)
        return not_opened(ctx, &outcome, error);
    error = job_write(ctx, running, write_all, &outcome, true);
    import_close(work);
    if (!error)
        return E_OK;
    outcome.event = job_is_cancelled(running) ? "cancellation" : "failure";
    work->import.run_seq = (struct maybe_int){0, false};
    work->import.rows_digest = STR_NONE;
    return settle_failed(ctx, &outcome, error);
}

/* --- Undoing -------------------------------------------------------------------------------- */

static enum error take_back_all(struct ctx *ctx, void *state)
{
    struct outcome *outcome = state;
    struct import_work *work = outcome->work;
    enum error error = import_take_back(ctx, outcome->run, work);
    if (error)
        return error;
    work->import.undo_seq = (struct maybe_int){ctx->sequence, true};
    error = settle(ctx, outcome);
    return error ? error : event(ctx, "undo", work->import.id);
}

static enum error undo(struct ctx *ctx, struct job_run *running, const struct job *job)
{
    struct import_work *work = ARENA_NEW(ctx->arena, struct import_work);
    struct outcome outcome = {running, work, "taken_back", STR_NONE, false};
    enum error error = open_work(ctx, job, work);
    if (error)
        return not_opened(ctx, &outcome, error);
    error = job_write(ctx, running, take_back_all, &outcome, true);
    import_close(work);
    if (!error)
        return E_OK;
    outcome.event = "not_taken_back";
    return settle_failed(ctx, &outcome, error);
}

/* --- Broken off ----------------------------------------------------------------------------- */

/* Its transaction was never committed: nothing of it is there. */
static enum error broken(struct ctx *ctx, const struct job *job)
{
    struct import_work work = {.arena = ctx->arena};
    int64_t id;
    if (!int_parse(job->subject, &id))
        return E_OK;
    enum error error = import_find(ctx, id, &work.import);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    bool undoing = str_is(job->kind, IMPORT_UNDO);
    struct outcome outcome = {
        .work = &work,
        .event = undoing ? "not_taken_back" : "failure",
        .message =
            undoing ? STR("程序中断，没有撤销；可以再撤销一次 · the program was broken off and "
                          "nothing was undone: undo it again")
                    : STR("程序中断，什么也没有导入；可以再做一次 · the program was broken off and "
                          "nothing was imported: do it again")};
    return settle(ctx, &outcome);
}

const struct job_kind import_job_kinds[IMPORT_JOB_KINDS] = {
    {IMPORT_CHECK, check, broken, "检查导入", "Check an import", 0, 0, LANE_WORK},
    {IMPORT_RUN, run, broken, "写入导入", "Run an import", 0, 0, LANE_WORK},
    {IMPORT_UNDO, undo, broken, "撤销导入", "Undo an import", 0, 0, LANE_WORK}};
