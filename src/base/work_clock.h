/* The clock of a piece of work: started, paused with a reason, given another limit, stopped.
 *
 * It is nothing but a list of what happened; whatever is asked of it is computed from that list, so
 * that it can be asked about any moment and can explain itself. All its time is working time. */
#ifndef BASE_WORK_CLOCK_H
#define BASE_WORK_CLOCK_H

#include "base/working_time.h"

enum clock_event_kind { CLOCK_START, CLOCK_PAUSE, CLOCK_RESUME, CLOCK_LIMIT, CLOCK_STOP };
struct clock_event {
    enum clock_event_kind kind;
    struct instant at;
    int64_t limit;     /* CLOCK_START, CLOCK_LIMIT: working seconds from the start, > 0 */
    struct str reason; /* CLOCK_PAUSE */
};

/* From when on it counts. */
enum start_rule {
    START_AT_ONCE,
    START_NEXT_HALF, /* the half day in which it came does not count */
    START_NEXT_DAY   /* nor does the rest of that day: 期间开始之日不计入 */
};

struct work_clock {
    const struct working_time *time;
    enum start_rule start_rule;
    int cutoff_minute; /* what comes later in the day counts from the next workday on; 0 = none */
    const struct clock_event *events; /* in the order of time; at the same second, in this order */
    size_t event_count;
    /* Of a limit in days of any kind: one that is over on a day that is no workday here is over at
     * the end of the next workday (民法典第二百零三条). NULL: it is over when it is over. */
    const struct working_time *extends_over;
};

enum clock_state { CLOCK_IDLE, CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_STOPPED };

/* When somebody is told: shares of the limit, in percent. */
enum { CLOCK_MARKS = 3 };
extern const int clock_mark_percent[CLOCK_MARKS]; /* 50, 80, 100 */

struct clock_reading {
    enum clock_state state;
    int64_t elapsed, limit;     /* working seconds; the limit as it is now */
    struct instant counts_from; /* INSTANT_NONE: not started */
    /* When each share of the limit was or will be over, if nothing else happens; INSTANT_NONE: not
     * before it runs again, or never. The last one is when it is due. */
    struct instant marks[CLOCK_MARKS];
    bool overdue;     /* it ran on after it was due */
    bool provisional; /* rests on days whose calendar has not been announced */
};

/* The number of the first event that cannot happen then (a pause while it is paused, time that runs
 * backwards, no limit), or event_count when all is well. */
size_t work_clock_flaw(const struct work_clock *clock);
/* What it says at `now`; events after that have not happened. The events have no flaw. */
struct clock_reading work_clock_read(const struct work_clock *clock, struct instant now);

/* Why a stretch of time counts, or does not. */
enum clock_why {
    WHY_COUNTED,
    WHY_NOT_YET, /* it came too late in the day, or its day does not count */
    WHY_PAUSED,  /* `name`: the reason that was given */
    WHY_HOLIDAY, /* `name`: which */
    WHY_WEEKEND,
    WHY_OUTSIDE_HOURS
};
struct clock_stretch {
    struct instant from, to;
    enum clock_why why;
    struct str name; /* of counted time: why a weekend is worked, if it is */
    bool provisional;
};
enum { CLOCK_STRETCHES_MAX = 4000 };
/* Everything between the start and `now` (or its end), without gaps, in the arena; the lengths of
 * what is counted add up to `elapsed`. `*whole` is false when there was more than the ceiling. */
const struct clock_stretch *work_clock_explain(const struct work_clock *clock, struct instant now,
                                               struct arena *arena, size_t *count, bool *whole);

/* A limit as people write it. */
enum limit_unit { LIMIT_MINUTES, LIMIT_HALF_DAYS, LIMIT_WORKDAYS, LIMIT_NATURAL_DAYS };
/* For LIMIT_NATURAL_DAYS the time has to be one that counts round the clock. */
int64_t limit_seconds(const struct working_time *time, int64_t amount, enum limit_unit unit);
/* Half of so many, rounded up, at least one: for urgent work, and for work that is done again. */
static inline int64_t limit_half(int64_t amount)
{
    return amount <= 1 ? 1 : (amount + 1) / 2;
}

#endif
