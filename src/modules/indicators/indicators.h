/* Indicators and observations: the figures of the city, each with its times, its kind and its
 * source.
 *
 * An observation is never overwritten: a revision is a new row, and the old one only learns the
 * sequence number at which it was replaced. Status (actual, estimate, target …) and measure (stock,
 * flow, share …) are two axes; a series never mixes them in one line. */
#ifndef MODULES_INDICATORS_H
#define MODULES_INDICATORS_H

#include "core/route.h"

extern const struct module indicators_module;

struct indicator {
    struct str code, name, name_en, topic, unit, measure, direction, frequency, publisher, basis,
        note;
    int64_t observation_count;
};
extern const struct shape indicator_shape;
/* Without its count of observations, which costs a walk. */
enum error indicator_find(struct ctx *ctx, struct str code, struct indicator *indicator) MUST_USE;

extern const char *const indicator_measures[];
/* What a measure is called. */
const char *measure_words(struct str measure, enum language language);

struct observation {
    int64_t id;
    struct str fact_id, indicator_code, indicator_name, indicator_name_en;
    int64_t definition_version;
    struct str area_code, area_name, area_name_en, scope, among, period;
    struct date period_start, period_end;
    double value;
    struct maybe_real value_high, low, high;
    struct str unit, status, measure, approximation, base_period, attaches_to, repeats, published;
    struct date published_on; /* the last day that `published` can mean; DATE_NONE = unknown */
    struct str source_code, source_title, source_title_en, source_kind;
    bool second_hand;
    struct maybe_int line;
    struct str token, note, department_code;
    int64_t visibility;
    bool sample;
    int64_t recorded_seq;
    struct maybe_int replaced_seq;
};
extern const struct shape observation_shape;
extern const struct list observation_list;
enum error observation_find(struct ctx *ctx, int64_t id, struct observation *observation) MUST_USE;

/* The newest figure of a series that the reader may see, targets apart: in the indicator's own
 * measure and unit where there is one (not its growth). E_NOT_FOUND without words where there is
 * none. */
enum error series_newest(struct ctx *ctx, const struct indicator *indicator, struct str area_code,
                         struct observation *newest) MUST_USE;

/* A number on a page, and where it comes from: one observation, or a formula over others, or the
 * records that were counted. */
struct figure {
    double value;
    struct str unit, approximation;
    struct maybe_int observation_id;
    struct record formula; /* of formula_shape */
    struct str records;    /* address of the list that was counted */
};
struct formula {
    struct str expression, text, text_en;
    struct records terms; /* of term_shape */
};
struct term {
    struct str name;
    double value;
    struct str unit;
    struct maybe_int observation_id;
    struct str label, label_en;
};
extern const struct shape figure_shape, formula_shape, term_shape;

/* The figure that an observation is. */
struct figure figure_of(const struct observation *observation);
/* The same, allocated, as a record. */
struct record figure_record(struct arena *arena, struct figure figure);
struct record counted_figure(struct arena *arena, int64_t count, struct str unit,
                             const char *records);
struct term term_of(const char *name, const struct observation *observation);

/* The observations of one indicator and area that charts use, oldest period first. Filters: scope
 * null, no comparison set unless it is a rank, no repeats; `as_of` 0 = now. At most `most`. */
struct series_query {
    struct str indicator_code, area_code, scope;
    int64_t as_of;
    struct date published_by; /* DATE_NONE = whenever */
};
enum error series_observations(struct ctx *ctx, const struct series_query *query,
                               struct records *observations) MUST_USE;
/* Which of two observations of one period is to be shown: the more final, then the original before
 * our own bulletins that repeat it, then the later published (unknown last), then first-hand, then
 * the later recorded. Positive when `a` is. */
int observation_compare(const struct observation *a, const struct observation *b);
/* Targets, each with its gap, the pace it needs, and its state by the written rule (stats/pace.h),
 * as records of target_shape: those of an area for one year, in the order of their indicators.
 * `year` 0 = the newest year, not after the present one, that has any; it is set to the year taken
 * (0 = there are none). */
extern const struct shape target_shape;
enum error targets_of(struct ctx *ctx, struct str area_code, int64_t *year,
                      struct records *targets) MUST_USE;
/* What is due and not yet out, by the rules of releases.csv, as records of release_shape: in the
 * order of days, so overdue ones first. */
struct release {
    struct str indicator_code, indicator_name, indicator_name_en, period_kind, period, status;
    int64_t months_after;
    struct date period_end, due;
    struct str publisher, basis;
    bool overdue;
};
extern const struct shape release_shape;
/* All of them, of the city itself, as `items`. */
extern const struct handler release_list_handler;
enum error releases_due(struct ctx *ctx, struct str area_code, struct records *releases) MUST_USE;
/* Of these the last overdue ones and the next to come. */
enum error releases_around(struct ctx *ctx, struct str area_code, size_t overdue, size_t upcoming,
                           struct records *releases) MUST_USE;

/* actual, estimate, target or implied. */
const char *status_class(struct str status);
#endif
