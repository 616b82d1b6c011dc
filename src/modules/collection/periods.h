/* When data are due: the periods of a rhythm, and the day by which each has to be there.
 *
 * Pure rules. Periods lie beside one another without gaps, from the first day that counts on; a
 * period's name is one that base/date.h reads. */
#ifndef MODULES_COLLECTION_PERIODS_H
#define MODULES_COLLECTION_PERIODS_H

#include "base/working_time.h"

enum rhythm {
    RHYTHM_DAILY,
    RHYTHM_WEEKLY, /* from Monday to Sunday */
    RHYTHM_MONTHLY,
    RHYTHM_QUARTERLY,
    RHYTHM_YEARLY,
    RHYTHM_ONCE /* one period: the day with which it begins */
};
extern const char *const rhythm_names[]; /* ends with NULL */

struct due_rule {
    enum rhythm rhythm;
    int64_t days;                   /* after the period's last day */
    bool in_workdays;               /* only days count on which people work */
    struct date starts_on, ends_on; /* from the period of this day to the period of that; DATE_NONE:
                                       without end */
};

struct due_period {
    struct date start, end, due;
};

/* For counting whole days; in the arena. NULL when the exceptions contradict themselves. */
struct working_time *workdays_new(struct arena *arena, const struct day_exception *exceptions,
                                  size_t count);
/* The `count`th workday after `day`; `day` itself where count is 0. */
struct date workday_after(const struct working_time *workdays, struct date day, int64_t count);
/* The first period of the rule that begins on `day` or later; false where there is none. */
bool period_from(const struct due_rule *rule, const struct working_time *workdays, struct date day,
                 struct due_period *period);
/* 2026 · 2026Q3 · 2026-03 · 2026-03-02 · 2026-03-02/2026-03-08 */
struct str period_name(struct arena *arena, enum rhythm rhythm, const struct due_period *period);

#endif
