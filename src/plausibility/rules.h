/* What the rules share: whom to report to, words for figures, walks over series. */
#ifndef PLAUSIBILITY_RULES_H
#define PLAUSIBILITY_RULES_H

#include "plausibility/check.h"
#include "plausibility/words.h"

struct check {
    struct arena *arena;
    const struct figure_set *set;
    const struct rule *rule; /* that is being looked at */
    struct findings *findings;
    size_t capacity;   /* of findings->list */
    uint32_t no_scope; /* key of the empty scope; UINT32_MAX where every figure has one */
};

/* A finding of check->rule over the figures at these places, each kept once, in this order. */
void report(struct check *check, const size_t *figures, size_t count, struct str statement,
            struct str statement_en, struct str arithmetic);

/* "2021年的223.52亿元" and "223.52亿元 (2021)": a figure as it was printed, with its period. */
struct str figure_words(const struct check *check, size_t place);
struct str figure_words_en(const struct check *check, size_t place);
/* "14090", "≥13000", "2–3": for arithmetic. */
struct str figure_number(const struct check *check, size_t place);
/* The names of a figure's indicator, with its scope where it has one. */
struct str figure_name(const struct check *check, size_t place);
struct str figure_name_en(const struct check *check, size_t place);
/* Figures one after the other, each with its indicator, its period and what was printed. */
struct str figures_listed(const struct check *check, const size_t *figures, size_t count,
                          bool english);

static inline const struct checked_figure *figure_at(const struct check *check, size_t place)
{
    return &check->set->figures[place];
}

/* The n-th figure of a series, by its place in the set. */
static inline size_t series_figure(const struct check *check, const struct series *series, size_t n)
{
    return check->set->order[series->first + n];
}

/* The rate of growth that is attached to a level; FIGURE_NONE = none. */
static inline size_t rate_of(const struct check *check, const struct series *series, size_t level)
{
    for (size_t i = 0; i < series->count; i++) {
        size_t place = series_figure(check, series, i);
        if (figure_at(check, place)->attached == level &&
            figure_at(check, place)->measure == MEASURE_GROWTH_RATE)
            return place;
    }
    return FIGURE_NONE;
}

/* A level that somebody states as a fact, said for the first time. */
static inline bool is_fact_level(const struct checked_figure *figure)
{
    return measure_is_level(figure->measure) && figure_is_fact(figure) &&
           figure->original == FIGURE_NONE;
}
/* A level, or a target of one, said for the first time. */
static inline bool states_level(const struct checked_figure *figure)
{
    return (measure_is_level(figure->measure) || figure->measure == MEASURE_THRESHOLD) &&
           figure->original == FIGURE_NONE && figure->status != FIGURE_IMPLIED;
}
static inline bool same_kind(const struct checked_figure *a, const struct checked_figure *b)
{
    return a->measure == b->measure && a->key_unit == b->key_unit &&
           a->definition_version == b->definition_version;
}
static inline bool is_percent(const struct checked_figure *figure)
{
    return str_is(figure->unit, "%");
}

/* The same for what must not be joined: the figures one after the other, then why. */
void report_break(struct check *check, const size_t *figures, size_t count, const char *why,
                  const char *why_en);

/* The longest beginning, run and subsequence that two texts share, in code points. */
size_t common_beginning(struct str a, struct str b);
size_t common_subsequence(struct str a, struct str b);

/* The rules, by file. */
void find_impossible_percentages(struct check *check);
void find_points_taken_for_percent(struct check *check);
void find_falling_totals(struct check *check);
void find_falling_stocks(struct check *check);
void find_implied_drops(struct check *check);
void find_unit_slips(struct check *check);
void find_parts_above_wholes(struct check *check);
void find_sums_that_miss(struct check *check);
void find_disagreements(struct check *check);
void find_unreachable_claims(struct check *check);
void find_replaced_estimates(struct check *check);
void find_publishers_that_differ(struct check *check);
void find_unequal_repeats(struct check *check);
void find_definition_breaks(struct check *check);
void find_scope_breaks(struct check *check);
void find_measure_breaks(struct check *check);
void find_gross_for_net(struct check *check);
void find_near_homonyms(struct check *check);
void find_hidden_dates(struct check *check);
void find_unstated_periods(struct check *check);
void find_dropped_hedges(struct check *check);
void find_unclosed_periods(struct check *check);
void find_growth_without_level(struct check *check);
void find_rank_contradictions(struct check *check);

#endif
