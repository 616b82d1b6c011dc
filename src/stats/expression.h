/* Arithmetic over named numbers: 100 * RD01 / GDP. Names are letters, digits and _, beginning with
 * a letter; + - * / and parentheses as usual; numbers in decimal. No I/O, no allocation. */
#ifndef STATS_EXPRESSION_H
#define STATS_EXPRESSION_H

#include "stats/interval.h"
#include "stats/units.h"

enum { EXPRESSION_NAMES_MAX = 16, EXPRESSION_DEPTH_MAX = 32 };

/* Gives the value of a name; false when it is unknown. */
typedef bool expression_value_fn(void *state, struct str name, double *value);

/* False when the text is no expression, a name is unknown, or the result is not finite (division by
 * zero included). */
bool expression_evaluate(struct str text, expression_value_fn *value, void *state, double *result);
/* A number with what it may be at least and at most, and its unit. */
struct quantity {
    double value;
    struct interval range;
    struct unit unit;
};
/* Gives the quantity of a name; false when it is unknown. */
typedef bool expression_quantity_fn(void *state, struct str name, struct quantity *quantity);

/* The same with intervals, which are carried through. Interval arithmetic: a name that stands twice
 * is taken for two that do not know of each other. */
bool expression_quantity(struct str text, expression_quantity_fn *quantity, void *state,
                         struct quantity *result);

enum expression_clash_kind {
    EXPRESSION_FITS,
    EXPRESSION_UNLIKE,         /* 家 + 元 */
    EXPRESSION_OTHER_SCALE,    /* 万元 + 元 */
    EXPRESSION_TOO_MANY_UNITS, /* more than a unit holds */
    EXPRESSION_NOT_DECLARED,   /* its unit is a, and b is declared */
    EXPRESSION_TENFOLD /* the numbers in it are off by `times`: 元/元 where % is declared */
};
struct expression_clash {
    enum expression_clash_kind kind;
    struct unit a, b;
    double times; /* EXPRESSION_TENFOLD: what the formula has to be multiplied by */
};
/* Whether the units fit: sums of like things, and a result in the declared unit. A number stands
 * for itself in a product and takes its neighbour's unit in a sum. */
bool expression_unit_check(struct str text, expression_quantity_fn *quantity, void *state,
                           struct unit declared, struct expression_clash *problem);

/* The names in it, each once, in order of appearance. False when the text is no expression or has
 * more than EXPRESSION_NAMES_MAX names. */
bool expression_names(struct str text, struct str names[EXPRESSION_NAMES_MAX], size_t *count);

#endif
