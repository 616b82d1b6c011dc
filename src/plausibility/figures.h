/* What the plausibility rules look at: published figures, as numbers with what was printed.
 *
 * Pure: no input or output, no database. Who calls fills a figure_set (texts are borrowed and must
 * outlive it), then figures_prepare() works out what follows: intervals, who repeats whom, to
 * which level a rate of change belongs, and an order in which the figures of one series stand
 * together. */
#ifndef PLAUSIBILITY_FIGURES_H
#define PLAUSIBILITY_FIGURES_H

#include "base/arena.h"
#include "base/date.h"
#include "stats/interval.h"

/* Measures (SDMX: what kind of number). Those up to MEASURE_LEVEL_LAST say how much there is; the
 * others say how two levels differ, or are no quantities at all. */
enum measure {
    MEASURE_STOCK,
    MEASURE_FLOW,
    MEASURE_CUMULATIVE,
    MEASURE_SHARE,
    MEASURE_RATIO,
    MEASURE_INDEX,
    MEASURE_RANK,
    MEASURE_STREAK,
    MEASURE_DURATION,
    MEASURE_LEVEL_LAST = MEASURE_DURATION,
    MEASURE_THRESHOLD,
    MEASURE_INCREMENT,
    MEASURE_NET_INCREMENT,
    MEASURE_GROWTH_RATE,
    MEASURE_CHANGE_PP,
    MEASURE_CHANGE_ABS,
    MEASURE_MULTIPLE,
    MEASURE_RANK_CHANGE,
    MEASURE_NAME,
    MEASURE_OTHER
};
enum measure measure_of(struct str text);

/* From the least to the most final. */
enum figure_status {
    FIGURE_IMPLIED,
    FIGURE_TARGET,
    FIGURE_ESTIMATE,
    FIGURE_PRELIMINARY,
    FIGURE_AS_REPORTED,
    FIGURE_FINAL,
    FIGURE_REVISED
};
enum figure_status figure_status_of(struct str text);

struct checked_indicator {
    struct str code, name, name_en, topic, unit;
    struct str direction, frequency, denominator; /* STR_NONE = unknown */
    enum measure measure;
};

struct checked_figure {
    struct str fact_id;
    size_t indicator; /* place in figure_set.indicators */
    int64_t definition_version;
    struct str area_code, scope, among, period;
    struct date start, end;   /* of the period; DATE_NONE = open */
    double value, value_high; /* value_high NAN = a single number was printed */
    struct str unit;
    enum figure_status status;
    enum measure measure;
    enum approximation approximation;
    struct str base_period, attaches_to, repeats; /* fact_id where a figure is meant */
    struct date published_on;
    struct str source_code, token, note;
    int64_t line; /* in the source; 0 = unknown */

    /* From here on: figures_prepare(). */
    struct date base_end;      /* end of base_period; DATE_NONE = none or unreadable */
    size_t attached, original; /* places of the figures meant; FIGURE_NONE = none */
    size_t repeated,
        repeated_next;       /* the first that repeats this; the next that repeats the same */
    double step;             /* of printed_step(); 0 = a count that is printed in full */
    struct interval printed; /* every value that can have been printed so, rounded or cut off */
    uint32_t key_area, key_scope, key_among, key_source, key_unit; /* equal texts, equal numbers */
};
#define FIGURE_NONE SIZE_MAX

/* How two indicators belong together, by somebody's declaration (indicator_relations.csv). */
enum relation {
    RELATION_PART_OF,      /* a's members are among b's: 高新技术企业 ⊂ 科技型企业 */
    RELATION_NEAR_HOMONYM, /* names alike, definitions not: never one series */
    RELATION_GROSS_OF,     /* a counts what came into b, renewals included: 新认定 */
    RELATION_NET_OF        /* a is the change of b */
};
struct indicator_relation {
    size_t a, b; /* places in figure_set.indicators */
    enum relation kind;
    struct str note; /* why, in the words of who declared it; STR_NONE = not said */
};

/* A formula: the indicator is computed from others (indicator_derivations.csv). */
struct indicator_formula {
    size_t indicator;
    struct str expression; /* of stats/expression.h, over codes */
};

/* What a sentence says of a series without printing its number: 七项指标实现倍增，如研发投入强度.
 */
struct claim {
    size_t figure, indicator; /* the figure whose sentence it is; the indicator that it speaks of */
    struct str area_code;
    struct date base_end, end;
    double multiple; /* at least so many times the base */
};

struct figure_set {
    struct checked_indicator *indicators;
    size_t indicator_count;
    struct checked_figure *figures;
    size_t count;
    const struct indicator_relation *relations;
    size_t relation_count;
    const struct indicator_formula *formulas;
    size_t formula_count;
    const struct claim *claims;
    size_t claim_count;
    struct date today;

    /* From here on: figures_prepare(). */
    size_t *order; /* all figures by indicator, area, scope, among; then end, start, given place */
    struct series *series;
    size_t series_count;
    size_t *series_of_indicator; /* indicator_count + 1: its series are [i], … [i + 1] − 1 */
};

/* The figures of one indicator in one area, scope and comparison set: order[first …]. All measures,
 * statuses and versions are in it. */
struct series {
    size_t first, count;
};

/* Completes the set. Linear but for one sort. */
void figures_prepare(struct arena *arena, struct figure_set *set);

/* What one more in the last printed digit is worth: "1.4万台(套)" stored as 14000 → 1000. Where the
 * token has no Arabic number that fits the value, what the value itself shows. */
double printed_step(struct str token, double value);

/* The series of these keys; NULL = there is none. */
const struct series *series_of(const struct figure_set *set, size_t indicator, uint32_t key_area,
                               uint32_t key_scope, uint32_t key_among);

/* Place of a figure by its fact_id; FIGURE_NONE = there is none. */
size_t figure_find(const struct figure_set *set, struct str fact_id);

static inline bool measure_is_level(enum measure measure)
{
    return measure <= MEASURE_LEVEL_LAST;
}
/* Not a target and not implied: somebody says that it was so. */
static inline bool figure_is_fact(const struct checked_figure *figure)
{
    return figure->status >= FIGURE_ESTIMATE;
}
static inline const struct checked_indicator *figure_indicator(const struct figure_set *set,
                                                               const struct checked_figure *figure)
{
    return &set->indicators[figure->indicator];
}

#endif
