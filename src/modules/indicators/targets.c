/* Targets: which values are comparable, what is missing, and where it stands by the written rule.
 */
#include "base/number.h"
#include "modules/indicators/internal.h"
#include "modules/indicators/outlook.h"
#include "stats/pace.h"
#include "targets.sql.h"

enum { TARGETS_MAX = 500, ACTUALS_MAX = 30, SPARK_MAX = 12, YEARS_MAX = 200 };

struct spark_point {
    struct str period;
    double value;
    int64_t observation_id;
};
static const struct field spark_point_fields[] = {
    FIELD(struct spark_point, period, "时期", "Period"),
    FIELD(struct spark_point, value, "数值", "Value"),
    FIELD(struct spark_point, observation_id, "观测", "Observation"),
};
static const SHAPE(spark_point);

struct target {
    int64_t observation_id;
    struct str indicator_code, indicator_name, indicator_name_en, area_code, period;
    struct record target, current;
    struct str current_period, current_status;
    struct record gap, required_pace, outlook;
    struct str state, state_rule, state_rule_en;
    struct date due;
    bool overdue;
    struct str approximation, unit, measure, direction;
    struct records spark;
};
static const struct field target_fields[] = {
    FIELD(struct target, observation_id, "目标的观测", "Observation of the target"),
    FIELD(struct target, indicator_code, "指标", "Indicator"),
    FIELD(struct target, indicator_name, "指标名", "Name of the indicator"),
    FIELD(struct target, indicator_name_en, "指标英文名", "English name"),
    FIELD(struct target, area_code, "区域", "Area"),
    FIELD(struct target, period, "目标时期", "Period of the target"),
    FIELD(struct target, target, "目标值", "Target", .of = &figure_shape),
    FIELD(struct target, current, "可比的最新值", "Newest comparable value", .of = &figure_shape),
    FIELD(struct target, current_period, "最新值的时期", "Its period"),
    FIELD(struct target, current_status, "最新值的性质", "Its status"),
    FIELD(struct target, gap, "差距", "Gap", .of = &figure_shape),
    FIELD(struct target, required_pace, "需要的年均步伐", "Pace needed a year",
          .of = &figure_shape),
    FIELD(struct target, outlook, "按以往走势能否达到", "Whether it will be reached as it went",
          .of = &outlook_shape),
    FIELD(struct target, state, "状态", "State"),
    FIELD(struct target, state_rule, "判定依据", "The rule that decided, in Chinese"),
    FIELD(struct target, state_rule_en, "判定依据（英文）", "The rule that decided"),
    FIELD(struct target, due, "预计发布日", "When the value is due"),
    FIELD(struct target, overdue, "已过预计发布日", "It is past due"),
    FIELD(struct target, approximation, "目标的精确程度", "Approximation of the target"),
    FIELD(struct target, unit, "单位", "Unit"),
    FIELD(struct target, measure, "量的类型", "Measure"),
    FIELD(struct target, direction, "方向", "Direction"),
    FIELD(struct target, spark, "近年各点", "Recent points", .of = &spark_point_shape),
};
SHAPE(target);

static const char *const state_names[] = {
    [TARGET_UNKNOWN] = "unknown",       [TARGET_MET] = "met",
    [TARGET_ON_PACE] = "on_pace",       [TARGET_BEHIND] = "behind",
    [TARGET_FAR_BEHIND] = "far_behind", [TARGET_AWAITING] = "awaiting_publication"};

/* One sentence of the rule each; docs/decisions/0004-target-states.md has them all together. */
static const struct {
    const char *zh, *en;
} reasons[] = {
    [REASON_NO_DIRECTION] = {"指标没有优劣方向，不判定", "the indicator has no better direction"},
    [REASON_NO_ACTUAL] = {"没有同口径、同单位的可比数", "there is no comparable value"},
    [REASON_OWN_PERIOD_MET] = {"目标期的数已达到目标",
                               "the value of the target's period satisfies it"},
    [REASON_OWN_PERIOD_NEAR] =
        {"目标期的数未达到；已走完九成以上的路，没有基期时与目标相差不到一成",
         "the value of the period misses it by less than a tenth of the way (without a "
         "base: of the target)"},
    [REASON_OWN_PERIOD_FAR] =
        {"目标期的数未达到；走过的路不足九成，没有基期时与目标相差超过一成",
         "the value of the period misses it by more than a tenth of the way (without a "
         "base: of the target)"},
    [REASON_STOCK_MET_EARLY] = {"存量已提前达到目标",
                                "the stock satisfies it before the period's end"},
    [REASON_FALLEN_BACK] =
        {"期初已超过目标，期内的数又回落到目标之下",
         "it was beyond the target before the period and has fallen back behind it"},
    [REASON_AFTER_END] = {"目标期已过，数尚未发布",
                          "the period is over and its value not yet published"},
    [REASON_YEARLY] = {"期内没有可比的数，待年度数发布；不按月份亮灯",
                       "no comparable value exists inside the period: it waits for the yearly one"},
    [REASON_PACE] = {"按已走路程与已过时间之比判定", "the way made is compared with the time gone"},
};

static int direction_of(struct str direction)
{
    return str_is(direction, "up") ? 1 : str_is(direction, "down") ? -1 : 0;
}

static bool is_stock(struct str measure)
{
    return str_is(measure, "stock") || str_is(measure, "cumulative");
}

static bool is_level(struct str measure)
{
    return is_stock(measure) || str_is(measure, "flow") || str_is(measure, "count") ||
           str_is(measure, "increment");
}

/* Of flows, only stretches as long as the target's say something of it. */
static bool same_length(const struct observation *a, const struct observation *b)
{
    if (!date_known(a->period_start) || !date_known(b->period_start))
        return a->period_end.days == b->period_end.days || is_stock(a->measure);
    int32_t x = a->period_end.days - a->period_start.days;
    int32_t y = b->period_end.days - b->period_start.days;
    return x - y <= 3 && y - x <= 3;
}

/* The best comparable actual of each period, oldest first. */
static enum error comparable(struct ctx *ctx, const struct observation *target,
                             const struct observation **best, size_t *count)
{
    struct records rows;
    enum error error =
        db_all(ctx, &sql_target_actuals,
               FROM_AND(observation, target, arg_date(ctx->arena, "to", target->period_end),
                        arg_int("is_stock", is_stock(target->measure))),
               &observation_shape, ACTUALS_MAX, &rows);
    const struct observation *all = rows.items;
    *count = 0;
    if (error)
        return error;
    for (size_t i = rows.count; i-- > 0;) {
        if (!is_stock(target->measure) && !same_length(&all[i], target))
            continue;
        bool again = *count && best[*count - 1]->period_end.days == all[i].period_end.days;
        if (!again)
            best[(*count)++] = &all[i];
        else if (observation_compare(&all[i], best[*count - 1]) > 0)
            best[*count - 1] = &all[i];
    }
    return E_OK;
}

/* What is computed from an approximate figure is one. */
static struct str weaker(const struct observation *a, const struct observation *b)
{
    bool exact = str_is(a->approximation, "exact") && str_is(b->approximation, "exact");
    return exact ? STR("exact") : STR("about");
}

static struct record formula(struct arena *arena, const char *zh, const char *en,
                             const struct observation *target, const struct observation *current)
{
    struct formula *formula = ARENA_NEW(arena, struct formula);
    struct term *terms = arena_array(arena, 2, sizeof(*terms));
    terms[0] = term_of("T", target);
    terms[0].label = STR("目标");
    terms[0].label_en = STR("target");
    terms[1] = term_of("x", current);
    terms[1].label = STR("可比的最新值");
    terms[1].label_en = STR("newest comparable value");
    *formula = (struct formula){STR_NONE, str_of(zh), str_of(en), {terms, 2}};
    return (struct record){formula};
}

static struct record gap_figure(struct arena *arena, const struct pace *pace,
                                const struct observation *target, const struct observation *current)
{
    bool points = str_is(target->unit, "%");
    struct figure figure = {.value = pace->gap,
                            .unit = points ? STR("百分点") : target->unit,
                            .approximation = weaker(target, current),
                            .records = STR_NONE};
    figure.formula = formula(arena, "差距 = 目标 T − 可比最新值 x",
                             "gap = target T − newest value x", target, current);
    return figure_record(arena, figure);
}

static struct record pace_figure(struct arena *arena, const struct pace *pace, bool level,
                                 const struct observation *target,
                                 const struct observation *current)
{
    bool points = str_is(target->unit, "%");
    struct figure figure = {.value = pace->required,
                            .unit = level    ? STR("%")
                                    : points ? STR("百分点")
                                             : target->unit,
                            .approximation = weaker(target, current),
                            .records = STR_NONE};
    figure.formula = level ? formula(arena, "年均增速 = (T ÷ x)^(1 ÷ 年数) − 1",
                                     "yearly growth = (T ÷ x)^(1 ÷ years) − 1", target, current)
                           : formula(arena, "每年需变化 = (T − x) ÷ 年数",
                                     "change a year = (T − x) ÷ years", target, current);
    return figure_record(arena, figure);
}

static struct records spark_of(struct arena *arena, const struct observation **best, size_t count)
{
    size_t first = count > SPARK_MAX ? count - SPARK_MAX : 0;
    struct spark_point *points = arena_array(arena, count - first, sizeof(*points));
    for (size_t i = first; i < count; i++)
        points[i - first] = (struct spark_point){best[i]->period, best[i]->value, best[i]->id};
    return (struct records){points, count - first};
}

static enum error find_due(struct ctx *ctx, const struct observation *target, struct target *out)
{
    int64_t months;
    enum error error = db_number(ctx, &sql_target_due, FROM(observation, target), &months);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    int year, month, day;
    date_split(target->period_end, &year, &month, &day);
    struct date first = date_add_months(date_of(year, month, 1), (int)months + 1);
    out->due = (struct date){first.days - 1};
    out->overdue = out->due.days < ctx->today.days;
    return E_OK;
}

/* Where more is better, "nearly" does not reach; where less is better, "over" does not. */
static bool falls_short(const struct observation *actual, int direction)
{
    return (direction > 0 && str_is(actual->approximation, "under")) ||
           (direction < 0 && str_is(actual->approximation, "over"));
}

static enum error describe(struct ctx *ctx, const struct observation *target, struct target *out)
{
    const struct observation *best[ACTUALS_MAX];
    struct pace_point points[ACTUALS_MAX];
    struct indicator indicator;
    size_t count;
    enum error error = indicator_find(ctx, target->indicator_code, &indicator);
    if (!error)
        error = comparable(ctx, target, best, &count);
    if (error)
        return error;
    int direction = direction_of(indicator.direction);
    for (size_t i = 0; i < count; i++)
        points[i] = (struct pace_point){best[i]->value, best[i]->period_start, best[i]->period_end,
                                        falls_short(best[i], direction)};
    bool level = is_level(target->measure);
    struct pace pace = pace_of(&(struct pace_input){.target = target->value,
                                                    .start = target->period_start,
                                                    .end = target->period_end,
                                                    .direction = direction,
                                                    .additive_level = level,
                                                    .is_stock = is_stock(target->measure),
                                                    .actuals = points,
                                                    .actual_count = count,
                                                    .today = ctx->today});
    *out = (struct target){.observation_id = target->id,
                           .indicator_code = target->indicator_code,
                           .indicator_name = target->indicator_name,
                           .indicator_name_en = target->indicator_name_en,
                           .area_code = target->area_code,
                           .period = target->period,
                           .target = figure_record(ctx->arena, figure_of(target)),
                           .state = str_of(state_names[pace.state]),
                           .state_rule = str_of(reasons[pace.reason].zh),
                           .state_rule_en = str_of(reasons[pace.reason].en),
                           .approximation = target->approximation,
                           .unit = target->unit,
                           .measure = target->measure,
                           .direction = indicator.direction,
                           .spark = spark_of(ctx->arena, best, count)};
    out->outlook = outlook_of(ctx->arena, target, direction, level, best, count);
    if (pace.current) {
        const struct observation *current = best[pace.current - points];
        out->current = figure_record(ctx->arena, figure_of(current));
        out->current_period = current->period;
        out->current_status = current->status;
        out->gap = gap_figure(ctx->arena, &pace, target, current);
        if (pace.has_required)
            out->required_pace = pace_figure(ctx->arena, &pace, level, target, current);
    }
    out->due = DATE_NONE;
    return pace.state == TARGET_AWAITING ? find_due(ctx, target, out) : E_OK;
}

struct year_row {
    struct str year;
};
static const struct field year_row_fields[] = {
    FIELD(struct year_row, year, "年", "Year"),
};
static const SHAPE(year_row);

/* The newest year with targets that is not after the present one; else the first one after it. */
static enum error choose_year(struct ctx *ctx, struct str area_code, int64_t *year)
{
    struct records rows;
    enum error error = db_all(ctx, &sql_target_years, ARGS(arg_text("area_code", area_code)),
                              &year_row_shape, YEARS_MAX, &rows);
    int present, month, day;
    date_split(ctx->today, &present, &month, &day);
    const struct year_row *years = rows.items;
    for (size_t i = 0; !error && i < rows.count; i++) {
        int64_t found = 0;
        if (int_parse(years[i].year, &found) && (!*year || found <= present))
            *year = found;
    }
    return error;
}

enum error targets_of(struct ctx *ctx, struct str area_code, int64_t *year, struct records *targets)
{
    struct records rows;
    enum error error = *year ? E_OK : choose_year(ctx, area_code, year);
    *targets = (struct records){NULL, 0};
    if (error || !*year)
        return error;
    error = db_all(ctx, &sql_target_list,
                   ARGS(arg_text("area_code", area_code),
                        arg_date(ctx->arena, "from", date_of((int)*year, 1, 1)),
                        arg_date(ctx->arena, "to", date_of((int)*year, 12, 31))),
                   &observation_shape, TARGETS_MAX, &rows);
    if (error)
        return error;
    const struct observation *all = rows.items;
    struct target *list = arena_array(ctx->arena, rows.count, sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; i < rows.count && !error; i++) {
        /* One target of one kind: the best of those that several documents state. */
        size_t best = i;
        for (;
             i + 1 < rows.count && str_equal(all[i + 1].indicator_code, all[best].indicator_code) &&
             str_equal(all[i + 1].measure, all[best].measure) &&
             str_equal(all[i + 1].period, all[best].period);
             i++)
            if (observation_compare(&all[i + 1], &all[best]) > 0)
                best = i + 1;
        error = describe(ctx, &all[best], &list[count++]);
    }
    *targets = (struct records){list, count};
    return error;
}

struct target_request {
    struct maybe_int year;
    struct str area_code;
};
static const struct field target_request_fields[] = {
    FIELD(struct target_request, year, "年份（空为最近一年）", "Year; empty = the newest"),
    FIELD(struct target_request, area_code, "区域（空为全市）", "Area; empty = the city"),
};
static const SHAPE(target_request);

struct target_page {
    int64_t year;
    struct records items;
};
static const struct field target_page_fields[] = {
    FIELD(struct target_page, year, "年份", "Year"),
    FIELD(struct target_page, items, "目标", "Targets", .of = &target_shape),
};
static const SHAPE(target_page);

SHARED_HANDLER(target_list, target_request, target_page)
{
    struct str area_code = in->area_code;
    enum error error = area_or_city(ctx, &area_code);
    if (!error && in->year.known && (in->year.value < 1900 || in->year.value > 2200))
        error = complain(ctx, STR("year"), "应为 1900 到 2200", "must be from 1900 to 2200");
    out->year = in->year.known ? in->year.value : 0;
    return error ? error : targets_of(ctx, area_code, &out->year, &out->items);
}

/* --- How earlier targets landed ----------------------------------------------------------------
 */

struct outcome_request {
    struct str area_code;
};
static const struct field outcome_request_fields[] = {
    FIELD(struct outcome_request, area_code, "区域（空为全市）", "Area; empty = the city"),
};
static const SHAPE(outcome_request);

struct outcome_page {
    int64_t ended, met, missed, unknown;
    struct records items;
};
static const struct field outcome_page_fields[] = {
    FIELD(struct outcome_page, ended, "已到期的目标", "Targets whose period has ended"),
    FIELD(struct outcome_page, met, "其中达到", "Of these reached"),
    FIELD(struct outcome_page, missed, "未达到", "Not reached"),
    FIELD(struct outcome_page, unknown, "尚无可比数", "Without a comparable value"),
    FIELD(struct outcome_page, items, "各目标", "The targets", .of = &target_shape),
};
static const SHAPE(outcome_page);

static void count_outcome(const struct target *target, struct outcome_page *out)
{
    out->ended++;
    if (str_is(target->state, "met"))
        out->met++;
    else if (str_is(target->state, "behind") || str_is(target->state, "far_behind"))
        out->missed++;
    else
        out->unknown++;
}

static enum error outcomes_of_year(struct ctx *ctx, struct str area_code, int64_t year,
                                   struct target *list, struct outcome_page *out)
{
    struct records of_year;
    enum error error = targets_of(ctx, area_code, &year, &of_year);
    const struct target *all = of_year.items;
    for (size_t i = 0; !error && i < of_year.count && out->items.count < TARGETS_MAX; i++) {
        struct period period;
        if (!period_parse(all[i].period, &period) || !date_known(period.end) ||
            period.end.days >= ctx->today.days)
            continue;
        list[out->items.count++] = all[i];
        count_outcome(&all[i], out);
    }
    return error;
}

SHARED_HANDLER(target_outcomes, outcome_request, outcome_page)
{
    struct str area_code = in->area_code;
    struct records rows;
    enum error error = area_or_city(ctx, &area_code);
    if (!error)
        error = db_all(ctx, &sql_target_years, ARGS(arg_text("area_code", area_code)),
                       &year_row_shape, YEARS_MAX, &rows);
    if (error)
        return error;
    struct target *list = arena_array(ctx->arena, TARGETS_MAX, sizeof(*list));
    const struct year_row *years = rows.items;
    int present, month, day;
    date_split(ctx->today, &present, &month, &day);
    for (size_t i = rows.count; !error && i-- > 0;) { /* the newest first */
        int64_t year = 0;
        if (int_parse(years[i].year, &year) && year && year <= present)
            error = outcomes_of_year(ctx, area_code, year, list, out);
    }
    out->items.items = list;
    return error;
}
