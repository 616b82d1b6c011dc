/* Several figures for one thing: estimates and finals, two publishers, repeats, streaks. */
#include "plausibility/rules.h"

static bool apart(const struct checked_figure *a, const struct checked_figure *b)
{
    return a->printed.high < b->printed.low || b->printed.high < a->printed.low;
}

/* The first two are named, the others go with them. */
static void report_two(struct check *check, const size_t *figures, size_t count, const char *why,
                       const char *why_en)
{
    size_t a = figures[0], b = figures[1];
    report(check, figures, count,
           arena_print(check->arena, "“%.*s”一处为%.*s，一处为%.*s：%s",
                       STR_PRINT(figure_name(check, a)), STR_PRINT(figure_words(check, a)),
                       STR_PRINT(figure_words(check, b)), why),
           arena_print(check->arena, "%.*s is %.*s in one place and %.*s in another: %s",
                       STR_PRINT(figure_name_en(check, a)), STR_PRINT(figure_words_en(check, a)),
                       STR_PRINT(figure_words_en(check, b)), why_en),
           arena_print(check->arena, "%s ≠ %s", figure_number(check, a).data,
                       figure_number(check, b).data));
}

static bool same_thing(const struct checked_figure *a, const struct checked_figure *b)
{
    return a->start.days == b->start.days && a->measure == b->measure && a->key_unit == b->key_unit;
}

/* An estimate, and what was said of its period with more finality. */
static void judge_estimate(struct check *check, const struct series *series, size_t n)
{
    size_t early = series_figure(check, series, n), figures[FINDING_FIGURES_MAX] = {early};
    const struct checked_figure *estimate = figure_at(check, early);
    size_t count = 1;
    if (!is_fact_level(estimate) || estimate->status > FIGURE_PRELIMINARY)
        return;
    while (n > 0 &&
           figure_at(check, series_figure(check, series, n - 1))->end.days == estimate->end.days)
        n--;
    for (; n < series->count && count < COUNT(figures); n++) {
        const struct checked_figure *later = figure_at(check, series_figure(check, series, n));
        if (later->end.days != estimate->end.days)
            break;
        if (is_fact_level(later) && later->status > FIGURE_PRELIMINARY &&
            same_thing(later, estimate) && apart(later, estimate))
            figures[count++] = series_figure(check, series, n);
    }
    if (count > 1)
        report_two(check, figures, count, "采用更终的数，预计数保留备查",
                   "the more final value is used, the estimate is kept for reference");
}

void find_replaced_estimates(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t s = 0; s < set->series_count; s++)
        for (size_t i = 0; i < set->series[s].count; i++)
            judge_estimate(check, &set->series[s], i);
}

static bool is_settled(const struct checked_figure *figure)
{
    return is_fact_level(figure) && figure->status > FIGURE_PRELIMINARY &&
           figure->status < FIGURE_REVISED;
}

/* Figures of one period end together, so they stand side by side. */
void find_publishers_that_differ(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t s = 0; s < set->series_count; s++)
        for (size_t i = 1; i < set->series[s].count; i++) {
            size_t place = series_figure(check, &set->series[s], i);
            const struct checked_figure *b = figure_at(check, place);
            for (size_t j = i; j-- > 0 && is_settled(b);) {
                size_t before = series_figure(check, &set->series[s], j);
                const struct checked_figure *a = figure_at(check, before);
                if (a->end.days != b->end.days)
                    break;
                if (is_settled(a) && same_thing(a, b) && apart(a, b) &&
                    a->key_source != b->key_source &&
                    a->definition_version == b->definition_version)
                    report_two(check, (size_t[]){before, place}, 2,
                               "两处公布的数不同，引用时注明来源，口径待核",
                               "two sources differ; name the source, the definitions are to be "
                               "verified");
            }
        }
}

void find_unequal_repeats(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t i = 0; i < set->count; i++)
        if (set->figures[i].original != FIGURE_NONE &&
            apart(&set->figures[i], figure_at(check, set->figures[i].original)))
            report_two(check, (size_t[]){set->figures[i].original, i}, 2,
                       "标为同一数的重复而数不同，原文待核",
                       "marked as a repeat, with another value; the text is to be verified");
}

/* --- Streaks ---------------------------------------------------------------------------------- */

enum { NAME_ALIKE = 6 };

static void judge_streak(struct check *check, size_t streak_place, const struct series *ranks)
{
    const struct checked_figure *streak = figure_at(check, streak_place);
    struct date from = date_add_months(streak->end, -12 * (int)streak->value);
    for (size_t i = 0; i < ranks->count; i++) {
        size_t place = series_figure(check, ranks, i);
        const struct checked_figure *rank = figure_at(check, place);
        if (rank->measure != MEASURE_RANK || !is_fact_level(rank) || rank->printed.low <= 1 ||
            rank->end.days <= from.days || rank->end.days > streak->end.days)
            continue;
        report(check, (size_t[]){streak_place, place}, 2,
               arena_print(check->arena, "“%.*s”%.*s，而其间“%.*s”%.*s：连续年数待核",
                           STR_PRINT(figure_name(check, streak_place)),
                           STR_PRINT(figure_words(check, streak_place)),
                           STR_PRINT(figure_name(check, place)),
                           STR_PRINT(figure_words(check, place))),
               arena_print(check->arena,
                           "%.*s: %.*s, and within it %.*s: %.*s; the streak is to be verified",
                           STR_PRINT(figure_name_en(check, streak_place)),
                           STR_PRINT(figure_words_en(check, streak_place)),
                           STR_PRINT(figure_name_en(check, place)),
                           STR_PRINT(figure_words_en(check, place))),
               arena_print(check->arena, "%s > 1", figure_number(check, place).data));
    }
}

void find_rank_contradictions(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t i = 0; i < set->count; i++) {
        const struct checked_figure *streak = &set->figures[i];
        if (streak->measure != MEASURE_STREAK || !is_fact_level(streak) || streak->value < 1 ||
            streak->value > 100)
            continue;
        for (size_t n = 0; n < set->indicator_count; n++) {
            if (set->indicators[n].measure != MEASURE_RANK ||
                common_beginning(set->indicators[n].name, set->indicators[streak->indicator].name) <
                    NAME_ALIKE)
                continue;
            const struct series *ranks =
                series_of(set, n, streak->key_area, streak->key_scope, streak->key_among);
            if (ranks)
                judge_streak(check, i, ranks);
        }
    }
}
