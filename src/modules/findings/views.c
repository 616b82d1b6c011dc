/* Findings seen from elsewhere: how many there are, the rules, which figures have some. */
#include "core/ownership.h"
#include "finding_views.sql.h"
#include "modules/findings/internal.h"
#include "modules/indicators/indicators.h"

enum { COUNTS_MAX = 1000, MARKS_MAX = 5000, OF_FIGURE_MAX = 200 };

/* --- Counts ---------------------------------------------------------------------------------- */

struct finding_count_query {
    struct str fact_id, indicator_code, area_code;
    struct maybe_int owner_id;
};
static const struct field finding_count_query_fields[] = {
    FIELD(struct finding_count_query, fact_id, "涉及这个数（事实编号）", "About this figure"),
    FIELD(struct finding_count_query, indicator_code, "涉及这个指标", "About this indicator"),
    FIELD(struct finding_count_query, area_code, "涉及这个区域", "About this area"),
    FIELD(struct finding_count_query, owner_id, "负责人（账户编号）",
          "Who looks after it: account"),
};
static const SHAPE(finding_count_query);

struct finding_count {
    struct str rule, kind, state;
    int64_t count;
};
static const struct field finding_count_fields[] = {
    FIELD(struct finding_count, rule, "规则", "Rule"),
    FIELD(struct finding_count, kind, "性质", "Kind"),
    FIELD(struct finding_count, state, "状态", "State"),
    FIELD(struct finding_count, count, "条数", "How many"),
};
static const SHAPE(finding_count);

struct finding_counts {
    struct records items;
};
static const struct field finding_counts_fields[] = {
    FIELD(struct finding_counts, items, "条数", "Counts", .of = &finding_count_shape),
};
static const SHAPE(finding_counts);

/* The filters of the list, with its access, so that a number is that of the rows one would see. */
SHARED_HANDLER(finding_count_list, finding_count_query, finding_counts)
{
    const struct str given[FINDING_FILTERS] = {in->fact_id, in->indicator_code, in->area_code};
    struct arg *args = arena_array(ctx->arena, FINDING_FILTERS + 1, sizeof(*args));
    size_t count = 0;
    struct buf sql = {.arena = ctx->arena};
    buf_print(&sql,
              "SELECT rule, kind, state, count(*) AS count FROM finding"
              " WHERE (visibility <= :clearance OR %s)",
              ownership_condition(ctx->who, &finding_owned, ctx->arena));
    for (size_t i = 0; i < FINDING_FILTERS; i++)
        if (given[i].data) {
            buf_print(&sql, " AND %s", finding_filters[i].condition);
            args[count++] = arg_text(finding_filters[i].name, given[i]);
        }
    if (in->owner_id.known) {
        buf_add(&sql, STR(" AND owner_id = :owner_id"));
        args[count++] = arg_int("owner_id", in->owner_id.value);
    }
    buf_add(&sql, STR(" GROUP BY rule, kind, state ORDER BY rule, state"));
    struct sql statement = {"finding_counts", buf_str(&sql)};
    return db_all(ctx, &statement, (struct args){{NULL, NULL}, args, count}, &finding_count_shape,
                  COUNTS_MAX, &out->items);
}

/* --- Marks ----------------------------------------------------------------------------------- */

struct finding_mark_query {
    struct str indicator_code;
};
static const struct field finding_mark_query_fields[] = {
    FIELD(struct finding_mark_query, indicator_code, "指标", "Indicator", .required = true),
};
static const SHAPE(finding_mark_query);

struct finding_mark {
    struct str fact_id;
    int64_t count, severity;
};
static const struct field finding_mark_fields[] = {
    FIELD(struct finding_mark, fact_id, "事实编号", "Number of the fact"),
    FIELD(struct finding_mark, count, "待核几条", "Open findings"),
    FIELD(struct finding_mark, severity, "最重的一条，0 最重", "The gravest of them, 0 first"),
};
static const SHAPE(finding_mark);

struct finding_marks {
    struct records items;
};
static const struct field finding_marks_fields[] = {
    FIELD(struct finding_marks, items, "有待核存疑的数", "Figures with open findings",
          .of = &finding_mark_shape),
};
static const SHAPE(finding_marks);

SHARED_HANDLER(finding_mark_list, finding_mark_query, finding_marks)
{
    return db_all(ctx, &sql_finding_marks,
                  ARGS(arg_text("indicator_code", in->indicator_code), arg_int("limit", MARKS_MAX)),
                  &finding_mark_shape, MARKS_MAX, &out->items);
}

/* --- Of one observation ---------------------------------------------------------------------- */

struct observation_number {
    int64_t id;
};
static const struct field observation_number_fields[] = {
    FIELD(struct observation_number, id, "观测编号", "Number of the observation", USE_OUT),
};
static const SHAPE(observation_number);

struct kept_findings {
    struct records items;
};
static const struct field kept_findings_fields[] = {
    FIELD(struct kept_findings, items, "存疑，重的在前", "Findings, gravest first",
          .of = &kept_finding_shape),
};
static const SHAPE(kept_findings);

SHARED_HANDLER(observation_finding_list, observation_number, kept_findings)
{
    struct observation observation;
    struct records all = {NULL, 0};
    enum error error = observation_find(ctx, in->id, &observation);
    if (!error)
        error =
            db_all(ctx, &sql_findings_of_fact,
                   ARGS(arg_text("fact_id", observation.fact_id), arg_int("limit", OF_FIGURE_MAX)),
                   &kept_finding_shape, OF_FIGURE_MAX, &all);
    struct kept_finding *findings = (struct kept_finding *)(uintptr_t)all.items;
    size_t seen = 0;
    for (size_t i = 0; i < all.count && !error; i++) {
        error = finding_find(ctx, findings[i].id, &findings[seen]);
        seen += !error;
        error = error == E_NOT_FOUND ? E_OK : error;
    }
    out->items = (struct records){findings, seen};
    return error;
}
