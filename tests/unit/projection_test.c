/* Projections: exact where the past is exact, and as often within the interval as is said. */
#include "stats/projection.h"

#include <math.h>

#include "unit/unit.h"

static void near(double value, double wanted)
{
    if (fabs(value - wanted) > 1e-9 * fabs(wanted))
        fail_msg("%.12g instead of %.12g", value, wanted);
}

static void a_straight_line_goes_on(void **state)
{
    (void)state;
    const struct projection_point line[] = {{2021, 10}, {2022, 12}, {2023, 14}, {2024, 16}};
    struct projection p;
    assert_true(projection_of(line, COUNT(line), PROJECTION_LINEAR, 2026, &p));
    near(p.value, 20);
    near(p.slope, 2);
    assert_true(fabs(p.range.high - p.range.low) < 1e-6);
}

static void constant_growth_goes_on(void **state)
{
    (void)state;
    const struct projection_point growth[] = {{2021, 100}, {2022, 110}, {2023, 121}};
    struct projection p;
    assert_true(projection_of(growth, COUNT(growth), PROJECTION_COMPOUND, 2025, &p));
    near(p.value, 100 * pow(1.1, 4));
    near(p.slope, 0.1);
}

/* Worked by hand: x 1, 2, 3 and y 1, 3, 2: slope 0.5, s = √1.5, at 5: 3.5 ± 3.0777 · s · √(1 + 1/3
 * + 9/2). */
static void the_interval_is_that_of_the_textbook(void **state)
{
    (void)state;
    const struct projection_point points[] = {{1, 1}, {2, 3}, {3, 2}};
    struct projection p;
    assert_true(projection_of(points, COUNT(points), PROJECTION_LINEAR, 5, &p));
    near(p.value, 3.5);
    near(p.range.high - p.value, 3.0777 * sqrt(1.5) * sqrt(1 + 1.0 / 3 + 9.0 / 2));
}

static void too_little_says_nothing(void **state)
{
    (void)state;
    const struct projection_point two[] = {{2021, 1}, {2022, 2}};
    const struct projection_point same[] = {{2021, 1}, {2021, 2}, {2021, 3}};
    const struct projection_point zero[] = {{2021, 0}, {2022, 2}, {2023, 3}};
    struct projection p;
    assert_false(projection_of(two, COUNT(two), PROJECTION_LINEAR, 2026, &p));
    assert_false(projection_of(same, COUNT(same), PROJECTION_LINEAR, 2026, &p));
    assert_false(projection_of(zero, COUNT(zero), PROJECTION_COMPOUND, 2026, &p));
    assert_true(projection_of(zero, COUNT(zero), PROJECTION_LINEAR, 2026, &p));
}

/* Sum of twelve uniforms: normal enough. */
static double noise(uint64_t *seed)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += (double)(unit_random(seed) >> 11) / 9007199254740992.0;
    return sum;
}

static void four_of_five_futures_lie_in_the_interval(void **state)
{
    (void)state;
    uint64_t seed = 21;
    int inside = 0, rounds = 20000;
    for (int round = 0; round < rounds; round++) {
        struct projection_point points[5];
        struct projection p;
        for (int i = 0; i < 5; i++)
            points[i] = (struct projection_point){i, 3.0 * i + noise(&seed)};
        double future = 3.0 * 7 + noise(&seed);
        assert_true(projection_of(points, 5, PROJECTION_LINEAR, 7, &p));
        inside += p.range.low <= future && future <= p.range.high;
    }
    double share = (double)inside / rounds;
    if (share < 0.78 || share > 0.82)
        fail_msg("%.3f of the futures", share);
}

UNIT_GROUP(projection, cmocka_unit_test(a_straight_line_goes_on),
           cmocka_unit_test(constant_growth_goes_on),
           cmocka_unit_test(the_interval_is_that_of_the_textbook),
           cmocka_unit_test(too_little_says_nothing),
           cmocka_unit_test(four_of_five_futures_lie_in_the_interval))
