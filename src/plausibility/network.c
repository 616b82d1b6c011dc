#include "plausibility/network.h"

#include <math.h>

#include "plausibility/formula.h"
#include "plausibility/network_run.h"

/* --- Levels ---------------------------------------------------------------------------------- */

struct builder {
    struct arena *arena;
    const struct figure_set *set;
    struct network *network;
    uint32_t *slots; /* open addressing: level + 1 */
    size_t slot_count, level_capacity, tie_capacity;
    uint32_t *level_of; /* of figures that are facts: their level; TIE_NONE for the others */
};

/* Where and when a formula's terms are looked for. */
struct check_place {
    uint32_t area, scope, among;
    struct date start, end;
};

struct level_key {
    uint64_t indicator, version, area, scope, among, unit, measure;
    int64_t start, end;
};

static struct level_key key_of(const struct checked_figure *like, struct date start,
                               struct date end)
{
    return (struct level_key){like->indicator, (uint64_t)like->definition_version,
                              like->key_area,  like->key_scope,
                              like->key_among, like->key_unit,
                              like->measure,   start.days,
                              end.days};
}

static bool key_equal(const struct level_key *a, const struct level_key *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static struct level_key level_key(const struct builder *builder, const struct level *level)
{
    return key_of(&builder->set->figures[level->like], level->start, level->end);
}

/* A stock is what there is on a day, however the day was written. */
static struct date start_of(enum measure measure, struct date start, const struct period *period)
{
    bool counts_up = measure == MEASURE_STOCK || measure == MEASURE_RANK ||
                     (measure == MEASURE_CUMULATIVE && period->kind != PERIOD_RANGE);
    return counts_up ? DATE_NONE : start;
}

static uint32_t level_of(struct builder *builder, size_t like, struct str period, struct date start,
                         struct date end)
{
    struct network *network = builder->network;
    struct level_key key = key_of(&builder->set->figures[like], start, end);
    size_t at = (size_t)hash_bytes(HASH_SEED, &key, sizeof(key)) & (builder->slot_count - 1);
    for (; builder->slots[at]; at = (at + 1) & (builder->slot_count - 1)) {
        struct level_key there = level_key(builder, &network->levels[builder->slots[at] - 1]);
        if (key_equal(&there, &key))
            return builder->slots[at] - 1;
    }
    if (network->level_count == builder->level_capacity)
        return TIE_NONE;
    builder->slots[at] = (uint32_t)network->level_count + 1;
    network->levels[network->level_count] = (struct level){.like = like,
                                                           .period = period,
                                                           .start = start,
                                                           .end = end,
                                                           .now = {-INFINITY, INFINITY},
                                                           .low_from = TIE_NONE,
                                                           .high_from = TIE_NONE};
    return (uint32_t)network->level_count++;
}

static uint32_t level_of_figure(struct builder *builder, size_t place)
{
    const struct checked_figure *figure = &builder->set->figures[place];
    struct period period = {.kind = PERIOD_YEAR};
    (void)period_parse(figure->period, &period);
    return level_of(builder, place, figure->period,
                    start_of(figure->measure, figure->start, &period), figure->end);
}

static void add_tie(struct builder *builder, struct tie tie)
{
    struct network *network = builder->network;
    if (network->tie_count < builder->tie_capacity)
        network->ties[network->tie_count++] = tie;
}

/* --- What figures say ------------------------------------------------------------------------ */

/* The figure to believe for each level: the most final, then the later published. */
static bool is_more_final(const struct checked_figure *a, const struct checked_figure *b)
{
    if (a->status != b->status)
        return a->status > b->status;
    return a->published_on.days > b->published_on.days;
}

static void bound_levels(struct builder *builder)
{
    const struct figure_set *set = builder->set;
    struct network *network = builder->network;
    for (size_t i = 0; i < set->count; i++) {
        const struct checked_figure *figure = &set->figures[i];
        builder->level_of[i] = TIE_NONE;
        if (!measure_is_level(figure->measure) || !figure_is_fact(figure) ||
            figure->original != FIGURE_NONE || !date_known(figure->end))
            continue;
        uint32_t level = builder->level_of[i] = level_of_figure(builder, i);
        if (is_more_final(figure, &set->figures[network->levels[level].like]))
            network->levels[level].like = i;
    }
    for (size_t level = 0; level < network->level_count; level++) {
        size_t believed = network->levels[level].like;
        network->levels[level].published = true;
        add_tie(builder, (struct tie){.kind = TIE_BOUND,
                                      .target = (uint32_t)level,
                                      .low = set->figures[believed].printed.low,
                                      .high = set->figures[believed].printed.high,
                                      .figure = believed});
    }
}

/* How a change ties a level to its base. False where it says nothing of it. */
static bool tie_of_change(const struct checked_figure *change, struct tie *tie)
{
    struct interval by = change->printed;
    bool times = str_is(change->unit, "倍");
    if (change->measure == MEASURE_GROWTH_RATE)
        by = (struct interval){1 + by.low / (times ? 1 : 100), 1 + by.high / (times ? 1 : 100)};
    if (change->measure == MEASURE_RANK_CHANGE) /* five places up is five less */
        by = (struct interval){-by.high, -by.low};
    bool scales = change->measure == MEASURE_GROWTH_RATE || change->measure == MEASURE_MULTIPLE;
    bool shifts = change->measure == MEASURE_CHANGE_PP || change->measure == MEASURE_CHANGE_ABS ||
                  change->measure == MEASURE_RANK_CHANGE;
    *tie = (struct tie){.kind = scales ? TIE_SCALE : TIE_SHIFT, .low = by.low, .high = by.high};
    return shifts || (scales && tie->low > 0);
}

struct interval implied_base(const struct checked_figure *change, struct interval level)
{
    struct tie tie;
    if (!tie_of_change(change, &tie))
        return (struct interval){-INFINITY, INFINITY};
    if (tie.kind == TIE_SHIFT)
        return (struct interval){level.low - tie.high, level.high - tie.low};
    return (struct interval){level.low / tie.high, level.high / tie.low};
}

/* A figure of the level that a change belongs to: the one it is attached to, else any level of its
 * own series in the indicator's measure, unit and version. */
static size_t level_like(const struct figure_set *set, const struct checked_figure *change)
{
    const struct checked_indicator *indicator = &set->indicators[change->indicator];
    const struct series *series =
        series_of(set, change->indicator, change->key_area, change->key_scope, change->key_among);
    if (change->attached != FIGURE_NONE)
        return change->attached;
    for (size_t i = 0; series && i < series->count; i++) {
        size_t place = set->order[series->first + i];
        const struct checked_figure *level = &set->figures[place];
        if (level->measure == indicator->measure && str_equal(level->unit, indicator->unit) &&
            level->definition_version == change->definition_version && figure_is_fact(level))
            return place;
    }
    return FIGURE_NONE;
}

/* What was said with an estimate ends with it. */
static bool has_ended(const struct builder *builder, uint32_t level, enum figure_status said)
{
    const struct level *it = &builder->network->levels[level];
    return it->published && said <= FIGURE_PRELIMINARY &&
           builder->set->figures[it->like].status > FIGURE_PRELIMINARY;
}

static void tie_change(struct builder *builder, size_t place)
{
    const struct figure_set *set = builder->set;
    const struct checked_figure *change = &set->figures[place];
    struct tie tie;
    struct period base, own;
    if (!figure_is_fact(change) || change->original != FIGURE_NONE || !date_known(change->end) ||
        !period_parse(change->base_period, &base) || !period_parse(change->period, &own) ||
        !tie_of_change(change, &tie))
        return;
    /* Over several years a rate of growth is a yearly mean. */
    if (change->measure == MEASURE_GROWTH_RATE && own.kind == PERIOD_RANGE)
        return;
    size_t like = level_like(set, change);
    const struct checked_figure *level = like == FIGURE_NONE ? NULL : &set->figures[like];
    if (!level || !measure_is_level(level->measure) || !figure_is_fact(level) ||
        level->indicator != change->indicator)
        return;
    bool attached = change->attached != FIGURE_NONE;
    tie.target = attached ? builder->level_of[like]
                          : level_of(builder, like, change->period,
                                     start_of(level->measure, change->start, &own), change->end);
    tie.terms[0] = level_of(builder, like, change->base_period,
                            start_of(level->measure, base.start, &base), period_last(base));
    if (tie.target == TIE_NONE || tie.terms[0] == TIE_NONE || tie.target == tie.terms[0] ||
        has_ended(builder, tie.target, attached ? level->status : change->status))
        return;
    tie.term_count = 1;
    tie.figure = place;
    add_tie(builder, tie);
}

/* --- Building -------------------------------------------------------------------------------- */

/* The level of a term in the same place and time as the whole; TIE_NONE where nobody published it.
 */
static uint32_t term_level(struct builder *builder, const struct check_place *at, size_t indicator)
{
    const struct series *series =
        series_of(builder->set, indicator, at->area, at->scope, at->among);
    for (size_t i = 0; series && i < series->count; i++) {
        size_t place = builder->set->order[series->first + i];
        const struct checked_figure *figure = &builder->set->figures[place];
        if (figure->end.days == at->end.days && builder->level_of[place] != TIE_NONE &&
            (figure->measure == MEASURE_STOCK || figure->start.days == at->start.days))
            return builder->level_of[place];
    }
    return TIE_NONE;
}

static void tie_formula(struct builder *builder, size_t place, const struct formula_parts *parts)
{
    const struct checked_figure *whole = &builder->set->figures[place];
    struct tie tie = {.kind = parts->shape == FORMULA_SUM ? TIE_SUM : TIE_RATIO,
                      .target = builder->level_of[place],
                      .term_count = (uint32_t)parts->term_count,
                      .low = parts->factor,
                      .figure = FIGURE_NONE};
    struct check_place at = {whole->key_area, whole->key_scope, whole->key_among, whole->start,
                             whole->end};
    for (size_t i = 0; i < parts->term_count; i++)
        if ((tie.terms[i] = term_level(builder, &at, parts->terms[i])) == TIE_NONE)
            return;
    add_tie(builder, tie);
}

static void tie_formulas(struct builder *builder)
{
    const struct figure_set *set = builder->set;
    const struct network *network = builder->network;
    for (size_t f = 0; f < set->formula_count; f++) {
        size_t indicator = set->formulas[f].indicator;
        struct formula_parts parts = formula_read(set, &set->formulas[f]);
        if (parts.shape == FORMULA_OTHER)
            continue;
        for (size_t s = set->series_of_indicator[indicator];
             s < set->series_of_indicator[indicator + 1]; s++)
            for (size_t i = 0; i < set->series[s].count; i++) {
                size_t place = set->order[set->series[s].first + i];
                uint32_t level = builder->level_of[place];
                if (level != TIE_NONE && network->levels[level].like == place)
                    tie_formula(builder, place, &parts);
            }
    }
}

struct network *network_settle(struct arena *arena, const struct figure_set *set)
{
    struct network *network = ARENA_NEW(arena, struct network);
    struct builder builder = {.arena = arena, .set = set, .network = network, .slot_count = 64};
    builder.level_capacity = 2 * set->count; /* a figure makes one level, or two */
    builder.tie_capacity = 2 * set->count;
    while (builder.slot_count < 2 * builder.level_capacity)
        builder.slot_count *= 2;
    builder.slots = arena_array(arena, builder.slot_count, sizeof(uint32_t));
    network->levels = arena_array(arena, builder.level_capacity + 1, sizeof(*network->levels));
    network->ties = arena_array(arena, builder.tie_capacity + 1, sizeof(*network->ties));
    builder.level_of = arena_array(arena, set->count + 1, sizeof(uint32_t));
    bound_levels(&builder);
    for (size_t i = 0; i < set->count; i++)
        tie_change(&builder, i);
    tie_formulas(&builder);
    network_tighten(arena, network);
    return network;
}
