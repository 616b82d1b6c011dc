/* Indicators that follow from others by arithmetic. */
#ifndef MODULES_INDICATORS_DERIVE_H
#define MODULES_INDICATORS_DERIVE_H

#include "modules/indicators/internal.h"

/* The lines that follow from other indicators by a formula: one for each kind of basis (estimates
 * or not, versions of the definitions). */
enum error derived_lines(struct ctx *ctx, const struct series_query *query,
                         const struct derivation *derivation, struct str unit, struct str measure,
                         struct records *lines) MUST_USE;

#endif
