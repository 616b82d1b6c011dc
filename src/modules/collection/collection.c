#include "modules/collection/collection.h"

#include <stdlib.h>

#include "collection.sql.h"
#include "core/audit.h"
#include "core/sequence.h"
#include "modules/collection/feeds.h"

enum { CALENDAR_MAX = 10000 };

/* --- Workdays ------------------------------------------------------------------------------- */

struct calendar_row {
    struct date day;
    bool works;
};
static const struct field calendar_row_fields[] = {
    FIELD(struct calendar_row, day, "", ""),
    FIELD(struct calendar_row, works, "", ""),
};
static const SHAPE(calendar_row);

enum error workdays_read(struct ctx *ctx, struct working_time **workdays)
{
    struct records days;
    enum error error =
        db_all(ctx, &sql_work_calendar, NO_ARGS, &calendar_row_shape, CALENDAR_MAX, &days);
    if (error)
        return error;
    const struct calendar_row *row = days.items;
    struct day_exception *exceptions = arena_array(ctx->arena, days.count + 1, sizeof(*exceptions));
    for (size_t i = 0; i < days.count; i++)
        exceptions[i] = (struct day_exception){.date = row[i].day,
                                               .rule = row[i].works ? DAY_WORKDAY : DAY_HOLIDAY};
    *workdays = workdays_new(ctx->arena, exceptions, days.count);
    return *workdays
               ? E_OK
               : fail(ctx, E_INTERNAL, "calendar.csv 自相矛盾", "calendar.csv contradicts itself");
}

/* --- Starting ------------------------------------------------------------------------------- */

static enum error pack_loaded(struct ctx *ctx, const char *folder)
{
    struct delivery_roll roll;
    (void)folder;
    return deliveries_roll(ctx, &roll);
}

/* What came to be due while the program did not run. */
static enum error started(struct ctx *ctx)
{
    struct delivery_roll roll;
    bool due;
    enum error error = deliveries_are_due(ctx, &due);
    if (error || !due)
        return error;
    error = sequence_take(ctx);
    if (!error)
        error = deliveries_roll(ctx, &roll);
    return error ? error
                 : audit_note(ctx, STR("system"), "deliveries", STR("delivery_roll"), STR(""));
}

/* --- As time goes on ------------------------------------------------------------------------ */

struct memory {
    struct date rolled; /* on which day all was looked through */
    struct drop_memory drop;
};

static enum error roll_daily(struct ctx *ctx, const struct ticking *ticking, struct memory *memory)
{
    bool due;
    if (memory->rolled.days == ctx->today.days)
        return E_OK;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = deliveries_are_due(ctx, &due);
    ticking_end(ctx);
    if (error)
        return error;
    struct request request = {.method = STR("POST"), .path = STR("/api/delivery_rolls")};
    if (!due || ticking_call(ctx, ticking, request).status == 201)
        memory->rolled = ctx->today;
    return E_OK;
}

static enum error tick(struct ctx *ctx, const struct ticking *ticking)
{
    if (!*ticking->memory && !(*ticking->memory = calloc(1, sizeof(struct memory))))
        return fail(ctx, E_BUSY, "内存不足", "out of memory");
    struct memory *memory = *ticking->memory;
    enum error error = roll_daily(ctx, ticking, memory);
    if (!error && ticking->config->drop.length)
        error = drop_round(ctx, ticking, &memory->drop);
    if (!error)
        error = import_round(ctx, ticking);
    return error ? error : pull_round(ctx, ticking);
}

/* --- Routes --------------------------------------------------------------------------------- */

static const struct route routes[] = {
    GET_LIST("/api/data_sets", data_set_list, "数据目录", "The catalogue of data sets"),
    GET_WORK("/api/data_sets/{code}", data_set_show, "一个数据集", "A data set"),
    POST("/api/data_sets", data_set_create, "登记数据集", "Record a data set", .roles = CATALOGUERS,
         .approvers = APPROVERS, .owned = &data_set_owned),
    PATCH("/api/data_sets/{code}", data_set_edit, "改数据集", "Change a data set",
          .roles = CATALOGUERS, .approvers = APPROVERS),
    GET_TABLE("/api/data_set_fields", data_set_field_list, "一个数据集的字段",
              "The fields of a data set"),
    GET_LIST("/api/deliveries", delivery_list, "报送", "Deliveries", .roles = COLLECTION_READERS),
    GET_WORK("/api/deliveries/{id}", delivery_show, "一期报送", "A delivery",
             .roles = COLLECTION_READERS),
    ACT("/api/deliveries/{id}/arrival", delivery_report, "用自己完成的导入报送一期",
        "Deliver a period by an import of one's own", .roles = CATALOGUERS),
    ACT("/api/deliveries/{id}/acceptance", delivery_accept, "验收一期报送", "Accept a delivery",
        .roles = COLLECTORS),
    ACT("/api/deliveries/{id}/rejection", delivery_reject, "退回一期报送", "Reject a delivery",
        .roles = COLLECTORS),
    POST("/api/delivery_rolls", delivery_roll_run, "按今天生成各期、标出逾期（程序每天自动做）",
         "Make the periods that have begun and mark what is late (done every day by itself)",
         .roles = ADMINISTRATORS),
    POST("/api/deliveries/{id}/reminders", reminder_create, "催报", "Remind of a delivery",
         .roles = REMINDERS_FROM),
    GET_LIST("/api/reminders", reminder_list, "催报提醒", "Reminders", .roles = COLLECTION_READERS),
    ACT("/api/reminders/{id}/receipt", reminder_see, "知道了", "The reminder has been seen",
        .roles = ROLE_SET(ROLE_DEPARTMENT_OFFICER)),
    GET_LIST("/api/feeds", feed_list, "报送通道", "Feeds", .roles = COLLECTION_READERS),
    GET_WORK("/api/feeds/{id}", feed_show, "一个报送通道", "A feed", .roles = COLLECTION_READERS),
    POST("/api/feeds", feed_create, "建报送通道", "Make a feed", .roles = ADMINISTRATORS),
    PATCH("/api/feeds/{id}", feed_edit, "改报送通道", "Change a feed", .roles = ADMINISTRATORS),
    POST("/api/feeds/{id}/events", feed_event_create, "记一次没有文件的运行（程序自己用）",
         "Note a run that brought no file (for the program itself)", .roles = OPERATOR),
    ACT("/api/feed_events/{id}/outcome", feed_event_conclude,
        "一次报送的导入有了结果（程序自己用）",
        "The import of a feed's file has ended (for the program itself)", .roles = OPERATOR),
    ACT("/api/feeds/{id}/pulls", feed_pull, "立即拉取", "Pull now", .roles = ADMINISTRATORS),
    GET_LIST("/api/feed_events", feed_event_list, "报送通道的记录", "Events of feeds",
             .roles = COLLECTION_READERS),
    GET_WORK(
        "/api/architecture", architecture_show,
        "三张图：总体架构、部门核心业务、科创大脑（由数据目录算出）",
        "The three maps: overall architecture, a department's core business, the brain (computed "
        "from the catalogue)"),
    GET_TABLE("/api/architecture_nodes", architecture_node_list, "三张图的点", "Nodes of the maps"),
    GET_TABLE("/api/architecture_edges", architecture_edge_list, "三张图的线", "Edges of the maps"),
    GET_WORK("/api/collection_board", board_show, "数据归集看板", "The collection board",
             .roles = COLLECTION_READERS),
};

static const struct lifecycle *const lifecycles[] = {&delivery_lifecycle, NULL};

const struct module collection_module = {
    .name = "collection",
    .lifecycles = lifecycles,
    .searchables = data_set_searchables,
    .searchable_count = DATA_SET_SEARCHABLES,
    .migrations = collection_migrations,
    .migration_count = COUNT(collection_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .pack_files = data_set_files,
    .pack_file_count = DATA_SET_FILES,
    .imports = data_set_imports,
    .pack_loaded = pack_loaded,
    .started = started,
    .tick = tick,
};

/* A module of its own, so that an API token can have the scope "feeds:write" and nothing else. */
static const struct route feed_routes[] = {
    POST_FILE("/api/feeds/{id}/deliveries", feed_deliver, INTAKE_MAX, "推送一期数据",
              "Push the data of a period", .roles = CATALOGUERS, .prelude = feed_deliver_check),
};

const struct module feeds_module = {
    .name = "feeds",
    .routes = feed_routes,
    .route_count = COUNT(feed_routes),
};
