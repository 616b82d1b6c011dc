/* What a process does under load: cases arrive, each step waits for somebody of its role, and a
 * step that comes after others waits for all of them. Time is working time, in seconds; arrivals
 * are a Poisson process, times of work exponential. The same seed gives the same result. */
#ifndef STATS_QUEUEING_H
#define STATS_QUEUEING_H

#include "base/arena.h"

enum { QUEUEING_STEPS_MAX = 40, QUEUEING_ROLES_MAX = 16, QUEUEING_POINTS = 40 };

struct queueing_step {
    uint64_t after;   /* bit n: comes after step n; no circles */
    size_t role;      /* who does it */
    double work_mean; /* seconds of work, > 0 */
    double limit;     /* seconds from its turn to its end; 0 = none */
};
struct queueing {
    const struct queueing_step *steps;
    size_t step_count, role_count;
    const int *staff;        /* of each role, > 0 */
    double arrivals_between; /* mean seconds, > 0 */
    size_t cases;            /* how many come, >= QUEUEING_POINTS; the first tenth only warms up */
    uint64_t seed;
};
struct queueing_result {
    double load[QUEUEING_ROLES_MAX]; /* share of the time that somebody of the role works */
    double wait_mean[QUEUEING_STEPS_MAX], wait_p50[QUEUEING_STEPS_MAX],
        wait_p90[QUEUEING_STEPS_MAX]; /* from its turn to the beginning of work */
    double late[QUEUEING_STEPS_MAX];  /* share that took longer than the limit */
    double whole_p50, whole_p90;      /* of a case, from arrival to end */
    /* As time goes on: how many steps wait for a role, on average over the arrivals of a fortieth
     * of the cases (arrivals of a Poisson process see the average of all time), and when that
     * ended. */
    double queue[QUEUEING_ROLES_MAX][QUEUEING_POINTS], queue_at[QUEUEING_POINTS];
};

void queueing_run(const struct queueing *queueing, struct arena *arena,
                  struct queueing_result *result);

#endif
