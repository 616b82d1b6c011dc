#include "modules/indicators/implied.h"

#include <math.h>
#include <stdlib.h>

#include "modules/indicators/lines.h"
#include "plausibility/network.h"
#include "plausibility/words.h"

enum { TERMS_MAX = 16 };

static struct checked_figure figure_of_observation(const struct observation *o)
{
    return (struct checked_figure){.fact_id = o->fact_id,
                                   .definition_version = o->definition_version,
                                   .area_code = o->area_code,
                                   .scope = o->scope,
                                   .among = o->among,
                                   .period = o->period,
                                   .start = o->period_start,
                                   .end = o->period_end,
                                   .value = o->value,
                                   .value_high = o->value_high.known ? o->value_high.value : NAN,
                                   .unit = o->unit,
                                   .status = figure_status_of(o->status),
                                   .measure = measure_of(o->measure),
                                   .approximation = approximation_of(o->approximation),
                                   .base_period = o->base_period,
                                   .attaches_to = o->attaches_to,
                                   .repeats = o->repeats,
                                   .published_on = o->published_on,
                                   .source_code = o->source_code,
                                   .token = o->token};
}

static const char *bound_words(struct arena *arena, double bound)
{
    return isfinite(bound) ? amount_words(arena, bound).data : "不限";
}

static const char *bound_words_en(struct arena *arena, double bound)
{
    return isfinite(bound) ? number_words(arena, bound).data : "no bound";
}

static struct record formula_of_level(struct arena *arena, const struct network *network,
                                      size_t level, const struct observation *all)
{
    size_t figures[TERMS_MAX];
    size_t count = network_reasons(arena, network, level, figures, COUNT(figures));
    struct term *terms = arena_array(arena, count + 1, sizeof(*terms));
    struct buf names = {.arena = arena};
    for (size_t i = 0; i < count; i++) {
        const struct observation *o = &all[figures[i]];
        terms[i] = term_of(arena_str(arena, o->fact_id).data, o);
        buf_print(&names, "%s%.*s", i ? ", " : "", STR_PRINT(o->fact_id));
    }
    struct interval now = network->levels[level].now;
    struct formula *formula = ARENA_NEW(arena, struct formula);
    *formula = (struct formula){
        arena_print(arena, "interval(%.*s)", STR_PRINT(buf_str(&names))),
        arena_print(arena, "由所列各数推算，按印出的位数可能为%s至%s；没有公布过这个数",
                    bound_words(arena, now.low), bound_words(arena, now.high)),
        arena_print(arena,
                    "implied by the figures named: from %s to %s by the digits that were printed; "
                    "this value itself was not published",
                    bound_words_en(arena, now.low), bound_words_en(arena, now.high)),
        {terms, count}};
    return (struct record){formula};
}

static struct point point_of_level(struct arena *arena, const struct network *network, size_t index,
                                   const struct observation *all)
{
    const struct level *level = &network->levels[index];
    struct interval now = level->now;
    bool below = now.low > 0, above = isfinite(now.high); /* which bounds say something */
    return (struct point){.period = level->period,
                          .period_start = level->start,
                          .period_end = level->end,
                          .value = !below   ? now.high
                                   : !above ? now.low
                                            : (now.low + now.high) / 2,
                          .low = {below ? now.low : 0, below},
                          .high = {above ? now.high : 0, above},
                          .approximation = !below   ? STR("under")
                                           : !above ? STR("over")
                                                    : STR("about"),
                          .status = STR("implied"),
                          .formula = formula_of_level(arena, network, index, all)};
}

static bool is_gap(const struct level *level)
{
    return !level->published && !level->empty && (level->now.low > 0 || isfinite(level->now.high));
}

static bool same_line(const struct observation *a, const struct observation *b)
{
    return str_equal(a->measure, b->measure) && str_equal(a->unit, b->unit) &&
           a->definition_version == b->definition_version;
}

static int by_end(const void *one, const void *other)
{
    const struct point *a = one, *b = other;
    return (a->period_end.days > b->period_end.days) - (a->period_end.days < b->period_end.days);
}

/* The gaps of one line: that of level `first`, and those after it that belong with it. */
static struct records points_like(struct arena *arena, const struct network *network, size_t first,
                                  bool *taken, const struct observation *all)
{
    struct point *points = arena_array(arena, network->level_count - first, sizeof(*points));
    size_t count = 0;
    for (size_t i = first; i < network->level_count; i++) {
        const struct level *level = &network->levels[i];
        if (taken[i] || !is_gap(level) ||
            !same_line(&all[network->levels[first].like], &all[level->like]))
            continue;
        taken[i] = true;
        points[count++] = point_of_level(arena, network, i, all);
    }
    qsort(points, count, sizeof(*points), by_end);
    return (struct records){points, count};
}

struct records implied_lines(struct arena *arena, const struct indicator *of,
                             struct records observations)
{
    const struct observation *all = observations.items;
    struct checked_indicator indicator = {
        .code = of->code, .unit = of->unit, .measure = measure_of(of->measure)};
    struct figure_set set = {.indicators = &indicator, .indicator_count = 1};
    set.figures = arena_array(arena, observations.count + 1, sizeof(*set.figures));
    for (; set.count < observations.count; set.count++)
        set.figures[set.count] = figure_of_observation(&all[set.count]);
    figures_prepare(arena, &set);
    const struct network *network = network_settle(arena, &set);
    struct line *lines = arena_array(arena, network->level_count + 1, sizeof(*lines));
    bool *taken = arena_array(arena, network->level_count + 1, sizeof(*taken));
    size_t count = 0;
    for (size_t i = 0; i < network->level_count; i++) {
        const struct observation *like = &all[network->levels[i].like];
        if (taken[i] || !is_gap(&network->levels[i]))
            continue;
        lines[count++] = (struct line){
            .key = arena_print(arena, "implied/%.*s/%.*s/%lld", STR_PRINT(like->measure),
                               STR_PRINT(like->unit), (long long)like->definition_version),
            .status_class = STR("implied"),
            .measure = like->measure,
            .unit = like->unit,
            .definition_version = like->definition_version,
            .derived = true,
            .points = points_like(arena, network, i, taken, all)};
    }
    return (struct records){lines, count};
}
