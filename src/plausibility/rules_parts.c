/* Parts and wholes. */
#include <math.h>

#include "plausibility/formula.h"
#include "plausibility/rules.h"

/* Amounts that may be held against each other: what is there, what came in a period, what was
 * added. */
static int kind_of_amount(enum measure measure)
{
    static const int kinds[] = {[MEASURE_STOCK] = 1,
                                [MEASURE_CUMULATIVE] = 1,
                                [MEASURE_FLOW] = 2,
                                [MEASURE_INCREMENT] = 3,
                                [MEASURE_OTHER] = 0};
    return kinds[measure];
}

static bool comparable(const struct checked_figure *part, const struct checked_figure *whole)
{
    return kind_of_amount(part->measure) &&
           kind_of_amount(part->measure) == kind_of_amount(whole->measure) &&
           part->key_unit == whole->key_unit &&
           (part->status == FIGURE_TARGET) == (whole->status == FIGURE_TARGET);
}

static bool counts(const struct checked_figure *figure)
{
    return figure->original == FIGURE_NONE && figure->status != FIGURE_IMPLIED &&
           kind_of_amount(figure->measure);
}

/* The first figure of a series that may be held against `part`: of the same time or, where the
 * part is a zone's, of the next. */
static size_t whole_for(const struct check *check, const struct series *series,
                        const struct checked_figure *part, bool later)
{
    for (size_t i = 0; series && i < series->count; i++) {
        size_t place = series_figure(check, series, i);
        const struct checked_figure *whole = figure_at(check, place);
        if (counts(whole) && comparable(part, whole) &&
            (later ? whole->end.days >= part->end.days : whole->end.days == part->end.days) &&
            (later || whole->measure != MEASURE_FLOW || whole->start.days == part->start.days))
            return place;
    }
    return FIGURE_NONE;
}

static void report_excess(struct check *check, const size_t *parts, size_t count, double sum,
                          const struct series *series, size_t whole)
{
    size_t figures[FINDING_FIGURES_MAX], all = 0;
    struct buf zh = {.arena = check->arena}, en = {.arena = check->arena};
    struct buf numbers = {.arena = check->arena};
    for (size_t i = 0; i < count && all < FINDING_FIGURES_MAX - 2; i++) {
        figures[all++] = parts[i];
        buf_print(&zh, "%s“%.*s”%.*s", i ? "、" : "", STR_PRINT(figure_name(check, parts[i])),
                  STR_PRINT(figure_words(check, parts[i])));
        buf_print(&en, "%s%.*s: %.*s", i ? ", " : "", STR_PRINT(figure_name_en(check, parts[i])),
                  STR_PRINT(figure_words_en(check, parts[i])));
        buf_print(&numbers, "%s%s", i ? " + " : "", figure_number(check, parts[i]).data);
    }
    figures[all++] = whole;
    figures[all++] = rate_of(check, series, whole);
    if (count > 1)
        buf_print(&numbers, " = %s", number_words(check->arena, sum).data);
    report(
        check, figures, all,
        arena_print(check->arena,
                    "%.*s，大于“%.*s”%.*s：部分不应大于整体，两者的认定口径或统计范围待核，不宜相除"
                    "求占比",
                    STR_PRINT(buf_str(&zh)), STR_PRINT(figure_name(check, whole)),
                    STR_PRINT(figure_words(check, whole))),
        arena_print(check->arena,
                    "%.*s is more than %.*s: %.*s; a part is not above its whole, the "
                    "definitions or scopes are to be verified before a share is taken",
                    STR_PRINT(buf_str(&en)), STR_PRINT(figure_name_en(check, whole)),
                    STR_PRINT(figure_words_en(check, whole))),
        arena_print(check->arena, "%.*s > %s", STR_PRINT(buf_str(&numbers)),
                    figure_number(check, whole).data));
}

/* One declared part against the whole in the same scope, or in the area around the scope. */
static void judge_part(struct check *check, size_t place, size_t whole_indicator)
{
    const struct checked_figure *part = figure_at(check, place);
    bool zone = part->scope.length && whole_indicator != FIGURE_NONE;
    const struct series *series =
        series_of(check->set, whole_indicator, part->key_area,
                  zone || whole_indicator == part->indicator ? check->no_scope : part->key_scope,
                  part->key_among);
    size_t whole = whole_for(check, series, part, zone);
    if (whole != FIGURE_NONE && whole != place &&
        part->printed.low > figure_at(check, whole)->printed.high)
        report_excess(check, &place, 1, part->value, series, whole);
}

/* Zones of one time together: 西部科学城 and 两江 against the city. */
static void judge_zones(struct check *check, size_t whole_indicator)
{
    const struct figure_set *set = check->set;
    size_t parts[FINDING_FIGURES_MAX], count = 0;
    for (size_t r = 0; r < set->relation_count; r++) {
        const struct indicator_relation *relation = &set->relations[r];
        if (relation->kind != RELATION_PART_OF || relation->b != whole_indicator)
            continue;
        for (size_t s = set->series_of_indicator[relation->a];
             s < set->series_of_indicator[relation->a + 1]; s++)
            for (size_t i = 0; i < set->series[s].count && count < COUNT(parts); i++) {
                size_t place = series_figure(check, &set->series[s], i);
                const struct checked_figure *part = figure_at(check, place);
                bool fits = part->scope.length && counts(part) && figure_is_fact(part);
                for (size_t p = 0; fits && p < count; p++) {
                    const struct checked_figure *other = figure_at(check, parts[p]);
                    fits = other->key_scope != part->key_scope && comparable(other, part) &&
                           other->end.days == part->end.days && other->key_area == part->key_area;
                }
                if (fits)
                    parts[count++] = place;
            }
    }
    double sum = 0, low = 0;
    for (size_t p = 0; p < count; p++) {
        sum += figure_at(check, parts[p])->value;
        low += figure_at(check, parts[p])->printed.low;
    }
    if (count < 2)
        return;
    const struct checked_figure *part = figure_at(check, parts[0]);
    const struct series *series =
        series_of(set, whole_indicator, part->key_area, check->no_scope, part->key_among);
    size_t whole = whole_for(check, series, part, true);
    if (whole != FIGURE_NONE && low > figure_at(check, whole)->printed.high)
        report_excess(check, parts, count, sum, series, whole);
}

void find_parts_above_wholes(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t r = 0; r < set->relation_count; r++) {
        const struct indicator_relation *relation = &set->relations[r];
        if (relation->kind != RELATION_PART_OF)
            continue;
        for (size_t s = set->series_of_indicator[relation->a];
             s < set->series_of_indicator[relation->a + 1]; s++)
            for (size_t i = 0; i < set->series[s].count; i++) {
                size_t place = series_figure(check, &set->series[s], i);
                if (counts(figure_at(check, place)))
                    judge_part(check, place, relation->b);
            }
        bool first = true;
        for (size_t q = 0; q < r; q++)
            first = first && !(set->relations[q].kind == RELATION_PART_OF &&
                               set->relations[q].b == relation->b);
        if (first)
            judge_zones(check, relation->b);
    }
    for (size_t i = 0; i < set->count; i++)
        if (set->figures[i].scope.length && counts(&set->figures[i]))
            judge_part(check, i, set->figures[i].indicator);
}

/* --- Sums ------------------------------------------------------------------------------------- */

static void judge_sum(struct check *check, size_t whole_place, const struct formula_parts *parts)
{
    const struct checked_figure *whole = figure_at(check, whole_place);
    size_t figures[1 + FORMULA_TERMS_MAX] = {whole_place};
    struct interval sum = {0, 0};
    struct buf numbers = {.arena = check->arena};
    for (size_t i = 0; i < parts->term_count; i++) {
        const struct series *series = series_of(check->set, parts->terms[i], whole->key_area,
                                                whole->key_scope, whole->key_among);
        size_t place = whole_for(check, series, whole, false);
        if (place == FIGURE_NONE)
            return;
        figures[1 + i] = place;
        sum.low += figure_at(check, place)->printed.low;
        sum.high += figure_at(check, place)->printed.high;
        buf_print(&numbers, "%s%s", i ? " + " : "", figure_number(check, place).data);
    }
    if (sum.low <= whole->printed.high && whole->printed.low <= sum.high)
        return;
    report(check, figures, 1 + parts->term_count,
           arena_print(check->arena, "“%.*s”%.*s，各部分之和为%s，在取整精度内不符，口径待核",
                       STR_PRINT(figure_name(check, whole_place)),
                       STR_PRINT(figure_words(check, whole_place)), buf_str(&numbers).data),
           arena_print(check->arena,
                       "%.*s: %.*s, and its parts give %s, which differ by more than rounding; the "
                       "definitions are to be verified",
                       STR_PRINT(figure_name_en(check, whole_place)),
                       STR_PRINT(figure_words_en(check, whole_place)), buf_str(&numbers).data),
           arena_print(check->arena, "%s ≠ %s", buf_str(&numbers).data,
                       figure_number(check, whole_place).data));
}

void find_sums_that_miss(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t f = 0; f < set->formula_count; f++) {
        size_t indicator = set->formulas[f].indicator;
        struct formula_parts parts = formula_read(set, &set->formulas[f]);
        if (parts.shape != FORMULA_SUM)
            continue;
        for (size_t s = set->series_of_indicator[indicator];
             s < set->series_of_indicator[indicator + 1]; s++)
            for (size_t i = 0; i < set->series[s].count; i++) {
                size_t place = series_figure(check, &set->series[s], i);
                if (counts(figure_at(check, place)) && figure_is_fact(figure_at(check, place)))
                    judge_sum(check, place, &parts);
            }
    }
}
