/* Conditions over answers: comparisons joined by "and", such as `coowners > 0 and kind = '专利'`.
 * Either side of a comparison is arithmetic over answers that are numbers (expression.h), or the
 * right one a text in quotes, which is compared as it stands and may hold any other character. An
 * answer that is not given makes its comparison false. No I/O, no allocation. */
#ifndef STATS_CONDITION_H
#define STATS_CONDITION_H

#include "base/base.h"

struct comparison {
    struct str left, right, operator; /* parts of the text, without blanks around them */
    bool textual;                     /* right is a text, without its quotes */
};

/* Takes the next comparison from `rest`, up to " and " outside of quotes; false at the end. */
bool condition_next(struct str *rest, struct str *one);
/* False when it is none: a side or the operator is missing. */
bool comparison_read(struct str text, struct comparison *out);

/* The answer that the name stands for; false when it is not given. */
typedef bool condition_answer_fn(void *state, struct str name, struct str *answer);
/* An empty condition holds; what is no comparison does not. */
bool condition_is_met(struct str condition, condition_answer_fn *answer, void *state);

#endif
