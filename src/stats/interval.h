/* What a printed figure says of the true value.
 *
 * Rules (project's own): exact: the value itself, or the printed range. 超 (over): at least the
 * value, without an upper bound. 近 (under): at most the value. 约 (about): half a unit of the last
 * digit that is not zero, either way (约28万 is 27.5 to 28.5万). */
#ifndef STATS_INTERVAL_H
#define STATS_INTERVAL_H

#include "base/base.h"

enum approximation {
    APPROXIMATION_EXACT,
    APPROXIMATION_ABOUT,
    APPROXIMATION_OVER,
    APPROXIMATION_UNDER
};
extern const char *const approximation_names[]; /* ends with NULL */
/* Exact for what is none. */
enum approximation approximation_of(struct str name);

struct interval {
    double low, high; /* -INFINITY, INFINITY = no bound */
};

struct interval interval_of(double value, enum approximation approximation);
/* The unit of the last decimal digit of `value` that is not zero: 280000 → 10000, 2.5 → 0.1. */
double last_digit_unit(double value);
/* a − b, to the decimals that the two have: 2.82 − 2.6 is 0.22, not 0.21999999999999975. */
double decimal_difference(double a, double b);

#endif
