/* The shift between WGS 84 and GCJ-02. */
#include "stats/gcj02.h"

#include <math.h>

#include "unit/unit.h"

static double between(uint64_t *seed, double least, double most)
{
    return least + (most - least) * (double)(unit_random(seed) >> 11) / (double)(UINT64_C(1) << 53);
}

static double apart(struct position a, struct position b)
{
    return fmax(fabs(a.longitude - b.longitude), fabs(a.latitude - b.latitude));
}

/* A known pair of the common description: Tiananmen, to its sixth decimal. */
static void a_known_point_is_shifted_as_others_shift_it(void **state)
{
    struct position gcj02 = gcj02_of_wgs84((struct position){116.391244, 39.907375});
    (void)state;
    assert_true(apart(gcj02, (struct position){116.397486, 39.908778}) < 2e-6);
}

static void the_way_back_meets_the_point(void **state)
{
    uint64_t seed = 2;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct position point = {between(&seed, 73.67, 135.04), between(&seed, 3.87, 53.54)};
        struct position gcj02 = gcj02_of_wgs84(point);
        assert_true(apart(point, gcj02) > 1e-5 || i); /* something happened */
        assert_true(apart(point, gcj02) < 0.02);
        assert_true(apart(wgs84_of_gcj02(gcj02), point) < 1e-6);
    }
}

static void outside_of_the_box_nothing_is_shifted(void **state)
{
    static const struct position outside[] = {{2.35, 48.86},  {-74, 40.7}, {0, 0},   {139.7, 35.7},
                                              {151.2, -33.9}, {73.66, 30}, {180, 90}};
    uint64_t seed = 3;
    (void)state;
    for (size_t i = 0; i < COUNT(outside); i++) {
        assert_true(apart(gcj02_of_wgs84(outside[i]), outside[i]) == 0);
        assert_true(apart(wgs84_of_gcj02(outside[i]), outside[i]) == 0);
    }
    for (int i = 0; i < 20000; i++) {
        struct position point = {between(&seed, -180, 73), between(&seed, -90, 90)};
        assert_true(apart(gcj02_of_wgs84(point), point) == 0);
        assert_true(apart(wgs84_of_gcj02(point), point) == 0);
    }
}

UNIT_GROUP(gcj02, cmocka_unit_test(a_known_point_is_shifted_as_others_shift_it),
           cmocka_unit_test(the_way_back_meets_the_point),
           cmocka_unit_test(outside_of_the_box_nothing_is_shifted))
