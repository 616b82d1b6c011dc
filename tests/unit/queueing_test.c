/* Queues whose waiting times are known: M/M/1 and M/M/2; the same seed, the same result. */
#include <math.h>

#include "stats/queueing.h"
#include "unit/unit.h"

static void near(double value, double wanted, double share)
{
    if (fabs(value - wanted) > share * wanted)
        fail_msg("%g instead of %g", value, wanted);
}

static struct queueing_result of(struct arena *arena, int staff, uint64_t seed)
{
    /* Somebody comes every 100 s; work takes 80 s for each who works. */
    struct queueing_step step = {.work_mean = 80.0 * staff, .limit = 400};
    struct queueing queueing = {.steps = &step,
                                .step_count = 1,
                                .role_count = 1,
                                .staff = &staff,
                                .arrivals_between = 100,
                                .cases = 400000,
                                .seed = seed};
    struct queueing_result result;
    queueing_run(&queueing, arena, &result);
    return result;
}

static void waits_as_the_formulas_say(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct queueing_result one = of(&arena, 1, 7);
    near(one.load[0], 0.8, 0.02);
    double waiting = 0;
    for (size_t i = 0; i < QUEUEING_POINTS; i++)
        waiting += one.queue[0][i] / QUEUEING_POINTS;
    near(waiting, 0.8 * 0.8 / 0.2, 0.05);            /* Little's law: lambda times the mean wait */
    near(one.wait_mean[0], 0.8 * 80 / 0.2, 0.05);    /* rho / (mu - lambda) */
    near(one.late[0], exp(-400.0 / 80 * 0.2), 0.05); /* sojourn is exponential: mu - lambda */
    arena_reset(&arena);
    struct queueing_result two = of(&arena, 2, 8);
    /* Erlang C of two with rho 0.8 is 0.7111; the mean wait is C / (2 mu - lambda). */
    near(two.wait_mean[0], 0.7111 / (2.0 / 160 - 0.01), 0.05);
    arena_free(&arena);
}

/* Too few people: the queue only grows, by what comes and is not done. */
static void an_overloaded_queue_grows(void **state)
{
    (void)state;
    struct arena arena = {0};
    int staff = 1;
    struct queueing_step step = {.work_mean = 200};
    struct queueing queueing = {&step, 1, 1, &staff, 100, 20000, 3};
    struct queueing_result result;
    queueing_run(&queueing, &arena, &result);
    for (size_t i = 1; i < QUEUEING_POINTS; i++)
        assert_true(result.queue[0][i] > result.queue[0][i - 1] &&
                    result.queue_at[i] > result.queue_at[i - 1]);
    near(result.queue[0][QUEUEING_POINTS - 1], 20000 / 2.0, 0.05);
    arena_free(&arena);
}

/* A step behind two others begins when the slower of them is done. */
static void a_join_waits_for_both(void **state)
{
    (void)state;
    struct arena arena = {0};
    int staff[] = {1000, 1000, 1000};
    struct queueing_step steps[] = {{.role = 0, .work_mean = 60},
                                    {.role = 1, .work_mean = 60},
                                    {.after = 3, .role = 2, .work_mean = 1e-9}};
    struct queueing queueing = {steps, 3, 3, staff, 1000, 100000, 5};
    struct queueing_result a, b;
    queueing_run(&queueing, &arena, &a);
    /* The median of the larger of two: (1 - e^-x)^2 = 1/2. */
    near(a.whole_p50, -60 * log(1 - sqrt(0.5)), 0.03);
    queueing_run(&queueing, &arena, &b);
    assert_memory_equal(&a, &b, sizeof(a));
    queueing.seed++;
    queueing_run(&queueing, &arena, &b);
    assert_memory_not_equal(&a, &b, sizeof(a));
    arena_free(&arena);
}

UNIT_GROUP(queueing, cmocka_unit_test(waits_as_the_formulas_say),
           cmocka_unit_test(an_overloaded_queue_grows), cmocka_unit_test(a_join_waits_for_both))
