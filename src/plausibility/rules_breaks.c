/* What must not be put in one line: breaks of definition, scope and measure, gross for net, and
 * indicators with nearly one name. */
#include <math.h>
#include <stdlib.h>

#include "plausibility/network.h"
#include "plausibility/rules.h"

void report_break(struct check *check, const size_t *figures, size_t count, const char *why,
                  const char *why_en)
{
    struct buf numbers = {.arena = check->arena};
    for (size_t i = 0; i < count; i++)
        buf_print(&numbers, "%s%s", i ? " | " : "", figure_number(check, figures[i]).data);
    report(
        check, figures, count,
        arena_print(check->arena, "%s：%s", figures_listed(check, figures, count, false).data, why),
        arena_print(check->arena, "%s: %s", figures_listed(check, figures, count, true).data,
                    why_en),
        arena_str(check->arena, buf_str(&numbers)));
}

/* --- Definitions ------------------------------------------------------------------------------ */

/* The last level of one version and the first of the next, once per indicator. */
static bool report_versions(struct check *check, const struct series *series)
{
    size_t before = FIGURE_NONE;
    for (size_t i = 0; i < series->count; i++) {
        size_t place = series_figure(check, series, i);
        const struct checked_figure *figure = figure_at(check, place);
        if (!states_level(figure))
            continue;
        if (before != FIGURE_NONE &&
            figure_at(check, before)->definition_version != figure->definition_version &&
            figure_at(check, before)->measure == figure->measure) {
            report_break(check, (size_t[]){before, place}, 2,
                         "同一指标的两个口径版本，范围不同，不宜连成一列",
                         "two versions of the definition with different scopes: no one series");
            return true;
        }
        before = place;
    }
    return false;
}

/* 工作日 and 天 are both days, and are not the same. */
static bool is_kind_of_day(struct str unit)
{
    static const char *const units[] = {"工作日", "天", "日", "月", "周"};
    for (size_t i = 0; i < COUNT(units); i++)
        if (str_is(unit, units[i]))
            return true;
    return false;
}

struct duration {
    uint32_t source, unit;
    size_t place;
};

static int compare_durations(const void *one, const void *other)
{
    const struct duration *a = one, *b = other;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static void report_durations(struct check *check)
{
    const struct figure_set *set = check->set;
    struct duration *all = arena_array(check->arena, set->count + 1, sizeof(*all));
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++)
        if (set->figures[i].measure == MEASURE_DURATION && states_level(&set->figures[i]) &&
            is_kind_of_day(set->figures[i].unit))
            all[count++] =
                (struct duration){set->figures[i].key_source, set->figures[i].key_unit, i};
    qsort(all, count, sizeof(*all), compare_durations);
    for (size_t first = 0, next; first < count; first = next) {
        size_t figures[FINDING_FIGURES_MAX], listed = 0;
        bool mixed = false;
        for (next = first; next < count && all[next].source == all[first].source; next++) {
            mixed = mixed || all[next].unit != all[first].unit;
            if (listed < COUNT(figures))
                figures[listed++] = all[next].place;
        }
        if (mixed)
            report_break(
                check, figures, listed,
                "工作日、自然日与月不是同一单位，均值、时限与个案也不是同一概念，不宜互相换算比较",
                "working days, calendar days and months differ, and so do means, limits "
                "and single cases: they are not to be compared");
    }
}

void find_definition_breaks(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t n = 0; n < set->indicator_count; n++)
        for (size_t s = set->series_of_indicator[n]; s < set->series_of_indicator[n + 1]; s++)
            if (report_versions(check, &set->series[s]))
                break;
    report_durations(check);
}

/* --- Scopes ----------------------------------------------------------------------------------- */

static bool same_area(const struct check *check, const struct series *series,
                      const struct checked_figure *figure)
{
    const struct checked_figure *other = figure_at(check, series_figure(check, series, 0));
    return other->indicator == figure->indicator && other->key_area == figure->key_area;
}

/* A target in one scope, and facts in another only. */
static void judge_target_scope(struct check *check, const struct series *series)
{
    const struct figure_set *set = check->set;
    size_t target = FIGURE_NONE, fact = FIGURE_NONE;
    for (size_t i = 0; i < series->count; i++) {
        size_t place = series_figure(check, series, i);
        if (!states_level(figure_at(check, place)))
            continue;
        if (figure_at(check, place)->status == FIGURE_TARGET)
            target = place;
        else
            return;
    }
    if (target == FIGURE_NONE)
        return;
    const struct checked_figure *own = figure_at(check, target);
    /* The series of one indicator and area stand side by side. */
    size_t here = (size_t)(series - set->series), first = here, end = here + 1;
    while (first > 0 && same_area(check, &set->series[first - 1], own))
        first--;
    while (end < set->series_count && same_area(check, &set->series[end], own))
        end++;
    for (size_t s = first; s < end; s++)
        for (size_t i = 0; s != here && i < set->series[s].count; i++) {
            size_t place = series_figure(check, &set->series[s], i);
            if (is_fact_level(figure_at(check, place)))
                fact = place;
        }
    if (fact != FIGURE_NONE && (own->scope.length || figure_at(check, fact)->scope.length))
        report_break(check, (size_t[]){fact, target}, 2,
                     "同一指标而主体不同，不得用前者判断后者的目标是否完成",
                     "one indicator, two entities: the first does not tell whether the second "
                     "reached its target");
}

void find_scope_breaks(struct check *check)
{
    for (size_t s = 0; s < check->set->series_count; s++)
        judge_target_scope(check, &check->set->series[s]);
}

/* --- Measures --------------------------------------------------------------------------------- */

static bool is_amount(enum measure measure)
{
    return measure == MEASURE_STOCK || measure == MEASURE_FLOW || measure == MEASURE_CUMULATIVE;
}

/* In the order of time, where two neighbours of one series are different kinds of amounts. */
static void judge_measures(struct check *check, const struct series *series)
{
    size_t figures[FINDING_FIGURES_MAX], count = 0;
    bool mixed = false, apart = false;
    for (size_t i = 0; i < series->count && count < COUNT(figures); i++) {
        size_t place = series_figure(check, series, i);
        const struct checked_figure *figure = figure_at(check, place);
        if (!states_level(figure) || !is_amount(figure->measure))
            continue;
        for (size_t j = 0; j < count; j++) {
            const struct checked_figure *other = figure_at(check, figures[j]);
            mixed =
                mixed || (other->measure != figure->measure && other->key_unit == figure->key_unit);
            apart = apart || (mixed && !str_equal(other->period, figure->period));
        }
        figures[count++] = place;
    }
    if (mixed && apart)
        report_break(check, figures, count,
                     "当年数、存量与累计数并存，时间跨度或动词不同，不宜相减或连线",
                     "yearly, stock and cumulative values: different spans, not to be subtracted "
                     "or joined");
}

void find_measure_breaks(struct check *check)
{
    for (size_t s = 0; s < check->set->series_count; s++)
        judge_measures(check, &check->set->series[s]);
}

/* --- Gross for net ---------------------------------------------------------------------------- */

/* Entries of a year against the difference of stocks around it. */
static void judge_entries(struct check *check, size_t place, size_t stock_indicator, bool net)
{
    const struct checked_figure *entries = figure_at(check, place);
    const struct series *stocks = series_of(check->set, stock_indicator, entries->key_area,
                                            entries->key_scope, entries->key_among);
    for (size_t i = 0; stocks && i < stocks->count; i++) {
        size_t rate_place = series_figure(check, stocks, i);
        const struct checked_figure *rate = figure_at(check, rate_place);
        if (rate->measure != MEASURE_GROWTH_RATE || rate->attached == FIGURE_NONE ||
            rate->original != FIGURE_NONE || !figure_is_fact(rate))
            continue;
        const struct checked_figure *stock = figure_at(check, rate->attached);
        if (stock->end.days != entries->end.days || stock->measure != MEASURE_STOCK ||
            stock->key_unit != entries->key_unit)
            continue;
        struct interval base = implied_base(rate, stock->printed);
        struct interval change = {stock->printed.low - base.high, stock->printed.high - base.low};
        if (entries->printed.low <= change.high && change.low <= entries->printed.high)
            continue;
        double middle = (base.low + base.high) / 2;
        size_t figures[] = {place, rate->attached, rate_place};
        report(check, figures, COUNT(figures),
               arena_print(check->arena, "%s：存量净增约%s，与%s不是一回事，不据此判断存量有误",
                           figures_listed(check, figures, COUNT(figures), false).data,
                           amount_words(check->arena, stock->value - middle).data,
                           net ? "所称净增" : "新认定（含期满重认）"),
               arena_print(check->arena,
                           "%s: the stock grew by about %s, which is not the same as entries; it "
                           "does not show the stock to be wrong",
                           figures_listed(check, figures, COUNT(figures), true).data,
                           number_words(check->arena, stock->value - middle).data),
               arena_print(check->arena, "%s/(1+%s%%) = %s; %s - %s = %s ≠ %s",
                           figure_number(check, rate->attached).data,
                           figure_number(check, rate_place).data,
                           number_words(check->arena, middle).data,
                           figure_number(check, rate->attached).data,
                           number_words(check->arena, middle).data,
                           number_words(check->arena, stock->value - middle).data,
                           figure_number(check, place).data));
        return;
    }
}

/* A target for entries beside stocks, in one series. */
static void judge_entry_target(struct check *check, const struct series *series)
{
    size_t targets[FINDING_FIGURES_MAX], count = 0, stock = FIGURE_NONE;
    for (size_t i = 0; i < series->count && count < COUNT(targets) - 1; i++) {
        size_t place = series_figure(check, series, i);
        const struct checked_figure *figure = figure_at(check, place);
        if (figure->measure == MEASURE_INCREMENT && figure->status == FIGURE_TARGET)
            targets[count++] = place;
        else if (figure->measure == MEASURE_STOCK && is_fact_level(figure))
            stock = place;
    }
    if (!count || stock == FIGURE_NONE)
        return;
    targets[count++] = stock;
    report_break(check, targets, count, "目标为当年新增，公布数为存量，不得直接对比得出完成与否",
                 "the target is for entries of a year, the value is a stock: they do not tell "
                 "whether the target was met");
}

void find_gross_for_net(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t r = 0; r < set->relation_count; r++) {
        const struct indicator_relation *relation = &set->relations[r];
        if (relation->kind != RELATION_GROSS_OF && relation->kind != RELATION_NET_OF)
            continue;
        for (size_t s = set->series_of_indicator[relation->a];
             s < set->series_of_indicator[relation->a + 1]; s++)
            for (size_t i = 0; i < set->series[s].count; i++) {
                size_t place = series_figure(check, &set->series[s], i);
                const struct checked_figure *entries = figure_at(check, place);
                if ((entries->measure == MEASURE_INCREMENT ||
                     entries->measure == MEASURE_NET_INCREMENT ||
                     entries->measure == MEASURE_FLOW) &&
                    figure_is_fact(entries) && entries->original == FIGURE_NONE)
                    judge_entries(check, place, relation->b, relation->kind == RELATION_NET_OF);
            }
    }
    for (size_t s = 0; s < set->series_count; s++)
        judge_entry_target(check, &set->series[s]);
}
