/* Where a target stands: the written rule (docs/decisions/0004-target-states.md), as pure
 * arithmetic.
 *
 * Only comparable actuals may be given: same indicator, area, scope, unit, measure and version of
 * the definition; no target, no implied value. */
#ifndef STATS_PACE_H
#define STATS_PACE_H

#include "base/date.h"

enum target_state {
    TARGET_UNKNOWN,
    TARGET_MET,
    TARGET_ON_PACE,
    TARGET_BEHIND,
    TARGET_FAR_BEHIND,
    TARGET_AWAITING
};

/* Which sentence of the rule decided. */
enum target_reason {
    REASON_NO_DIRECTION,
    REASON_NO_ACTUAL,
    REASON_OWN_PERIOD_MET,
    REASON_OWN_PERIOD_NEAR,
    REASON_OWN_PERIOD_FAR,
    REASON_STOCK_MET_EARLY,
    REASON_FALLEN_BACK,
    REASON_AFTER_END,
    REASON_YEARLY,
    REASON_PACE
};

struct pace_point {
    double value;
    struct date start, end; /* of the period it is valid for */
    bool falls_short;       /* the value is a bound that is not reached: 近100 */
};

struct pace_input {
    double target;
    struct date start, end; /* of the target's period */
    int direction;          /* +1 more is better, -1 less is better, 0 none */
    bool additive_level; /* a level that grows by a factor; else (share, ratio, rank) by differences
                          */
    bool is_stock;       /* a value between the periods' ends says something of the end */
    const struct pace_point *actuals; /* by period end, oldest first */
    size_t actual_count;
    struct date today;
};

struct pace {
    enum target_state state;
    enum target_reason reason;
    const struct pace_point *current; /* NULL = none */
    double gap;                       /* target − current */
    double years_left;                /* from the current value's period to the target's */
    bool has_required;
    double required;          /* a year: a rate in % for levels, a difference otherwise */
    double progress, elapsed; /* only for REASON_PACE: shares of the way and of the time */
};

/* On the way from base to target: behind from this share of the elapsed part on, else far behind.
 */
#define PACE_BEHIND_SHARE 0.8
/* After the end: behind when at least this share of the way was made, else far behind. */
#define PACE_NEAR_SHARE 0.9

struct pace pace_of(const struct pace_input *input);

#endif
