/* Where a target will land if things go on as they went (stats/projection.h). */
#ifndef MODULES_INDICATORS_OUTLOOK_H
#define MODULES_INDICATORS_OUTLOOK_H

#include "modules/indicators/internal.h"

/* `reach`: likely = the whole 80 % interval satisfies the target, unlikely = none of it does, open
 * = some of it. */
struct outlook {
    struct record projected; /* a figure with its formula and the points it comes from */
    double low, high;
    struct str method, reach, rule, rule_en;
};
extern const struct shape outlook_shape;

/* The comparable actuals of a target, oldest first. An unknown record where the target's own period
 * has a value, or fewer than three exact values are there. */
struct record outlook_of(struct arena *arena, const struct observation *target, int direction,
                         bool grows, const struct observation *const *actuals, size_t count);

#endif
