/* Indicators that follow from others by arithmetic, period by period, with where it came from. */
#include <stdlib.h>

#include "modules/indicators/series.h"
#include "stats/expression.h"

/* The names of an expression and their values in one period. */
struct terms {
    struct str names[EXPRESSION_NAMES_MAX];
    struct records series[EXPRESSION_NAMES_MAX]; /* observations of each */
    const struct observation *chosen[EXPRESSION_NAMES_MAX];
    size_t count;
};

/* The best actual or estimate of a period. Rates and the like are no levels to compute with. */
static const struct observation *choose(struct records series, struct str period)
{
    const struct observation *all = series.items, *best = NULL;
    for (size_t i = 0; i < series.count; i++) {
        const char *class = status_class(all[i].status);
        bool usable = strcmp(class, "actual") == 0 || strcmp(class, "estimate") == 0;
        if (!usable || !str_equal(all[i].period, period) || str_is(all[i].measure, "growth_rate") ||
            str_is(all[i].measure, "multiple") || str_is(all[i].measure, "change_pp") ||
            str_is(all[i].measure, "increment") || !str_is(all[i].approximation, "exact"))
            continue;
        if (!best || observation_compare(&all[i], best) > 0)
            best = &all[i];
    }
    return best;
}

static bool value_of(void *state, struct str name, double *value)
{
    const struct terms *terms = state;
    for (size_t i = 0; i < terms->count; i++)
        if (str_equal(terms->names[i], name)) {
            *value = terms->chosen[i]->value;
            return true;
        }
    return false;
}

static struct record formula_of(struct arena *arena, const struct derivation *derivation,
                                const struct terms *terms)
{
    struct formula *formula = ARENA_NEW(arena, struct formula);
    struct term *list = arena_array(arena, terms->count, sizeof(*list));
    for (size_t i = 0; i < terms->count; i++)
        list[i] = term_of(arena_str(arena, terms->names[i]).data, terms->chosen[i]);
    *formula = (struct formula){
        derivation->expression,
        arena_print(arena, "由其他指标计算：%.*s", STR_PRINT(derivation->expression)),
        arena_print(arena, "computed from other indicators: %.*s",
                    STR_PRINT(derivation->expression)),
        {list, terms->count}};
    return (struct record){formula};
}

/* The point of one period, when every term has a value there. */
static bool derive_point(struct ctx *ctx, const struct derivation *derivation, struct terms *terms,
                         const struct observation *at, struct point *point)
{
    double value;
    for (size_t i = 0; i < terms->count; i++)
        if (!(terms->chosen[i] = choose(terms->series[i], at->period)))
            return false;
    if (!expression_evaluate(derivation->expression, value_of, terms, &value))
        return false;
    *point = (struct point){.period = at->period,
                            .period_start = at->period_start,
                            .period_end = at->period_end,
                            .value = value,
                            .approximation = STR("exact"),
                            .status = STR("implied"),
                            .formula = formula_of(ctx->arena, derivation, terms)};
    return true;
}

enum error derived_line(struct ctx *ctx, const struct series_query *query,
                        const struct derivation *derivation, struct str unit, struct str measure,
                        struct records *lines)
{
    struct terms terms = {.count = 0};
    *lines = (struct records){NULL, 0};
    if (!expression_names(derivation->expression, terms.names, &terms.count) || !terms.count)
        return E_OK; /* the pack was checked when it was loaded */
    for (size_t i = 0; i < terms.count; i++) {
        struct series_query one = *query;
        one.indicator_code = terms.names[i];
        enum error error = series_observations(ctx, &one, &terms.series[i]);
        if (error)
            return error;
    }
    const struct observation *first = terms.series[0].items;
    struct point *points = arena_array(ctx->arena, terms.series[0].count, sizeof(*points));
    size_t count = 0;
    for (size_t i = 0; i < terms.series[0].count; i++) {
        bool seen = false;
        for (size_t j = 0; j < count && !seen; j++)
            seen = str_equal(points[j].period, first[i].period);
        if (!seen && derive_point(ctx, derivation, &terms, &first[i], &points[count]))
            count++;
    }
    if (!count)
        return E_OK;
    struct line *line = ARENA_NEW(ctx->arena, struct line);
    *line = (struct line){.key = STR("derived"),
                          .status_class = STR("implied"),
                          .measure = measure,
                          .unit = unit,
                          .definition_version = 1,
                          .derived = true,
                          .points = {points, count}};
    *lines = (struct records){line, 1};
    return E_OK;
}
