/* Series: observations of one indicator and area, in lines that may be drawn. */
#ifndef MODULES_INDICATORS_SERIES_H
#define MODULES_INDICATORS_SERIES_H

#include "modules/indicators/internal.h"

struct point {
    struct str period;
    struct date period_start, period_end;
    double value;
    struct maybe_real low, high;
    struct str approximation, status;
    struct maybe_int observation_id; /* unknown = computed, see formula */
    struct record formula;
    struct str published, source_code;
};
extern const struct shape point_shape;

/* Points of one status class, measure, unit and definition version, oldest first. */
struct line {
    struct str key, status_class, measure, unit;
    int64_t definition_version;
    bool derived;
    struct records points;
};
extern const struct shape line_shape;

/* Puts observations (by period end) into lines; of several for one period the best is taken. */
struct records lines_of(struct arena *arena, struct records observations);
/* The lines that follow from other indicators by a formula: one for each kind of basis (estimates
 * or not, versions of the definitions). */
enum error derived_lines(struct ctx *ctx, const struct series_query *query,
                         const struct derivation *derivation, struct str unit, struct str measure,
                         struct records *lines) MUST_USE;

#endif
