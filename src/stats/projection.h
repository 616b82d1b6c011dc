/* Where a series is heading, and how sure that is.
 *
 * Ordinary least squares of the value on time (linear) or of its logarithm (compound: a constant
 * rate of growth), over the newest points; the interval is the 80 % prediction interval
 *   ŷ ± t(0.9; n − 2) · s · √(1 + 1/n + (x₀ − x̄)² / Σ(x − x̄)²)
 * (any textbook on regression, e.g. Draper & Smith, Applied Regression Analysis, 1.4). With so few
 * yearly points as indicators have it is wide, and that is the message. */
#ifndef STATS_PROJECTION_H
#define STATS_PROJECTION_H

#include <stddef.h>

#include "stats/interval.h"

enum { PROJECTION_POINTS_MIN = 3, PROJECTION_POINTS_MAX = 6 };

enum projection_method { PROJECTION_LINEAR, PROJECTION_COMPOUND };

struct projection_point {
    double year, value; /* 2024.0 = the end of 2023 */
};
struct projection {
    double value;
    struct interval range; /* 80 % */
    double slope;          /* a year: a difference, or of a compound one the rate of growth */
    size_t points;         /* that were used */
};

/* False with fewer than three points at different times, or, compound, where one is not positive.
 * Of more than PROJECTION_POINTS_MAX points the last are taken (they are in the order of time). */
bool projection_of(const struct projection_point *points, size_t count,
                   enum projection_method method, double year, struct projection *projection);

#endif
