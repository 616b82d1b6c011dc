#include "modules/jobs/internal.h"

#include "job_list.sql.h"

static const struct ownership job_owned = {.account = "account_id"};

static enum error finish_row(struct ctx *ctx, void *row)
{
    job_look(ctx, row);
    return E_OK;
}

static const struct list job_list = {.base = &sql_job_list,
                                     .row = &job_shape,
                                     .key = "id",
                                     .sort = "-id",
                                     .owned = &job_owned,
                                     .private = true,
                                     .finish = finish_row};

struct job_key {
    int64_t id;
};
static const struct field job_key_fields[] = {
    FIELD(struct job_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(job_key);

static enum error find_own(struct ctx *ctx, int64_t id, struct job *out)
{
    enum error error = db_one(ctx, &sql_job_show, ARGS(arg_int("id", id)), ROW(job, out));
    bool own = out->account_id == ctx->who->account_id || role_in(ctx->who->role, OVERSEERS);
    if (error == E_NOT_FOUND || (!error && !own))
        return fail(ctx, E_NOT_FOUND, "没有这个作业", "there is no such job");
    if (!error)
        job_look(ctx, out);
    return error;
}

HANDLER(job_one, job_key, job)
{
    return find_own(ctx, in->id, out);
}

static bool has_ended(const struct job *job)
{
    return !str_is(job->state, "queued") && !str_is(job->state, "running");
}

/* A long step holds the writer of SQLite: it is told to stop before this write stands in line. */
static enum error stop_early(struct ctx *ctx, const void *key)
{
    struct job job;
    enum error error = find_own(ctx, ((const struct job_key *)key)->id, &job);
    return error || has_ended(&job) ? error : job_stop(ctx, &job);
}

HANDLER(job_cancellation, job_key, job)
{
    enum error error = find_own(ctx, in->id, out);
    if (!error && has_ended(out))
        error = fail(ctx, E_CONFLICT, "这个作业已经结束", "this job has ended");
    if (!error)
        error = job_stop(ctx, out);
    return error ? error : find_own(ctx, in->id, out);
}

/* One answer of a stream: how the job is now, unless the client has heard just that. A client comes
 * back by itself (`retry`) and says what it heard last; so a stream holds no connection and no
 * thread, and one whose client is gone leaves nothing behind. */
SHARED_HANDLER(job_events, job_key, nothing)
{
    struct job job;
    struct buf text = {.arena = ctx->arena};
    (void)out;
    enum error error = find_own(ctx, in->id, &job);
    if (error)
        return error;
    struct str id = arena_print(ctx->arena, "%.*s-%lld-%lld", STR_PRINT(job.state),
                                (long long)job.done, (long long)job.total);
    buf_print(&text, "retry: %d\n", has_ended(&job) ? 60000 : 1000);
    if (str_equal(ctx->last_event_id, id)) {
        buf_add(&text, STR(": nothing new\n\n"));
    } else {
        struct json json = {.out = &text};
        buf_print(&text, "id: %.*s\nevent: %s\ndata: ", STR_PRINT(id),
                  has_ended(&job) ? "end" : "progress");
        fields_to_json(ctx, &json, ROW(job, &job));
        buf_add(&text, STR("\n\n"));
    }
    ctx->file = buf_str(&text);
    ctx->file_type = STR("text/event-stream");
    return E_OK;
}

static const struct route routes[] = {
    GET_LIST("/api/jobs", job_list, "作业", "Jobs", .roles = SIGNED_IN | OPERATOR),
    GET_POINT("/api/jobs/{id}", job_one, "一个作业", "One job", .roles = SIGNED_IN | OPERATOR),
    GET_POINT("/api/jobs/{id}/events", job_events, "一个作业的进度（Server-Sent Events）",
              "Progress of a job (server-sent events)", .roles = SIGNED_IN | OPERATOR,
              .media_type = "text/event-stream"),
    ACT("/api/jobs/{id}/cancellation", job_cancellation, "停止一个作业", "Stop a job",
        .roles = SIGNED_IN | OPERATOR, .prelude = stop_early),
    GET_TABLE("/api/schedules", schedule_table, "按时做的作业", "Jobs that begin by the clock",
              .roles = OVERSEERS),
    ACT("/api/schedules/{kind}", schedule_change, "改何时做", "Change when it is done",
        .roles = ADMINISTRATORS),
    ACT("/api/schedules/{kind}/run", schedule_run, "现在做一次", "Do it now",
        .roles = ADMINISTRATORS),
    ACT("/api/schedules/{kind}/turn", schedule_turn, "到时间了（程序自己用）",
        "Its time has come (the program's own)"),
    GET_TABLE("/api/backups", backup_table, "备份", "Back-ups", .roles = OVERSEERS),
};

const struct module jobs_module = {
    .name = "jobs",
    .routes = routes,
    .route_count = COUNT(routes),
    .job_kinds = upkeep_kinds,
    .job_kind_count = UPKEEP_KINDS,
    .notice_kinds = upkeep_notices,
    .notice_kind_count = UPKEEP_NOTICES,
    .started = schedules_prepare,
    .tick = schedules_tick,
    .tidy = jobs_tidy,
};
