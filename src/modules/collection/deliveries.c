/* Deliveries: what is owed for each period, and what has become of it. */
#include "core/audit.h"
#include "core/import.h"
#include "core/ownership.h"
#include "deliveries.sql.h"
#include "modules/collection/internal.h"

enum {
    LATE_MAX = 5000,      /* marked at a time; the next roll marks the rest */
    LOOK_BACK_DAYS = 1100 /* of a data set that is recorded late only so much is asked for */
};

static const char *const state_names[] = {"expected", "late",     "arrived",
                                          "rejected", "accepted", NULL};

static const struct field delivery_fields[] = {
    FIELD(struct delivery, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct delivery, data_set_code, "数据集", "Data set", USE_OUT | USE_FILTER),
    FIELD(struct delivery, data_set_name, "数据集名称", "Name of the data set", USE_OUT),
    FIELD(struct delivery, data_set_name_en, "数据集英文名", "Data set in English", USE_OUT),
    FIELD(struct delivery, department_code, "责任部门", "Department in charge",
          USE_OUT | USE_FILTER),
    FIELD(struct delivery, department_name, "部门名称", "Name of the department", USE_OUT),
    FIELD(struct delivery, department_name_en, "部门英文名", "Department in English", USE_OUT),
    FIELD(struct delivery, period, "时期", "Period", USE_OUT | USE_FILTER),
    FIELD(struct delivery, period_start, "期初", "First day of the period", USE_OUT),
    FIELD(struct delivery, period_end, "期末", "Last day of the period", USE_OUT),
    FIELD(struct delivery, due_on, "应报日", "Due on", USE_OUT | USE_SORT),
    FIELD(struct delivery, state, "状态：待报、逾期、已报、退回、已验收",
          "State: expected, late, arrived, rejected, accepted", USE_OUT | USE_FILTER,
          .choices = state_names),
    FIELD(struct delivery, arrived_at, "报送时间", "When it came", USE_OUT),
    FIELD(struct delivery, import_id, "导入", "Import", USE_OUT),
    FIELD(struct delivery, feed_id, "报送通道", "Feed", USE_OUT),
    FIELD(struct delivery, file_sha256, "文件摘要", "SHA-256 of the file", USE_OUT),
    FIELD(struct delivery, rows, "行数", "Rows", USE_OUT),
    FIELD(struct delivery, reason, "退回原因", "Why it was rejected", USE_OUT),
    FIELD(struct delivery, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
};
SHAPE(delivery);

const struct ownership delivery_owned = {.department = "department_code"};

const struct list delivery_list = {.base = &sql_delivery_list,
                                   .row = &delivery_shape,
                                   .key = "id",
                                   .sort = "-due_on",
                                   .owned = &delivery_owned};

/* Whoever asks. */
static enum error find(struct ctx *ctx, int64_t id, struct delivery *out)
{
    return db_one(ctx, &sql_delivery_show, ARGS(arg_int("id", id)), ROW(delivery, out));
}

enum error delivery_find(struct ctx *ctx, int64_t id, struct delivery *out)
{
    bool own = false;
    enum error error = find(ctx, id, out);
    if (!error)
        error = ownership_holds(ctx, &delivery_owned, ROW(delivery, out), &own);
    return error ? error : own ? E_OK : E_NOT_FOUND;
}

/* --- What can become of a delivery ---------------------------------------------------------- */

static const struct lifecycle_state delivery_states[] = {
    {"expected", "待报", "Expected", false},  {"late", "逾期", "Late", false},
    {"arrived", "已报", "Arrived", false},    {"rejected", "退回", "Rejected", false},
    {"accepted", "已验收", "Accepted", true},
};
/* What was taken back since is not there to be accepted. */
static enum error import_stands(struct ctx *ctx, const void *record)
{
    const struct delivery *delivery = record;
    struct import import;
    if (!delivery->import_id.known)
        return E_OK;
    enum error error = import_find(ctx, delivery->import_id.value, &import);
    if (error || !str_is(import.state, "undone"))
        return error == E_NOT_FOUND ? E_OK : error;
    return fail(ctx, E_CONFLICT, "这一期的导入（%lld 号）已经撤销；请退回，让部门重报",
                "the import of this period (%lld) has been undone: reject it, so that it is sent "
                "again",
                (long long)import.id);
}

static const struct transition delivery_steps[] = {
    STEP("lapse", "expected", "late", "过期", "The day passes"),
    STEP("arrival", "expected", "arrived", "报送", "Data come"),
    STEP("arrival", "late", "arrived", "补报", "Data come late"),
    /* Sent again before anybody looked: the newest counts. */
    STEP("arrival", "arrived", "arrived", "再报", "Data come again"),
    STEP("arrival", "rejected", "arrived", "重报", "Data come again"),
    STEP("acceptance", "arrived", "accepted", "验收", "Accept", .roles = COLLECTORS,
         .guard = import_stands),
    STEP("rejection", "arrived", "rejected", "退回", "Reject", .roles = COLLECTORS, .reason = true),
    /* What was accepted is not replaced before somebody says why. */
    STEP("rejection", "accepted", "rejected", "撤回验收", "Take back and reject",
         .roles = COLLECTORS, .reason = true),
};
const LIFECYCLE(delivery, "delivery", "报送", "Delivery");

enum error delivery_can_arrive(struct ctx *ctx, const struct delivery *delivery)
{
    if (lifecycle_step(&delivery_lifecycle, delivery->state, STR("arrival")))
        return E_OK;
    return fail(ctx, E_CONFLICT, "这一期已经验收；要更正，请先撤回验收",
                "this period has been accepted: to correct it, take the acceptance back first");
}

enum error delivery_arrive(struct ctx *ctx, struct delivery *delivery)
{
    enum error error = lifecycle_pass(ctx, &delivery_lifecycle, delivery->id, delivery->state,
                                      "arrival", STR_NONE, delivery);
    if (!error)
        error = db_do(ctx, &sql_delivery_came, FROM(delivery, delivery));
    if (!error)
        error = db_do(ctx, &sql_data_set_arrived, FROM(delivery, delivery));
    return error ? error : find(ctx, delivery->id, delivery);
}

/* --- As time goes on ------------------------------------------------------------------------ */

static const struct field delivery_roll_fields[] = {
    FIELD(struct delivery_roll, day, "日期", "Day", USE_OUT),
    FIELD(struct delivery_roll, made, "新生成的期数", "Periods that were made", USE_OUT),
    FIELD(struct delivery_roll, late, "转为逾期的期数", "Periods that became late", USE_OUT),
};
SHAPE(delivery_roll);

struct owed {
    struct str code, department_code, rhythm;
    int64_t due_days;
    struct str due_in;
    struct date starts_on, ends_on, last_start;
};
static const struct field owed_fields[] = {
    FIELD(struct owed, code, "", ""),    FIELD(struct owed, department_code, "", ""),
    FIELD(struct owed, rhythm, "", ""),  FIELD(struct owed, due_days, "", ""),
    FIELD(struct owed, due_in, "", ""),  FIELD(struct owed, starts_on, "", ""),
    FIELD(struct owed, ends_on, "", ""), FIELD(struct owed, last_start, "", ""),
};
static const SHAPE(owed);

/* The next period of the data set that has no row yet and has begun; false where there is none. */
static bool next_missing(const struct ctx *ctx, const struct owed *owed,
                         const struct working_time *workdays, struct due_rule *rule,
                         struct due_period *period)
{
    struct data_set as = {.rhythm = owed->rhythm,
                          .due_days = owed->due_days,
                          .due_in = owed->due_in,
                          .starts_on = owed->starts_on,
                          .ends_on = owed->ends_on};
    struct date from = {ctx->today.days - LOOK_BACK_DAYS};
    *rule = data_set_rule(&as);
    if (date_known(owed->last_start) && owed->last_start.days >= from.days)
        from.days = owed->last_start.days + 1;
    if (rule->rhythm == RHYTHM_ONCE && !date_known(owed->last_start))
        from = rule->starts_on;
    return period_from(rule, workdays, from, period) && period->start.days <= ctx->today.days;
}

static enum error insert(struct ctx *ctx, const struct owed *owed, enum rhythm rhythm,
                         const struct due_period *period)
{
    struct delivery made = {.data_set_code = owed->code,
                            .department_code = owed->department_code,
                            .period = period_name(ctx->arena, rhythm, period),
                            .period_start = period->start,
                            .period_end = period->end,
                            .due_on = period->due};
    return db_do(ctx, &sql_delivery_insert, FROM(delivery, &made));
}

static enum error make_missing(struct ctx *ctx, struct owed *owed,
                               const struct working_time *workdays, int64_t *made)
{
    struct due_rule rule;
    struct due_period period;
    enum error error = E_OK;
    while (!error && next_missing(ctx, owed, workdays, &rule, &period)) {
        error = insert(ctx, owed, rule.rhythm, &period);
        owed->last_start = period.start;
        ++*made;
    }
    return error;
}

static enum error mark_late(struct ctx *ctx, int64_t *late)
{
    struct records overdue;
    enum error error = db_all(ctx, &sql_deliveries_overdue, ARGS(arg_int("limit", LATE_MAX)),
                              &delivery_shape, LATE_MAX, &overdue);
    for (size_t i = 0; !error && i < overdue.count; i++) {
        struct delivery delivery = ((const struct delivery *)overdue.items)[i];
        error = lifecycle_pass(ctx, &delivery_lifecycle, delivery.id, delivery.state, "lapse",
                               STR_NONE, &delivery);
        if (!error)
            error = find(ctx, delivery.id, &delivery);
        if (!error)
            error = reminder_make(ctx, &delivery, STR("system"));
    }
    *late = error ? 0 : (int64_t)overdue.count;
    return error;
}

static enum error read_rules(struct ctx *ctx, struct working_time **workdays, struct records *rules)
{
    enum error error = workdays_read(ctx, workdays);
    return error ? error : db_all(ctx, &sql_due_rules, NO_ARGS, &owed_shape, DATA_SETS_MAX, rules);
}

enum error deliveries_roll(struct ctx *ctx, struct delivery_roll *out)
{
    struct working_time *workdays;
    struct records rules;
    *out = (struct delivery_roll){.day = ctx->today};
    enum error error = read_rules(ctx, &workdays, &rules);
    for (size_t i = 0; !error && i < rules.count; i++) {
        struct owed owed = ((const struct owed *)rules.items)[i];
        error = make_missing(ctx, &owed, workdays, &out->made);
    }
    return error ? error : mark_late(ctx, &out->late);
}

enum error deliveries_are_due(struct ctx *ctx, bool *due)
{
    struct working_time *workdays;
    struct records rules, overdue = {NULL, 0};
    struct due_rule rule;
    struct due_period period;
    *due = false;
    enum error error = read_rules(ctx, &workdays, &rules);
    for (size_t i = 0; !error && !*due && i < rules.count; i++)
        *due = next_missing(ctx, &((const struct owed *)rules.items)[i], workdays, &rule, &period);
    if (!error && !*due)
        error = db_all(ctx, &sql_deliveries_overdue, ARGS(arg_int("limit", 1)), &delivery_shape, 1,
                       &overdue);
    *due = *due || overdue.count;
    return error;
}

SHARED_HANDLER(delivery_roll_run, nothing, delivery_roll)
{
    (void)in;
    return deliveries_roll(ctx, out);
}

/* --- What has come -------------------------------------------------------------------------- */

/* A week by its Monday, too: names of files have no slash. */
static bool is_named(struct ctx *ctx, const struct due_rule *rule, const struct due_period *due,
                     const struct period *named, struct str name)
{
    return (rule->rhythm == RHYTHM_WEEKLY && named->kind == PERIOD_DAY) ||
           str_equal(period_name(ctx->arena, rule->rhythm, due), name);
}

enum error delivery_of(struct ctx *ctx, const struct data_set *data_set, struct str period,
                       struct delivery *out)
{
    struct working_time *workdays;
    struct period named;
    struct due_period due;
    struct due_rule rule = data_set_rule(data_set);
    int64_t id;
    enum error error = workdays_read(ctx, &workdays);
    if (error)
        return error;
    bool known = period_parse(period, &named) && date_known(named.start) &&
                 period_from(&rule, workdays, named.start, &due) &&
                 due.start.days == named.start.days && is_named(ctx, &rule, &due, &named, period);
    if (!known)
        return complain(ctx, STR("period"), "这个数据集没有时期“%.*s”（周期：%.*s）",
                        "this data set has no period \"%.*s\" (rhythm: %.*s)", STR_PRINT(period),
                        STR_PRINT(data_set->rhythm));
    if (due.start.days > ctx->today.days)
        return complain(ctx, STR("period"), "时期“%.*s”还没有开始",
                        "the period \"%.*s\" has not begun", STR_PRINT(period));
    struct args which = ARGS(arg_text("data_set_code", data_set->code),
                             arg_date(ctx->arena, "period_start", due.start));
    error = db_number(ctx, &sql_delivery_of_period, which, &id);
    if (error == E_NOT_FOUND) {
        /* First those that go before it: the newest row says up to where there are rows. */
        struct delivery_roll roll;
        struct owed owed = {.code = data_set->code, .department_code = data_set->department_code};
        error = deliveries_roll(ctx, &roll);
        if (!error)
            error = insert(ctx, &owed, rule.rhythm, &due);
        if (!error)
            error = db_number(ctx, &sql_delivery_of_period, which, &id);
    }
    return error ? error : find(ctx, id, out);
}

/* --- Deciding ------------------------------------------------------------------------------- */

struct delivery_key {
    int64_t id;
};
static const struct field delivery_key_fields[] = {
    FIELD(struct delivery_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(delivery_key);

SHARED_HANDLER(delivery_show, delivery_key, delivery)
{
    enum error error = delivery_find(ctx, in->id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

static enum error decide(struct ctx *ctx, int64_t id, const char *event, struct str reason,
                         struct delivery *out)
{
    enum error error = delivery_find(ctx, id, out);
    if (!error && ctx->if_match.data)
        error = check_match(ctx, out->changed_seq);
    if (!error)
        error = lifecycle_take(ctx, &delivery_lifecycle, id, out->state, event, reason, out);
    if (!error)
        error =
            db_do(ctx, &sql_delivery_decided, ARGS(arg_int("id", id), arg_text("reason", reason)));
    if (!error)
        error = find(ctx, id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

SHARED_HANDLER(delivery_accept, delivery_key, delivery)
{
    return decide(ctx, in->id, "acceptance", STR_NONE, out);
}

struct rejection {
    int64_t id;
    struct str reason;
};
static const struct field rejection_fields[] = {
    FIELD(struct rejection, id, "编号", "Number", USE_OUT),
    FIELD(struct rejection, reason, "原因：哪里要改", "Why: what has to be mended",
          .required = true, .length_max = 1000),
};
static const SHAPE(rejection);

SHARED_HANDLER(delivery_reject, rejection, delivery)
{
    return decide(ctx, in->id, "rejection", in->reason, out);
}

/* --- By one's own import ---------------------------------------------------------------------- */

struct arrival {
    int64_t id, import_id;
};
static const struct field arrival_fields[] = {
    FIELD(struct arrival, id, "编号", "Number", USE_OUT),
    FIELD(struct arrival, import_id, "已完成的导入", "An import that is done", .required = true),
};
static const SHAPE(arrival);

static enum error check_import(struct ctx *ctx, const struct import *import,
                               const struct data_set *data_set)
{
    bool own = false;
    enum error error =
        ownership_holds(ctx, &import_owned, ROW(import, (void *)(uintptr_t)import), &own);
    if (error || !own)
        return error ? error
                     : complain(ctx, STR("import_id"), "没有这次导入", "there is no such import");
    if (!data_set->target.data || !str_equal(data_set->target, import->target))
        return complain(ctx, STR("import_id"), "这次导入写的不是这个数据集的记录",
                        "the import is not of this data set's records");
    if (!str_is(import->state, "done"))
        return complain(ctx, STR("import_id"), "这次导入还没有完成，或已撤销",
                        "the import is not done, or has been undone");
    return E_OK;
}

SHARED_HANDLER(delivery_report, arrival, delivery)
{
    struct data_set data_set;
    struct import import;
    enum error error = delivery_find(ctx, in->id, out);
    if (!error)
        error = data_set_find(ctx, out->data_set_code, &data_set);
    if (error)
        return error;
    error = import_find(ctx, in->import_id, &import);
    if (error == E_NOT_FOUND)
        return complain(ctx, STR("import_id"), "没有这次导入", "there is no such import");
    if (error || (error = check_import(ctx, &import, &data_set)) ||
        (error = delivery_can_arrive(ctx, out)))
        return error;
    out->import_id = (struct maybe_int){import.id, true};
    out->feed_id = (struct maybe_int){0, false};
    out->rows = (struct maybe_int){import.row_count, true};
    out->file_sha256 = import.file_sha256;
    error = delivery_arrive(ctx, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}
