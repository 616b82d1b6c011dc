/* Lines: observations of one indicator and area, sorted into what may be drawn as one. */
#ifndef MODULES_INDICATORS_LINES_H
#define MODULES_INDICATORS_LINES_H

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

enum { SERIES_MAX = 5000 }; /* points of all lines together; the newest */

/* Puts observations (by period end) into lines; of several for one period the best is taken. */
struct records lines_of(struct arena *arena, struct records observations);
#endif
