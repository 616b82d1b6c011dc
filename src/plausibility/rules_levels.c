/* One series by itself: totals and stocks that fall, implied drops, units that slipped. */
#include <math.h>

#include "plausibility/formula.h"
#include "plausibility/network.h"
#include "plausibility/rules.h"

static void report_pair(struct check *check, const size_t *figures, size_t count, const char *why,
                        const char *why_en, struct str arithmetic)
{
    report(check, figures, count,
           arena_print(check->arena, "“%.*s”%.*s，%.*s：%s",
                       STR_PRINT(figure_name(check, figures[0])),
                       STR_PRINT(figure_words(check, figures[0])),
                       STR_PRINT(figure_words(check, figures[1])), why),
           arena_print(check->arena, "%.*s: %.*s, %.*s: %s",
                       STR_PRINT(figure_name_en(check, figures[0])),
                       STR_PRINT(figure_words_en(check, figures[0])),
                       STR_PRINT(figure_words_en(check, figures[1])), why_en),
           arithmetic);
}

static struct str compared(const struct check *check, size_t a, const char *sign, size_t b)
{
    return arena_print(check->arena, "%s %s %s", figure_number(check, a).data, sign,
                       figure_number(check, b).data);
}

/* --- Cumulative values ----------------------------------------------------------------------- */

static bool has_open_count(const struct checked_figure *figure)
{
    struct period period;
    return period_parse(figure->period, &period) && period.kind != PERIOD_RANGE;
}

/* Both count from the same day, or from the beginning. */
static bool counts_from_the_same_day(const struct checked_figure *a, const struct checked_figure *b)
{
    return (has_open_count(a) && has_open_count(b)) || a->start.days == b->start.days;
}

static void compare_totals(struct check *check, const struct series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        size_t later = series_figure(check, series, i);
        const struct checked_figure *b = figure_at(check, later);
        if (b->measure != MEASURE_CUMULATIVE || !is_fact_level(b))
            continue;
        for (size_t j = i; j-- > 0;) {
            size_t earlier = series_figure(check, series, j);
            const struct checked_figure *a = figure_at(check, earlier);
            if (a->measure != MEASURE_CUMULATIVE || !is_fact_level(a) || !same_kind(a, b) ||
                a->end.days == b->end.days || !counts_from_the_same_day(a, b))
                continue;
            if (b->printed.high < a->printed.low)
                report_pair(check, (size_t[]){earlier, later}, 2,
                            "累计数低于较早的数，统计范围待核",
                            "a cumulative value below an earlier one; the scope is to be verified",
                            compared(check, earlier, ">", later));
            break; /* the nearest before it */
        }
    }
}

/* A total over several years against the years themselves. */
static void compare_with_years(struct check *check, const struct series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        size_t total_place = series_figure(check, series, i);
        const struct checked_figure *total = figure_at(check, total_place);
        size_t parts[FINDING_FIGURES_MAX] = {total_place}, count = 1;
        double sum = 0;
        int32_t covered = INT32_MIN;
        if (total->measure != MEASURE_CUMULATIVE || !is_fact_level(total) ||
            has_open_count(total) || !date_known(total->start))
            continue;
        for (size_t j = 0; j < series->count && count < COUNT(parts); j++) {
            const struct checked_figure *year = figure_at(check, series_figure(check, series, j));
            if (year->measure != MEASURE_FLOW || !is_fact_level(year) ||
                year->key_unit != total->key_unit ||
                year->definition_version != total->definition_version || !date_known(year->start) ||
                year->start.days < total->start.days || year->end.days > total->end.days ||
                year->start.days <= covered)
                continue;
            parts[count++] = series_figure(check, series, j);
            sum += fmax(year->printed.low, 0);
            covered = year->end.days;
        }
        if (count > 1 && sum > total->printed.high)
            report_pair(
                check, parts, count, "时期之内各年之和大于累计数，口径待核",
                "the years within it come to more than the cumulative value; to be verified",
                arena_print(check->arena, "%s > %s", number_words(check->arena, sum).data,
                            figure_number(check, total_place).data));
    }
}

/* The last fact of a cumulative kind in the same place as `like`, after it; FIGURE_NONE = none. */
static size_t later_total(const struct check *check, size_t indicator,
                          const struct checked_figure *like)
{
    const struct series *series =
        series_of(check->set, indicator, like->key_area, like->key_scope, like->key_among);
    for (size_t i = series ? series->count : 0; i-- > 0;) {
        size_t place = series_figure(check, series, i);
        const struct checked_figure *figure = figure_at(check, place);
        if (figure->measure == MEASURE_CUMULATIVE && is_fact_level(figure) &&
            figure->end.days > like->end.days && figure->key_unit == like->key_unit)
            return place;
    }
    return FIGURE_NONE;
}

enum { NAME_ALIKE = 4 };

/* 223.52 of a whole in 2021, 207.21 of its part of the same name in 2023: which was meant? */
static void compare_whole_with_parts(struct check *check, size_t whole_place,
                                     const struct formula_parts *parts)
{
    const struct checked_figure *whole = figure_at(check, whole_place);
    size_t figures[1 + FORMULA_TERMS_MAX] = {whole_place}, count = 1;
    double sum = 0;
    bool below = false;
    for (size_t i = 0; i < parts->term_count; i++) {
        size_t part = later_total(check, parts->terms[i], whole);
        if (part == FIGURE_NONE)
            continue;
        figures[count++] = part;
        sum += figure_at(check, part)->value;
        below =
            below || (figure_at(check, part)->printed.high < whole->printed.low &&
                      common_beginning(figure_indicator(check->set, whole)->name,
                                       check->set->indicators[parts->terms[i]].name) >= NAME_ALIKE);
    }
    if (below)
        report_pair(check, figures, count,
                    "后者是前者的一部分而名称相近，累计数低于较早的数；较早的数是否含其他部分待核",
                    "the second is a part of the first with nearly its name, and below it; whether "
                    "the earlier includes the other parts is to be verified",
                    arena_print(check->arena, "%s > %s; Σ = %s",
                                figure_number(check, whole_place).data,
                                figure_number(check, figures[1]).data,
                                number_words(check->arena, sum).data));
}

void find_falling_totals(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t s = 0; s < set->series_count; s++) {
        compare_totals(check, &set->series[s]);
        compare_with_years(check, &set->series[s]);
    }
    for (size_t f = 0; f < set->formula_count; f++) {
        size_t indicator = set->formulas[f].indicator;
        struct formula_parts parts = formula_read(set, &set->formulas[f]);
        if (parts.shape != FORMULA_SUM)
            continue;
        for (size_t s = set->series_of_indicator[indicator];
             s < set->series_of_indicator[indicator + 1]; s++)
            for (size_t i = 0; i < set->series[s].count; i++) {
                size_t place = series_figure(check, &set->series[s], i);
                const struct checked_figure *whole = figure_at(check, place);
                if (whole->measure == MEASURE_CUMULATIVE && is_fact_level(whole))
                    compare_whole_with_parts(check, place, &parts);
            }
    }
}

/* --- Stocks ----------------------------------------------------------------------------------- */

/* The nominal value is clearly lower, whatever "more than" may leave open. */
static bool is_printed_lower(const struct checked_figure *b, const struct checked_figure *a)
{
    return b->value + b->step < a->value - a->step / 2;
}

void find_falling_stocks(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t s = 0; s < set->series_count; s++) {
        const struct series *series = &set->series[s];
        if (str_is(set->indicators[figure_at(check, series_figure(check, series, 0))->indicator]
                       .direction,
                   "down"))
            continue;
        size_t before = FIGURE_NONE;
        for (size_t i = 0; i < series->count; i++) {
            size_t place = series_figure(check, series, i);
            const struct checked_figure *b = figure_at(check, place);
            if (b->measure != MEASURE_STOCK || !is_fact_level(b))
                continue;
            if (before != FIGURE_NONE && same_kind(figure_at(check, before), b) &&
                is_printed_lower(b, figure_at(check, before))) {
                const struct checked_figure *a = figure_at(check, before);
                size_t figures[FINDING_FIGURES_MAX] = {before, place}, count = 2;
                for (size_t j = i + 1; j < series->count && count < COUNT(figures); j++) {
                    size_t later = series_figure(check, series, j);
                    const struct checked_figure *c = figure_at(check, later);
                    if (c->measure == MEASURE_STOCK && is_fact_level(c) && same_kind(a, c) &&
                        c->value + c->step >= a->value)
                        figures[count++] = later;
                }
                if (count > 2)
                    report_pair(check, figures, count,
                                b->approximation == APPROXIMATION_OVER
                                    ? "后一数为下限表述，其后又回到原来的水平，口径待核，不作下降"
                                    : "存量先降后升，口径是否调整待核",
                                b->approximation == APPROXIMATION_OVER
                                    ? "the second is a lower bound and later values are at the old "
                                      "level; to be verified, no decline"
                                    : "a stock that falls and comes back; whether the scope "
                                      "changed is to be verified",
                                compared(check, before, ">", place));
            }
            before = place;
        }
    }
}

/* --- Implied drops ---------------------------------------------------------------------------- */

static const double LARGE_DROP = 0.7;
enum { YEARS_BACK_DAYS = 3 * 366 };

static void judge_drop(struct check *check, const struct series *series, size_t rate_place)
{
    const struct checked_figure *rate = figure_at(check, rate_place);
    const struct checked_figure *level = figure_at(check, rate->attached);
    struct interval implied = implied_base(rate, level->printed);
    size_t earlier = FIGURE_NONE;
    for (size_t i = 0; i < series->count; i++) {
        size_t place = series_figure(check, series, i);
        const struct checked_figure *figure = figure_at(check, place);
        if (!is_fact_level(figure) || !same_kind(figure, level))
            continue;
        if (figure->end.days == rate->base_end.days)
            return; /* published: the other rules compare it */
        if (figure->end.days < rate->base_end.days &&
            figure->end.days > rate->base_end.days - YEARS_BACK_DAYS)
            earlier = place;
    }
    if (earlier == FIGURE_NONE ||
        implied.high >= LARGE_DROP * figure_at(check, earlier)->printed.low)
        return;
    double base = (implied.low + implied.high) / 2, before = figure_at(check, earlier)->value;
    report_pair(
        check, (size_t[]){earlier, rate->attached, rate_place, rate_of(check, series, earlier)}, 4,
        arena_print(check->arena, "由后者及其增速反推的上期值约为%s，低于前者，统计范围待核",
                    amount_words(check->arena, base).data)
            .data,
        arena_print(check->arena,
                    "the base implied by the second and its growth is about %s, below the "
                    "first; the scope is to be verified",
                    number_words(check->arena, base).data)
            .data,
        arena_print(check->arena, "%s/(1+%s%%) = %s; %s/%s-1 = %.1f%%",
                    figure_number(check, rate->attached).data,
                    figure_number(check, rate_place).data, number_words(check->arena, base).data,
                    number_words(check->arena, base).data, number_words(check->arena, before).data,
                    100 * (base / before - 1)));
}

void find_implied_drops(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t s = 0; s < set->series_count; s++)
        for (size_t i = 0; i < set->series[s].count; i++) {
            size_t place = series_figure(check, &set->series[s], i);
            const struct checked_figure *rate = figure_at(check, place);
            if (rate->measure != MEASURE_GROWTH_RATE || rate->attached == FIGURE_NONE ||
                rate->original != FIGURE_NONE || !date_known(rate->base_end))
                continue;
            const struct checked_figure *level = figure_at(check, rate->attached);
            if ((level->measure == MEASURE_FLOW || level->measure == MEASURE_STOCK) &&
                level->indicator == rate->indicator && level->value > 0)
                judge_drop(check, &set->series[s], place);
        }
}

/* --- Units ------------------------------------------------------------------------------------ */

/* The factor by which a unit may have slipped between two values; 0 = none. */
static double slip_between(double a, double b, bool percent)
{
    static const double of_amounts[] = {1e3, 1e4, 1e8};
    static const double of_percentages[] = {100};
    const double *factors = percent ? of_percentages : of_amounts;
    double ratio = a > b ? a / b : b / a;
    for (size_t i = 0; i < (percent ? COUNT(of_percentages) : COUNT(of_amounts)); i++)
        if (ratio > factors[i] / 2.5 && ratio < factors[i] * 2.5)
            return factors[i];
    return 0;
}

void find_unit_slips(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t s = 0; s < set->series_count; s++) {
        size_t before = FIGURE_NONE;
        for (size_t i = 0; i < set->series[s].count; i++) {
            size_t place = series_figure(check, &set->series[s], i);
            const struct checked_figure *b = figure_at(check, place);
            if (!measure_is_level(b->measure) || b->original != FIGURE_NONE || b->value <= 0 ||
                b->measure == MEASURE_RANK)
                continue;
            if (before != FIGURE_NONE && same_kind(figure_at(check, before), b)) {
                const struct checked_figure *a = figure_at(check, before);
                double factor = slip_between(a->value, b->value, is_percent(b));
                if (factor > 0)
                    report_pair(check, (size_t[]){before, place}, 2,
                                arena_print(check->arena, "两数约差%.0f倍，单位待核", factor).data,
                                arena_print(check->arena,
                                            "they differ by a factor of about %.0f; the unit is "
                                            "to be verified",
                                            factor)
                                    .data,
                                arena_print(check->arena, "%s / %s = %.4g",
                                            number_words(check->arena, b->value).data,
                                            number_words(check->arena, a->value).data,
                                            b->value / a->value));
            }
            before = place;
        }
    }
}
