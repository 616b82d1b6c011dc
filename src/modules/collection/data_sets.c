/* The catalogue: every data set that the city needs, whose it is, what it consists of, and when it
 * is due. */
#include "core/ownership.h"
#include "core/proposal.h"
#include "core/target.h"
#include "data_sets.sql.h"
#include "modules/collection/internal.h"

/* The six classes of data about enterprises that the city says it gathers (glossary.md). */
static const char *const kinds[] = {"policy",     "interpretation", "funding", "factors",
                                    "innovation", "services",       NULL};
static const char *const due_units[] = {"days", "workdays", NULL};
static const char *const field_kinds[] = {"text",   "whole", "number", "date",
                                          "yes_no", "code",  NULL};

/* What may be given when one is made, and, but for code, rhythm and first day, changed later. */
#define DATA_SET_FIELDS(type)                                                                      \
    FIELD(type, name, "名称", "Name", .required = true, .length_max = 200,                         \
          .search = SEARCH_TITLE),                                                                 \
        FIELD(type, name_en, "英文名", "English name", .required = true, .length_max = 200,        \
              .search = SEARCH_TITLE),                                                             \
        FIELD(type, kind, "类别", "Class of data", USE_BOTH | USE_FILTER, .required = true,        \
              .choices = kinds),                                                                   \
        FIELD(type, department_code, "责任部门", "Department in charge", USE_BOTH | USE_FILTER,    \
              .required = true, .refers = "department"),                                           \
        FIELD(type, definition, "口径", "Definition", .required = true, .length_max = 2000,        \
              .search = SEARCH_TEXT),                                                              \
        FIELD(type, definition_en, "英文口径", "Definition in English", .length_max = 2000),       \
        FIELD(type, source_system, "来源系统", "Source system", .length_max = 200),                \
        FIELD(type, legal_basis, "依据", "Legal basis", .length_max = 500),                        \
        FIELD(type, basis, "有来源，或本项目拟定", "From a source, or proposed by us",             \
              .required = true, .choices = basis_names),                                           \
        FIELD(type, due_days, "期末后几天内报送", "Days after the period's end",                   \
              .required = true),                                                                   \
        FIELD(type, due_in, "按自然日或工作日", "Calendar days or workdays",                       \
              .choices = due_units),                                                               \
        FIELD(type, ends_on, "最后一期所含的一天", "A day of the last period"),                    \
        FIELD(type, target, "导入目标", "Import target", .length_max = 60),                        \
        FIELD(type, class, "数据分级，也是目录可见范围",                                           \
              "Class of its data, and who sees it here", .required = true,                         \
              .choices = visibility_names),                                                        \
        FIELD(type, expected_rows, "预计行数", "Rows expected")

static const struct field data_set_table[] = {
    FIELD(struct data_set, code, "编号", "Code", USE_ALL, .required = true, .length_max = 40,
          .search = SEARCH_CODE),
    DATA_SET_FIELDS(struct data_set),
    FIELD(struct data_set, rhythm, "周期", "Rhythm", USE_BOTH | USE_FILTER, .required = true,
          .choices = rhythm_names),
    FIELD(struct data_set, starts_on, "第一期所含的一天；缺省为登记日",
          "A day of the first period; otherwise the day on which it is recorded"),
    FIELD(struct data_set, department_name, "部门名称", "Name of the department", USE_OUT),
    FIELD(struct data_set, department_name_en, "部门英文名", "Department in English", USE_OUT),
    FIELD(struct data_set, last_arrived_at, "最近报送时间", "When data came last", USE_OUT),
    FIELD(struct data_set, freshness, "新鲜度：最新、待报、逾期、从未报送",
          "Freshness: current, due, late, never", USE_OUT | USE_FILTER),
    FIELD(struct data_set, visibility, "目录可见范围，同分级", "Who sees the entry: as its class",
          USE_OUT, .choices = visibility_names),
    FIELD(struct data_set, sample, "样例", "Is it a sample?", USE_OUT),
    FIELD(struct data_set, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
};
const struct shape data_set_shape = {"data_set", sizeof(struct data_set), data_set_table,
                                     COUNT(data_set_table), NULL};

/* A department sees and keeps its own, whatever their class. */
const struct ownership data_set_owned = {.department = "department_code"};

static const struct list_filter data_set_filters[] = {
    {"state", "新鲜度（同 freshness）", "Freshness (as freshness)", KIND_TEXT,
     "freshness = :state"},
};

const struct list data_set_list = {.base = &sql_data_set_list,
                                   .row = &data_set_shape,
                                   .key = "code",
                                   .sort = "code",
                                   .filters = data_set_filters,
                                   .filter_count = COUNT(data_set_filters),
                                   .owned = &data_set_owned,
                                   .guarded = true};

enum error data_set_find(struct ctx *ctx, struct str code, struct data_set *out)
{
    enum error error =
        db_one(ctx, &sql_data_set_show, ARGS(arg_text("code", code)), ROW(data_set, out));
    return error ? error : ownership_may_see(ctx, &data_set_owned, ROW(data_set, out), out->class);
}

static enum error select_data_sets(struct ctx *ctx, const char *condition, struct str department,
                                   struct records *out)
{
    struct sql sql = {
        "data_sets_selected",
        arena_print(ctx->arena, "SELECT * FROM (%.*s) AS base WHERE (%s)%s ORDER BY code",
                    STR_PRINT(sql_data_set_list.text), condition,
                    department.data ? " AND department_code = :department_code" : "")};
    return db_all(ctx, &sql, ARGS(arg_text("department_code", department)), &data_set_shape,
                  DATA_SETS_MAX, out);
}

enum error data_sets_in_charge(struct ctx *ctx, struct records *out)
{
    bool confined = role_infos[ctx->who->role].scope != SCOPE_ALL;
    const char *own = ownership_condition(ctx->who, &data_set_owned, ctx->arena);
    return select_data_sets(ctx, confined ? own : "visibility <= :clearance", STR_NONE, out);
}

enum error data_sets_seen(struct ctx *ctx, struct str department, struct records *out)
{
    bool confined = role_infos[ctx->who->role].scope != SCOPE_ALL;
    const char *own = ownership_condition(ctx->who, &data_set_owned, ctx->arena);
    return select_data_sets(
        ctx,
        arena_print(ctx->arena, "visibility <= :clearance OR %s", confined ? own : "FALSE").data,
        department, out);
}

struct due_rule data_set_rule(const struct data_set *data_set)
{
    enum rhythm rhythm = RHYTHM_DAILY;
    while (rhythm < RHYTHM_ONCE && !str_is(data_set->rhythm, rhythm_names[rhythm]))
        rhythm++;
    return (struct due_rule){rhythm, data_set->due_days, str_is(data_set->due_in, "workdays"),
                             data_set->starts_on, data_set->ends_on};
}

/* --- Fields --------------------------------------------------------------------------------- */

static const struct field data_set_field_fields[] = {
    FIELD(struct data_set_field, data_set_code, "数据集", "Data set", .required = true,
          .refers = "data_set"),
    FIELD(struct data_set_field, position, "次序", "Position", .required = true),
    FIELD(struct data_set_field, name, "字段名", "Name", .required = true, .length_max = 60),
    FIELD(struct data_set_field, zh, "中文名", "Chinese name", .required = true, .length_max = 100),
    FIELD(struct data_set_field, en, "英文名", "English name", .required = true, .length_max = 100),
    FIELD(struct data_set_field, kind, "类型", "Kind", .required = true, .choices = field_kinds),
    FIELD(struct data_set_field, required, "必填", "Is it required?"),
    FIELD(struct data_set_field, class, "分级", "Class", .required = true,
          .choices = visibility_names),
    FIELD(struct data_set_field, is_personal, "个人信息", "Is it personal data?"),
    FIELD(struct data_set_field, definition, "口径", "Definition", .length_max = 1000),
};
SHAPE(data_set_field);

enum error data_set_fields_of(struct ctx *ctx, struct str code, struct records *fields)
{
    return db_all(ctx, &sql_data_set_fields_of, ARGS(arg_text("data_set_code", code)),
                  &data_set_field_shape, DATA_SET_FIELDS_MAX, fields);
}

struct data_set_field_query {
    struct str data_set_code;
};
static const struct field data_set_field_query_fields[] = {
    FIELD(struct data_set_field_query, data_set_code, "数据集", "Data set", .required = true),
};
static const SHAPE(data_set_field_query);

struct data_set_field_page {
    struct records items;
};
static const struct field data_set_field_page_fields[] = {
    FIELD(struct data_set_field_page, items, "字段", "Fields", .of = &data_set_field_shape),
};
static const SHAPE(data_set_field_page);

SHARED_HANDLER(data_set_field_list, data_set_field_query, data_set_field_page)
{
    struct data_set data_set;
    enum error error = data_set_find(ctx, in->data_set_code, &data_set);
    return error ? error : data_set_fields_of(ctx, data_set.code, &out->items);
}

/* --- Reading and changing ------------------------------------------------------------------- */

struct data_set_key {
    struct str code;
};
static const struct field data_set_key_fields[] = {
    FIELD(struct data_set_key, code, "编号", "Code", USE_OUT),
};
static const SHAPE(data_set_key);

SHARED_HANDLER(data_set_show, data_set_key, data_set)
{
    enum error error = data_set_find(ctx, in->code, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

/* Codes stand in addresses and name folders. */
static bool is_code(struct str code)
{
    bool good = code.length > 0;
    for (size_t i = 0; i < code.length && good; i++) {
        char c = code.data[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '_' && i > 0);
    }
    return good;
}

/* What the field table does not say. */
static enum error check_rule(struct ctx *ctx, const struct data_set *data_set)
{
    enum error error = E_OK;
    if (data_set->due_days < 0 || data_set->due_days > 400)
        error = complain(ctx, STR("due_days"), "应在 0 到 400 之间", "must be from 0 to 400");
    if (date_known(data_set->ends_on) && data_set->ends_on.days < data_set->starts_on.days)
        error = complain(ctx, STR("ends_on"), "不能早于 starts_on", "must not be before starts_on");
    if (data_set->expected_rows.known && data_set->expected_rows.value < 0)
        error = complain(ctx, STR("expected_rows"), "不能为负", "must not be negative");
    if (data_set->target.data && !target_named(data_set->target))
        error = complain(ctx, STR("target"), "没有这个导入目标；/api/import_targets 列出全部",
                         "there is no such import target: /api/import_targets lists them");
    return error;
}

static enum error check_new(struct ctx *ctx, void *record)
{
    struct data_set *data_set = record;
    if (!date_known(data_set->starts_on))
        data_set->starts_on = ctx->today;
    if (!data_set->due_in.data)
        data_set->due_in = STR("days");
    if (!is_code(data_set->code))
        return complain(ctx, STR("code"), "只能由小写字母、数字和下划线组成，不以下划线开头",
                        "only small letters, digits and underlines, no underline first");
    return check_rule(ctx, data_set);
}

static enum error finish(struct ctx *ctx, struct str code, struct data_set *out)
{
    enum error error = data_set_find(ctx, code, out);
    ctx->etag = error ? 0 : out->changed_seq;
    ctx->location = arena_print(ctx->arena, "/api/data_sets/%.*s", STR_PRINT(code));
    return error;
}

/* What is listed publicly takes a second person. */
SHARED_HANDLER(data_set_create, data_set, data_set)
{
    struct data_set made = *in;
    struct delivery_roll roll;
    enum error error = check_new(ctx, &made);
    if (!error && made.class == VISIBILITY_PUBLIC)
        error = approval_required(ctx);
    if (!error)
        error = db_do(ctx, &sql_data_set_insert, FROM(data_set, &made));
    if (!error)
        error = deliveries_roll(ctx, &roll);
    return error ? error : finish(ctx, made.code, out);
}

struct data_set_change {
    struct str code, name, name_en, kind, department_code, definition, definition_en, source_system,
        legal_basis, basis;
    int64_t due_days;
    struct str due_in;
    struct date ends_on;
    struct str target;
    int64_t class;
    struct maybe_int expected_rows;
};
static const struct field data_set_change_fields[] = {
    FIELD(struct data_set_change, code, "编号", "Code", USE_OUT),
    DATA_SET_FIELDS(struct data_set_change),
};
static const SHAPE(data_set_change);

static struct data_set_change change_of(const struct data_set *was)
{
    return (struct data_set_change){
        .code = was->code,
        .name = was->name,
        .name_en = was->name_en,
        .kind = was->kind,
        .department_code = was->department_code,
        .definition = was->definition,
        .definition_en = was->definition_en,
        .source_system = was->source_system,
        .legal_basis = was->legal_basis,
        .basis = was->basis,
        .due_days = was->due_days,
        .due_in = was->due_in,
        .ends_on = was->ends_on,
        .target = was->target,
        .class = was->class,
        .expected_rows = was->expected_rows,
    };
}

/* Rows that have been made keep their day and who owes them. */
SHARED_HANDLER(data_set_edit, data_set_change, data_set)
{
    struct data_set was;
    enum error error = data_set_find(ctx, in->code, &was);
    if (!error)
        error = ownership_require(ctx, &data_set_owned, ROW(data_set, &was));
    if (!error)
        error = check_match(ctx, was.changed_seq);
    if (error)
        return error;
    struct data_set_change change = change_of(&was);
    fields_merge(ROW(data_set_change, &change), in, ctx->given);
    struct data_set as = {.due_days = change.due_days,
                          .starts_on = was.starts_on,
                          .ends_on = change.ends_on,
                          .target = change.target,
                          .expected_rows = change.expected_rows};
    error = check_rule(ctx, &as);
    if (!error)
        error = ownership_require(ctx, &data_set_owned, ROW(data_set_change, &change));
    ctx->etag = was.changed_seq;
    if (!error && (was.class == VISIBILITY_PUBLIC || change.class == VISIBILITY_PUBLIC))
        error = approval_required(ctx);
    if (!error)
        error = db_do(ctx, &sql_data_set_update, FROM(data_set_change, &change));
    return error ? error : finish(ctx, was.code, out);
}

/* --- The pack ------------------------------------------------------------------------------- */

struct data_set_indicator {
    struct str data_set_code, indicator_code;
};
static const struct field data_set_indicator_fields[] = {
    FIELD(struct data_set_indicator, data_set_code, "数据集", "Data set", .required = true,
          .refers = "data_set"),
    FIELD(struct data_set_indicator, indicator_code, "指标", "Indicator", .required = true,
          .refers = "indicator"),
};
static const SHAPE(data_set_indicator);

static const struct import_target sets = {"data_sets",          "数据集",
                                          "Data sets",          &data_set_shape,
                                          "data_set",           "sample",
                                          .key = {"code"},      .check = check_new,
                                          .roles = CATALOGUERS, .owned = &data_set_owned,
                                          .visibility = "class"};
static const struct import_target fields = {
    "data_set_fields",      "数据集的字段",   "Fields of data sets",
    &data_set_field_shape,  "data_set_field", .key = {"data_set_code", "name"},
    .roles = ADMINISTRATORS};
static const struct import_target indicators = {
    "data_set_indicators",     "数据集算出的指标",   "Indicators from data sets",
    &data_set_indicator_shape, "data_set_indicator", .key = {"data_set_code", "indicator_code"},
    .roles = ADMINISTRATORS};
const struct import_target *const data_set_imports[] = {&sets, &fields, &indicators, NULL};

const struct pack_file data_set_files[DATA_SET_FILES] = {
    {"data_sets.csv", .target = &sets},
    {"data_set_fields.csv", .target = &fields},
    {"data_set_indicators.csv", .target = &indicators},
};

/* One that comes from a table says only its class. */
static enum error finish_found(struct ctx *ctx, void *record)
{
    (void)ctx;
    struct data_set *data_set = record;
    data_set->visibility = data_set->class;
    return E_OK;
}

const struct searchable data_set_searchables[DATA_SET_SEARCHABLES] = {
    {&data_set_shape, "数据集", "Data set", "code", "/data_sets/{key}", .all = &sql_data_set_list,
     .owned = &data_set_owned, .guarded = true, .finish = finish_found},
};
