/* What follows from figures against what is printed. */
#include <math.h>

#include "plausibility/network.h"
#include "plausibility/rules.h"
#include "plausibility/table.h"

/* A contradiction shows at each level that it empties; it is one. */
static bool was_reported(const struct check *check, struct table *reported, const size_t *figures,
                         size_t count)
{
    struct str key = {(const char *)figures, count * sizeof(*figures)};
    uint32_t known = 0;
    if (table_find(reported, key, &known))
        return true;
    table_key(check->arena, reported, arena_str(check->arena, key));
    return false;
}

void find_disagreements(struct check *check)
{
    const struct network *network = network_settle(check->arena, check->set);
    struct table reported = {0};
    for (size_t i = 0; i < network->level_count; i++) {
        size_t figures[FINDING_FIGURES_MAX];
        const struct level *level = &network->levels[i];
        if (!level->empty)
            continue;
        size_t count = network_reasons(check->arena, network, i, figures, COUNT(figures));
        if (count < 2 || was_reported(check, &reported, figures, count))
            continue;
        report(check, figures, count,
               arena_print(check->arena, "%s：逐级推算后不能同时成立，口径、基数或约数的含义待核",
                           figures_listed(check, figures, count, false).data),
               arena_print(check->arena,
                           "%s: worked through, these cannot all be true; definitions, bases or "
                           "the meaning of approximations are to be verified",
                           figures_listed(check, figures, count, true).data),
               arena_print(check->arena, "≥ %s, ≤ %s",
                           number_words(check->arena, level->now.low).data,
                           number_words(check->arena, level->now.high).data));
    }
}

/* --- Claims ----------------------------------------------------------------------------------- */

/* Rounding and the words of a speech: 1.9 times may be called a doubling. */
static const double CLAIM_TOLERANCE = 0.9;
enum { YEAR_AND_A_BIT = 400 };

/* The farthest apart that two published values are, the earlier one in the span. Values before its
 * end and targets up to a year after it count: a claim is doubted only where even these do not
 * reach. */
static void judge_claim(struct check *check, const struct claim *claim, const struct series *series)
{
    size_t figures[FINDING_FIGURES_MAX] = {claim->figure}, count = 1;
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < series->count && count < COUNT(figures); i++) {
        size_t place = series_figure(check, series, i);
        const struct checked_figure *figure = figure_at(check, place);
        if (!measure_is_level(figure->measure) || figure->original != FIGURE_NONE ||
            figure->value <= 0 || figure->status == FIGURE_IMPLIED ||
            figure->end.days < claim->base_end.days ||
            figure->end.days > claim->end.days + YEAR_AND_A_BIT)
            continue;
        figures[count++] = place;
        least = fmin(least, figure->printed.low);
        most =
            fmax(most, isfinite(figure->printed.high) ? figure->printed.high : figure->value * 2);
    }
    if (count < 3 || most >= CLAIM_TOLERANCE * claim->multiple * least)
        return;
    report(
        check, figures, count,
        arena_print(check->arena,
                    "原文把“%.*s”列为一段时期内达到%g倍的指标，而前后公布的数（%s）相差至多%.2f倍："
                    "所指指标或“倍增”的含义待核",
                    STR_PRINT(check->set->indicators[claim->indicator].name), claim->multiple,
                    figures_listed(check, &figures[1], count - 1, false).data, most / least),
        arena_print(check->arena,
                    "The text counts %.*s among what reached %g times its base, and the "
                    "published values (%s) are at most %.2f times apart; which indicator, or "
                    "what is meant by it, is to be verified",
                    STR_PRINT(check->set->indicators[claim->indicator].name_en), claim->multiple,
                    figures_listed(check, &figures[1], count - 1, true).data, most / least),
        arena_print(check->arena, "%.4g / %.4g = %.2f < %g", most, least, most / least,
                    claim->multiple));
}

void find_unreachable_claims(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t i = 0; i < set->claim_count; i++) {
        const struct claim *claim = &set->claims[i];
        for (size_t s = set->series_of_indicator[claim->indicator];
             s < set->series_of_indicator[claim->indicator + 1]; s++) {
            const struct checked_figure *first =
                figure_at(check, series_figure(check, &set->series[s], 0));
            if (str_equal(first->area_code, claim->area_code) && !first->scope.length)
                judge_claim(check, claim, &set->series[s]);
        }
    }
}
