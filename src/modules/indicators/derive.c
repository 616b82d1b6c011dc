#include "modules/indicators/derive.h"

#include <math.h>

#include "modules/indicators/lines.h"
#include "stats/expression.h"

/* The names of an expression and their values in one period. */
struct terms {
    struct str names[EXPRESSION_NAMES_MAX];
    struct indicator indicators[EXPRESSION_NAMES_MAX];
    struct records series[EXPRESSION_NAMES_MAX]; /* observations of each */
    const struct observation *chosen[EXPRESSION_NAMES_MAX];
    size_t count;
};

static bool is_better(const struct observation *a, const struct observation *b)
{
    bool a_exact = str_is(a->approximation, "exact"), b_exact = str_is(b->approximation, "exact");
    return a_exact != b_exact ? a_exact : observation_compare(a, b) > 0;
}

/* The best value of a period that is one of the indicator itself: its own measure and unit, neither
 * target nor implied; what is exactly stated before what is not. A rank or a rate of it is nothing
 * to compute with. */
static const struct observation *choose(const struct indicator *indicator, struct records series,
                                        struct str period)
{
    const struct observation *all = series.items, *best = NULL;
    for (size_t i = 0; i < series.count; i++) {
        const char *class = status_class(all[i].status);
        bool measured = strcmp(class, "actual") == 0 || strcmp(class, "estimate") == 0;
        if (measured && str_equal(all[i].period, period) &&
            str_equal(all[i].measure, indicator->measure) &&
            str_equal(all[i].unit, indicator->unit) && (!best || is_better(&all[i], best)))
            best = &all[i];
    }
    return best;
}

static bool quantity_of(void *state, struct str name, struct quantity *quantity)
{
    const struct terms *terms = state;
    for (size_t i = 0; i < terms->count; i++)
        if (str_equal(terms->names[i], name)) {
            const struct observation *o = terms->chosen[i];
            *quantity = (struct quantity){
                o->value,
                {o->low.known ? o->low.value : -INFINITY, o->high.known ? o->high.value : INFINITY},
                UNIT_ONE};
            return true;
        }
    return false;
}

/* What the bounds of a value say of it. */
static struct str approximation_by(struct interval range)
{
    if (range.low == range.high)
        return STR("exact");
    if (isfinite(range.low) && isfinite(range.high))
        return STR("about");
    return isfinite(range.low) ? STR("over") : STR("under");
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
    struct quantity found;
    for (size_t i = 0; i < terms->count; i++)
        if (!(terms->chosen[i] = choose(&terms->indicators[i], terms->series[i], at->period)))
            return false;
    if (!expression_quantity(derivation->expression, quantity_of, terms, &found) ||
        (!isfinite(found.range.low) && !isfinite(found.range.high)))
        return false;
    /* The value where it is exact, for rounding may have parted it from its bounds. */
    if (fabs(found.range.high - found.range.low) <= 1e-12 * fabs(found.value))
        found.range = (struct interval){found.value, found.value};
    *point = (struct point){
        .period = at->period,
        .period_start = at->period_start,
        .period_end = at->period_end,
        .value = found.value,
        .low = {isfinite(found.range.low) ? found.range.low : 0, isfinite(found.range.low)},
        .high = {isfinite(found.range.high) ? found.range.high : 0, isfinite(found.range.high)},
        .approximation = approximation_by(found.range),
        .status = STR("implied"),
        .formula = formula_of(ctx->arena, derivation, terms)};
    return true;
}

/* What the terms of a point are of: points of unlike bases do not belong in one line. */
struct basis {
    bool estimated;
    uint64_t versions; /* of the definitions, hashed */
};

static struct basis basis_of(const struct terms *terms)
{
    struct basis basis = {false, HASH_SEED};
    for (size_t i = 0; i < terms->count; i++) {
        const struct observation *o = terms->chosen[i];
        basis.estimated = basis.estimated || strcmp(status_class(o->status), "estimate") == 0;
        basis.versions =
            hash_bytes(basis.versions, &o->definition_version, sizeof(o->definition_version));
    }
    return basis;
}

struct derived {
    struct point *points;
    struct basis *bases;
    size_t count;
};

static bool has_period(const struct derived *derived, struct str period)
{
    for (size_t i = 0; i < derived->count; i++)
        if (str_equal(derived->points[i].period, period))
            return true;
    return false;
}

static void derive_points(struct ctx *ctx, const struct derivation *derivation, struct terms *terms,
                          struct derived *derived)
{
    const struct observation *first = terms->series[0].items;
    size_t most = terms->series[0].count;
    derived->points = arena_array(ctx->arena, most, sizeof(*derived->points));
    derived->bases = arena_array(ctx->arena, most, sizeof(*derived->bases));
    for (size_t i = 0; i < most; i++)
        if (!has_period(derived, first[i].period) &&
            derive_point(ctx, derivation, terms, &first[i], &derived->points[derived->count]))
            derived->bases[derived->count++] = basis_of(terms);
}

static bool same_basis(struct basis a, struct basis b)
{
    return a.estimated == b.estimated && a.versions == b.versions;
}

/* One line for each basis, in the order in which they begin. */
static void derive_lines(struct ctx *ctx, const struct derivation *derivation, struct terms *terms,
                         struct str unit, struct str measure, struct records *lines)
{
    struct derived derived = {NULL, NULL, 0};
    derive_points(ctx, derivation, terms, &derived);
    struct line *list = arena_array(ctx->arena, derived.count, sizeof(*list));
    bool *taken = arena_array(ctx->arena, derived.count, sizeof(*taken));
    size_t count = 0;
    for (size_t i = 0; i < derived.count; i++) {
        if (taken[i])
            continue;
        struct point *points = arena_array(ctx->arena, derived.count, sizeof(*points));
        size_t point_count = 0;
        for (size_t j = i; j < derived.count; j++)
            if (!taken[j] && same_basis(derived.bases[i], derived.bases[j])) {
                taken[j] = true;
                points[point_count++] = derived.points[j];
            }
        struct line *line = &list[count++];
        *line = (struct line){.status_class = STR("implied"),
                              .measure = measure,
                              .unit = unit,
                              .definition_version = (int64_t)count,
                              .derived = true,
                              .points = {points, point_count}};
        line->key = arena_print(ctx->arena, "derived/%s/%zu",
                                derived.bases[i].estimated ? "estimate" : "actual", count);
    }
    *lines = (struct records){list, count};
}

enum error derived_lines(struct ctx *ctx, const struct series_query *query,
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
        enum error error = indicator_find(ctx, terms.names[i], &terms.indicators[i]);
        if (!error)
            error = series_observations(ctx, &one, &terms.series[i]);
        if (error)
            return error;
    }
    derive_lines(ctx, derivation, &terms, unit, measure, lines);
    return E_OK;
}
