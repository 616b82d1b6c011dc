/* Targets: each with its gap, the pace it needs, and its state by the written rule (stats/pace.h).
 */
#ifndef MODULES_INDICATORS_TARGETS_H
#define MODULES_INDICATORS_TARGETS_H

#include "modules/indicators/indicators.h"

/* A target as the API shows it; the members are in targets.c. */
extern const struct shape target_shape;

/* The targets of an area for one year, in the order of their indicators. `year` 0 = the newest
 * year, not after the present one, that has any; it is set to the year taken (0 = there are none).
 */
enum error targets_of(struct ctx *ctx, struct str area_code, int64_t *year,
                      struct records *targets) MUST_USE;

/* What is due next, as records of release_shape: in the order of days, overdue ones first. */
extern const struct shape release_shape;
enum error releases_due(struct ctx *ctx, struct str area_code, struct records *releases) MUST_USE;

#endif
