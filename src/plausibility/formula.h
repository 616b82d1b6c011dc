/* Formulas in the shapes that intervals can be sent through both ways: a sum of indicators, or a
 * constant times one over another. */
#ifndef PLAUSIBILITY_FORMULA_H
#define PLAUSIBILITY_FORMULA_H

#include "plausibility/figures.h"

enum { FORMULA_TERMS_MAX = 8 };
enum formula_shape { FORMULA_OTHER, FORMULA_SUM, FORMULA_RATIO };

struct formula_parts {
    enum formula_shape shape;
    double factor; /* of a ratio */
    size_t
        terms[FORMULA_TERMS_MAX]; /* indicators: of a ratio the numerator, then the denominator */
    size_t term_count;
};

/* FORMULA_OTHER where it has another shape or names an indicator that is not there. */
struct formula_parts formula_read(const struct figure_set *set,
                                  const struct indicator_formula *formula);

#endif
