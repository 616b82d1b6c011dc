/* Arithmetic over named numbers: 100 * RD01 / GDP. Names are letters, digits and _, beginning with
 * a letter; + - * / and parentheses as usual; numbers in decimal. No I/O, no allocation. */
#ifndef STATS_EXPRESSION_H
#define STATS_EXPRESSION_H

#include "base/base.h"

enum { EXPRESSION_NAMES_MAX = 16, EXPRESSION_DEPTH_MAX = 32 };

/* Gives the value of a name; false when it is unknown. */
typedef bool expression_value_fn(void *state, struct str name, double *value);

/* False when the text is no expression, a name is unknown, or the result is not finite (division by
 * zero included). */
bool expression_evaluate(struct str text, expression_value_fn *value, void *state, double *result);
/* The names in it, each once, in order of appearance. False when the text is no expression or has
 * more than EXPRESSION_NAMES_MAX names. */
bool expression_names(struct str text, struct str names[EXPRESSION_NAMES_MAX], size_t *count);

#endif
