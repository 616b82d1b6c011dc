/* Percentages: those that no count gives, and points taken for per cent. */
#include <math.h>
#include <stdlib.h>

#include "plausibility/rules.h"

enum { NAME_ALIKE = 4, SMALLEST_BASE_MAX = 1000000 };

/* Whether some k of n, rounded or cut off, is printed as this percentage. */
static bool some_count_gives(double n, const struct checked_figure *percent)
{
    /* Of all k only the two around the exact share can be near enough. */
    double below = floor(percent->value * n / 100);
    for (int more = 0; more <= 1; more++) {
        double error = 100 * (below + more) / n - percent->value;
        if (below + more <= n && error >= -percent->step / 2 * (1 + 1e-9) &&
            error <= percent->step * (1 + 1e-9))
            return true;
    }
    return false;
}

static bool can_be_base(const struct checked_figure *figure)
{
    return (figure->measure == MEASURE_STOCK || figure->measure == MEASURE_FLOW ||
            figure->measure == MEASURE_CUMULATIVE) &&
           figure->approximation == APPROXIMATION_EXACT && figure->step == 0 &&
           isnan(figure->value_high) && figure->value >= 1 &&
           figure->value == floor(figure->value) && figure_is_fact(figure);
}

/* How well a count fits as the base of a percentage: 0 = not at all. */
static size_t fit_as_base(const struct check *check, const struct checked_figure *percent,
                          const struct checked_figure *base)
{
    const struct checked_indicator *share = figure_indicator(check->set, percent);
    const struct checked_indicator *count = figure_indicator(check->set, base);
    if (!can_be_base(base) || base->indicator == percent->indicator)
        return 0;
    if (share->denominator.length && str_equal(share->denominator, count->name))
        return SIZE_MAX;
    size_t same = common_beginning(share->name, count->name);
    return same >= NAME_ALIKE ? same : 0;
}

static void judge_percentage(struct check *check, size_t place, size_t base_place)
{
    const struct checked_figure *percent = figure_at(check, place),
                                *base = figure_at(check, base_place);
    double n = base->value;
    if (some_count_gives(n, percent))
        return;
    double smallest = 1;
    while (smallest < SMALLEST_BASE_MAX && !some_count_gives(smallest, percent))
        smallest++;
    double below = floor(percent->value * n / 100);
    struct str arithmetic =
        arena_print(check->arena, "%.0f/%.0f = %.4f%%; %.0f/%.0f = %.4f%%; n = %.0f", below, n,
                    100 * below / n, below + 1, n, 100 * (below + 1) / n, smallest);
    report(check, (size_t[]){place, base_place}, 2,
           arena_print(
               check->arena,
               "“%.*s”公布为%.*s，同一来源、同一时期的“%.*s”为%.*s：以此为基数，没有任何整数分子"
               "得出这个百分比（可行的最小基数为%.0f），口径待核",
               STR_PRINT(figure_name(check, place)), STR_PRINT(figure_words(check, place)),
               STR_PRINT(figure_name(check, base_place)),
               STR_PRINT(figure_words(check, base_place)), smallest),
           arena_print(
               check->arena,
               "%.*s is printed as %.*s, and %.*s in the same source and period as %.*s: no "
               "whole numerator over this base gives the percentage (the smallest base "
               "that does is %.0f); the base is to be verified",
               STR_PRINT(figure_name_en(check, place)), STR_PRINT(figure_words_en(check, place)),
               STR_PRINT(figure_name_en(check, base_place)),
               STR_PRINT(figure_words_en(check, base_place)), smallest),
           arithmetic);
}

/* Figures of one source, area, scope and time stand together. */
struct source_key {
    uint32_t source, area, scope;
    int32_t end, start;
    size_t place;
};

static int compare_sources(const void *one, const void *other)
{
    const struct source_key *a = one, *b = other;
    const int64_t left[] = {a->source, a->area, a->scope, a->end, a->start, (int64_t)a->place};
    const int64_t right[] = {b->source, b->area, b->scope, b->end, b->start, (int64_t)b->place};
    for (size_t i = 0; i < COUNT(left); i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

static bool stand_together(const struct source_key *a, const struct source_key *b)
{
    return a->source == b->source && a->area == b->area && a->scope == b->scope &&
           a->end == b->end && a->start == b->start;
}

static bool is_exact_percentage(const struct checked_figure *figure)
{
    return is_percent(figure) && figure->measure == MEASURE_SHARE && is_fact_level(figure) &&
           figure->approximation == APPROXIMATION_EXACT && isnan(figure->value_high) &&
           figure->value > 0 && figure->value < 100;
}

static void judge_group(struct check *check, const struct source_key *group, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct checked_figure *percent = figure_at(check, group[i].place);
        size_t best = 0, base = FIGURE_NONE;
        if (!is_exact_percentage(percent))
            continue;
        for (size_t j = 0; j < count; j++) {
            size_t fit = fit_as_base(check, percent, figure_at(check, group[j].place));
            if (fit > best) {
                best = fit;
                base = group[j].place;
            }
        }
        if (base != FIGURE_NONE)
            judge_percentage(check, group[i].place, base);
    }
}

void find_impossible_percentages(struct check *check)
{
    const struct figure_set *set = check->set;
    struct source_key *keys = arena_array(check->arena, set->count + 1, sizeof(*keys));
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct checked_figure *figure = &set->figures[i];
        if (is_exact_percentage(figure) || can_be_base(figure))
            keys[count++] =
                (struct source_key){figure->key_source, figure->key_area,   figure->key_scope,
                                    figure->end.days,   figure->start.days, i};
    }
    qsort(keys, count, sizeof(*keys), compare_sources);
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && stand_together(&keys[first], &keys[next]);)
            next++;
        if (next - first > 1)
            judge_group(check, &keys[first], next - first);
    }
}

/* --- Points and per cent --------------------------------------------------------------------- */

static bool overlap(struct interval a, struct interval b)
{
    return a.low <= b.high && b.low <= a.high;
}

static void judge_change(struct check *check, size_t place, size_t base_place)
{
    const struct checked_figure *change = figure_at(check, place),
                                *base = figure_at(check, base_place);
    const struct checked_figure *level = figure_at(check, change->attached);
    struct interval points = {level->printed.low - change->printed.high,
                              level->printed.high - change->printed.low};
    struct interval percent = {level->printed.low / (1 + change->printed.high / 100),
                               level->printed.high / (1 + change->printed.low / 100)};
    bool fits_points = overlap(points, base->printed),
         fits_percent = overlap(percent, base->printed);
    bool says_points = change->measure == MEASURE_CHANGE_PP;
    if (fits_points == fits_percent || fits_points == says_points)
        return;
    const char *said = says_points ? "百分点" : "百分之",
               *other = says_points ? "百分之" : "百分点";
    report(check, (size_t[]){place, change->attached, base_place}, 3,
           arena_print(check->arena,
                       "“%.*s”%.*s，变动写作%.*s（%s），按此与%.*s不符，按%s则相符，单位待核",
                       STR_PRINT(figure_name(check, place)),
                       STR_PRINT(figure_words(check, change->attached)),
                       STR_PRINT(figure_words(check, place)), said,
                       STR_PRINT(figure_words(check, base_place)), other),
           arena_print(check->arena,
                       "%.*s: %.*s changed by %.*s, which does not fit %.*s as it is written and "
                       "would as %s; the unit is to be verified",
                       STR_PRINT(figure_name_en(check, place)),
                       STR_PRINT(figure_words_en(check, change->attached)),
                       STR_PRINT(figure_words_en(check, place)),
                       STR_PRINT(figure_words_en(check, base_place)),
                       says_points ? "per cent" : "percentage points"),
           arena_print(check->arena, "%g - %g = %g; %g/(1+%g/100) = %.4g; %g", level->value,
                       change->value, level->value - change->value, level->value, change->value,
                       level->value / (1 + change->value / 100), base->value));
}

void find_points_taken_for_percent(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t s = 0; s < set->series_count; s++) {
        const struct series *series = &set->series[s];
        for (size_t i = 0; i < series->count; i++) {
            size_t place = series_figure(check, series, i);
            const struct checked_figure *change = figure_at(check, place);
            if ((change->measure != MEASURE_GROWTH_RATE && change->measure != MEASURE_CHANGE_PP) ||
                change->attached == FIGURE_NONE || !date_known(change->base_end) ||
                !is_percent(figure_at(check, change->attached)) ||
                change->approximation != APPROXIMATION_EXACT)
                continue;
            for (size_t j = 0; j < series->count; j++) {
                size_t base = series_figure(check, series, j);
                if (is_fact_level(figure_at(check, base)) &&
                    figure_at(check, base)->end.days == change->base_end.days &&
                    same_kind(figure_at(check, base), figure_at(check, change->attached)))
                    judge_change(check, place, base);
            }
        }
    }
}
