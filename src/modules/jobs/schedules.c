/* Jobs that begin by the city's clock; of several nodes, one begins each turn. */
#include "core/config.h"
#include "core/ticker.h"
#include "modules/jobs/internal.h"
#include "schedules.sql.h"

enum { DAY_SECONDS = 86400, DAY_MINUTES = 1440, SCHEDULES_MAX = 100 };

struct schedule {
    struct str kind, kind_name, kind_name_en;
    int64_t minute, weekday;
    bool active;
    struct instant next_at, last_at;
};
static const struct field schedule_fields[] = {
    FIELD(struct schedule, kind, "种类", "Kind"),
    FIELD(struct schedule, kind_name, "种类名称", "Name of the kind"),
    FIELD(struct schedule, kind_name_en, "种类名称（英文）", "Name of the kind, in English"),
    FIELD(struct schedule, minute, "当天第几分钟（城市当地时间）", "Minute of the city's day"),
    FIELD(struct schedule, weekday, "星期几，1 到 7；0 为每天", "Weekday, 1 to 7; 0 = every day"),
    FIELD(struct schedule, active, "启用", "Is it in use?"),
    FIELD(struct schedule, next_at, "下一次", "Next time"),
    FIELD(struct schedule, last_at, "上一次", "Last time"),
};
static const SHAPE(schedule);

struct schedule_key {
    struct str kind;
    struct maybe_int due;
};
static const struct field schedule_key_fields[] = {
    FIELD(struct schedule_key, kind, "种类", "Kind", USE_OUT),
    FIELD(struct schedule_key, due, "哪一次", "Which turn"),
};
static const SHAPE(schedule_key);

struct instant schedule_next(struct instant now, int utc_offset_minutes, int64_t minute,
                             int64_t weekday)
{
    int64_t local = now.seconds + utc_offset_minutes * (int64_t)60;
    int64_t day = local / DAY_SECONDS - (local % DAY_SECONDS < 0);
    /* Day 0 was a Thursday. */
    while (day * DAY_SECONDS + minute * 60 <= local ||
           (weekday && ((day + 3) % 7 + 7) % 7 + 1 != weekday))
        day++;
    return (struct instant){day * DAY_SECONDS + (minute - utc_offset_minutes) * 60};
}

static void name_it(struct ctx *ctx, struct schedule *schedule)
{
    struct job job = {.kind = schedule->kind};
    job_look(ctx, &job);
    schedule->kind_name = job.kind_name;
    schedule->kind_name_en = job.kind_name_en;
}

struct schedules {
    struct records items;
};
static const struct field schedules_fields[] = {
    FIELD(struct schedules, items, "按时做的作业", "Jobs that begin by the clock",
          .of = &schedule_shape),
};
static const SHAPE(schedules);

SHARED_HANDLER(schedule_table, nothing, schedules)
{
    (void)in;
    enum error error =
        db_all(ctx, &sql_schedule_list, NO_ARGS, &schedule_shape, SCHEDULES_MAX, &out->items);
    struct schedule *items = (void *)(uintptr_t)out->items.items;
    for (size_t i = 0; i < out->items.count && !error; i++)
        name_it(ctx, &items[i]);
    return error;
}

static enum error find(struct ctx *ctx, struct str kind, struct schedule *out)
{
    enum error error =
        db_one(ctx, &sql_schedule_show, ARGS(arg_text("kind", kind)), ROW(schedule, out));
    if (!error)
        name_it(ctx, out);
    return explain(ctx, error, E_NOT_FOUND, "没有这种按时做的作业；备份要先用 --backup 指定文件夹",
                   "there is no such schedule; back-ups need the setting --backup");
}

static enum error begin(struct ctx *ctx, struct str kind)
{
    return job_start(ctx, arena_str(ctx->arena, kind).data, kind);
}

SHARED_HANDLER(schedule_run, schedule_key, schedule)
{
    enum error error = find(ctx, in->kind, out);
    return error ? error : begin(ctx, in->kind);
}

SHARED_HANDLER(schedule_turn, schedule_key, schedule)
{
    enum error error = find(ctx, in->kind, out);
    if (error)
        return error;
    struct instant next =
        schedule_next(ctx->now, ctx->utc_offset_minutes, out->minute, out->weekday);
    error = db_one(ctx, &sql_schedule_take,
                   ARGS(arg_text("kind", in->kind), arg_int("next_at", next.seconds),
                        arg_int("was", in->due.value)),
                   (struct row){NULL, NULL});
    error = explain(ctx, error, E_CONFLICT, "这一次已经有人做了", "this turn has been taken");
    if (!error)
        error = begin(ctx, in->kind);
    return error ? error : find(ctx, in->kind, out);
}

struct schedule_change {
    struct str kind;
    int64_t minute, weekday;
    bool active;
};
static const struct field schedule_change_fields[] = {
    FIELD(struct schedule_change, kind, "种类", "Kind", USE_OUT),
    FIELD(struct schedule_change, minute, "当天第几分钟，0 到 1439", "Minute of the day, 0 to 1439",
          .required = true),
    FIELD(struct schedule_change, weekday, "星期几，1 到 7；0 为每天",
          "Weekday, 1 to 7; 0 = every day", .required = true),
    FIELD(struct schedule_change, active, "启用", "Is it in use?", .required = true),
};
static const SHAPE(schedule_change);

SHARED_HANDLER(schedule_change, schedule_change, schedule)
{
    enum error error = find(ctx, in->kind, out);
    if (!error && (in->minute < 0 || in->minute >= DAY_MINUTES))
        error = complain(ctx, STR("minute"), "应在 0 到 1439 之间", "must be from 0 to 1439");
    if (!error && (in->weekday < 0 || in->weekday > 7))
        error = complain(ctx, STR("weekday"), "应在 0 到 7 之间", "must be from 0 to 7");
    if (error)
        return error;
    struct instant next = schedule_next(ctx->now, ctx->utc_offset_minutes, in->minute, in->weekday);
    error = db_do(ctx, &sql_schedule_change,
                  FROM_AND(schedule_change, in, arg_int("next_at", next.seconds)));
    return error ? error : find(ctx, in->kind, out);
}

enum error schedules_prepare(struct ctx *ctx)
{
    static const struct {
        const char *kind;
        int64_t minute, weekday;
        bool of_backups;
    } standard[] = {{JOB_BACKUP, 150, 0, true},       /* 02:30 */
                    {JOB_RESTORE_TEST, 210, 7, true}, /* Sunday, 03:30 */
                    {JOB_TIDYING, 240, 0, false},
                    {JOB_DIGEST, 510, 0, false},        /* 08:30 */
                    {"findings_check", 270, 0, false}}; /* modules/findings */
    bool backups = ctx->config && ctx->config->backup.length;
    enum error error = E_OK;
    for (size_t i = 0; i < COUNT(standard) && !error; i++) {
        struct instant next = schedule_next(ctx->now, ctx->utc_offset_minutes, standard[i].minute,
                                            standard[i].weekday);
        if (backups || !standard[i].of_backups)
            error = db_do(ctx, &sql_schedule_ensure,
                          ARGS(arg_text("kind", str_of(standard[i].kind)),
                               arg_int("minute", standard[i].minute),
                               arg_int("weekday", standard[i].weekday),
                               arg_int("next_at", next.seconds)));
    }
    return error;
}

enum error schedules_tick(struct ctx *ctx, const struct ticking *ticking)
{
    struct records due = {NULL, 0};
    enum error error = ticking_begin(ctx);
    if (!error)
        error = db_all(ctx, &sql_schedules_due, NO_ARGS, &schedule_shape, SCHEDULES_MAX, &due);
    ticking_end(ctx);
    const struct schedule *items = due.items;
    for (size_t i = 0; i < due.count && !error; i++) {
        struct request request = {
            .method = STR("POST"),
            .path = arena_print(ctx->arena, "/api/schedules/%.*s/turn", STR_PRINT(items[i].kind)),
            .content_type = STR("application/json"),
            .body = arena_print(ctx->arena, "{\"due\":%lld}", (long long)items[i].next_at.seconds)};
        ticking_call(ctx, ticking, request); /* another node may have been faster */
    }
    return error;
}
