/* Reminders (催报): a note to the department that owes a delivery; one a day at most, and none
 * where nothing is owed. */
#include "core/ownership.h"
#include "modules/collection/internal.h"
#include "reminders.sql.h"

struct reminder {
    int64_t id, delivery_id;
    struct str data_set_code, department_code, period;
    struct date due_on;
    struct str state;
    struct date day;
    struct str text, text_en, by_name;
    struct instant created_at, seen_at;
};
static const struct field reminder_fields[] = {
    FIELD(struct reminder, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct reminder, delivery_id, "报送", "Delivery", USE_OUT | USE_FILTER),
    FIELD(struct reminder, data_set_code, "数据集", "Data set", USE_OUT),
    FIELD(struct reminder, department_code, "责任部门", "Department in charge",
          USE_OUT | USE_FILTER),
    FIELD(struct reminder, period, "时期", "Period", USE_OUT),
    FIELD(struct reminder, due_on, "应报日", "Due on", USE_OUT),
    FIELD(struct reminder, state, "现在的状态", "State of the delivery now", USE_OUT),
    FIELD(struct reminder, day, "日期", "Day", USE_OUT),
    FIELD(struct reminder, text, "内容", "Text", USE_OUT),
    FIELD(struct reminder, text_en, "英文内容", "Text in English", USE_OUT),
    FIELD(struct reminder, by_name, "谁催的；system 为到期自动提醒",
          "By whom; system: by itself when the day had passed", USE_OUT),
    FIELD(struct reminder, created_at, "时间", "When", USE_OUT),
    FIELD(struct reminder, seen_at, "部门何时看过", "When the department saw it", USE_OUT),
};
static const SHAPE(reminder);

static const struct ownership reminder_owned = {.department = "department_code"};

const struct list reminder_list = {.base = &sql_reminder_list,
                                   .row = &reminder_shape,
                                   .key = "id",
                                   .sort = "-id",
                                   .owned = &reminder_owned};

static bool is_owed(const struct delivery *delivery)
{
    return str_is(delivery->state, "expected") || str_is(delivery->state, "late") ||
           str_is(delivery->state, "rejected");
}

static void write_text(struct ctx *ctx, const struct delivery *delivery, struct reminder *out)
{
    char due[DATE_TEXT];
    int late = ctx->today.days - delivery->due_on.days;
    date_print(delivery->due_on, due);
    const char *why = str_is(delivery->state, "rejected") ? "（已退回，待重报）" : "";
    const char *why_en = *why ? " It was rejected and is to be sent again." : "";
    out->text = late > 0 ? arena_print(ctx->arena, "《%.*s》%.*s 应于 %s 报送，已逾期 %d 天%s。",
                                       STR_PRINT(delivery->data_set_name),
                                       STR_PRINT(delivery->period), due, late, why)
                         : arena_print(ctx->arena, "《%.*s》%.*s 请于 %s 前报送%s。",
                                       STR_PRINT(delivery->data_set_name),
                                       STR_PRINT(delivery->period), due, why);
    out->text_en = late > 0 ? arena_print(ctx->arena, "%.*s, %.*s, was due on %s: %d days late.%s",
                                          STR_PRINT(delivery->data_set_name_en),
                                          STR_PRINT(delivery->period), due, late, why_en)
                            : arena_print(ctx->arena, "%.*s, %.*s, is due on %s.%s",
                                          STR_PRINT(delivery->data_set_name_en),
                                          STR_PRINT(delivery->period), due, why_en);
}

enum error reminder_make(struct ctx *ctx, const struct delivery *delivery, struct str by_name)
{
    struct reminder made = {.delivery_id = delivery->id,
                            .department_code = delivery->department_code,
                            .by_name = by_name};
    if (!is_owed(delivery))
        return fail(ctx, E_CONFLICT, "这一期已经报送，不必催", "it has come: nothing to remind of");
    write_text(ctx, delivery, &made);
    enum error error =
        db_one(ctx, &sql_reminder_insert, FROM(reminder, &made), (struct row){NULL, NULL});
    return explain(ctx, error, E_CONFLICT, "今天已经催过，一天最多一次",
                   "it has been reminded of today: once a day at most");
}

struct reminder_key {
    int64_t id;
};
static const struct field reminder_key_fields[] = {
    FIELD(struct reminder_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(reminder_key);

SHARED_HANDLER(reminder_create, reminder_key, reminder)
{
    struct delivery delivery;
    enum error error = delivery_find(ctx, in->id, &delivery);
    if (!error)
        error = reminder_make(ctx, &delivery, ctx->who->name);
    if (error)
        return error;
    ctx->location = STR("/api/reminders");
    return db_one(ctx, &sql_reminder_of_day, ARGS(arg_int("delivery_id", delivery.id)),
                  ROW(reminder, out));
}

SHARED_HANDLER(reminder_see, reminder_key, reminder)
{
    struct args which = ARGS(arg_int("id", in->id));
    bool own = false;
    enum error error = db_one(ctx, &sql_reminder_show, which, ROW(reminder, out));
    if (!error)
        error = ownership_holds(ctx, &reminder_owned, ROW(reminder, out), &own);
    if (error || !own)
        return error ? error : E_NOT_FOUND;
    error = db_do(ctx, &sql_reminder_seen, which);
    return error ? error : db_one(ctx, &sql_reminder_show, which, ROW(reminder, out));
}
