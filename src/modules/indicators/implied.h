/* Levels that nobody published and that follow from what was published. */
#ifndef MODULES_INDICATORS_IMPLIED_H
#define MODULES_INDICATORS_IMPLIED_H

#include "modules/indicators/internal.h"

/* Observations of the indicator `of` in one area, as records of observation_shape, to lines of what
 * their rates, multiples and changes imply for periods without a figure of their own: bands with
 * low and high, each with the observations that it follows from. One line for each measure, unit
 * and version. */
struct records implied_lines(struct arena *arena, const struct indicator *of,
                             struct records observations);

#endif
